"""What each picture looks like: brightness, contrast, colour, entropy, sharpness, size, mode, format and orientation.

Legend: N pictures, S side, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.picture_sheets import drawn, sheets
from nohero.sources.collection import Collection
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Bars, Images, Table

PRICE = 0.5  # seconds
CHUNK = 4096


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureFacts:
    """One entry a picture; what only files have is empty for arrays."""

    items: Sequence[str]
    brightness: tuple[float, ...]  # mean, 0 to 255
    contrast: tuple[float, ...]  # standard deviation
    saturation: tuple[float, ...]  # 0 to 1; empty where all are grey
    entropy: tuple[float, ...]  # bits of the grey levels, in 32 steps
    sharpness: tuple[float, ...]
    keen: tuple[float, ...]  # steepness of the keenest edges of the small copies, as a share of the range of grey levels
    low: tuple[int, ...]  # the same as high where the whole picture is of one colour
    high: tuple[int, ...]
    clear: tuple[float, ...]  # share of transparent pixels
    coarse: tuple[float, ...] = ()  # mean step in which JPEG files store brightness; 0 of other formats
    width: tuple[int, ...] = ()
    height: tuple[int, ...] = ()
    mode: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    orientation: tuple[int, ...] = ()
    collection: Any = None  # for drawing

    def sheet(self, title: str, rows: Sequence[int], *, tone: str = "plain", captions: Sequence[str] = ()) -> Images:
        """These pictures, small."""
        return drawn(self.collection, title, rows, tone=tone, captions=captions)

    def figures(self) -> tuple[Images | Bars | Table, ...]:
        """Sheets at random, by class and of extremes, and how sizes and brightness are spread."""
        return sheets(self)


def measure(collection: Collection) -> PictureFacts:
    """From the small copies; the extremes, sharpness and transparency from the whole pictures."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise Unmeasurable("the items are no pictures")
    thumbs = thumbnails(collection)
    count, colours = len(thumbs), thumbs.pixels.shape[3]
    brightness, contrast, saturation, entropy, keen = (np.zeros(count, dtype=np.float32) for _ in range(5))
    for start in range(0, count, CHUNK):
        rows = slice(start, start + CHUNK)
        part = thumbs.pixels[rows]
        grey = part[..., 0] if colours == 1 else part.mean(axis=3, dtype=np.float32)
        flat = grey.reshape(len(part), -1).astype(np.float32)
        brightness[rows], contrast[rows] = flat.mean(axis=1), flat.std(axis=1)
        entropy[rows], keen[rows] = _entropy(flat), _keen(grey.astype(np.float32))
        if colours == 3:
            top, bottom = part.max(axis=3).astype(np.float32), part.min(axis=3)
            saturation[rows] = ((top - bottom) / np.maximum(top, 1)).mean(axis=(1, 2))
    own = _own(collection)
    return PictureFacts(
        items=collection.items, brightness=tuple(brightness.tolist()), contrast=tuple(contrast.tolist()), entropy=tuple(entropy.tolist()),
        saturation=tuple(saturation.tolist()) if colours == 3 else (), sharpness=tuple(thumbs.sharpness.tolist()), keen=tuple(keen.tolist()), low=tuple(thumbs.low.tolist()),
        high=tuple(thumbs.high.tolist()), clear=tuple(thumbs.clear.tolist()), coarse=() if thumbs.coarse is None else tuple(thumbs.coarse.tolist()), collection=collection, **own,
    )  # fmt: skip


def _own(collection: Collection) -> dict[str, Any]:
    """What only files have: from the fields, or from the files' headers where the pictures have marks."""
    frame = collection.frame
    names = ("width", "height", "mode", "suffix", "format", "orientation")
    own = {name: tuple(frame[name].to_list()) for name in names if collection.pictures is None and name in frame.columns}
    if collection.marking is not None and len(collection.marking.headers) == len(collection):
        headers = collection.marking.headers
        own |= {name: tuple(getattr(h, name) for h in headers) for name in ("mode", "format", "orientation")}
        own["suffix"] = tuple(h.path.suffix.lower() for h in headers)
    return own


def _keen(grey_NHW: Any) -> Any:
    """Of the two hundredth part of the pixels where the Laplacian is greatest, the least."""
    import numpy as np

    if min(grey_NHW.shape[1:]) < 3:
        return np.ones(len(grey_NHW), dtype=np.float32)
    inner = grey_NHW[:, 1:-1, 1:-1]
    bend = np.abs(4 * inner - grey_NHW[:, :-2, 1:-1] - grey_NHW[:, 2:, 1:-1] - grey_NHW[:, 1:-1, :-2] - grey_NHW[:, 1:-1, 2:]).reshape(len(grey_NHW), -1)
    place = int(0.995 * (bend.shape[1] - 1))
    return np.partition(bend, place, axis=1)[:, place] / (np.ptp(grey_NHW, axis=(1, 2)) + 1)


def _entropy(flat: Any) -> Any:
    """Bits of 32 grey levels, each row."""
    import numpy as np

    steps = (flat / 8).astype(np.int64) + 32 * np.arange(len(flat))[:, None]
    shares = np.bincount(steps.ravel(), minlength=32 * len(flat)).reshape(len(flat), 32) / flat.shape[1]
    return -(shares * np.log2(np.maximum(shares, 1e-12))).sum(axis=1)
