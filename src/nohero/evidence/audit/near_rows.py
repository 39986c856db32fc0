"""Pairs of rows that differ in one or two of many fields, and whether there are more of them than of pairs that differ in three or four.

Rows that are nearly alike by chance grow rarer the fewer fields they differ in. A row that was entered twice and changed a little is one of a heap at one or two. Fields are dealt to three blocks: rows
that differ in two agree in all of some block, and so only rows with an equal block are compared. That two rows share what a field mostly has (0, "no", nothing) makes them no more alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.shared_weight import shared_weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
ROWS = 50_000  # compared with one another
FIELDS = 8  # in which two rows differ, or share what tells something, at least
COMMON = 0.1  # of the rows that have a field's commonest value, from which on to share it tells nothing
BLOCKS = 3
RUN = 30  # rows with one block, beyond which they are alike by custom
CUSTOM = 0.5  # of the rows that may be so in the block in which most are not
FEW, MORE = 2, 4  # fields in which rows differ that are nearly alike, and in which those differ that they are measured by
DRAWN = 12
NUMBERS = 0.95  # of the rows have a value of their own in a whole number that numbers them
OFTEN, AS_CHANCE = 0.1, 0.6  # of the pairs that differ in a field; of the share of any two rows that do
SAME = 1e-4  # of a field's spread: steps that differ by less are one


@dataclass(frozen=True, kw_only=True)
class Step:
    """Rows that are so much on in a number from the nearest that is like them: a year, a wave."""

    field: str
    by: float
    share: float  # of the later rows of the pairs


@dataclass(frozen=True, kw_only=True)
class NearRows:
    """`pairs` differ in one or two of `num_fields` fields; `farther` pairs that were met on the way differ in three or four."""

    n: int
    num_fields: int
    pairs: tuple[tuple[int, int], ...]  # (earlier row, later row)
    farther: int
    alike: int  # rows that have such a neighbour, whatever it is that they share
    across: int  # pairs of two parts
    fields: tuple[tuple[str, int], ...]  # in which they differ, and how many do; commonest first
    shown: tuple[tuple[str, str, str], ...]  # of the first pairs: the rows, and what differs
    step: Step | None  # by which most pairs differ
    free: tuple[str, ...]  # fields that differ in many pairs, each without the others, as often as in any two rows: what else the pairs share hangs together
    weight: float  # fields that the pairs share and that hang together with no other
    items: Sequence[str]


def measure(collection: Collection, profile: Profile) -> NearRows:
    """Numbers and names of the rows are left aside, and rows that are equal throughout count once."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    aside = {collection.split, *(f.name for f in profile.fields if f.kind in ("identifier", "constant", "empty"))}
    names = [c for c in collection.frame.columns if c not in aside and not collection.frame[c].dtype.is_nested()]
    if collection.kind != "row" or len(names) < FIELDS:
        raise Unmeasurable(f"the items are no rows of {FIELDS} fields or more")
    if collection.time:
        raise Unmeasurable("rows that follow each other in time are alike")
    frame = collection.frame.select(names).head(ROWS)
    hashes = np.column_stack([s.hash(seed=k).to_numpy() for k, s in enumerate(frame)])
    rows = np.sort(np.unique(np.bitwise_xor.reduce(hashes, axis=1), return_index=True)[1])
    one, other, custom = _met(hashes[rows])
    if custom > CUSTOM:
        raise Unmeasurable("most rows are alike in a third of the fields and more")
    differ = hashes[rows[one]] != hashes[rows[other]]
    missing = np.column_stack([s.is_null().to_numpy() for s in frame])[rows]
    moments = [j for j, s in enumerate(frame) if s.dtype.is_temporal()]
    differ, by_name = _named_apart(differ, [s.name != collection.label and _own(s) for s in frame])
    told = (((differ | ~missing[one]) & (differ | ~by_name)).sum(1) >= FIELDS) & ~differ[:, moments].any(1)  # at another time the same may come again
    one, other, differ, by_name = one[told], other[told], differ[told], by_name[told]
    count = differ.sum(1)
    by_label = differ[:, names.index(collection.label)] & (count == 1) if collection.label in names else np.zeros(len(count), dtype=bool)
    near = (count <= FEW) & ~by_label
    alike = len(np.unique(np.concatenate([one[near], other[near]])))
    common = np.column_stack([_common(s) for s in frame])[rows]
    near &= ((differ | ~common[one]) & (differ | ~by_name)).sum(1) >= FIELDS
    pairs = np.stack([rows[one[near]], rows[other[near]]], 1)
    pairs = pairs[np.argsort(pairs[:, 1], kind="stable")]
    changed = differ[near].sum(0)
    parts = collection.frame[collection.split].head(ROWS).to_numpy() if collection.split else np.zeros(frame.height)
    return NearRows(
        n=frame.height, num_fields=len(names), pairs=tuple((int(a), int(b)) for a, b in pairs), farther=int(((count > FEW) & (count <= MORE)).sum()),
        alike=alike, across=int((parts[pairs[:, 0]] != parts[pairs[:, 1]]).sum()), fields=tuple((names[j], int(changed[j])) for j in np.argsort(-changed, kind="stable") if changed[j]),
        shown=tuple(_shown(collection, names, int(a), int(b)) for a, b in pairs[:DRAWN]), step=_step(frame, pairs), free=tuple(names[j] for j in _free(differ[near], hashes)), weight=shared_weight(hashes, pairs, collection.seed), items=collection.items,
    )  # fmt: skip


def _named_apart(differ: Any, named: list[bool]) -> tuple[Any, Any]:
    """(what pairs differ in, what they differ in by name alone): rows differ in names whatever they are, so this is no difference, and no sign of likeness, of pairs that differ in anything else."""
    by_name = differ & named
    return differ & ~(by_name & (differ & ~by_name).any(1, keepdims=True)), by_name


def _own(series: Any) -> bool:
    """Whether nearly every row has a whole number or a word of its own: rows differ there whatever they are, and a copy that was made to pass as another row does too."""
    full = series.drop_nulls()
    if not full.len() or full.dtype.is_temporal() or full.n_unique() < NUMBERS * full.len():
        return False
    return not full.dtype.is_float() or bool((full % 1 == 0).all())


def _common(series: Any) -> Any:
    """Bool [N]: the cell is missing, or has the value that a tenth of the rows and more have."""
    top, count = series.value_counts(sort=True, name="times of it").row(0)
    missing = series.is_null().to_numpy()
    return missing if top is None or count < COMMON * series.len() else missing | (series == top).fill_null(value=False).to_numpy()


def _free(differ: Any, hashes: Any) -> list[int]:
    """Pairs of one design, or of one place, may have anything where the design says nothing."""
    import numpy as np

    often = [j for j in np.flatnonzero(differ.mean(0) >= OFTEN).tolist() if differ[:, j].mean() >= AS_CHANCE * (1 - float(((np.unique(hashes[:, j], return_counts=True)[1] / len(hashes)) ** 2).sum()))] if len(differ) else []
    return [j for j in often if any(min((differ[:, j] & ~differ[:, k]).mean(), (differ[:, k] & ~differ[:, j]).mean()) >= OFTEN for k in often if k != j)]


def _step(frame: Any, pairs: Any) -> Step | None:
    """The number of three values and more, but no number of the rows, in which most pairs differ by as much."""
    import numpy as np

    found = []
    for series in frame if len(pairs) else ():
        if not series.dtype.is_numeric() or series.n_unique() < 3 or (series.dtype.is_integer() and series.n_unique() >= NUMBERS * series.len()):
            continue
        values = series.cast(float).to_numpy()
        nearest = np.full(len(values), np.inf)  # of several years that are alike each is a year from the next
        apart = np.abs(values[pairs[:, 0]] - values[pairs[:, 1]])
        np.fmin.at(nearest, pairs[:, 1], np.where(apart > 0, apart, np.inf))
        steps = nearest[np.isfinite(nearest)] / (unit := SAME * float(np.nanstd(values)))
        sizes, counts = np.unique(np.round(steps), return_counts=True)
        if len(sizes):
            near = steps[np.abs(steps - sizes[counts.argmax()]) <= 1]
            found.append(Step(field=series.name, by=float(np.median(near)) * unit, share=len(near) / len(np.unique(pairs[:, 1]))))
    return max(found, key=lambda s: s.share, default=None)


def _met(hashes: Any) -> tuple[Any, Any, float]:
    """(one, other, least share of rows that are alike by custom): pairs of rows with an equal block."""
    import numpy as np

    richest = np.argsort([-len(np.unique(column)) for column in hashes.T], kind="stable")
    found, custom = [np.zeros(0, dtype=np.int64)], []
    for block in range(BLOCKS):
        keys = np.bitwise_xor.reduce(hashes[:, richest[block::BLOCKS]], axis=1)
        order = np.argsort(keys, kind="stable")
        runs = np.cumsum(np.diff(keys[order], prepend=keys[order[:1]]) != 0)
        sizes = np.bincount(runs)[runs]
        custom.append(float((sizes > RUN).mean()))
        order, runs = order[sizes <= RUN], runs[sizes <= RUN]
        for lag in range(1, RUN):
            same = np.flatnonzero(runs[lag:] == runs[:-lag])
            if not len(same):
                break
            found.append(order[same] * len(keys) + order[same + lag])  # in a run rows stand in their order
    both = np.unique(np.concatenate(found))
    return both // len(hashes), both % len(hashes), min(custom)


def _shown(collection: Collection, names: list[str], one: int, other: int) -> tuple[str, str, str]:
    first, second = collection.frame.row(one, named=True), collection.frame.row(other, named=True)
    changed = [f"{n}: {first[n]}, {second[n]}" for n in names if first[n] != second[n]]
    return collection.items[other], collection.items[one], "; ".join(changed)
