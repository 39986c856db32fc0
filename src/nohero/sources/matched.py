"""Which rows of a table name which files: rows without a file, and files that no row names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.sources.table import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

SPLITS = ("split", "part", "subset", "set")  # names of fields that may divide the rows
FOUND = 0.5  # share of a column's cells that name a file, for it to be the column of files


@dataclass(frozen=True, kw_only=True)
class Matched:
    """What a table and the folder beside it leave over on either side."""

    absent: tuple[tuple[str, str], ...]  # row, what it names
    unnamed: tuple[str, ...]  # files


@dataclass(frozen=True, kw_only=True)
class Match:
    """The column of files, and the file that each row names ('' where there is none)."""

    column: str
    names: list[str]

    def told(self, rows: Sequence[str], cells: Sequence[object], files: Sequence[str]) -> Matched:
        """`rows` are the rows' names, `cells` what stands in the column, `files` all that lie there."""
        named = set(self.names)
        absent = tuple((row, "" if cell is None else str(cell)) for row, cell, name in zip(rows, cells, self.names, strict=True) if not name)
        return Matched(absent=absent, unnamed=tuple(name for name in files if name not in named))


def match(frame: pl.DataFrame, files: Sequence[str], stems: Sequence[str]) -> Match | None:
    """Exact relative paths first, then names and, in columns called as `stems` says, stems, where only one file bears them; None where no column names files."""
    exact, base = {name: name for name in files}, _by([_base(n) for n in files], files)
    stem = _by([_base(n).rsplit(".", 1)[0] for n in files], files)
    best: tuple[int, Match] | None = None
    for column in frame.columns:
        series = frame[column]
        short = column.strip().casefold() in stems
        if not short and str(series.dtype) != "String":
            continue
        cells = ["" if v is None else str(v).strip().replace("\\", "/").removeprefix("./") for v in series.to_list()]
        names = [exact.get(c) or base.get(_base(c)) or (stem.get(c, "") if short else "") for c in cells]
        hits = sum(map(bool, names))
        if hits and hits > FOUND * len(names) and (best is None or hits > best[0]):
            best = (hits, Match(column=column, names=names))
    return None if best is None else best[1]


def parts_field(frame: pl.DataFrame) -> str:
    """The field that divides the rows into parts, by its name and its values; '' where there is none."""
    for name in frame.columns:
        values = frame[name].drop_nulls().unique().to_list() if name.casefold() in SPLITS else []
        if len(values) > 1 and all(str(v).casefold() in PARTS for v in values):
            return name
    return ""


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _by(short: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """Short name to file, where only one bears it."""
    count = Counter(short)
    return {key: name for key, name in zip(short, files, strict=True) if count[key] == 1}
