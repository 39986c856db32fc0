"""Pairs of rows that differ in one or two of many fields, and whether there are more of them than of pairs that differ in three or four.

Rows that are nearly alike by chance grow rarer the fewer fields they differ in. A row that was entered twice and changed a little is one of a heap at one or two. Fields are dealt to three blocks: rows
that differ in two agree in all of some block, and so only rows with an equal block are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
ROWS = 50_000  # compared with one another
FIELDS = 8  # that a row has filled at least
BLOCKS = 3
RUN = 30  # rows with one block, beyond which they are alike by custom
CUSTOM = 0.5  # of the rows that may be so in the block in which most are not
FEW, MORE = 2, 4  # fields in which rows differ that are nearly alike, and in which those differ that they are measured by
DRAWN = 12


@dataclass(frozen=True, kw_only=True)
class NearRows:
    """`pairs` differ in one or two of `num_fields` fields; `farther` pairs that were met on the way differ in three or four."""

    n: int
    num_fields: int
    pairs: tuple[tuple[int, int], ...]  # (earlier row, later row)
    farther: int
    across: int  # pairs of two parts
    fields: tuple[tuple[str, int], ...]  # in which they differ, and how many do; commonest first
    shown: tuple[tuple[str, str, str], ...]  # of the first pairs: the rows, and what differs
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
    gaps = np.column_stack([s.is_null().to_numpy() for s in frame])[rows]
    moments = [j for j, s in enumerate(frame) if s.dtype.is_temporal()]
    told = ((~(gaps[one] & gaps[other])).sum(1) >= FIELDS) & ~differ[:, moments].any(1)  # what is missing in both makes them no more alike, and at another time the same may come again
    one, other, differ = one[told], other[told], differ[told]
    count = differ.sum(1)
    by_label = differ[:, names.index(collection.label)] & (count == 1) if collection.label in names else np.zeros(len(count), dtype=bool)
    near = (count <= FEW) & ~by_label
    pairs = np.stack([rows[one[near]], rows[other[near]]], 1)
    pairs = pairs[np.argsort(pairs[:, 1], kind="stable")]
    changed = differ[near].sum(0)
    parts = collection.frame[collection.split].head(ROWS).to_numpy() if collection.split else np.zeros(frame.height)
    return NearRows(
        n=frame.height, num_fields=len(names), pairs=tuple((int(a), int(b)) for a, b in pairs), farther=int(((count > FEW) & (count <= MORE)).sum()),
        across=int((parts[pairs[:, 0]] != parts[pairs[:, 1]]).sum()), fields=tuple((names[j], int(changed[j])) for j in np.argsort(-changed, kind="stable") if changed[j]),
        shown=tuple(_shown(collection, names, int(a), int(b)) for a, b in pairs[:DRAWN]), items=collection.items,
    )  # fmt: skip


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
