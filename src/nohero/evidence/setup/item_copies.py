"""Items that stand more than once: in the training part, on both sides of the split, nearly alike, or as windows over the same values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.5  # seconds
STEPS = 0
MARGIN = 5.0  # nats of surprise beyond what makes one chance pair of equal items likely
PROBED = 300  # evaluated items whose nearest training items are looked for
AGAINST = 4000  # training items they are looked for among
CLOSE = 0.05  # of the distance to the tenth nearest: no neighbour comes so near by chance
NAMED = 5
APART = 0.01  # of the items that a part marks as its own: beyond that the marks do not keep the parts apart


@dataclass(frozen=True, kw_only=True)
class Leak:
    """One evaluated part against the training part."""

    part: str
    n: int
    copies: int  # items whose inputs stand in training, too rich to agree by chance
    expected: float  # share of copies that whole-number data has by nature: what training items stand more than once
    pairs: tuple[tuple[int, int], ...]  # (evaluated item, training item)
    same_answer: float  # share of the copies with training's target; not-a-number where it is not known
    asked_apart: bool  # each part marks other items as its own
    shared: int  # places of the data set in both parts, whose items read alike
    near: int  # items with a near copy in training
    near_of: int
    near_chance: float  # share expected by chance
    near_pairs: tuple[tuple[int, int], ...]
    overlapping: int  # windows, half of whose values stand in a row in training windows
    overlapping_targets: int  # of these, with the target's value among training values
    overlapping_of: int


@dataclass(frozen=True, kw_only=True)
class ItemCopies:
    """Repeats in training, and leaks."""

    items: int
    ordered: bool  # read from a data set, not drawn by a loader
    judged: int  # items rich enough to be told from chance
    repeats: int  # items whose inputs stood before, with the same target
    codes: bool  # all inputs are whole numbers, which may agree by the nature of the data
    in_rows: int  # repeats whose next item repeats the next one
    pairs: tuple[tuple[int, int], ...]
    whole_set_repeated: bool  # every item stands equally often: meant so
    one_class: bool  # all repeats are of the rarer class: oversampled
    contradicting: int  # items with the inputs of another item and another class
    alike: int  # the same, poor items too: inputs that do not tell items apart
    contradicting_pairs: tuple[tuple[int, int], ...]
    leaks: tuple[Leak, ...]


def measure(setup: Setup) -> ItemCopies:
    """Hash the items of every part; then look for near copies and common windows."""
    import numpy as np

    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    parts = parts_of(setup)
    train = parts["train"]
    names = tuple(n for n, v in train.inputs.items() if not handed_on(v, train))
    if not names or train.n < 2:
        raise Unmeasurable("the items of the training part cannot be laid side by side")
    keys = _keys(train, names)
    rich = _rich(train, names)
    first: dict[bytes, int] = {}
    before = np.asarray([first.setdefault(k, i) for i, k in enumerate(keys)])
    again = (before != np.arange(len(keys))) & rich & _answered_alike(train, before)
    counts = np.unique(before[rich], return_counts=True)[1] if rich.any() else np.asarray([1])
    wrong = _contradicting(train, before, rich)
    at = train.index
    return ItemCopies(
        items=train.n, ordered=train.ordered, judged=int(rich.sum()), repeats=int(again.sum()), codes=_codes(train, names),
        in_rows=int((again[:-1] & again[1:] & (np.diff(before) == 1)).sum()),
        pairs=tuple((int(at[i]), int(at[before[i]])) for i in np.flatnonzero(again)[:NAMED]),
        whole_set_repeated=bool(counts.min() > 1 and np.mean(counts == np.median(counts)) > 0.9),
        one_class=_one_class(train, again), contradicting=len(wrong), alike=len(_contradicting(train, before, np.ones_like(rich))),
        contradicting_pairs=tuple((int(at[i]), int(at[before[i]])) for i in wrong[:NAMED]),
        leaks=tuple(_leak(train, part, names, first) for part in parts.values() if part.name != "train" and all(n in part.inputs and part.inputs[n].shape[1:] == train.inputs[n].shape[1:] for n in names)),
    )  # fmt: skip


def handed_on(array: Any, part: Part) -> bool:
    """An input that is the target again, as models are given it that have a loss, or a margin, of their own."""
    import numpy as np

    return any(array.shape == t.shape and array.size == len(array) and np.array_equal(array, t) for t in part.targets.values())


def _keys(part: Part, names: tuple[str, ...]) -> list[bytes]:
    """The content of each item, in 16 bytes."""
    import hashlib

    import numpy as np

    arrays = [np.ascontiguousarray(part.inputs[n]) for n in names]
    return [hashlib.blake2b(b"".join(a[i].tobytes() for a in arrays), digest_size=16).digest() for i in range(part.n)]


def _rich(part: Part, names: tuple[str, ...]) -> Any:
    """Items with so surprising values that two equal ones are no chance: values that are different within the item are counted once."""
    import numpy as np

    total = np.zeros(part.n)
    needed = 2 * np.log(max(part.n, 2)) + MARGIN
    for name in names:
        array = part.inputs[name].reshape(part.n, -1)
        if array.shape[1] > 256:
            array = array[:, np.linspace(0, array.shape[1] - 1, 256).astype(int)]
        _, codes, counts = np.unique(array, return_inverse=True, return_counts=True)
        codes = codes.reshape(array.shape)
        surprise = -np.log(counts / array.size)
        ordered = np.sort(codes, axis=1)
        new = np.concatenate([np.ones((part.n, 1), dtype=bool), np.diff(ordered, axis=1) != 0], axis=1)
        total += (surprise[ordered] * new).sum(1)
    return total > needed


def _classes(part: Part) -> Any:
    """One class an item, or None."""
    y = part.y
    if y is None or y.reshape(len(y), -1).shape[1] != 1:
        return None
    flat = y.reshape(-1)
    if flat.dtype.kind in "iub" or set(map(float, flat[:5000])) <= {0.0, 1.0}:
        return flat.astype("int64")
    return None


def _contradicting(part: Part, before: Any, rich: Any) -> list[int]:
    import numpy as np

    y = _classes(part)
    return [] if y is None or part.extras else [int(i) for i in np.flatnonzero(rich & (before != np.arange(len(before))) & (y != y[before]))]


def _answered_alike(part: Part, before: Any) -> Any:
    """Items with the target of the item they repeat; a state that is met twice, with another outcome, is no row that was read twice."""
    import numpy as np

    alike = np.ones(len(before), dtype=bool)
    for y in part.targets.values():
        if len(y) == len(before):
            alike &= (y == y[before]).reshape(len(y), -1).all(1)
    return alike


def _one_class(part: Part, again: Any) -> bool:
    """Whether nearly all repeats are of one class that would be rare without them."""
    import numpy as np

    y = _classes(part)
    if y is None or not again.any():
        return False
    values, counts = np.unique(y[again], return_counts=True)
    most = values[counts.argmax()]
    return bool(counts.max() >= 0.9 * again.sum() and (y[~again] == most).mean() < 1 / max(2, len(np.unique(y))) + 0.05)


def _leak(train: Part, part: Part, names: tuple[str, ...], first: dict[bytes, int]) -> Leak:
    import numpy as np

    from nohero.evidence.setup import shared_windows

    keys = _keys(part, names)
    rich = _rich(part, names) if part.n > 1 else np.zeros(part.n, dtype=bool)
    hits = [(int(part.index[i]), int(train.index[first[k]])) for i, k in enumerate(keys) if rich[i] and k in first]
    near, near_of, chance, near_pairs = _near(train, part)
    windows, targets, of = shared_windows.shared(train, part)
    return Leak(
        part=part.name, n=part.n, copies=len(hits), expected=_coverage(train, names), same_answer=_same_answer(train, part, keys, first), asked_apart=_asked_apart(train, part, names), pairs=tuple(hits[:NAMED]), shared=max(_shared(train, part), _same_set(train, names, keys)), near=near, near_of=near_of,
        near_chance=chance, near_pairs=near_pairs, overlapping=windows, overlapping_targets=targets, overlapping_of=of,
    )  # fmt: skip


def _same_answer(train: Part, part: Part, keys: list[bytes], first: dict[bytes, int]) -> float:
    """How many copies have their target as well: the nodes of one graph stand in every part, each part with targets for others of them."""
    import numpy as np

    a, b = train.y, part.y
    if a is None or b is None or len(a) != train.n or len(b) != part.n or a.shape[1:] != b.shape[1:]:
        return float("nan")
    hits = [(first[k], i) for i, k in enumerate(keys) if k in first]
    if a.dtype.kind in "iu":  # below zero a label says that none is known
        hits = [(m, i) for m, i in hits if (a[m] >= 0).any() or (b[i] >= 0).any()]
    return float(np.mean([np.array_equal(a[m], b[i]) for m, i in hits])) if hits else float("nan")


def _asked_apart(train: Part, part: Part, names: tuple[str, ...]) -> bool:
    """Whether each part marks other items as its own, as the masks of one graph's nodes do: what is marked in the one is not in the other."""
    for mark, mine in train.extras.items():
        theirs = part.extras.get(mark)
        if theirs is None or mine.dtype.kind != "b" or theirs.dtype.kind != "b" or not mine.any() or not theirs.any():
            continue
        known, asked = ({k for k, m in zip(_keys(p, names), marks, strict=True) if m} for p, marks in ((train, mine), (part, theirs)))
        if len(known & asked) < APART * len(asked):
            return True
    return False


def _codes(part: Part, names: tuple[str, ...]) -> bool:
    return all(part.inputs[n].dtype.kind in "iub" and part.inputs[n].ndim < 4 for n in names)


def _coverage(train: Part, names: tuple[str, ...]) -> float:
    """The share of new items that whole-number data is expected to have met in training (Good and Turing: one minus the share of singles)."""
    import numpy as np

    if not _codes(train, names):
        return 0.0
    counts = np.unique(np.asarray(_keys(train, names)), return_counts=True)[1]
    return float(1 - (counts == 1).sum() / train.n)


def _same_set(train: Part, names: tuple[str, ...], keys: list[bytes]) -> int:
    """Items of the part, where it holds training's items one for one; a table of all that is possible is the same everywhere."""
    import numpy as np

    mine = _keys(train, names)
    if len(keys) < 16 or len(set(keys)) < 8 or not (sorted(keys) == sorted(mine) or keys == mine[: len(keys)]):
        return 0
    columns = [len(np.unique(c)) for n in names for c in train.inputs[n].reshape(train.n, -1)[:, :64].T]
    return 0 if float(np.prod(np.asarray(columns, dtype=float))) <= 1.01 * len(set(mine)) else len(keys)


def _shared(train: Part, part: Part) -> int:
    """Places of one data set in both parts; where items change from reading to reading, only if they stay recognisable."""
    import numpy as np

    if not train.root or train.root != part.root or train.places is None or part.places is None:
        return 0
    common = np.intersect1d(train.places, part.places)
    if len(common) < 2 or not train.complete or not part.complete or len(train.places) != train.n or len(part.places) != part.n:
        return len(common) if len(common) > 16 and train.x is not None and _alike(train.x[:64], train.x[:64]) else 0
    mine, theirs = (np.searchsorted(p.places, common) if (np.diff(p.places) > 0).all() else None for p in (train, part))
    if mine is None or theirs is None or train.x is None or part.x is None or len(common) <= 16:
        return 0
    return len(common) if _alike(train.x[mine[:64]], part.x[theirs[:64]]) else 0


def _alike(left: Any, right: Any) -> bool:
    """Whether items at the same places are far more alike than items at different places."""
    import numpy as np

    a, b = (v.reshape(len(v), -1).astype(np.float64) for v in (left, right))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return False
    return bool(((a - b) ** 2).mean() < 0.3 * ((a - np.roll(b, 1, axis=0)) ** 2).mean())


def _near(train: Part, part: Part) -> tuple[int, int, float, tuple[tuple[int, int], ...]]:
    """(items with a near copy, items looked at, share expected by chance, pairs)."""
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    x, z = train.x, part.x
    if x is None or z is None or x.dtype.kind != "f" or x.ndim < 2 or train.n < 100 or part.n < 20:
        return 0, 0, 0.0, ()
    a, b = x[:AGAINST].reshape(min(train.n, AGAINST), -1).astype(np.float32), z.reshape(part.n, -1).astype(np.float32)
    pick = np.linspace(0, part.n - 1, min(PROBED, part.n)).astype(int)
    b = b[pick]
    if a.shape[1] > 768:
        chosen = np.linspace(0, a.shape[1] - 1, 768).astype(int)
        a, b = a[:, chosen], b[:, chosen]
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return 0, 0, 0.0, ()
    spread = a.std(0)
    used = spread > 1e-6 * max(float(spread.max()), 1e-30)
    a, b = a[:, used] / spread[used], b[:, used] / spread[used]
    distance, place = NearestNeighbors(n_neighbors=min(50, len(a))).fit(a).kneighbors(b)
    first, tenth, last = distance[:, 0], distance[:, 9], distance[:, -1]
    good = (tenth > 0) & (last > tenth) & (first > 1e-5 * tenth)  # an exact copy is counted elsewhere
    if good.sum() < 20:
        return 0, 0, 0.0, ()
    dimension = float(np.median(np.log(distance.shape[1] / 10) / np.log(last[good] / tenth[good])))
    chance = 1 - (1 - CLOSE ** min(dimension, 50)) ** 9
    close = good & (first < CLOSE * tenth)
    pairs = tuple((int(part.index[pick[i]]), int(train.index[place[i, 0]])) for i in np.flatnonzero(close)[:NAMED])
    return int(close.sum()), len(b), float(chance), pairs
