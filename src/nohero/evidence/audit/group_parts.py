"""Which groups stand in several parts: of the field that was named as the group, else of fields that are plainly keys of things with several rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
SHOWN = 20  # groups by name
FIELDS = 200  # looked at
ROWS = 100_000  # of the first parts' rows, in which keys are looked for
VALUES = 20  # that a key has at least: fewer are classes of things
ROWS_EACH = (1.5, 200.0)  # mean rows of a value of a key: fewer are rows' own names, more are classes
CANDIDATES = 12  # fields that may be keys
FIXED = 3  # other fields that a key tells, for what it names to be one thing: of a mere class, one or two follow
TOLD = 30.0  # pairs of rows of one value that would differ by chance, for a field that never does to be told by it
SMOOTH = 0.1  # of the difference of any two rows: another number that differs less from one value of the key to the next is read off it, as a volume off a length
SLIPS = 0.02  # of these that may differ all the same
SEPARATORS = "_-./: "


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One field's groups over the parts."""

    field: str
    declared: bool
    why: str  # it is taken for a key, where it was not declared
    groups: int
    num_across: int  # groups in several parts
    across: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # some of them: value, rows by part
    rows: tuple[int, ...]  # of later parts, whose group stands in an earlier one
    outside: int  # rows of later parts


@dataclass(frozen=True, kw_only=True)
class GroupParts:
    """Each such field; of a table too large to be held, in a sample of it."""

    parts: tuple[str, ...]
    spreads: tuple[Spread, ...]
    items: Sequence[str]
    sample: int  # rows of which this is told, or 0 where it is all of them


def measure(collection: Collection) -> GroupParts:
    """Sounds have a check of their own; items without a group stand alone."""
    from nohero.setup.refusal import Unmeasurable

    if len(collection.parts) < 2:
        raise Unmeasurable("the source is not divided into parts")
    if collection.kind == "sound":
        raise Unmeasurable("the speakers of sounds have a check of their own")
    fields = {collection.group: ""} if collection.group else keys_of_things(collection)
    return GroupParts(parts=collection.parts, spreads=tuple(_spread(collection, f, why) for f, why in fields.items()), items=collection.items, sample=0 if collection.whole is None else len(collection))


def _spread(collection: Collection, field: str, why: str) -> Spread:
    import polars as pl

    order = {p: k for k, p in enumerate(collection.parts)}
    part = collection.frame[collection.split].replace_strict(order, return_dtype=pl.Int64)
    frame = pl.DataFrame({"group": collection.frame[field].cast(pl.String), "part": part}).with_row_index("row").drop_nulls()
    marked = frame.with_columns(first=pl.col("part").min().over("group"))
    rows = marked.filter(pl.col("part") > pl.col("first"))["row"].to_list()
    counts = frame.group_by("group", "part").len().sort("group", "part")
    several = counts.filter(pl.len().over("group") > 1)
    named: dict[str, list[tuple[str, int]]] = {}
    for group, k, count in several.head(SHOWN * len(order)).iter_rows():
        named.setdefault(group, []).append((collection.parts[k], count))
    return Spread(
        field=field, declared=field == collection.group, why=why, groups=frame["group"].n_unique(), num_across=several["group"].n_unique(),
        across=tuple((g, tuple(c)) for g, c in list(named.items())[:SHOWN]), rows=tuple(rows), outside=int((part > 0).sum()),
    )  # fmt: skip


def keys_of_things(collection: Collection) -> dict[str, str]:
    """Field to reason: what names one thing of several rows."""
    return collection.shared("keys of things", lambda: _keys(collection))  # type: ignore[no-any-return]


def _keys(collection: Collection) -> dict[str, str]:
    import numpy as np
    import polars as pl

    names = [n for n in collection.features if n != collection.time][:FIELDS]
    frame = collection.frame.select(names).head(ROWS)
    codes = {n: pl.Series(frame[n].hash(seed=1)).rank("dense").to_numpy().astype(np.int64) - 1 for n in names}
    sizes = {n: int(c.max()) + 1 for n, c in codes.items()} if frame.height else {}
    low, high = ROWS_EACH
    may = [n for n in names if _may_be_key(frame[n]) and sizes[n] >= VALUES and low <= frame.height / sizes[n] <= high]
    numbers = {n: frame[n] for n in names if frame[n].dtype.is_numeric()}
    differing = {n: 1 - float(((np.bincount(c) / len(c)) ** 2).sum()) for n, c in codes.items()} if may else {}
    found: dict[str, str] = {}
    for name in sorted(may, key=lambda n: -sizes[n])[:CANDIDATES]:
        begun = next((o for o in names if sizes[o] > 0.95 * frame.height and frame[o].dtype == pl.String and _begins(frame[o], frame[name])), "")
        fixed = [o for o in _told_by(codes[name], {o: c for o, c in codes.items() if o != name}, differing) if not (name in numbers and o in numbers and _follows(numbers[o], numbers[name]))]
        if begun:
            found[name] = f"the names in `{begun}` begin with it"
        elif len(fixed) >= FIXED and not any(_told_by(codes[o], {name: codes[name]}, differing) for o in fixed if o in found):
            found[name] = f"{', '.join(f'`{o}`' for o in fixed[:FIXED])} never change within one of its values"
    return found


def _follows(other: Any, key: Any) -> bool:
    """Whether one number goes smoothly with another, which then measures something."""
    import numpy as np
    import polars as pl

    means = pl.DataFrame({"key": key, "other": other}).drop_nulls().group_by("key").agg(pl.col("other").mean()).sort("key")["other"].rank().to_numpy()
    return len(means) > 1 and float(np.abs(np.diff(means)).mean()) <= SMOOTH * len(means) / 3  # which is the mean difference of two ranks


def _may_be_key(series: Any) -> bool:
    import polars as pl

    return bool(series.dtype == pl.String or series.dtype.is_integer())


def _begins(names: Any, values: Any) -> bool:
    """Whether each row's name is the value, a separator, and more."""
    import polars as pl

    both = pl.DataFrame({"name": names, "value": values.cast(pl.String)}).drop_nulls()
    if both.height < VALUES:
        return False
    rest = both.filter(pl.col("name").str.starts_with(pl.col("value")))
    after = rest.select(pl.col("name").str.slice(pl.col("value").str.len_chars(), 1))["name"]
    return rest.height == both.height and bool(after.is_in(list(SEPARATORS)).all())


def _told_by(key: Any, others: dict[str, Any], differing: dict[str, float]) -> list[str]:
    """The fields in which rows of one value of the key agree, where chance would have many differ; by neighbours in the order of the key."""
    import numpy as np

    order = np.argsort(key, kind="stable")
    together = key[order][1:] == key[order][:-1]
    one, other = order[1:][together], order[:-1][together]
    told = []
    for name, codes in others.items():
        expected = len(one) * differing[name]
        if expected >= TOLD and int((codes[one] != codes[other]).sum()) <= SLIPS * expected:
            told.append(name)
    return told
