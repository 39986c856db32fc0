"""Whether pictures that follow each other are alike: slices of one stack, frames of one film; and which are the same picture.

Legend: N pictures, S side of the small copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nohero.sources.splitting import COPIES

if TYPE_CHECKING:
    from nohero.run.figure import Lines
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
FEWEST = 12
SIDE = 32
LAGS = 8
SAME = 0.995  # correlation from which small copies are the same picture in another file


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """Likeness is the correlation of small grey copies from which what is common to all was taken."""

    n: int
    likeness: tuple[float, ...]  # mean, of pictures 1, 2, ... apart in the order of their names
    others: float  # mean, of pictures far apart
    rank: float  # mean share of the far pictures that are less alike than the next one; 0.5 by chance
    errors: float  # standard errors of that above 0.5
    reach: int  # pictures until likeness has fallen half the way
    torn: float | None  # share of neighbours that stand in two parts; None where the collection is not divided
    copies: tuple[tuple[str, str], ...]  # the same bytes
    alike: tuple[tuple[str, str], ...]  # the same picture in other bytes, as far as small copies tell
    differing: tuple[tuple[str, str], ...]  # copies whose marks differ

    def figures(self) -> tuple[Lines, ...]:
        """Likeness over distance."""
        from nohero.run.figure import Lines, Rule, Series

        apart = tuple(float(i + 1) for i in range(len(self.likeness)))
        series = (Series(name="so many pictures apart", x=apart, y=self.likeness),)
        return (Lines(title="Likeness of pictures that follow each other", x_label="pictures apart", y_label="correlation", series=series, rules=(Rule(label="far apart", value=self.others),)),)


def measure(collection: Collection) -> Neighbours:
    """In the order of the names, with 2 before 10."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    marking = collection.marking
    if marking is None:
        raise Unmeasurable("the collection has neither boxes nor masks")
    n = len(marking.looked)
    if n < FEWEST or n < len(collection):
        raise Unmeasurable(f"fewer than {FEWEST} pictures" if n < FEWEST else "too many pictures to look at each and at the next")
    flat = _flat(marking.thumbs)
    table = flat @ flat.T
    alike = [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(_plain(marking.thumbs) > SAME, 1)), strict=True)]
    exact = _same_bytes(marking.headers)
    likeness = tuple(float(np.diag(table, lag).mean()) for lag in range(1, LAGS + 1))
    far = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) > n // 4
    others = float(table[far].mean())
    ranks = np.array([(table[i, far[i]] < table[i, i + 1]).mean() for i in range(n - 1) if far[i].any()])
    half = (likeness[0] + others) / 2
    reach = next((i for i, value in enumerate(likeness) if value < half), LAGS)
    names = collection.items
    both = sorted({*exact, *alike})
    collection.kept[COPIES] = [*collection.kept.get(COPIES, ()), *both]
    return Neighbours(
        n=n, likeness=likeness, others=others, rank=float(ranks.mean()), errors=float((ranks.mean() - 0.5) * (12 * len(ranks)) ** 0.5), reach=reach, torn=_torn(collection),
        copies=tuple((names[i], names[j]) for i, j in exact), alike=tuple((names[i], names[j]) for i, j in alike if (i, j) not in set(exact)),
        differing=tuple((names[i], names[j]) for i, j in both if _marks(collection, i) != _marks(collection, j)),
    )  # fmt: skip


def _torn(collection: Collection) -> float | None:
    if not collection.split:
        return None
    parts = collection.frame[collection.split].to_list()
    return float(sum(a != b for a, b in pairwise(parts)) / (len(parts) - 1))


def _flat(thumbs: Any) -> Any:
    """[N, S * S]: grey, without the mean picture, standardised."""
    import numpy as np

    grey = thumbs.mean(3, dtype=np.float32)
    step = grey.shape[1] // SIDE
    small = grey.reshape(len(grey), SIDE, step, SIDE, step).mean((2, 4)).reshape(len(grey), -1).astype(np.float64)
    small -= small.mean(1, keepdims=True)
    small -= small.mean(0, keepdims=True)
    return small / np.maximum(np.sqrt((small**2).sum(1, keepdims=True)), 1e-9)


def _plain(thumbs: Any) -> Any:
    """[N, N]: correlations of grey copies of 64 x 64 with nothing taken away but their means; flat pictures are like nothing."""
    import numpy as np

    grey = thumbs.mean(3, dtype=np.float32)[:, ::2, ::2].reshape(len(thumbs), -1)
    grey -= grey.mean(1, keepdims=True)
    size = np.sqrt((grey**2).sum(1, keepdims=True))
    grey = np.where(size > 1.0, grey / np.maximum(size, 1.0), 0.0)
    return grey @ grey.T


def _same_bytes(headers: Any) -> list[tuple[int, int]]:
    first: dict[bytes, int] = {}
    found = []
    for i, header in enumerate(headers):
        if header.digest in first:
            found.append((first[header.digest], i))
        first.setdefault(header.digest, i)
    return found


def _marks(collection: Collection, item: int) -> Any:
    """What is marked, to be compared."""
    mask = collection.marking.masks[item] if collection.marking.masks else None
    boxes = () if collection.boxes is None else tuple(sorted(row[1:6] for row in collection.boxes.filter(collection.boxes["item"] == item).iter_rows()))
    return boxes, None if mask is None else tuple(sorted(mask.counts.items())), None if mask is None else mask.small.tobytes()
