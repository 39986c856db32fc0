"""Series, or rows of numbered columns, that begin in the middle of another: windows cut so that neighbours lie over the same steps.

Legend: N items, T steps, C channels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.mixed_bits import mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
SHORTEST = 16  # steps of a series
BLOCK, RICH = 8, 6  # steps by which the place is found, and different ones of them
SHARE, VARIED = 0.1, 10  # of the steps of the shorter one, and different ones, that both share
PLACES = 4_000_000  # steps of all items looked at
PAIRS, TRIES = 20_000, 100_000  # found, and looked at one by one
MANY = 4  # places at which the beginning of an item is found, at most: of waves that come again and again it is found everywhere
NUMBERED = re.compile(r"^(.*?)[ _.-]?(\d+)$")


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """The item `later` begins at a step of the item `earlier`, and shares all steps from there on."""

    earlier: int  # places in the collection
    later: int
    at: int  # step of the earlier one
    steps: int  # shared
    of: int  # steps of the later one


@dataclass(frozen=True, kw_only=True)
class SharedStretches:
    """All pairs found."""

    field: str  # of the series, or the first of the columns
    looked_at: int
    overlaps: tuple[Overlap, ...]
    items: tuple[str, ...]  # names of the items of those, earlier and later in turn
    overlapping: int  # items in one or more
    parts: tuple[tuple[str, str, int, int], ...] = ()  # (a part, an earlier one, items of the part that overlap one of that, items of the part)
    divided: bool = False  # whether there are parts
    groups: int = 0  # pairs of two different groups
    grouped: str = ""  # the field of groups
    sides: tuple[tuple[Any, Any], ...] = ()  # the parts of the earlier and the later item of each, where there are parts


def measure(collection: Collection) -> SharedStretches:
    """Exactly equal steps, all channels together."""
    from nohero.setup.refusal import Unmeasurable

    name, arrays = _series(collection)
    if not name:
        raise Unmeasurable("the items are no series, and have no row of numbered columns")
    steps = [_keys(a) for a in arrays]
    pairs = _pairs(steps)
    group = collection.frame[collection.group].to_list() if collection.group else []
    part = collection.frame[collection.split].to_list() if len(collection.parts) > 1 else []
    places = [i for p in pairs for i in (p.earlier, p.later)]
    return SharedStretches(
        field=name, looked_at=sum(len(s) >= SHORTEST for s in steps), overlaps=tuple(pairs), items=tuple(str(collection.items[i]) for i in places), overlapping=len(set(places)), parts=tuple(_across(collection, pairs)),
        divided=len(collection.parts) > 1,
        groups=sum(group[p.earlier] != group[p.later] for p in pairs) if group else 0, grouped=collection.group,
        sides=tuple((part[p.earlier], part[p.later]) for p in pairs) if part else (),
    )  # fmt: skip


def _series(collection: Collection) -> tuple[str, list[Any]]:
    """(name, an array [T] or [T, C] or None an item) of the longest series, or of the longest row of numbered columns."""
    import numpy as np

    if collection.kind != "row" or collection.whole is not None:
        return "", []
    held = {n: a for n, a in collection.series.items() if len(a) == len(collection)}
    if held:
        name = max(held, key=lambda n: sum(len(a) for a in held[n] if a is not None))
        return name, list(held[name])
    rows: dict[str, list[tuple[int, str]]] = {}
    aside = {collection.label, collection.split, collection.group, collection.time}
    for series in collection.frame:
        if series.dtype.is_float() and series.name not in aside and (found := NUMBERED.match(series.name)):
            rows.setdefault(found[1], []).append((int(found[2]), series.name))
    named = max((sorted(r) for r in rows.values()), key=len, default=[])
    if len(named) < SHORTEST or len(named) != named[-1][0] - named[0][0] + 1:
        return "", []
    return named[0][1], list(collection.frame.select(n for _, n in named).to_numpy().astype(np.float64))


def _keys(series: Any) -> Any:
    """Uint64 [T]: one number for what all channels hold at a step; too short ones are empty."""
    import numpy as np

    if series is None or len(series) < SHORTEST:
        return np.zeros(0, dtype=np.uint64)
    values = np.ascontiguousarray(np.asarray(series, dtype=np.float64).reshape(len(series), -1)) + 0.0  # no minus zero
    factors = np.uint64(0x9E3779B97F4A7C15) * (2 * np.arange(values.shape[1], dtype=np.uint64) + np.uint64(1))
    return mixed((mixed(values.view(np.uint64)) * factors).sum(axis=1, dtype=np.uint64))


def _pairs(steps: list[Any]) -> list[Overlap]:
    """Beginnings that stand within another item, compared step by step."""
    import numpy as np

    kept, total = [], 0
    for i, s in enumerate(steps):
        total += len(s)
        if len(s) and total <= PLACES:
            kept.append(i)
    if len(kept) < 2:
        return []
    blocks = [_blocks(steps[i]) for i in kept]
    rich = np.array([k for k, i in enumerate(kept) if len(np.unique(steps[i][:BLOCK])) >= RICH], dtype=np.int64)  # of zeros and other plain steps each is found everywhere
    if not len(rich):
        return []
    begins = np.array([blocks[k][0] for k in rich], dtype=np.uint64)
    order = np.argsort(begins, kind="stable")
    found: list[Overlap] = []
    times, tries = np.zeros(len(steps), dtype=np.int64), 0
    for place, p, low, high in _found_within(blocks, begins[order]):
        for k in rich[order[low:high]].tolist():
            if k != place:
                times[kept[k]] += 1
                found += [one for one in [_checked(steps, kept[place], kept[k], p)] if one is not None]
        tries += high - low
        if len(found) > PAIRS or tries > TRIES:
            break
    alone = [o for o in found if times[o.later] <= MANY * _neighbours(o)]
    return sorted(alone, key=lambda o: (o.later, -o.steps))


def _found_within(blocks: list[Any], sorted_: Any) -> Iterator[tuple[int, int, int, int]]:
    """(place of an item, step) at which some beginning stands, but for the item's own first step; (first of these beginnings, behind the last)."""
    import numpy as np

    lengths = np.array([len(b) for b in blocks])
    starts = np.cumsum(lengths) - lengths
    every = np.concatenate(blocks)
    at = np.searchsorted(sorted_, every)
    hits = np.flatnonzero(sorted_[np.minimum(at, len(sorted_) - 1)] == every)
    places = np.searchsorted(starts, hits, side="right") - 1
    steps = hits - starts[places]
    ends = np.searchsorted(sorted_, every[hits], side="right")
    yield from (one for one in zip(places.tolist(), steps.tolist(), at[hits].tolist(), ends.tolist(), strict=True) if one[1])


def _neighbours(one: Overlap) -> int:
    """How many windows of one step length lie over the beginning of each."""
    return max(1, round(one.of / max(1, min(one.at, one.of))))


def _blocks(keys: Any) -> Any:
    """Uint64 [T - BLOCK + 1]: one number for so many steps in a row."""
    import numpy as np

    count = len(keys) - BLOCK + 1
    made = np.zeros(count, dtype=np.uint64)
    for k in range(BLOCK):
        made = made * np.uint64(0x9E3779B97F4A7C15) + keys[k : k + count]
    return made


def _checked(steps: list[Any], one: int, other: int, at: int) -> Overlap | None:
    """Whether the second begins at that step of the first and goes on with it to its end."""
    import numpy as np

    shared = min(len(steps[one]) - at, len(steps[other]))
    same = steps[one][at : at + shared]
    if shared < max(BLOCK, SHARE * len(steps[other])) or not np.array_equal(same, steps[other][:shared]) or len(np.unique(same)) < min(VARIED, shared):
        return None
    if np.array_equal(steps[one][at : at + BLOCK], steps[one][:BLOCK]):
        return None  # a wave that comes again
    return Overlap(earlier=one, later=other, at=at, steps=shared, of=len(steps[other]))


def _across(collection: Collection, pairs: list[Overlap]) -> Iterator[tuple[str, str, int, int]]:
    """Pairs of parts, later ones against earlier ones."""
    if len(collection.parts) < 2:
        return
    part = collection.frame[collection.split].to_list()
    for k, one in enumerate(collection.parts):
        for other in collection.parts[:k]:
            mine = {i if part[i] == one else j for p in pairs for i, j in [(p.earlier, p.later)] if {part[i], part[j]} == {one, other}}
            if mine:
                yield one, other, len(mine), part.count(one)
