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
            mask = np.ascontiguousarray(change(np.asarray(Image.open(path)).copy(), number)).astype(np.uint8)
            path.unlink()
            if jpeg:
                Image.fromarray(mask).save(path.with_suffix(".jpg"), quality=jpeg)
            else:
                Image.fromarray(mask).save(path)

    return refiled(collection, rewrite)


def redealt(collection: Collection, of: Callable[[int], int]) -> Collection:
    """The same with picture `number` given the mask of picture `of(number)`."""

    def rewrite(folder: Path) -> None:
        paths = sorted((folder / "masks").iterdir())
        contents = [path.read_bytes() for path in paths]
        for number, path in enumerate(paths):
            path.write_bytes(contents[of(number)])

    return refiled(collection, rewrite)


def rebound(collection: Collection, of: Callable[[int, str], int]) -> Collection:
    """The collection with each box moved to the item `of(item, class)`."""
    import polars as pl

    items = [of(item, label) for item, label in zip(collection.boxes["item"].to_list(), collection.boxes["label"].to_list(), strict=True)]
    return collection.with_(boxes=collection.boxes.with_columns(pl.Series("item", items, dtype=pl.Int64)))


def replaced(collection: Collection, **sides: Callable[[dict[str, Any]], float]) -> Collection:
    """The collection with sides of each box made anew from the box as it was."""
    import polars as pl

    rows = collection.boxes.to_dicts()
    return collection.with_(boxes=collection.boxes.with_columns([pl.Series(side, [make(row) for row in rows], dtype=pl.Float64) for side, make in sides.items()]))


def parted(collection: Collection, part_of: Callable[[int, str], str]) -> Collection:
    """The collection divided by `part_of(item, its classes)`."""
    import polars as pl

    parts = [part_of(item, classes) for item, classes in enumerate(collection.frame["classes"].to_list())]
    return collection.with_(frame=collection.frame.with_columns(pl.Series("part", parts)), split="part")


def repainted(collection: Collection, *, stacked: bool) -> Collection:
    """The pictures anew: each mixed with the one before, or all on one strong ground."""

    def rewrite(folder: Path) -> None:
        import numpy as np
        from PIL import Image

        rows, columns = np.mgrid[:96, :112]
        ground = 40 * np.sin(rows / 9.0)[..., None] + 40 * np.cos(columns / 7.0)[..., None]
        before = None
        for path in sorted((folder / "images").iterdir()):
            picture = np.asarray(Image.open(path)).astype(float)
            if stacked:
                picture = picture if before is None else 0.3 * picture + 0.7 * before
                before = picture
            else:
                picture = picture + ground
            Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path)

    return refiled(collection, rewrite)


def regrown(mask: Any) -> Any:
    """Halved by the nearest value and made larger again as a picture is."""
    import numpy as np
    from PIL import Image

    image = Image.fromarray(mask.astype(np.uint8))
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.NEAREST)
    return np.asarray(half.resize(image.size, Image.Resampling.BILINEAR))


def rimmed(mask: Any) -> Any:
    """With 255 where a value meets another."""
    import numpy as np

    edge = np.zeros(mask.shape, dtype=bool)
    edge[:-1] |= mask[:-1] != mask[1:]
    edge[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    return np.where(edge, 255, mask).astype(np.uint8)


def numbered(mask: Any) -> Any:
    """Cells with a number for each block of eight pixels."""
    import numpy as np

    rows, columns = np.indices(mask.shape)
    return np.where(mask > 0, 1 + rows // 8 * 14 + columns // 8, 0).astype(np.uint8)


def rolled(mask: Any, rows: int) -> Any:
    """Shifted downwards; what leaves below comes in above."""
    import numpy as np

    return np.roll(mask, rows, axis=0)


def grown(mask: Any) -> Any:
    """Every region a pixel larger on each side."""
    from scipy.ndimage import maximum_filter

    return maximum_filter(mask, size=3)
