"""The picture or the sound of one item as bytes for a browser, or the reason why it cannot be shown."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from nohero.sources.collection import Collection

    Pixels = npt.NDArray[np.uint8]

LONGEST_SIDE = 1200  # pixels that a page shows
THUMBNAIL = 160
MOST_SOUND = 50_000_000  # bytes of a sound file
SOUNDS = {".wav": "audio/wav", ".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".m4a": "audio/mp4", ".aac": "audio/aac"}


class Unshowable(Exception):  # noqa: N818 (told to the person who labels)
    """What is wrong with this item."""


def has_picture(collection: Collection) -> bool:
    """Whether the items are pictures, in files or in memory."""
    from nohero.sources.collection import PICTURE

    return collection.pictures is not None or (collection.kind == PICTURE and bool(collection.files))


def has_sound(collection: Collection) -> bool:
    """Whether the items are sound files."""
    from nohero.sources.collection import SOUND

    return collection.kind == SOUND and bool(collection.files)


def picture(collection: Collection, row: int, side: int = LONGEST_SIDE) -> bytes:
    """The item's picture as PNG, at most `side` pixels a side; it is decoded and written anew, so nothing of the file itself goes out."""
    from PIL import Image

    pixels = _of_array(collection.pictures[row]) if collection.pictures is not None else _of_file(place_of(collection, row), side)
    image = Image.fromarray(pixels)
    if max(image.size) > side:
        image.thumbnail((side, side))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def sound(collection: Collection, row: int) -> tuple[bytes, str]:
    """The item's sound file and its kind."""
    path = place_of(collection, row)
    kind = SOUNDS.get(path.suffix.lower())
    if kind is None:
        raise Unshowable(f"a sound of the kind `{path.suffix}` is not played")
    try:
        if path.stat().st_size > MOST_SOUND:
            raise Unshowable("the sound is too large to be played here")
        return path.read_bytes(), kind
    except OSError as error:
        raise Unshowable(f"it cannot be read: {error.strerror}") from error


def place_of(collection: Collection, row: int) -> Path:
    """The item's file, which must lie below the collection's folder when all links are followed."""
    if collection.root is None or not collection.files:
        raise Unshowable("it has no file")
    root = collection.root.resolve()
    path = (root / collection.files[row]).resolve()
    if not path.is_relative_to(root):
        raise Unshowable("its file lies outside of the folder")
    return path


def _of_file(path: Path, side: int) -> Pixels:
    from nohero.data.image_decode import decode, scan

    header = scan([path])[0]
    if header.fault:
        raise Unshowable(header.fault)
    scale = min(1.0, side / max(header.width, header.height))
    pixels, faults = decode([header], max(1, round(header.height * scale)), max(1, round(header.width * scale)), 3)
    if faults[0]:
        raise Unshowable(faults[0])
    found: Pixels = pixels[0]
    return found


def _of_array(values: Any) -> Pixels:
    """Bytes as they are; other numbers from the least to the largest of the picture."""
    import numpy as np

    values = np.asarray(values)
    values = values[..., 0] if values.ndim == 3 and values.shape[-1] not in (3, 4) else values
    if values.dtype != np.uint8:
        values = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
        low, high = float(values.min()), float(values.max())
        values = np.rint((values - low) / (high - low) * 255 if high > low else values * 0).astype(np.uint8)
    found: Pixels = values[..., :3] if values.ndim == 3 else values
    return found
