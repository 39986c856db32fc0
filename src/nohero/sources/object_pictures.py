"""Pictures that a program holds, as tensors, arrays or PIL pictures: of one size as one array, of several as files in a folder that goes with them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nohero.data.picture_files import Listing
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.collection import PICTURE, Collection
from nohero.sources.picture_arrays import channels_last, finite
from nohero.sources.picture_items import Layout, made

OF_FILES = ("file", "bytes", "suffix", "format", "orientation")  # what the png files say of themselves and not of the pictures
FOLDER = "folder of the pictures"  # kept with the collection, and gone with it


def pictured(collection: Collection, values: list[Any]) -> Collection:
    """The collection with these pictures, one an item; items without one are set aside."""
    keep = [i for i, v in enumerate(values) if v is not None]
    shapes = {(np.shape(v) if isinstance(v, np.ndarray) else (v.size, v.mode)) for v in (values[i] for i in keep)}
    absent = tuple(Unusable(where=collection.items[i], reason="it has no picture") for i, v in enumerate(values) if v is None)
    fields = collection.frame[keep] if collection.frame.width else collection.frame
    items = tuple(collection.items[i] for i in keep)
    collection = collection.with_(frame=fields, items=items, unusable=(*collection.unusable, *absent))
    if len(shapes) == 1 and (isinstance(values[keep[0]], np.ndarray) or values[keep[0]].mode in ("L", "RGB")):
        return _of_one_size(collection, np.stack([np.asarray(values[i]) for i in keep]))
    return _of_files(collection, [values[i] for i in keep])


def _of_one_size(collection: Collection, pictures: Any) -> Collection:
    pictures = channels_last(pictures)
    if pictures.ndim == 4 and pictures.shape[3] > 4:
        raise DataError(f"pictures of shape {list(pictures.shape[1:])}", expected="[H, W], [H, W, C] or [C, H, W] with one to four channels", mend="choose the channels that make a picture")
    good = finite(pictures)
    lost = tuple(Unusable(where=collection.items[i], reason="values that are no numbers or infinite") for i in np.flatnonzero(~good).tolist())
    if not good.any():
        raise DataError("none of the pictures holds numbers alone", expected="finite values", mend="look at how they are made")
    items = tuple(n for n, ok in zip(collection.items, good, strict=True) if ok)
    frame = pl.DataFrame([*collection.frame.get_columns(), pl.Series("number", np.arange(len(good)))]).filter(pl.Series(good))
    return collection.with_(kind=PICTURE, pictures=pictures[good], frame=frame, items=items, unusable=(*collection.unusable, *lost))


def _of_files(collection: Collection, values: list[Any]) -> Collection:
    """Each written as png, so that sizes and modes are those of the pictures themselves."""
    folder = tempfile.TemporaryDirectory(prefix="nohero-pictures-")
    root = Path(folder.name)
    names = tuple(f"{i:07}.png" for i in range(len(values)))
    arrays = [v for v in values if isinstance(v, np.ndarray)]
    low, high = (min(float(a.min()) for a in arrays), max(float(a.max()) for a in arrays)) if arrays else (0.0, 1.0)
    for name, value in zip(names, values, strict=True):
        _picture(value, low, high).save(root / name, compress_level=1)
    looked = made(Listing(root=root, names=names, folders=(), unusable=(), notes=()), Layout(names=names), collection.source)
    kept = [names.index(f) for f in looked.files] if len(looked) < len(names) else list(range(len(names)))
    frame = pl.concat([collection.frame[kept], looked.frame.drop(c for c in looked.frame.columns if c in OF_FILES or c in collection.frame.columns)], how="horizontal")
    return collection.with_(
        kind=PICTURE, frame=frame, items=tuple(collection.items[i] for i in kept), files=looked.files, root=root, unusable=(*collection.unusable, *looked.unusable),
        notes=(*collection.notes, *looked.notes), kept={**looked.kept, FOLDER: folder},
    )  # fmt: skip


def _picture(value: Any, low: float, high: float) -> Any:
    """A PIL picture in a mode that png knows; numbers that are no bytes are spread over them."""
    from PIL import Image

    if not isinstance(value, np.ndarray):
        return value if value.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16") else value.convert("RGB")
    array = channels_last(value[None])[0]
    if array.dtype != np.uint8:
        array = np.nan_to_num((array - low) / max(high - low, 1e-12) * 255, nan=0.0).clip(0, 255).astype(np.uint8)
    return Image.fromarray(array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array[..., :4])


