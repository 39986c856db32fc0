"""Changing the files of a healthy toy: a copy of its folder, changed, and opened anew."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection


def refiled(collection: Collection, change: Callable[[Path], None]) -> Collection:
    """The collection of a copied folder after `change(folder)`; the copy goes when the process ends."""
    from nohero.sources.opening import open_source

    kept = tempfile.mkdtemp(prefix="nohero-toy-")
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    folder = Path(kept) / collection.name
    shutil.copytree(str(collection.root), folder)
    change(folder)
    return open_source(str(folder)).with_(name=collection.name)


def reannotated(collection: Collection, change: Callable[[dict[str, Any]], None]) -> Collection:
    """The same after `change(json)` of its COCO annotations."""

    def rewrite(folder: Path) -> None:
        path = folder / "annotations.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        change(told)
        path.write_text(json.dumps(told), encoding="utf-8")

    return refiled(collection, rewrite)


def remasked(collection: Collection, change: Callable[[Any, int], Any], *, jpeg: int = 0) -> Collection:
    """The same after every mask became `change(mask, number)`; with `jpeg`, written as JPEG of that quality."""

    def rewrite(folder: Path) -> None:
        import numpy as np
        from PIL import Image

        for number, path in enumerate(sorted((folder / "masks").iterdir())):
            mask = np.ascontiguousarray(change(np.asarray(Image.open(path)).copy(), number))
            path.unlink()
            Image.fromarray(mask).save(path.with_suffix(".jpg") if jpeg else path, **({"quality": jpeg} if jpeg else {}))

    return refiled(collection, rewrite)
