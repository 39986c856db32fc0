"""Changing the files of a healthy folder of pictures, or the arrays of a healthy set, in a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nohero.sources.collection import Collection


def repictured(collection: Collection, change: Callable[[Path], None]) -> Collection:
    """`change(root)` on a copy of the folder, which is opened anew."""
    import atexit
    import shutil
    import tempfile
    from pathlib import Path

    from nohero.sources.opening import open_source

    above = Path(tempfile.mkdtemp(prefix="nohero-"))
    atexit.register(shutil.rmtree, above, ignore_errors=True)
    root = above / "pictures"
    shutil.copytree(str(collection.root), root)
    change(root)
    return open_source(str(root))


def redrawn(root: Path, change: Callable[[Any], Any], *, folder: str = "train", count: int = 3, **saved: Any) -> None:
    """The first pictures of a folder's classes in turn passed through `change(image) -> image` and stored again under their names."""
    from PIL import Image

    for path in spread(root, folder)[:count]:
        with Image.open(path) as image:
            changed = change(image.copy())
        changed.save(path, **{"format": "PNG", **saved})


def spread(root: Path, folder: str) -> list[Path]:
    """The pictures of a part, class by class in turn."""
    classes = [sorted(p.iterdir()) for p in sorted((root / folder).iterdir()) if p.is_dir()]
    return [files[i] for i in range(max(map(len, classes))) for files in classes if i < len(files)]


def rearrayed(collection: Collection, change: Callable[[Any], Any]) -> Collection:
    """`change(pictures) -> pictures` on a copy of the arrays."""
    return collection.with_(pictures=change(collection.pictures.copy()))
