"""A table that is too large to be held: an even sample of its rows beside what is known of all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.fields import kind_of
from nohero.data.table_types import blank_missing
from nohero.sources.column import Column
from nohero.sources.row_store import PARTS, Repeats, RowStore
from nohero.sources.sketches import Counts, Distinct, Sample, mixed

if TYPE_CHECKING:
    from nohero.sources.chunks import Chunk

FILE = 40  # bits of a row's number within its file; the file's place stands above them
HASHES, VALUES = 1 << 14, 1 << 12  # kept a column
ALL_HASHES, ALL_VALUES = 1 << 24, 1 << 21  # kept in all columns: bounds the memory of tables with ten thousand


@dataclass(frozen=True)
class RowNames:
    """The name of each row by its number: where it stands, in which file."""

    n: int
    files: tuple[str, ...]

    def __len__(self) -> int:
        """Rows in all."""
        return self.n

    def __getitem__(self, row: int) -> str:
        """'row 17', with the file's name where there are several."""
        name = f"row {int(row) & ((1 << FILE) - 1)}"
        return name if len(self.files) == 1 else f"{self.files[int(row) >> FILE]} {name}"


@dataclass(frozen=True)
class Summary:
    """Columns and a sample; summaries of two parts of a table add up to that of both."""

    sample: Sample
    columns: dict[str, Column]
    n: int = 0

    def add(self, frame: pl.DataFrame, rows: Any, *, written: bool) -> tuple[Summary, dict[str, Any]]:
        """(with the rows of a frame, whose numbers are int64 [N], a hash of each cell by column)."""
        columns, hashes = dict(self.columns), {}
        width = max(1, len(columns), frame.width)
        for series, known in zip(frame, blank_missing(frame) if written else frame, strict=True):
            column = columns.get(series.name) or empty(series.name, width, self.n)
            columns[series.name], hashes[series.name] = column.add(series, known, rows, written=written)
        for name in columns.keys() - set(frame.columns):
            columns[name] = _gap(columns[name], frame.height, after=True)
        return Summary(self.sample.add(frame, rows), columns, self.n + frame.height), hashes

    def fresh(self) -> Summary:
        """An empty one that reads cells as this one does, for another part of the same table."""
        width = max(1, len(self.columns))
        return Summary(Sample(self.sample.room, self.sample.seed), {name: replace(empty(name, width), form=c.form) for name, c in self.columns.items()})

    def __add__(self, other: Summary) -> Summary:
        """Of both together; `other` comes later, and reads cells in the same forms."""
        columns = {}
        for name in {**self.columns, **other.columns}:
            one, two = self.columns.get(name), other.columns.get(name)
            columns[name] = one + two if one and two else _gap(one, other.n, after=True) if one else _gap(two or other.columns[name], self.n, after=False)
        return Summary(self.sample + other.sample, columns, self.n + other.n)


def empty(name: str, width: int, gaps: int = 0) -> Column:
    """A column of which nothing is known but that so many rows lack it."""
    return Column(name=name, distinct=Distinct(min(HASHES, ALL_HASHES // width)), counts=Counts(min(VALUES, ALL_VALUES // width)), n=gaps, gaps=gaps)


def _gap(column: Column, rows: int, *, after: bool) -> Column:
    absent = Column(name=column.name, distinct=Distinct(column.distinct.room), counts=Counts(column.counts.room), n=rows, gaps=rows)
    return column + absent if after else absent + column


@dataclass(frozen=True)
class Whole:
    """What is known of all rows; the collection's own frame holds a sample of them."""

    n: int
    columns: dict[str, Column]
    rows: Any  # int64 [sample]: the number of each row of the sample
    names: RowNames
    repeats: Repeats
    label: str  # field, as the copies were counted; "" where there is none
    split: str
    naming: tuple[str, ...]  # fields that number or name the rows
    parts: dict[int, str]  # number to name, where the source is divided

    def part_sizes(self, order: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
        """Rows of each part."""
        number = {name: k for k, name in self.parts.items()}
        return tuple((name, self.repeats.sizes.get(number.get(name, -1), 0)) for name in order)


class Gathering:
    """Takes a table in, part by part, in memory that does not grow with it."""

    def __init__(self, *, room: int, buffer: int, seed: int, label: str, split: str) -> None:
        """A sample of `room` rows; hashes of `buffer` rows are held before they go to disk; `label` and `split` are fields, or ""."""
        self.summary = Summary(Sample(room, seed), {})
        self.label, self.split = label, split
        self._store = RowStore(buffer)
        self._naming: frozenset[str] | None = None  # fields that number or name the rows
        self._parts: dict[str, int] = {}

    def add(self, chunk: Chunk, file: int = 0) -> None:
        """The rows of one part of one file."""
        rows = chunk.rows + (file << FILE)
        self.summary, hashes = self.summary.add(chunk.frame, rows, written=chunk.written)
        if self._naming is None:
            cells = blank_missing(chunk.frame) if chunk.written else chunk.frame
            kinds = {s.name: kind_of(self.summary.columns[s.name].retyped(s) if chunk.written else s)[0] for s in cells}
            self._naming = frozenset(name for name, kind in kinds.items() if kind == "identifier" and name != self.label)
        nothing = np.zeros(len(rows), dtype=np.uint64)
        features, names = nothing.copy(), nothing.copy()
        for name, one in hashes.items():
            if name not in (self.label, self.split):
                into = names if name in self._naming else features
                into += one * _weight(name)
        self._store.add(features, hashes.get(self.label, nothing), names, rows, self._part_numbers(chunk.frame))

    def _part_numbers(self, frame: pl.DataFrame) -> Any:
        if not self.split or self.split not in frame.columns:
            return np.zeros(frame.height, dtype=np.uint8)
        values = frame[self.split].cast(pl.String).fill_null("")
        for value in values.unique(maintain_order=True).to_list():
            self._parts.setdefault(value, min(len(self._parts), PARTS))
        return values.replace_strict(self._parts, return_dtype=pl.UInt8).to_numpy()

    def whole(self, order: tuple[str, ...], names: RowNames, rows: Any) -> Whole:
        """All that was gathered; `order` names the parts, the training part first; `rows` are those of the sample."""
        repeats = self._store.told(tuple(self._parts[p] for p in order if p in self._parts))
        naming = tuple(sorted(self._naming or ()))
        return Whole(self.summary.n, self.summary.columns, rows, names, repeats, self.label, self.split, naming, {k: p for p, k in self._parts.items()})

    def close(self) -> None:
        """Nothing is left on disk."""
        self._store.close()


@cache
def _weight(name: str) -> np.uint64:
    """An odd number of the field's own, so that equal values of two fields do not look alike."""
    return np.uint64(int(mixed(pl.Series([name]).hash().to_numpy())[0]) | 1)

