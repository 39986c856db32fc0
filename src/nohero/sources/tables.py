"""How tables are read: whole where they fit into memory, in parts where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.data.table_choice import TARGET_NAMES, find_column
from nohero.sources.large import read_large, read_large_sqlite
from nohero.sources.memory import is_large
from nohero.sources.sqlite_file import read_sqlite
from nohero.sources.table import PART, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nohero.sources.collection import Collection

SPLIT_NAMES = frozenset({"split", "part", "subset", "partition", "fold", "set", PART})


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What was asked of them."""

    source: str
    target: str | None
    split: str | None
    seed: int
    memory: float  # bytes

    def read(self, paths: Sequence[Path], source: str) -> Collection:
        """One or several files of one form."""
        if is_large(paths, self.memory):
            return read_large(paths, source, memory=self.memory, seed=self.seed, choose=self._choose)
        return read_table(paths, source)

    def query(self, path: Path, asked: str, source: str) -> Collection:
        """A table or a query of an SQLite file."""
        if is_large([path], self.memory):
            return read_large_sqlite(path, asked, source, memory=self.memory, seed=self.seed, choose=self._choose)
        return read_sqlite(path, asked, source)

    def _choose(self, columns: list[str]) -> tuple[str, str]:
        """The fields of the label and of the parts, before all rows are known: by what was asked, or by their names."""
        label = find_column(self.target, columns, "target", self.source) if self.target else label_among(columns)
        named = [c for c in columns if c != label and c.strip().casefold() in SPLIT_NAMES]
        return label, find_column(self.split, columns, "split", self.source) if self.split else named[0] if named else ""


def label_among(columns: Sequence[str]) -> str:
    """A field whose name says that it is the label; none where that is not plain: an audit can do without."""
    known = [c for c in columns if c.strip().casefold() in TARGET_NAMES]
    return known[0] if len(known) == 1 else ""
