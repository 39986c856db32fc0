"""Copies among more rows than memory holds: a hash of each row, dealt to files by its first bits, so that equal rows lie in one file.

At most 33 bytes a row on disk and, while it is being read, a `FILES`th of them in memory. Equal 64-bit hashes are taken for equal rows: among 60
million rows two that differ are confused with a chance of one in ten thousand.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.errors import DataError
from nohero.sources.sketches import mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = 64
BUFFER = 1 << 20  # rows in memory before they are written, at most
LISTED = 10_000  # rows named of each kind of copy
PARTS = 255  # that are told apart
ROW = np.dtype([("features", "u8"), ("label", "u8"), ("names", "u8"), ("row", "i8"), ("times", "u4"), ("part", "u1")])


@dataclass
class Copied:
    """How many rows repeat an earlier one, and some of them with the row that they repeat."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    of: list[int] = field(default_factory=list)

    def add(self, count: int, rows: Any, of: Any) -> None:
        """More of them; so many are kept."""
        self.count += count
        room = LISTED - len(self.rows)
        self.rows += rows[:room].tolist()
        self.of += of[:room].tolist()


@dataclass(frozen=True)
class Repeats:
    """All copies of a table, rows by their numbers."""

    repeated: Copied  # equal in all fields
    unnamed: Copied  # equal in all but those that number or name the rows
    contrary: Copied  # equal but for the label
    shared: dict[tuple[int, int], Copied]  # (part, later part) -> rows of the second that stand in the first, label aside
    sizes: dict[int, int]  # rows of each part


class RowStore:
    """Takes the rows in, tells the copies once, and leaves nothing behind."""

    def __init__(self, buffer: int = BUFFER) -> None:
        """Nothing is written before so many rows have come."""
        self._buffer = min(buffer, BUFFER)
        self._held: list[Any] = []
        self._waiting = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def add(self, features: Any, label: Any, names: Any, rows: Any, parts: Any) -> None:
        """Hashes uint64 [N] of the features, of the label and of the fields that name rows; rows int64 [N]; parts uint8 [N]."""
        new = np.empty(len(rows), dtype=ROW)
        new["features"], new["label"], new["names"], new["row"], new["times"], new["part"] = mixed(features), label, names, rows, 1, parts
        self._held.append(new)
        self._waiting += len(new)
        if self._waiting >= self._buffer:
            self._write()

    def _write(self) -> None:
        held = np.concatenate(self._held)
        self._held, self._waiting = [], 0
        held = _folded(held)
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="nohero-rows-")
        files = (held["features"] >> np.uint64(58)).astype(np.uint8)
        order = np.argsort(files, kind="stable")
        ends = np.searchsorted(files[order], np.arange(FILES + 1))
        try:
            for k in range(FILES):
                with Path(self._folder.name, str(k)).open("ab") as file:
                    file.write(held[order[ends[k] : ends[k + 1]]].tobytes())
        except OSError as error:
            self.close()
            raise DataError(f"the rows' hashes cannot be written to {tempfile.gettempdir()}: {error.strerror}", expected="33 bytes a row of free disk", mend="set TMPDIR to a folder with room") from error

    def _read(self) -> Iterator[Any]:
        if self._folder is None:
            yield np.concatenate(self._held) if self._held else np.zeros(0, dtype=ROW)
            return
        if self._held:
            self._write()
        for k in range(FILES):
            yield np.fromfile(Path(self._folder.name, str(k)), dtype=ROW)

    def told(self, order: tuple[int, ...] = ()) -> Repeats:
        """The copies; `order` gives the parts, the training part first."""
        found = Repeats(Copied(), Copied(), Copied(), {}, {})
        try:
            for held in self._read():
                whole = held["features"] ^ mixed(held["names"], 1)
                _copies(found.repeated, whole ^ mixed(held["label"], 2), held)
                _copies(found.unnamed, held["features"] ^ mixed(held["label"], 2), held)
                _copies(found.contrary, whole, held, unlike=held["label"])
                for part, size in zip(*_sums(held["part"], held["times"]), strict=True):
                    found.sizes[int(part)] = found.sizes.get(int(part), 0) + int(size)
                _across(found.shared, whole, held, order)
        finally:
            self.close()
        return found

    def close(self) -> None:
        """The files are gone."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _folded(held: Any) -> Any:
    """Copies with a count, where more than half of the rows are copies: files of one row many million times stay small."""
    keys = mixed(held["features"] ^ mixed(held["names"], 1) ^ mixed(held["label"], 2) ^ mixed(held["part"], 3))
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    if len(first) > len(held) / 2:
        return held
    folded = held[first]
    times = np.zeros(len(first), dtype=np.uint64)
    np.add.at(times, inverse, held["times"].astype(np.uint64))
    folded["times"] = times.clip(max=2**32 - 1)
    return folded[np.argsort(folded["row"], kind="stable")]


def _copies(into: Copied, keys: Any, held: Any, unlike: Any = None) -> None:
    """Rows with the key of an earlier row; with `unlike`, those alone in which it differs from the earliest's."""
    if not len(keys):
        return
    order = np.argsort(keys, kind="stable")  # rows of one key stay in their order
    starts = np.flatnonzero(np.concatenate([[True], keys[order][1:] != keys[order][:-1]]))
    earliest = np.empty(len(keys), dtype=np.int64)
    earliest[order] = np.repeat(order[starts], np.diff(np.append(starts, len(keys))))
    if unlike is not None:
        later = np.flatnonzero(unlike != unlike[earliest])
        into.add(int(held["times"][later].sum(dtype=np.int64)), held["row"][later], held["row"][earliest[later]])
        return
    later = np.flatnonzero(earliest != np.arange(len(keys)))
    into.add(int(held["times"].sum(dtype=np.int64)) - len(starts), held["row"][later], held["row"][earliest[later]])


def _across(shared: dict[tuple[int, int], Copied], keys: Any, held: Any, order: tuple[int, ...]) -> None:
    for k, one in enumerate(order):
        mine = np.flatnonzero(held["part"] == one)
        known, first = np.unique(keys[mine], return_index=True)
        for other in order[k + 1 :]:
            theirs = np.flatnonzero(held["part"] == other)
            place = np.searchsorted(known, keys[theirs]).clip(max=max(0, len(known) - 1))
            both = known[place] == keys[theirs] if len(known) else np.zeros(len(theirs), dtype=bool)
            rows = theirs[both]
            shared.setdefault((one, other), Copied()).add(int(held["times"][rows].sum(dtype=np.int64)), held["row"][rows], held["row"][mine[first[place[both]]]])


def _sums(parts: Any, times: Any) -> tuple[Any, Any]:
    found, inverse = np.unique(parts, return_inverse=True)
    return found, np.bincount(inverse, weights=times, minlength=len(found))
