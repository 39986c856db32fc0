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


def listed(collection: Collection, change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> Collection:
    """The pictures in a folder for each part, with a table of `(file, label)` rows after `change(rows)`."""

    def rewrite(root: Path) -> None:
        rows = []
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            part, label = path.relative_to(root).parts[:2]
            name = f"{part}/{label[:2]}{path.name}"
            path.rename(root / name)
            rows.append((name, label))
        for folder in [p for p in root.glob("*/*") if p.is_dir()]:
            folder.rmdir()
        (root / "labels.csv").write_text("\n".join(["file,label", *(f"{name},{label}" for name, label in change(rows))]) + "\n", encoding="utf-8")

    return repictured(collection, rewrite)
