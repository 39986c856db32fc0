"""Rows that are copies: in all fields, in all but one, with another label, and on both sides of a split.

Each field's cells are hashed to 64 bits; a row's hash is the exclusive or of its cells', so that the hash without any one field costs nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.crossed_labels import crossed_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection
    from nohero.sources.whole import RowNames

PRICE = 0.3  # seconds
NAMES = 0.95  # of a field's values differ: leaving it out may show copies that it hides
MOST = 0.5  # of the rows may repeat without the field; more are things of one kind, as pictures of one patient are
SHOWN = 12
MANY = 200_000  # rows of which a sixteenth tells which fields are alike
NEARBY = 4  # fields, those that tell most rows apart, in one of which rows differ
ENOUGH = 100  # pairs of rows that differ in one field, from which on they tell how often labels differ
TOLD = 10  # pairs of rows of a sample that tell something of the whole


@dataclass(frozen=True, kw_only=True)
class Chance:
    """How many repeats come by themselves, though no row was copied.

    Two measures, both from pairs of rows that are nearly equal; copies of a row add to the equal pairs and not to these. `apart` takes the field that tells most
    rows apart: the pairs that differ in it alone, times the odds that two of its values are the same. `alike` takes a second field too, and lets fields hang
    together: pairs that differ in the one alone, times pairs that differ in the other alone, over pairs that differ in both.
    """

    apart: float = 0.0
    alike: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """Copies that show when one field is left out."""

    field: str
    rows: tuple[int, ...]  # that repeat an earlier row; of a table too large to be held, some of them
    count: int  # all of them
    chance: Chance
    moment: bool = False  # the field is a time: the same may come again


@dataclass(frozen=True, kw_only=True)
class Doubles:
    """Rows that have the features of an earlier one, and how many of them would have another label, did their labels differ as often as those of rows that differ in one field alone.

    Rows that are equal differ less often in the label than rows that are nearly so; more often where rows were copied and given another label.
    """

    rows: int
    unlike: float  # that differ from another row of their features, on average
    expected: float
    beyond: float  # deviations of the chance by which those of another label are more; rows of the same features are one draw


@dataclass(frozen=True, kw_only=True)
class RowCopies:
    """Rows by number, of a table too large to be held some of them, while counts are of all; `pairs` gives for some the earlier row."""

    n: int
    repeats: tuple[int, ...]  # rows equal to an earlier one in all fields
    num_repeats: int
    pairs: tuple[tuple[str, str], ...]
    chance: Chance  # of the repeats in all fields
    chance_of_features: Chance  # of the repeats in all fields but the label
    hidden: tuple[Hidden, ...]
    contrary: tuple[int, ...]  # rows with a label that no row of the same features before them has
    num_contrary: int
    contrary_pairs: tuple[tuple[str, str, str, str], ...]  # item, label, the other item, its label
    shared: tuple[tuple[str, str, tuple[int, ...], int], ...]  # (part, other part, rows of the second that stand in the first, how many)
    shared_pairs: tuple[tuple[str, str], ...]
    items: Sequence[str] | RowNames
    parts: tuple[tuple[str, int], ...]  # name and size
    crossed: tuple[str, ...] = ()  # fields that name the rows together with the label and not without it, where no double agrees with an earlier row: the table has a row for each of its labels
    doubles: Doubles | None = None  # where there is a label of which rows can differ
    lone: bool = False  # one field beside the label, and nearly every row has a value of its own there: of chance nothing is known


def measure(collection: Collection) -> RowCopies:
    """Over all fields; the field of the parts counts for none."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    frame = collection.frame.drop([collection.split] if collection.split else [])
    if frame.width < 2 or collection.kind != "row":
        raise Unmeasurable("the items are no rows of several fields")
    if collection.whole is not None:
        return _of_whole(collection, frame)
    hashes = {s.name: _hashes(s, k) for k, s in enumerate(frame)}
    whole = _Keys(reduce(np.bitwise_xor, hashes.values()))
    parts = collection.frame[collection.split].to_numpy() if collection.split else None
    again, first = whole.again()
    hidden = []
    for name in frame.columns if frame.width > 3 else ():
        if name != collection.label and _names_rows(collection, name):
            without = _Keys(whole.keys ^ hashes[name])
            mine, _ = without.again()
            if len(again) < len(mine) <= MOST * frame.height:
                hidden.append(Hidden(field=name, rows=tuple(mine.tolist()), count=len(mine), chance=_chance(frame.drop(name), without, hashes, collection.label), moment=name == collection.time or frame[name].dtype.is_temporal()))
    contrary, contrary_pairs, doubles, doubled = _contrary(collection, whole.keys, hashes)
    shared, shared_pairs = _shared(collection, whole.keys, hashes, parts) if parts is not None else ((), ())
    return RowCopies(
        n=frame.height, repeats=tuple(again.tolist()), num_repeats=len(again), pairs=tuple((collection.items[i], collection.items[j]) for i, j in zip(again[:SHOWN], first, strict=False)),
        chance=_chance(frame, whole, hashes, collection.label), chance_of_features=_chance_of_features(frame, whole, hashes, collection.label), hidden=tuple(hidden), contrary=contrary, num_contrary=len(contrary), contrary_pairs=contrary_pairs, shared=shared, shared_pairs=shared_pairs, items=collection.items,
        parts=tuple((p, int(collection.part(p).sum())) for p in collection.parts), doubles=doubles, crossed=crossed_with(frame, collection.label, hashes) if contrary and len(contrary) == doubled else (), lone=collection.texts is None and _lone(frame, collection.label),
    )  # fmt: skip


def _lone(frame: Any, label: str) -> bool:
    others = [name for name in frame.columns if name != label]
    return bool(label) and len(others) == 1 and frame[others[0]].n_unique() >= NAMES * frame.height


def _of_whole(collection: Collection, frame: Any) -> RowCopies:
    """What was counted while the table was read; chance by the fields of the sample."""
    import numpy as np

    whole, names = collection.whole, collection.whole.names
    told, n = whole.repeats, whole.n
    divided = collection.parts if collection.split and collection.split == whole.split else ()
    number = {name: k for k, name in whole.parts.items()}
    across = [(a, b, told.shared.get((number.get(a), number.get(b)))) for k, a in enumerate(divided) for b in divided[k + 1 :]]
    shared = tuple((a, b, tuple(c.rows), c.count) for a, b, c in across if c is not None and c.count)
    shared_pairs = [(names[i], names[j]) for *_, c in across if c is not None for i, j in zip(c.rows, c.of, strict=True)]
    naming = [f for f in whole.naming if f in frame.columns]
    hashes = {s.name: _hashes(s, k) for k, s in enumerate(frame)}
    keys, unnamed = (_Keys(reduce(np.bitwise_xor, [h for name, h in hashes.items() if name not in left_out], np.zeros(frame.height, dtype=np.uint64))) for left_out in ((), naming))
    hidden = naming and told.repeated.count < told.unnamed.count <= MOST * n
    judged = told.contrary if collection.label and collection.label == whole.label and not frame[collection.label].dtype.is_float() else None
    return RowCopies(
        n=n, repeats=tuple(told.repeated.rows), num_repeats=told.repeated.count, chance=_chance(frame, keys, hashes, collection.label, n),
        chance_of_features=_chance_of_features(frame, keys, hashes, collection.label, n),
        pairs=tuple((names[i], names[j]) for i, j in zip(told.repeated.rows[:SHOWN], told.repeated.of, strict=False)),
        hidden=(Hidden(field=", ".join(naming), rows=tuple(told.unnamed.rows), count=told.unnamed.count, chance=_chance(frame.drop(naming), unnamed, hashes, collection.label, n)),) if hidden else (),
        contrary=tuple(judged.rows) if judged is not None else (), num_contrary=judged.count if judged is not None else 0,
        contrary_pairs=tuple((names[i], "one label", names[j], "another") for i, j in zip(judged.rows[:SHOWN], judged.of, strict=False)) if judged is not None else (),
        shared=shared, shared_pairs=tuple(shared_pairs[:SHOWN]), items=names, parts=whole.part_sizes(divided),
    )  # fmt: skip


def _hashes(series: Any, seed: int) -> Any:
    return series.hash(seed=seed).to_numpy()


def _names_rows(collection: Collection, name: str) -> bool:
    """Whether nearly every row has a value of its own, which is a number, a code or a time: what else is so rich is what the rows are, and leaving it out proves nothing."""
    from nohero.evidence.audit.item_names import names_items

    dtype = collection.frame.schema[name]
    if dtype.is_nested():
        return False
    different = len(collection.tally(name).values) if dtype.is_numeric() else collection.counted(name).height
    return different >= NAMES * len(collection) and (name == collection.time or dtype.is_temporal() or names_items(collection.frame[name], name))


@dataclass(frozen=True, eq=False)
class _Keys:
    """A hash of each row, uint64 [N]."""

    keys: Any

    @cached_property
    def several(self) -> Any:
        """(keys that several rows have, in their order, and how many rows)."""
        import numpy as np
        import polars as pl

        ordered = pl.Series(self.keys).sort().to_numpy()
        equal = np.flatnonzero(ordered[1:] == ordered[:-1])
        starts = equal[np.diff(equal, prepend=-2) > 1]  # of runs of equal keys
        return ordered[starts], np.bincount(np.cumsum(np.diff(equal, prepend=-2) > 1) - 1, minlength=len(starts)) + 1

    @property
    def repeats(self) -> int:
        """Rows whose key stands before."""
        return int((self.several[1] - 1).sum())

    @property
    def equal_pairs(self) -> float:
        """Pairs of rows with one key."""
        counts = self.several[1].astype(float)
        return float((counts * (counts - 1) / 2).sum())

    def again(self) -> tuple[Any, Any]:
        """(rows that repeat an earlier one, the first row with the key of each)."""
        import numpy as np
        import polars as pl

        known = self.several[0]
        rows = np.flatnonzero(pl.Series(self.keys).is_in(pl.Series(known).implode()).to_numpy()) if len(known) else np.zeros(0, dtype=np.int64)
        _, first, inverse = np.unique(self.keys[rows], return_index=True, return_inverse=True)
        earliest = rows[first[inverse]]
        return rows[rows != earliest], earliest[rows != earliest]


def _chance(frame: Any, whole: _Keys, hashes: dict[str, Any], label: str, n: int = 0) -> Chance:
    """Of the repeats among the rows of `frame`, or among `n` rows of which they are a sample; what the label alone tells apart may be a mistake, and is no measure."""
    m = frame.height
    repeats, equal = whole.repeats, whole.equal_pairs
    if not repeats and n <= m:
        return Chance()
    telling = sorted((name for name in frame.columns if name != label), key=lambda name: _different(whole.keys, hashes[name]))[:2]
    if not telling:
        return Chance()
    alone = [_Keys(whole.keys ^ hashes[name]).equal_pairs - equal for name in telling]
    if n > m and min(alone) < TOLD:
        return Chance()
    both = _Keys(whole.keys ^ hashes[telling[0]] ^ hashes[telling[1]]).equal_pairs - equal - sum(alone) if len(telling) > 1 else 0.0
    same = _equal_pairs(frame[telling[0]]) / (m * (m - 1) / 2)
    scale = (n / m) ** 2 if n > m else repeats / equal
    return Chance(apart=scale * (alone[0] * same / (1 - same) if same < 1 else equal), alike=scale * alone[0] * alone[1] / both if both else 0.0)


def _chance_of_features(frame: Any, whole: _Keys, hashes: dict[str, Any], label: str, n: int = 0) -> Chance:
    """The same with the label left aside, as contrary rows and rows of two parts are told."""
    return _chance(frame.drop(label), _Keys(whole.keys ^ hashes[label]), hashes, "", n) if label in hashes else _chance(frame, whole, hashes, "", n)


def _different(keys: Any, hashes: Any) -> float:
    """The share of different keys without one field; among many, of those that end in zeros, for equal keys end alike."""
    import numpy as np
    import polars as pl

    if len(keys) > MANY:
        some = np.flatnonzero((keys ^ hashes) & np.uint64(15) == 0)
        keys, hashes = keys[some], hashes[some]
    return float(pl.Series(keys ^ hashes).n_unique() / max(1, len(keys)))


def _equal_pairs(series: Any) -> float:
    counts = series.value_counts(name="times of it").to_series(1).to_numpy().astype(float)
    return float((counts * (counts - 1) / 2).sum())


def _contrary(collection: Collection, whole: Any, hashes: dict[str, Any]) -> tuple[tuple[int, ...], tuple[tuple[str, str, str, str], ...], Doubles | None, int]:
    """Rows whose features stand at an earlier row, but with another label; and how many have these features, whatever the label."""
    if not collection.label or collection.frame[collection.label].dtype.is_float():
        return (), (), None, 0
    again, first = _Keys(whole ^ hashes[collection.label]).again()
    labels = collection.frame[collection.label]
    mine, other = (labels[rows].cast(str).fill_null("").to_list() for rows in (again, first))
    odd = [(i, a, j, b) for i, a, j, b in zip(again.tolist(), mine, first.tolist(), other, strict=True) if a != b]
    doubles = _doubles(again, first, hashes[collection.label], _differ_nearby(whole, hashes, collection.label)) if odd else None
    return tuple(i for i, *_ in odd), tuple((collection.items[i], a, collection.items[j], b) for i, a, j, b in odd[:SHOWN]), doubles, len(again)


def _differ_nearby(whole: Any, hashes: dict[str, Any], label: str) -> float:
    """Of the pairs of rows that differ in one feature alone, those whose labels differ; not a number of few pairs."""
    features = whole ^ hashes[label]
    telling = sorted((name for name in hashes if name != label), key=lambda name: _different(features, hashes[name]))[:NEARBY]
    equal, same = _Keys(features).equal_pairs, _Keys(whole).equal_pairs
    pairs = sum(_Keys(features ^ hashes[name]).equal_pairs - equal for name in telling)
    agree = sum(_Keys(whole ^ hashes[name]).equal_pairs - same for name in telling)
    return 1 - agree / pairs if pairs >= ENOUGH else float("nan")


def _doubles(again: Any, first: Any, labels: Any, differ: float) -> Doubles | None:
    """`first` is the earliest row like each of the doubles, `labels` are those of all rows, and `differ` says how often labels of rows nearby are unlike."""
    import numpy as np

    if not 0 < differ < 1:
        return None
    earliest = np.unique(first)
    group, label = np.concatenate([first, earliest]), labels[np.concatenate([again, earliest])]
    _, sizes = np.unique(group, return_counts=True)
    both, alike = np.unique(np.stack([group.astype(np.uint64), label.astype(np.uint64)]), axis=1, return_counts=True)
    pairs = np.bincount(np.searchsorted(earliest, both[0].astype(earliest.dtype)), weights=alike * (alike - 1.0))
    shares = 1 - pairs / (sizes * (sizes - 1.0))  # of the pairs within a group, those unlike: in a file sorted by label the earliest row has the rarer one
    return Doubles(
        rows=len(first), unlike=float(((sizes - 1) * shares).sum()), expected=differ * len(first), beyond=float(shares.sum() - len(shares) * differ) / float((len(shares) * differ * (1 - differ)) ** 0.5),
    )  # fmt: skip


def _shared(collection: Collection, whole: Any, hashes: dict[str, Any], parts: Any) -> tuple[Any, Any]:
    """Rows of later parts whose features stand in an earlier part; the label may be missing there."""
    import numpy as np

    keys = whole ^ hashes[collection.label] if collection.label in hashes else whole
    found, pairs = [], []
    for k, one in enumerate(collection.parts):
        for other in collection.parts[k + 1 :]:
            mine, theirs = np.flatnonzero(parts == one), np.flatnonzero(parts == other)
            place = {int(h): int(i) for h, i in zip(keys[mine][::-1], mine[::-1], strict=True)}
            rows = [int(i) for i in theirs if int(keys[i]) in place]
            if rows:
                found.append((one, other, tuple(rows), len(rows)))
                pairs += [(collection.items[i], collection.items[place[int(keys[i])]]) for i in rows[:SHOWN]]
    return tuple(found), tuple(pairs[:SHOWN])
