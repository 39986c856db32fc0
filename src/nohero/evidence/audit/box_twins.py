"""Boxes that lie on each other: the same thing marked twice, or marked as two classes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.box_places import box_names, edges

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
SAME = 0.9  # intersection over union from which two boxes mark one place
BESIDE, HALF = 2.0, 0.5  # pixels between like edges, and overlap, of small boxes that were drawn twice by hand or rounded: below 40 pixels they overlap by less than nine tenths
MOST = 2000  # boxes of one picture that are compared


@dataclass(frozen=True, kw_only=True)
class BoxTwins:
    """Pairs of names; the second of each pair is the one too many."""

    n: int
    pictures: int
    exact: tuple[tuple[str, str], ...]  # same class, same numbers
    near: tuple[tuple[str, str], ...]  # same class, nearly the same place
    conflicts: tuple[tuple[str, str, str, str], ...]  # another class, nearly the same place; and the two classes
    counts: tuple[tuple[str, int], ...]  # boxes a class
    crowded: tuple[tuple[str, int], ...]  # pictures with most pairs


def measure(collection: Collection) -> BoxTwins:
    """All pairs within each picture."""
    import numpy as np

    left, top, width, height, _, _, item = edges(collection)
    names, labels = box_names(collection), collection.boxes["label"].to_list()
    corners = np.stack([left, top, left + width, top + height], axis=1)
    exact, near, conflicts = [], [], []
    crowded: dict[str, int] = {}
    order = np.argsort(item, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(item[order])) + 1):
        for a, b in _close(corners[group[:MOST]]):
            i, j = int(group[a]), int(group[b])
            pair = (names[i], names[j])
            if labels[i] != labels[j]:
                conflicts.append((*pair, labels[i], labels[j]))
            elif (corners[i] == corners[j]).all():
                exact.append(pair)
            else:
                near.append(pair)
            name = collection.items[int(item[i])]
            crowded[name] = crowded.get(name, 0) + 1
    most = sorted(crowded.items(), key=lambda pair: -pair[1])
    return BoxTwins(n=len(left), pictures=len(collection), exact=tuple(exact), near=tuple(near), conflicts=tuple(conflicts), counts=tuple(Counter(labels).most_common()), crowded=tuple(most[:20]))


def _close(corners: Any) -> list[tuple[int, int]]:
    """Pairs of boxes with an area whose intersection over union reaches SAME, or HALF where all edges lie within BESIDE of the other's."""
    import numpy as np

    size = np.clip(corners[:, 2:] - corners[:, :2], 0, None)
    area = size.prod(1)
    low = np.maximum(corners[:, None, :2], corners[None, :, :2])
    high = np.minimum(corners[:, None, 2:], corners[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    union = area[:, None] + area[None] - shared
    beside = np.abs(corners[:, None] - corners[None]).max(axis=2) <= BESIDE
    close = (shared >= np.where(beside, HALF, SAME) * union) & (area[:, None] > 0) & (area[None] > 0)
    return [(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(close, 1)), strict=True)]
