"""One column of a table that is too large to be held: what is known of all its cells, added up part by part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from nohero.data.fields import LEVELS, TOP, Field, describe, kind_of, string_kind
from nohero.data.number_form import NUMBERS
from nohero.data.table_types import TEXT, retype, typed, without_none
from nohero.sources import odd_cells
from nohero.sources.sketches import Counts, Distinct, Moments, Tail

LOOKED_AT = 20_000  # cells that tell whether it is worth while to count every value
KEPT = 1000  # odd values kept of a kind, and rows named; more are counted only
WORDS = 0.05  # of the cells: with more of them that are no numbers a column of numbers is one of words
EXACT = 2**53  # whole numbers below it are the same as floats


@dataclass(frozen=True)
class Odd:
    """Cells of one kind of oddity: how many, their values with counts, and the first rows they stand in."""

    count: int = 0
    values: dict[str, int] = field(default_factory=dict)
    rows: tuple[int, ...] = ()

    def __add__(self, other: Odd) -> Odd:
        """Of both together."""
        known = dict(self.values)
        for value, count in other.values.items():
            if value in known or len(known) < KEPT:
                known[value] = known.get(value, 0) + count
        return Odd(self.count + other.count, known, tuple(sorted((*self.rows, *other.rows)))[:KEPT])


@dataclass(frozen=True, kw_only=True)
class Column:
    """What all cells together are; equal for one table whichever way it was cut into parts, but where `Counts` were given up."""

    name: str
    form: str = ""  # how cells of a text file are written, found on the first that hold something; "" before that
    n: int = 0  # cells
    gaps: int = 0  # of them nothing, or a mark for it, as readers take it
    words: int = 0  # that stand among numbers or dates and are neither
    whole: bool = True  # all numbers are whole
    moments: Moments = field(default_factory=Moments)  # of the numbers
    lengths: Moments = field(default_factory=Moments)  # letters of the strings
    numbers: int = 0  # strings that are numbers
    distinct: Distinct
    counts: Counts  # by value: float where the column is of numbers, else as written
    least: Tail = field(default_factory=lambda: Tail(1))
    greatest: Tail = field(default_factory=lambda: Tail(-1))
    span: tuple[Any, Any] | None = None  # first and last date
    odd: dict[str, Odd] = field(default_factory=dict)  # mark, garbled, formula and mixed, as `odd_cells` has them

    def add(self, cells: pl.Series, known: pl.Series, rows: Any, *, written: bool) -> tuple[Column, Any]:
        """(the column with these cells of rows int64 [N], a hash of each cell, uint64 [N]); in `known` marks for missing are null."""
        form = self.form or (typed(known, rows).form if written and known.null_count() < known.len() else "")
        known = without_none(known, form) if written else known
        values = retype(known, form) if form not in ("", TEXT) else known
        column = replace(self, form=form, n=self.n + cells.len(), gaps=self.gaps + known.null_count())
        hashes = _hashes(values)
        strays = np.flatnonzero((values.is_null() & known.is_not_null()).to_numpy()) if values is not known else np.zeros(0, dtype=np.int64)
        if len(strays):
            hashes = hashes.copy()
            hashes[strays] = known[strays].hash().to_numpy()
        if values.dtype == pl.String:
            return column.with_strings(cells, values, rows, hashes), hashes
        if written:
            column = column.with_strays(cells, values, known, rows)
        full = np.flatnonzero(values.is_not_null().to_numpy())
        column = replace(column, distinct=column.distinct.add(hashes[full]))
        if values.dtype.is_numeric():
            return column.with_numbers(values, rows), hashes
        return column.with_others(values), hashes

    def with_numbers(self, values: pl.Series, rows: Any) -> Column:
        """Numbers; what is not finite counts as missing."""
        plain = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        finite = np.isfinite(plain)
        if not finite.all():
            plain, rows = plain[finite], rows[finite]
        counts, uniques = self.counts, None
        if counts.of is not None and len(plain):
            counted = _counted(pl.Series(plain), counts.room)
            counts = Counts(counts.room, None) if counted is None else counts.add(counted[0].to_list(), counted[1].to_list())
            uniques = None if counted is None else (counted[0].to_numpy(), counted[1].to_numpy())
        whole = self.whole and (values.dtype.is_integer() or bool((plain % 1 == 0).all()))
        return replace(
            self, whole=whole, moments=self.moments + Moments.of(plain), counts=counts,
            least=self.least.add(plain, rows, uniques), greatest=self.greatest.add(plain, rows, uniques),
        )  # fmt: skip

    def with_others(self, values: pl.Series) -> Column:
        """Dates and truths."""
        full = values.drop_nulls()
        if not full.len():
            return self
        if values.dtype == pl.Boolean:
            counted = full.value_counts(name="times of it")
            return replace(self, counts=self.counts.add(counted.to_series(0).cast(pl.String).to_list(), counted.to_series(1).to_list()))
        low, high = full.min(), full.max()
        return replace(self, span=(low, high) if self.span is None else (min(self.span[0], low), max(self.span[1], high)))

    def with_strings(self, cells: pl.Series, values: pl.Series, rows: Any, hashes: Any) -> Column:
        """Cells of text."""
        full = values.drop_nulls()
        counted = _counted(full, self.counts.room) if self.counts.of is not None else None
        counts = self.counts.add(counted[0].to_list(), counted[1].to_list()) if counted is not None else Counts(self.counts.room, None)
        distinct = self.distinct.add(hashes if full.len() == values.len() else hashes[values.is_not_null().to_numpy()])
        units, times = counted if counted is not None else (full, None)
        are = odd_cells.are_numbers(units)
        numbers = int(are.sum() if times is None else times.filter(are).sum())
        odd = _odd(cells, rows, (("garbled", odd_cells.garbled(units)), ("formula", odd_cells.formulas(units)), ("mark", _marks(cells))))
        lengths = Moments.of(full.str.len_chars().cast(pl.Float64).to_numpy())
        return replace(self, counts=counts, distinct=distinct, numbers=self.numbers + numbers, odd=_sum(self.odd, odd), lengths=self.lengths + lengths)

    def with_strays(self, cells: pl.Series, values: pl.Series, known: pl.Series, rows: Any) -> Column:
        """Cells among numbers or dates that are neither."""
        odd = np.flatnonzero((values.is_null() & (cells != "")).to_numpy())
        if not len(odd):
            return self
        some, here = cells[odd], rows[odd]
        words = some.filter(known[odd].is_not_null() & ~odd_cells.are_missing(some))
        found = _odd(some, here, (("mark", _marks(some)), ("mixed", words), ("garbled", odd_cells.garbled(words)), ("formula", odd_cells.formulas(words))))
        return replace(self, words=self.words + words.len(), odd=_sum(self.odd, found))

    def __add__(self, other: Column) -> Column:
        """Both together; `other` comes later in the file."""
        span = self.span or other.span
        if self.span is not None and other.span is not None:
            span = (min(self.span[0], other.span[0]), max(self.span[1], other.span[1]))
        added = {k: getattr(self, k) + getattr(other, k) for k in ("n", "gaps", "words", "numbers", "moments", "lengths", "distinct", "counts", "least", "greatest")}
        return replace(self, form=self.form or other.form, whole=self.whole and other.whole, span=span, odd=_sum(self.odd, other.odd), **added)

    @property
    def full(self) -> int:
        """Cells that hold a value of the column's kind."""
        return self.moments.n or self.n - self.gaps - self.words

    @property
    def reads_as_words(self) -> bool:
        """Whether so many cells are no numbers or dates that the others are words too: what the beginning of the file promised is not kept."""
        return self.words > WORDS * max(1, self.words + self.full)

    def retyped(self, known: pl.Series) -> pl.Series:
        """Cells of a sample, in which marks for missing are null, in the type of the whole column."""
        if self.form in ("", TEXT) or self.reads_as_words:
            return known
        values = retype(known, self.form)
        return values if not self.form.startswith(NUMBERS) or self.whole else values.cast(pl.Float64)

    def field(self, sample: pl.Series, *, target: bool = False) -> Field:
        """The column in numbers: counts, extremes, mean and spread of all cells, quantiles and kind by the sample's."""
        told = describe(sample, target=target)
        if not self.full:
            return replace(told, kind="empty", why=f"all {self.n} values are missing", num_rows=self.n, num_missing=self.n)
        if self.reads_as_words or told.num_rows == told.num_missing:
            rate = self.n / max(1, told.num_rows)
            return replace(told, num_rows=self.n, num_missing=round(told.num_missing * rate))
        kind, why = self._kind(sample, target=target)
        known: dict[str, Any] = {}
        if sample.dtype.is_numeric():
            quantiles = (self.moments.low, *told.quantiles[1:-1], self.moments.high)
            known = {"minimum": self.moments.low, "maximum": self.moments.high, "mean": self.moments.mean, "std": self.moments.std, "quantiles": quantiles, "median": quantiles[LEVELS.index(0.5)]}
        elif self.span is not None:
            known = {"earliest": str(self.span[0]), "latest": str(self.span[1])}
        top = self._top() if kind in ("categorical", "boolean", "constant") or (kind == "numeric" and self.distinct.count <= 2 * TOP) else ()
        return replace(told, kind=kind, why=why, num_rows=self.n, num_missing=self.n - self.full, num_distinct=self.distinct.count, top=top, **known)

    def classes(self) -> tuple[tuple[str, int], ...] | None:
        """Every value with its count over all rows; None where there are too many to count."""
        if self.counts.of is None or self.reads_as_words:
            return None
        return tuple((str(int(v)) if isinstance(v, float) and self.whole else str(v), c) for v, c in self.counts.of.items())

    def _kind(self, sample: pl.Series, *, target: bool) -> tuple[str, str]:
        several, full = self.distinct.count, self.full
        if several == 1:
            value = next(iter(self.counts.of)) if self.counts.of else sample.drop_nulls()[0]
            shown = f"{value:g}" if isinstance(value, float) else value
            kind, why = "constant", f"always `{shown}`" + (f" or missing ({self.n - full:,} rows)" if full < self.n else "")
        elif sample.dtype == pl.String:
            some = sample.drop_nulls()
            unique = some.n_unique() == some.len() and several >= (1 - 3 * self.distinct.error) * full
            kind, why = string_kind(some, full if unique else min(several, full - 1), full)
        else:
            kind, why = kind_of(sample)
            numbered = kind == "identifier" or (sample.dtype.is_integer() and sample.drop_nulls().n_unique() == full)
            unique = numbered or (sample.dtype.is_integer() and sample.drop_nulls().n_unique() == sample.drop_nulls().len())
            dense = unique and several >= (1 - 3 * self.distinct.error) * full and self.moments.high - self.moments.low + 1 <= 1.6 * full
            kind, why = ("identifier", f"numbers the rows: whole numbers, each once as far as can be told, with few gaps ({self.moments.low:.0f} to {self.moments.high:.0f})") if dense else (kind if kind in ("boolean", "date") else "numeric", "")
        if target and kind in ("identifier", "text", "constant"):
            return ("categorical" if sample.dtype == pl.String else "numeric"), ""
        return kind, why

    def _top(self) -> tuple[tuple[str, int], ...]:
        if self.counts.of is None:
            return ()
        shown = [(f"{v:g}" if isinstance(v, float) else str(v), c) for v, c in self.counts.of.items()]
        return tuple(sorted(shown, key=lambda p: (-p[1], p[0]))[:TOP])


def _hashes(values: pl.Series) -> Any:
    """uint64 [N]; a whole number and the same float have one hash."""
    if not values.dtype.is_numeric():
        return values.hash().to_numpy()
    hashes = values.cast(pl.Float64).hash().to_numpy()
    if values.dtype.is_integer() and values.len() and max(abs(int(values.max() or 0)), abs(int(values.min() or 0))) >= EXACT:  # type: ignore[arg-type]
        large = (values.abs() >= EXACT).fill_null(value=False).to_numpy()
        return np.where(large, values.hash().to_numpy(), hashes)
    return hashes


def _counted(values: pl.Series, room: int) -> tuple[pl.Series, pl.Series] | None:
    """(values, counts); None where there are more than `room`."""
    if values.head(LOOKED_AT).n_unique() > min(room, LOOKED_AT // 4):
        return None
    counted = values.value_counts(name="times of it")
    return (counted.to_series(0), counted.to_series(1)) if counted.height <= room else None


def _marks(cells: pl.Series) -> pl.Series:
    """Different ones."""
    short = cells.filter((cells.str.len_bytes() <= odd_cells.LONGEST) & (cells != "")).unique()
    return short.filter(odd_cells.are_marks(short)) if short.len() else short


def _odd(cells: pl.Series, rows: Any, found: tuple[tuple[str, pl.Series], ...]) -> dict[str, Odd]:
    """How often the values found stand among the cells, and where."""
    odd = {}
    for kind, values in found:
        if values.len():
            here = np.flatnonzero(cells.is_in(values.unique().to_list()).fill_null(value=False).to_numpy())
            counted = cells[here].value_counts(sort=True, name="times of it").head(KEPT)
            odd[kind] = Odd(len(here), dict(zip(counted.to_series(0).to_list(), counted.to_series(1).to_list(), strict=True)), tuple(rows[here[:KEPT]].tolist()))
    return odd


def _sum(one: dict[str, Odd], other: dict[str, Odd]) -> dict[str, Odd]:
    return {kind: one.get(kind, Odd()) + other.get(kind, Odd()) for kind in {**one, **other}}

