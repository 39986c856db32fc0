"""Whether marks and pictures find each other, and whether their sizes agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.0  # seconds


@dataclass(frozen=True, kw_only=True)
class MarkPairs:
    """Names with the reason."""

    n: int
    form: str
    strays: tuple[tuple[str, str], ...]  # marks without picture, why
    unlisted: tuple[str, ...]  # pictures that the annotations do not name
    without_boxes: tuple[str, ...]
    without_mask: tuple[str, ...]
    has_boxes: bool
    has_masks: bool
    stated: int  # pictures whose size is stated
    missized: tuple[tuple[str, str, str], ...]  # picture, stated, found
    turned: int  # of these, are swapped sides of a picture with an orientation tag
    mask_sizes: tuple[tuple[str, str, str], ...]  # picture, size of the mask, size of the picture, where they differ
    pairing: str
    regions: int = 0  # annotations with a polygon and a box
    apart: tuple[str, ...] = ()  # of these: the polygon lies for the greater part beside its box


def measure(collection: Collection) -> MarkPairs:
    """What opening found."""
    from nohero.setup.refusal import Unmeasurable

    marking = collection.marking
    if marking is None:
        raise Unmeasurable("the collection has neither boxes nor masks")
    items, unlisted = collection.items, {u.where for u in marking.unlisted}
    sizes = list(zip(collection.frame["width"].to_list(), collection.frame["height"].to_list(), strict=True))
    boxed = set() if collection.boxes is None else set(collection.boxes["item"].to_list())
    missized = [i for i, (said, size) in enumerate(zip(marking.stated, sizes, strict=True)) if said[0] and said != size]
    swapped = [i for i in missized if marking.stated[i] == sizes[i][::-1] and marking.headers[i].turned]
    read = [(i, m) for i, m in enumerate(marking.masks) if m is not None]
    return MarkPairs(
        n=len(items), form=marking.form, strays=tuple((u.where, u.reason) for u in marking.strays), unlisted=tuple(sorted(unlisted)),
        without_boxes=() if collection.boxes is None else tuple(name for i, name in enumerate(items) if i not in boxed and name not in unlisted),
        without_mask=() if marking.drawn else tuple(items[i] for i, m in enumerate(marking.masks) if m is None), has_boxes=collection.boxes is not None, has_masks=bool(read),
        stated=sum(bool(said[0]) for said in marking.stated), turned=len(swapped), pairing=marking.pairing, regions=marking.regions, apart=marking.apart,
        missized=tuple((items[i], _size(marking.stated[i]), _size(sizes[i])) for i in missized),
        mask_sizes=tuple((items[i], _size((m.width, m.height)), _size(sizes[i])) for i, m in read if (m.width, m.height) != sizes[i]),
    )  # fmt: skip


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
