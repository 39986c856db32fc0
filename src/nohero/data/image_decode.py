"""Picture files to bytes of one size and mode: upright, flattened, and every file that cannot be read named with its reason.

Legend: N pictures, H height, W width, C channels.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
MAX_PIXELS = 100_000_000  # of one picture; a few bytes can claim many more
MAX_BYTES = 500_000_000  # of one file
ORIENTATION = 0x0112  # EXIF tag
SIDEWAYS = (5, 6, 7, 8)  # orientations that swap width and height
GREY = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N", "I", "F")
DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I")  # 16 bits a pixel: the upper 8 are kept
BROKEN = (  # what Pillow raises on damaged files, depending on the format
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    NotImplementedError, AssertionError, RuntimeError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a picture file says of itself; `fault` is why it cannot be used."""

    path: Path
    width: int = 0  # upright
    height: int = 0
    mode: str = ""
    format: str = ""
    orientation: int = 1  # EXIF
    turned: bool = False
    frames: int = 1
    digest: bytes = b""  # SHA-256 of the file
    fault: str = ""

    @property
    def grey(self) -> bool:
        """One channel is enough."""
        return self.mode in GREY


def scan(paths: Sequence[Path]) -> list[Header]:
    """The header of each file, in order."""
    return in_threads(_header, paths)


def decode(headers: Sequence[Header], height: int, width: int, channels: int) -> tuple[np.ndarray[Any, Any], list[str]]:
    """uint8 [N, H, W, C], and for each file '' or why its pixels cannot be read."""
    images_NHWC = np.zeros((len(headers), height, width, channels), dtype=np.uint8)

    def one(place: int) -> str:
        try:
            images_NHWC[place] = _pixels(headers[place].path, height, width, channels)
        except BROKEN as error:
            return f"cannot be decoded: {brief(error)}"
        return ""

    return images_NHWC, in_threads(one, range(len(headers)))


def in_threads(work: Any, items: Sequence[Any]) -> list[Any]:
    """Pillow lets go of the interpreter while it decodes, so threads are enough."""
    with warnings.catch_warnings():  # sizes and faults are judged here, file by file
        warnings.simplefilter("ignore")
        with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
            return list(pool.map(work, items, chunksize=16))


def _header(path: Path) -> Header:
    try:
        if path.stat().st_size > MAX_BYTES:
            return Header(path=path, fault=f"{path.stat().st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} are read")
        content = path.read_bytes()
    except OSError as error:
        return Header(path=path, fault=f"cannot be opened: {error.strerror}")
    digest = hashlib.sha256(content).digest()
    if not content:
        return Header(path=path, digest=digest, fault="empty: 0 bytes")
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                what = f"{width}x{height} is {width * height / 1e6:.0f} million pixels; at most {MAX_PIXELS / 1e6:.0f} are read"
                return Header(path=path, digest=digest, fault=what)
            orientation = image.getexif().get(ORIENTATION, 1)
            if orientation in SIDEWAYS:
                width, height = height, width
            return Header(
                path=path,
                width=width,
                height=height,
                mode=image.mode,
                format=image.format or "",
                orientation=orientation if isinstance(orientation, int) else 1,
                turned=orientation in range(2, 9),
                frames=getattr(image, "n_frames", 1),  # single-frame formats lack the attribute
                digest=digest,
            )
    except Image.DecompressionBombError:
        return Header(path=path, digest=digest, fault=f"more than {MAX_PIXELS / 1e6:.0f} million pixels")
    except BROKEN as error:
        return Header(path=path, digest=digest, fault=f"not a picture that can be read: {brief(error)}")


def _pixels(path: Path, height: int, width: int, channels: int) -> np.ndarray[Any, Any]:
    mode = "L" if channels == 1 else "RGB"
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.draft(mode, (2 * max(height, width), 2 * max(height, width)))  # JPEG alone: decodes at a fraction
        image.load()
        upright = ImageOps.exif_transpose(image)
        flat = flattened(upright, mode)
        if flat.size != (width, height):
            flat = flat.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
        return np.asarray(flat, dtype=np.uint8).reshape(height, width, channels)


def flattened(image: Image.Image, mode: str) -> Image.Image:
    """8 bits a channel, transparent pixels on white."""
    if image.mode in DEEP:
        deep = np.asarray(image).astype(np.int64)
        image = Image.fromarray(np.clip(deep >> 8 if deep.max(initial=0) > 255 else deep, 0, 255).astype(np.uint8))
    elif image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        image = Image.fromarray(np.clip(values * (255 if values.max(initial=0) <= 1 else 1), 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, rgba)
    return image if image.mode == mode else image.convert(mode)


def brief(error: BaseException) -> str:
    """What was wrong, in one line."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return "unknown format" if text.startswith("cannot identify image file") else text
