"""One look at each picture file: what it says of itself, statistics, and a small copy of one size; the whole picture is never kept.

Legend: N pictures, S side, C channels.
"""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps

from nohero.data.image_decode import BROKEN, GREY, MAX_BYTES, MAX_PIXELS, ORIENTATION, SIDEWAYS, brief, flattened, in_threads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIDE = 64  # pixels: at most, of a small copy
LEAST_SIDE = 24
MOST = 400e6  # bytes of all small copies
MEASURED = 256  # pixels: the side at which sharpness is measured
HEAVY = 16_000_000  # pixels: such pictures are decoded one at a time
SAMPLE = 200  # files whose headers decide the size of the copies
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one file holds; `fault` is why it cannot be used."""

    width: int = 0  # upright
    height: int = 0
    mode: str = ""  # as stored
    format: str = ""
    orientation: int = 1  # EXIF
    frames: int = 1
    size: int = 0  # bytes of the file
    digest: bytes = b""  # of the file
    low: int = 0  # the darkest and the brightest value of any channel
    high: int = 255
    sharpness: float = 0.0  # energy of the Laplacian against the variance, at MEASURED pixels
    clear: float = 0.0  # share of pixels that are transparent
    coarse: float = 0.0  # mean step in which a JPEG file's brightness is stored: 3 at a quality of 95, 36 at 50, 90 at 20; 0 of other formats
    fault: str = ""


def look(paths: Sequence[Path]) -> tuple[list[Look], np.ndarray[Any, Any]]:
    """What each file holds, and uint8 [N, S, S, C]: small copies, squeezed to squares."""
    side, channels = _form(paths)
    pixels_NSSC = np.zeros((len(paths), side, side, channels), dtype=np.uint8)
    return in_threads(lambda i: _one(paths[i], pixels_NSSC[i]), range(len(paths))), pixels_NSSC


def _form(paths: Sequence[Path]) -> tuple[int, int]:
    """Side and channels, from the headers of some."""
    sizes, modes = [], set()
    for path in paths[:: max(1, len(paths) // SAMPLE)]:
        try:
            with Image.open(path) as image:
                sizes.append(max(image.size))
                modes.add(image.mode)
        except BROKEN:
            continue
    channels = 1 if modes and modes <= set(GREY) else 3
    room = int((MOST / max(1, len(paths) * channels)) ** 0.5)
    side = min(SIDE, int(np.median(sizes)) if sizes else SIDE)
    return max(min(side, LEAST_SIDE), min(side, room)), channels


def _one(path: Path, out_SSC: np.ndarray[Any, Any]) -> Look:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Look(size=size, fault=f"{size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} are read")
        content = path.read_bytes()
    except OSError as error:
        return Look(fault=f"cannot be opened: {error.strerror}")
    known = Look(size=size, digest=hashlib.blake2b(content, digest_size=16).digest())
    if not content:
        return replace(known, fault="empty: 0 bytes")
    try:
        return _decoded(content, known, out_SSC)
    except Image.DecompressionBombError:
        return replace(known, fault=f"more than {MAX_PIXELS / 1e6:.0f} million pixels")
    except BROKEN as error:
        return replace(known, fault=f"cannot be decoded: {brief(error)}")


def _decoded(content: bytes, known: Look, out_SSC: np.ndarray[Any, Any]) -> Look:
    side, _, channels = out_SSC.shape
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            return replace(known, fault=f"{width}x{height} is {width * height / 1e6:.0f} million pixels; at most {MAX_PIXELS / 1e6:.0f} are read")
        orientation = int(image.getexif().get(ORIENTATION, 1) or 1)
        seen = replace(
            known, mode=image.mode, coarse=_coarse(image), format=image.format or "", orientation=orientation, frames=getattr(image, "n_frames", 1),
            width=height if orientation in SIDEWAYS else width, height=width if orientation in SIDEWAYS else height,
        )  # fmt: skip
        if width * height > HEAVY:
            with ONE_AT_A_TIME:
                return _measured(image, seen, out_SSC, side, channels)
        return _measured(image, seen, out_SSC, side, channels)


def _measured(image: Any, seen: Look, out_SSC: np.ndarray[Any, Any], side: int, channels: int) -> Look:
    """The pixels, small and upright, and what is counted of them."""
    mode = "L" if channels == 1 else "RGB"
    image.draft(mode, (MEASURED, MEASURED))  # JPEG alone: decodes at a fraction
    image.load()
    clear = _clear(image)
    flat = flattened(ImageOps.exif_transpose(image), mode)
    found: Any = flat.getextrema()
    extremes = [found] if channels == 1 else list(found)  # of each channel
    low, high = min(e[0] for e in extremes), max(e[1] for e in extremes)
    small = flat if flat.size == (side, side) else flat.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=3.0)
    out_SSC[...] = np.asarray(small, dtype=np.uint8).reshape(side, side, channels)
    grey = flat.convert("L")
    if max(grey.size) > MEASURED:
        grey.thumbnail((MEASURED, MEASURED), Image.Resampling.BOX)
    if all(e[0] == e[1] for e in extremes):
        low = high
    return replace(seen, low=int(low), high=int(high), sharpness=sharpness(np.asarray(grey)), clear=clear)


def sharpness(grey_HW: np.ndarray[Any, Any]) -> float:
    """Energy of the Laplacian against the variance: 0 where nothing changes from a pixel to the next."""
    if min(grey_HW.shape) < 3:
        return 0.0
    v = grey_HW.astype(np.float32)
    edges = v[1:-1, :-2] + v[1:-1, 2:] + v[:-2, 1:-1] + v[2:, 1:-1] - 4 * v[1:-1, 1:-1]
    spread = float(v.var())
    return float(np.square(edges).mean()) / spread if spread > 0.5 else 0.0


def _coarse(image: Any) -> float:
    """Of the table of quantisation that the file itself holds."""
    tables = getattr(image, "quantization", None)
    first = tables.get(0) if isinstance(tables, dict) else None
    return float(np.mean(first)) if first is not None and len(first) else 0.0


def _clear(image: Any) -> float:
    """Share of pixels that are transparent."""
    if image.mode not in ("RGBA", "LA", "PA", "La", "RGBa"):
        return 0.0
    alpha: Image.Image = image.convert("RGBA").getchannel("A")
    return float(sum(alpha.histogram()[:255]) / max(1, alpha.width * alpha.height))
