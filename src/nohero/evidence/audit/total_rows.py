"""Rows that are the sum of others: a state's total among its counties, a last line for the whole table; and rows that say they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
ROWS = 300_000  # more are not looked at
KEYS, NUMBERS = 6, 12  # fields that may say what belongs together, and numbers that may be added up
OTHERS = 3  # rows at least that a total is the sum of
GREAT = 20  # least total: small counts add up by chance
SLACK = 1e-6  # of the total
GROUPS, MOSTLY = 3, 0.5  # groups at least, and of those of enough rows, that have a total
TWO = 2  # numbers that are totals in a row that is the sum of the whole table
WORDS = ("total", "totals", "grand total", "subtotal", "sub-total", "sub total", "overall total", "insgesamt", "gesamt", "summe", "totale", "gesamtsumme")
RARE, FEW = 0.6, 0.05  # of the rows, at most, say that they are totals; and where these are not one of each group
LARGEST = 0.9  # of the rows that say so are the greatest of their group in some number: else it is the name of a kind, as of eclipses


@dataclass(frozen=True, kw_only=True)
class TotalRows:
    """The rows, what they are totals of, and which numbers."""

    rows: tuple[int, ...]
    by: tuple[str, ...]  # fields that say what belongs together; none where it is the whole table
    fields: tuple[str, ...]  # that add up
    said: tuple[int, ...]  # rows with a word for it
    where: str  # the field of these words
    word: str
    num_rows: int
    items: Sequence[str]


def measure(collection: Collection) -> TotalRows:
    """By each field of few values, by two of them, and of the whole table."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.whole is not None or len(collection) > ROWS:
        raise Unmeasurable("the items are no rows of a table that is held whole")
    frame = collection.plain.frame
    numbers = [s.name for s in frame if s.dtype.is_numeric() and s.n_unique() > GREAT][:NUMBERS]
    keys = [s.name for s in frame if (s.dtype == pl.String or s.dtype.is_integer()) and 2 <= s.n_unique() <= len(frame) / (OTHERS + 1)][:KEYS]
    best: tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ())
    for by in ((), *((k,) for k in keys), *combinations(keys, 2)):
        found = _totals(frame, by, [n for n in numbers if n not in by])
        if len(found[0]) > len(best[0]):
            best = (found[0], by, found[1])
    said, where, word = _said(frame, {*best[0]}, keys, numbers)
    return TotalRows(rows=best[0], by=best[1], fields=best[2], said=said, where=where, word=word, num_rows=len(frame), items=collection.items)


def _totals(frame: Any, by: tuple[str, ...], numbers: Sequence[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """(rows, numbers): where most groups have a row that is the sum of their others, in one number or more."""
    import polars as pl

    keys = [f"key {k}" for k in range(max(1, len(by)))]
    marks = [frame[b].alias(k) for b, k in zip(by, keys, strict=True)] if by else [pl.repeat(0, len(frame), eager=True).alias(keys[0])]
    values = [frame[n].cast(pl.Float64).fill_nan(None).alias(f"{k}") for k, n in enumerate(numbers)]
    groups = pl.DataFrame([*marks, *values]).with_row_index("row").group_by(keys).agg(*(e for k in range(len(numbers)) for e in _facts(pl.col(f"{k}"), k)))
    rows: set[int] = set()
    adding = []
    for k, name in enumerate(numbers):
        asked = groups.filter((pl.col(f"{k} positive") > OTHERS) & (pl.col(f"{k} least") >= 0) & (pl.col(f"{k} most") >= GREAT))
        total = asked.filter((2 * pl.col(f"{k} most") - pl.col(f"{k} sum")).abs() <= SLACK * pl.col(f"{k} sum"))
        if total.height >= (max(GROUPS, MOSTLY * asked.height) if by else 1):
            adding.append(name)
            rows |= set(total[f"{k} row"].to_list())
    return (tuple(sorted(rows)), tuple(adding)) if by or (len(adding) >= TWO and len(rows) == 1) else ((), ())


def _facts(value: Any, k: int) -> tuple[Any, ...]:
    """Of one number within a group: how many above zero, the sum, the least, the greatest and its row."""
    import polars as pl

    return (value > 0).sum().alias(f"{k} positive"), value.sum().alias(f"{k} sum"), value.min().alias(f"{k} least"), value.max().alias(f"{k} most"), pl.col("row").get(value.arg_max()).alias(f"{k} row")


def _said(frame: Any, sums: set[int], keys: Sequence[str], numbers: Sequence[str]) -> tuple[tuple[int, ...], str, str]:
    """(rows, the field, the word): cells that are a word for a total, among others that are none, of rows that are sums or as great as such."""
    for name, cells in _words(frame):
        same = cells.str.strip_chars(" :").str.to_lowercase().is_in(WORDS).fill_null(value=False)
        rows = same.arg_true().to_list()
        if 0 < len(rows) <= RARE * len(frame) and (not sums.isdisjoint(rows) or _are_greatest(frame, same, [k for k in keys if k != name], numbers)):
            return tuple(rows), name, str(cells[rows[0]])
    return (), "", ""


def _are_greatest(frame: Any, said: Any, keys: Sequence[str], numbers: Sequence[str]) -> bool:
    """Whether these few rows have the greatest of all numbers of a field, or each is alone in its group and has the greatest of that."""
    import polars as pl

    values = [frame[n].cast(pl.Float64).fill_nan(None).alias(f"{k}") for k, n in enumerate(numbers)]
    ends = [(v.filter(said).min(), v.filter(~said).max()) for v in values]
    if said.sum() <= FEW * len(frame) and any(least is not None and greatest is not None and least > greatest for least, greatest in ends):
        return True
    for by in (*((k,) for k in keys), *combinations(keys, 2)):
        table = pl.DataFrame([said.alias("said"), *(frame[b].alias(f"key {k}") for k, b in enumerate(by)), *values])
        groups = table.group_by("^key .*$").agg(pl.col("said").sum(), pl.len(), *((v.filter(pl.col("said")).max() > v.filter(~pl.col("said")).max()).alias(v.meta.output_name()) for k in range(len(values)) for v in [pl.col(f"{k}")]))
        asked = groups.filter((pl.col("said") > 0) & (pl.col("len") > OTHERS))
        if asked.height >= GROUPS and asked["said"].max() == 1 and any(asked[f"{k}"].sum() >= LARGEST * asked.height for k in range(len(values))):
            return True
    return False


def _words(frame: Any) -> Iterator[tuple[str, Any]]:
    import polars as pl

    return ((s.name, s) for s in frame if s.dtype == pl.String)
