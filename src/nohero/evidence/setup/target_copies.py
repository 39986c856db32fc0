"""Whether one feature alone is the target: equal, scaled, coded anew, or with a little noise; and what the other features can do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 0
LEAST = 40  # items
WIDEST = 2000  # features
EQUAL = 1e-9  # share of the variance left over, below which two columns are one (float32 rounds at about 1e-13)
ALMOST = 2e-3  # of the variance left over: a copy with a little noise
GAP = 3.0  # width of the gap between the classes, in spreads within them: a cut through one cloud has none
SEPARATE = 200  # features tried for separating classes


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One feature that is the target: kind is equal, affine, coded, monotone, near or separates."""

    feature: str
    kind: str
    left: float  # share of the target's variance that the feature leaves (classes: share of items on the wrong side)
    gap: float  # classes: width of the gap between them, in spreads within them
    last_step: bool  # of a sequence: the newest value of the window


@dataclass(frozen=True, kw_only=True)
class TargetCopies:
    """The features that are the target, and the skill of all others together."""

    n: int
    features: int
    copies: tuple[Copy, ...]
    others: float  # skill of the other features: 0 for a constant, 1 for all right; nan where none are left
    classes: int
    sequence: bool
    wide: bool  # features left when the copies are taken away: at least two


def measure(setup: Setup) -> TargetCopies:
    """Every feature of tables and of windows against the target."""
    import numpy as np

    from nohero.evidence.setup import probing
    from nohero.evidence.setup.item_copies import handed_on
    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    part = parts_of(setup)["train"]
    labels = probing.labels_of(part)
    if labels is None or part.n < LEAST:
        raise Unmeasurable("the training items have no one label each")
    columns, names = [], []
    for name, x in part.inputs.items():
        width = int(np.prod(x.shape[1:]))
        if handed_on(x, part) or name.rsplit(".", 1)[-1] in probing.KEYS or x.ndim > 3 or width > WIDEST or (x.dtype.kind != "f" and x.ndim > 1):
            continue
        columns.append(x[:5000].reshape(min(len(x), 5000), -1).astype(np.float64))
        names += [f"{name}[{', '.join([':', *map(str, np.unravel_index(j, x.shape[1:]))])}]" if x.ndim > 1 else name for j in range(width)]
    if not columns:
        raise Unmeasurable("the inputs are no table and no windows")
    table = np.nan_to_num(np.concatenate(columns, 1))
    y = labels[0][: len(table)]
    sequence = any(x.ndim == 3 or (x.ndim == 2 and slides(x)) for x in part.inputs.values())
    copies = _of_classes(table, y, names, len(labels[1])) if labels[1] else _of_values(table, y, names)
    newest = _newest(part.inputs, names) if sequence else set()
    copies = [Copy(feature=c.feature, kind=c.kind, left=c.left, gap=c.gap, last_step=c.feature in newest) for c in copies]
    rest = [j for j, n in enumerate(names) if n not in {c.feature for c in copies}]
    others = _skill(table[:, rest], y, len(labels[1])) if rest and copies else float("nan")
    return TargetCopies(n=len(y), features=len(names), copies=tuple(copies[:10]), others=others, classes=len(labels[1]), sequence=sequence, wide=len(rest) >= 2)


def slides(x: Any) -> bool:
    """Whether the columns of a table are a window sliding along one series."""
    import numpy as np

    if x.dtype.kind != "f" or x.shape[1] < 4 or len(x) < LEAST:
        return False
    follow = [np.mean(x[1:200, :-s] == x[:199, s:][: len(x[1:200])]) for s in (1, 2) if x.shape[1] > s]
    return bool(max(follow) > 0.9 and len(np.unique(x[:50])) > 30)


def _newest(inputs: dict[str, Any], names: list[str]) -> set[str]:
    found = set()
    for name, x in inputs.items():
        last = x.shape[1] - 1 if x.ndim > 1 else 0
        found |= {n for n in names if n.startswith((f"{name}[:, {last}]", f"{name}[:, {last},"))}
    return found


def _of_values(table: Any, y: Any, names: list[str]) -> list[Copy]:
    """By correlation, then by rank."""
    import numpy as np
    from scipy.stats import rankdata

    if len(np.unique(y)) < 10:
        return []
    spread = table.std(0)
    used = np.flatnonzero(spread > 1e-12)
    z = (table[:, used] - table[:, used].mean(0)) / spread[used]
    t = (y - y.mean()) / y.std()
    left = 1 - np.minimum((z.T @ t / len(t)) ** 2, 1)
    found = []
    for k in np.argsort(left)[:10]:
        j = int(used[k])
        if left[k] < EQUAL:
            found.append(Copy(feature=names[j], kind="affine", left=float(left[k]), gap=0.0, last_step=False))
        elif left[k] < ALMOST:
            found.append(Copy(feature=names[j], kind="near", left=float(left[k]), gap=0.0, last_step=False))
        elif abs(np.corrcoef(rankdata(table[:, j]), rankdata(y))[0, 1]) > 1 - 1e-9 and len(np.unique(y)) > 0.5 * len(y):
            found.append(Copy(feature=names[j], kind="monotone", left=float(left[k]), gap=0.0, last_step=False))
    exact = [c for c in found if c.kind != "near"]
    return exact or (found if len(found) == 1 else [])


def _of_classes(table: Any, y: Any, names: list[str], k: int) -> list[Copy]:
    """Columns that code the classes one to one, mark one class, or lie apart for them."""
    import numpy as np

    counts = np.bincount(y, minlength=k)
    coded, apart = [], []
    for j in range(table.shape[1]):
        column = table[:, j]
        values, codes = np.unique(column, return_inverse=True)
        if len(values) == k and len(values) > 1:
            cross = np.zeros((k, k), dtype=int)
            np.add.at(cross, (codes, y), 1)
            if ((cross > 0).sum(0) == 1).all() and ((cross > 0).sum(1) == 1).all():
                coded.append(Copy(feature=names[j], kind="coded", left=0.0, gap=float("inf"), last_step=False))
                continue
        if len(values) == 2 and any(counts[c] >= 3 and np.array_equal(codes == one, y == c) for c in range(k) for one in (0, 1)):
            coded.append(Copy(feature=names[j], kind="coded", left=0.0, gap=float("inf"), last_step=False))
            continue
        if k <= 20 and len(values) > 10 and j < SEPARATE:
            gap = _gap(column, y, k)
            if gap is not None:
                apart.append(Copy(feature=names[j], kind="near" if gap >= GAP else "separates", left=0.0, gap=gap, last_step=False))
    return coded or (apart if len(apart) == 1 else [])


def _gap(column: Any, y: Any, k: int) -> float | None:
    """The least gap between neighbouring classes in spreads within them; None where classes overlap."""
    import numpy as np

    edges = sorted((float(column[y == c].min()), float(column[y == c].max()), float(column[y == c].std())) for c in range(k) if (y == c).sum() >= 3)
    if len(edges) < 2 or any(a[1] >= b[0] for a, b in pairwise(edges)):
        return None
    return float(np.min([(b[0] - a[1]) / max(a[2], b[2], 1e-30) for a, b in pairwise(edges)]))


def _skill(x: Any, y: Any, k: int) -> float:
    from nohero.evidence.setup import probing

    take = min(len(y), probing.MOST)
    spread = x[:take].std(0)
    z = ((x[:take] - x[:take].mean(0)) / spread.clip(1e-12))[:, spread > 1e-9][:, :300]
    if not z.shape[1]:
        return 0.0
    columns = probing.wanted(y[:take], k)
    return max(probing.skill(v, y[:take], k) for v in (probing.ridge_left_out(z, columns), columns[probing.neighbours(z)].mean(1)))
