"""Pictures with marks: files, boxes and masks brought together into a collection, each file opened once.

Legend: N items, M items whose pixels were decoded, S side of the small copy.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.image_decode import decode, scan
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.collection import PICTURE, Collection
from nohero.sources.mask_pixels import read_masks
from nohero.sources.segments import drawn
from nohero.sources.table import PART

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.image_decode import Header
    from nohero.sources.mask_pixels import MaskRead
    from nohero.sources.segments import Segment

SIDE = 128  # of the small copies
MOST_LOOKED = 2000  # pictures whose pixels are decoded, evenly spread
NAMED = 20  # classes in a note
MOST_SHARES = 20  # mask values that become fields
BOX_FIELDS = {"item": pl.Int64, "label": pl.String, "left": pl.Float64, "top": pl.Float64, "width": pl.Float64, "height": pl.Float64, "mark": pl.String, "known": pl.Boolean}


@dataclass(frozen=True, kw_only=True, eq=False)
class Marking:
    """What belongs to the marks and has no place in the rows; all per item, in the order of the items."""

    form: str  # "COCO", "VOC", "YOLO" or "masks"
    classes: tuple[str, ...] = ()  # that the source declares
    stated: tuple[tuple[int, int], ...] = ()  # width and height that the annotations claim; (0, 0) where they claim none
    strays: tuple[Unusable, ...] = ()  # marks whose picture is not there
    unlisted: tuple[Unusable, ...] = ()  # pictures that no annotation names
    pairing: str = ""  # how pictures and masks were put together
    headers: tuple[Header, ...] = ()
    looked: Any = None  # int [M]
    thumbs: Any = None  # uint8 [M, S, S, 3]
    masks: tuple[MaskRead | None, ...] = ()
    regions: int = 0  # annotations with a polygon and a box
    apart: tuple[str, ...] = ()  # of these: the polygon lies for the greater part beside its box
    lists: int = 1  # files that declare classes
    renumbered: tuple[tuple[str, str, str, str, str], ...] = ()  # number, file, its name there, other file, its name there: one number of two meanings
    drawn: bool = False  # the masks were drawn from annotations, of the pictures whose pixels were looked at


def box_frame(rows: Sequence[tuple[Any, ...]]) -> Any:
    """Rows of item, label, left, top, width, height, name of the mark, and whether its class is declared."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(BOX_FIELDS)
    return pl.DataFrame([pl.Series(name, column, dtype=kind, strict=False) for (name, kind), column in zip(BOX_FIELDS.items(), columns, strict=True)])


def marked(
    source: str, root: Path, files: Sequence[str], marking: Marking, *, boxes: Any = None, masks: Sequence[str] = (),
    unusable: Sequence[Unusable] = (), notes: Sequence[str] = (), parts: Sequence[str] = (), digest: bytes = b"",
    segments: Sequence[Sequence[Segment]] = (), shares: bool = False,
) -> Collection:  # fmt: skip
    """The collection of these pictures; what cannot be opened is set aside with its marks.

    `segments` are each file's regions, from which masks are drawn where there are no mask files; with `shares` the boxes are told in shares of their picture.
    """
    headers = scan([root / name for name in files])
    said = [*unusable, *(Unusable(where=name, reason=h.fault) for name, h in zip(files, headers, strict=True) if h.fault)]
    looked, thumbs, faults = _looked([i for i, h in enumerate(headers) if not h.fault], headers)
    said += [Unusable(where=files[i], reason=fault) for i, fault in faults.items()]
    kept = [i for i, h in enumerate(headers) if not h.fault and i not in faults]
    if not kept:
        first = f": {said[0].where}: {said[0].reason}" if said else ""
        raise DataError(f"{source} holds no picture that can be read{first}", expected="pictures with their marks", mend="check where the pictures lie")
    place = {old: new for new, old in enumerate(kept)}
    reads: list[MaskRead | None] = []
    names = [masks[i] for i in kept] if masks else []
    if masks:
        names, reads, broken = _masks(root, names)
        said += broken
    elif any(segments):
        names, reads = _drawn(segments, kept, set(looked), headers)
    good = np.array([i in place for i in looked], dtype=bool)
    marking = replace(
        marking, stated=tuple(marking.stated[i] for i in kept) if marking.stated else ((0, 0),) * len(kept), headers=tuple(headers[i] for i in kept),
        looked=np.array([place[i] for i in looked if i in place], dtype=int), thumbs=thumbs[good] if len(looked) else thumbs, masks=tuple(reads), drawn=not masks and bool(reads),
    )  # fmt: skip
    boxes = None if boxes is None else _moved(boxes, place)
    if boxes is not None and shares:
        boxes = _in_pixels(boxes, marking.headers)
    frame = _frame(marking, boxes, [parts[i] for i in kept] if parts else [])
    return Collection(
        name=Path(source).name or "pictures", source=source, kind=PICTURE, frame=frame, items=tuple(files[i] for i in kept), root=root, files=tuple(files[i] for i in kept),
        masks=tuple(names), boxes=boxes, unusable=tuple(said), notes=(*notes, *_notes(marking)), sha256=_digest(digest, marking), marking=marking, split=PART if parts else "",
    )  # fmt: skip


def _digest(annotations: bytes, marking: Marking) -> str:
    """Of the annotations, the pictures and the masks."""
    whole = hashlib.sha256(annotations)
    for part in (*(h.digest for h in marking.headers), *(b"-" if m is None else m.digest for m in marking.masks)):
        whole.update(part)
    return whole.hexdigest()


def _looked(sound: list[int], headers: Sequence[Header]) -> tuple[list[int], Any, dict[int, str]]:
    """(items decoded, their pixels, why some could not be)."""
    chosen = sound if len(sound) <= MOST_LOOKED else [sound[i] for i in np.linspace(0, len(sound) - 1, MOST_LOOKED).astype(int)]
    thumbs, faults = decode([headers[i] for i in chosen], SIDE, SIDE, 3)
    return chosen, thumbs, {i: fault for i, fault in zip(chosen, faults, strict=True) if fault}


def _masks(root: Path, names: list[str]) -> tuple[list[str], list[MaskRead | None], list[Unusable]]:
    """The masks that can be read; the others' names are taken away and told."""
    there = [i for i, name in enumerate(names) if name]
    reads: list[MaskRead | None] = [None] * len(names)
    told = []
    for i, read in zip(there, read_masks([root / names[i] for i in there]), strict=True):
        if read.fault:
            told.append(Unusable(where=names[i], reason=read.fault))
        else:
            reads[i] = read
    return [name if reads[i] is not None else "" for i, name in enumerate(names)], reads, told


def _drawn(segments: Sequence[Sequence[Segment]], kept: list[int], looked: set[int], headers: Sequence[Header]) -> tuple[list[str], list[MaskRead | None]]:
    """(names, masks) of the pictures that are kept: drawn where pixels were looked at and a region is told."""
    reads = [drawn(segments[i], headers[i].height, headers[i].width) if segments[i] and i in looked else None for i in kept]
    return [f"regions of {headers[i].path.name}" if read is not None else "" for i, read in zip(kept, reads, strict=True)], reads


def _in_pixels(boxes: Any, headers: Sequence[Header]) -> Any:
    """Boxes that are told in shares of their picture."""
    wide, high = (pl.Series([float(getattr(headers[i], side)) for i in boxes["item"].to_list()], dtype=pl.Float64) for side in ("width", "height"))
    return boxes.with_columns(left=boxes["left"] * wide, top=boxes["top"] * high, width=boxes["width"] * wide, height=boxes["height"] * high)


def _moved(boxes: Any, place: dict[int, int]) -> Any:
    """The boxes of the items that are left, with their new numbers."""
    old = boxes["item"].to_list()
    return boxes.with_columns(pl.Series("item", [place.get(i) for i in old], dtype=pl.Int64)).filter(pl.col("item").is_not_null())


def _frame(marking: Marking, boxes: Any, parts: list[str]) -> Any:
    n = len(marking.headers)
    columns = [pl.Series("width", [h.width for h in marking.headers]), pl.Series("height", [h.height for h in marking.headers])]
    if boxes is not None:
        of_item: list[list[str]] = [[] for _ in range(n)]
        for item, label in zip(boxes["item"].to_list(), boxes["label"].to_list(), strict=True):
            of_item[item].append(label)
        columns += [pl.Series("boxes", [len(found) for found in of_item]), pl.Series("classes", ["; ".join(sorted(set(found))) for found in of_item])]
    if marking.masks:
        common: dict[int, int] = {}
        for read in marking.masks:
            for value, count in (read.counts if read is not None else {}).items():
                common[value] = common.get(value, 0) + count
        for value in sorted(sorted(common, key=lambda v: -common[v])[:MOST_SHARES]):
            shares = [None if r is None else r.counts.get(value, 0) / (r.width * r.height) for r in marking.masks]
            columns.append(pl.Series(f"mask {value}", shares, dtype=pl.Float64))
    if parts:
        columns.append(pl.Series(PART, parts))
    return pl.DataFrame(columns)


def _notes(marking: Marking) -> tuple[str, ...]:
    some = len(marking.looked)
    notes = (f"pixels of {some:,} pictures were looked at, evenly spread",) if some < len(marking.headers) else ()
    if marking.drawn:
        of = f", {', '.join(f'{i} {name}' for i, name in enumerate(marking.classes[:NAMED], start=1))}" if marking.classes else ""
        notes = (*notes, f"masks were drawn from the annotations: 0 what no region covers{of}")
    return (*notes, f"pictures and masks put together {marking.pairing}") if marking.pairing else notes
