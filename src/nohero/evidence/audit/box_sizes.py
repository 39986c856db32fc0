"""How large boxes are, class by class, and which are far from the others of their class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.box_places import box_names, edges

if TYPE_CHECKING:
    from nohero.run.figure import Table
    from nohero.sources.collection import Collection

PRICE = 0.05  # seconds
ENOUGH = 20  # boxes of a class from which a usual size can be told
SPREADS = 6.0  # robust standard deviations of the logarithm of the area
TIMES = 16.0  # and at least so many times the usual area, or so small a part of it
TINY = 2.0  # pixels of the shorter side
WHOLE = 1.0  # pixels that a box of the whole picture, which nobody drew, may be away from its edges
LARGER, RARE = 4.0, 0.02  # times the usual area of its class, and share of the class: of things that fill their pictures more do


@dataclass(frozen=True, kw_only=True)
class BoxSizes:
    """Areas in pixels."""

    n: int
    classes: tuple[tuple[str, int, float, float, float], ...]  # name, boxes, 5 %, median and 95 % of the area
    tiny: tuple[str, ...]  # thinner than two pixels, with an area
    small: tuple[str, ...]  # far below the usual area of their class
    large: tuple[str, ...]
    least: float  # share of the usual area, of the smallest such
    most: float  # times the usual area, of the largest such

    def figures(self) -> tuple[Table, ...]:
        """Sizes a class."""
        from nohero.run.figure import Table

        rows = tuple((name, count, round(low), round(middle), round(high)) for name, count, low, middle, high in self.classes[:40])
        return (Table(title="Areas of the boxes, in pixels", columns=("class", "boxes", "5 %", "median", "95 %"), rows=rows),)


def measure(collection: Collection) -> BoxSizes:
    """Quantiles, and the boxes that are no neighbours of them."""
    import numpy as np

    left, top, width, height, wide, high, _ = edges(collection)
    names, labels = box_names(collection), np.asarray(collection.boxes["label"].to_list())
    sound = (width > 0) & (height > 0) & ~((width <= 1) & (height <= 1) & (left <= 1))
    if not sound.any():
        from nohero.setup.refusal import Unmeasurable

        raise Unmeasurable("no box has an area")
    area = np.where(sound, width * height, 1.0)
    tiny: Any = sound & (np.minimum(width, height) < TINY) & (np.minimum(wide, high) > 10 * TINY)
    classes: list[tuple[str, int, float, float, float]] = []
    log, times = np.log(area), np.zeros(len(area))
    small, large = np.zeros(len(area), dtype=bool), np.zeros(len(area), dtype=bool)
    whole = sound & (np.max([left, top, wide - left - width, high - top - height], axis=0) <= WHOLE)
    for label in sorted(set(labels[sound])):
        mine = sound & (labels == label)
        middle = np.median(log[mine])
        low, usual, high = (float(v) for v in np.quantile(area[mine], [0.05, 0.5, 0.95]))
        classes.append((str(label), int(mine.sum()), low, usual, high))
        if mine.sum() < ENOUGH:
            continue
        spread = 1.4826 * np.median(np.abs(log[mine] - middle))
        far = max(SPREADS * spread, np.log(TIMES))
        times[mine] = log[mine] - middle
        small |= mine & (log < middle - far)
        large |= mine & (log > middle + far)
        if (mine & whole).sum() <= max(1, RARE * mine.sum()):
            large |= mine & whole & (log > middle + np.log(LARGER))
    classes.sort(key=lambda c: -c[1])
    return BoxSizes(
        n=int(sound.sum()), classes=tuple(classes), tiny=tuple(names[i] for i in np.flatnonzero(tiny)), small=tuple(names[i] for i in np.flatnonzero(small)),
        large=tuple(names[i] for i in np.flatnonzero(large)), least=float(np.exp(times.min())), most=float(np.exp(times.max())),
    )  # fmt: skip
