"""What every source becomes for the audit: one row an item, with its fields, its label and the place of its picture, text or sound."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nohero.data.raw import Unusable
    from nohero.data.tally import Tally
    from nohero.sources.item_reading import PartReading

ROW, PICTURE, TEXT, SOUND, SEQUENCE = "row", "picture", "text", "sound", "sequence"
KINDS = (ROW, PICTURE, TEXT, SOUND, SEQUENCE)


class Rows(Sequence[str]):
    """Names of the rows of a table by place, made when they are asked for: "row 17" is the seventeenth below the header."""

    def __init__(self, numbers: Any) -> None:
        """`numbers` are int64 [N], from 1."""
        self._numbers = numbers

    def __len__(self) -> int:
        """Rows."""
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        """The name, or several."""
        return tuple(f"row {n}" for n in self._numbers[place].tolist()) if isinstance(place, slice) else f"row {self._numbers[place]}"

    def __iter__(self) -> Iterator[str]:
        """Quicker than by place."""
        return (f"row {n}" for n in self._numbers.tolist())


@dataclass(frozen=True, kw_only=True, eq=False)
class Collection:
    """Items as rows of `frame`; arrays and files that belong to them are reached by row number.

    `frame` is a polars.DataFrame with a typed column a field, label included. `cells` holds the columns as they are written in a
    text file, but may lack those of plain numbers and blanks alone, or is None. `files` names each item's file below `root` (pictures, sounds); `texts` holds each item's text; `pictures`
    are arrays in memory [N, H, W] or [N, H, W, C], where the items are no files. `masks` names each item's mask file below `root`,
    `boxes` is a frame of item, label, left, top, width, height in pixels.
    """

    name: str
    source: str
    kind: str  # what an item is
    frame: Any  # polars.DataFrame [N, fields]
    items: Sequence[str]  # names of the items: "row 17", a relative path
    cells: Any = None  # polars.DataFrame of strings [N, some fields]
    label: str = ""  # field that is to be predicted
    split: str = ""  # field that says train, val or test
    group: str = ""
    time: str = ""
    root: Path | None = None
    files: tuple[str, ...] = ()
    texts: Any = None  # polars.Series of strings [N]
    text_fields: tuple[str, ...] = ()  # of a table: the columns that `texts` are made of
    short_fields: tuple[str, ...] = ()  # of a table: columns of texts too short to be texts alone, such as answers, titles and words of a translation
    named: tuple[str, ...] = ()  # of pictures or sounds that a table names: that table's own columns
    beside: bool = False  # whether other fields may tell something beside the texts
    pictures: Any = None  # numpy
    series: dict[str, Sequence[Any]] = field(default_factory=dict)  # arrays of numbers by name, one an item or None, where a program or a file of arrays holds such
    derived: dict[str, tuple[str, str]] = field(default_factory=dict)  # fields of `frame` that are told of those series and are no columns of anybody: name -> what, of which series
    masks: tuple[str, ...] = ()
    boxes: Any = None  # polars.DataFrame
    marking: Any = None  # nohero.sources.marking.Marking, where there are masks or boxes
    matched: Any = None  # nohero.sources.matched.Matched, where a table names the files
    whole: Any = None  # nohero.sources.whole.Whole, where `frame` is a sample of a table that is too large to be held
    unusable: tuple[Unusable, ...] = ()  # what could not be read, with the reason
    readings: tuple[PartReading, ...] = ()  # how the items came, where a program's data set gave them one by one
    notes: tuple[str, ...] = ()
    sha256: str = ""
    seed: int = 0
    deadline: float | None = None  # on time.monotonic's clock
    kept: dict[str, Any] = field(default_factory=dict)  # what several measurements share, made once

    def __len__(self) -> int:
        """How many items there are at hand; `total` counts those of which they are a sample as well."""
        return len(self.items)

    @property
    def total(self) -> int:
        """How many items the source has."""
        return len(self.items) if self.whole is None else int(self.whole.n)

    def seconds_left(self) -> float:
        """Of the budget."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    @property
    def features(self) -> tuple[str, ...]:
        """The fields that are neither label, split, group nor the path or the text itself."""
        aside = {self.label, self.split, self.group}
        return tuple(c for c in self.frame.columns if c not in aside)

    @property
    def plain(self) -> Collection:
        """The same without the fields that are told of series: what speaks of columns speaks of the user's own."""
        return self if not self.derived else self.shared("plain", lambda: self.with_(frame=self.frame.drop(list(self.derived)), derived={}))

    @property
    def tabled(self) -> Collection | None:
        """The items as rows of the user's own table, which names their files or holds their texts: what can be asked of any field; None where there is no such table."""
        if self.kind == ROW:
            return self
        own = set(self.named) if self.kind in (PICTURE, SOUND) else set(self.frame.columns) - set(self.text_fields) if self.text_fields else set()
        return self.shared("tabled", lambda: self._tabled(own)) if own and self.whole is None else None

    def _tabled(self, own: set[str]) -> Collection:
        columns = [c for c in self.frame.columns if c in own | {self.label, self.split, self.group, self.time}]
        cells = self.cells.select([c for c in columns if c in self.cells.columns]) if self.cells is not None else None
        return self.with_(kind=ROW, frame=self.frame.select(columns), cells=cells, texts=None, text_fields=(), pictures=None)

    @property
    def labels(self) -> Any:
        """The label's column, or None."""
        return self.frame[self.label] if self.label else None

    def written(self, name: str) -> Any:
        """The cells of a field, polars.Series of strings [N]: as the file has them, or the values where they are not held; "" where nothing stands."""
        here = self.cells is not None and name in self.cells.columns
        return self.cells[name].fill_null("") if here else self.frame[name].cast(str).fill_null("")

    def tally(self, name: str) -> Tally:
        """Of a numeric field."""
        from nohero.data.tally import tally_of

        return self.shared(f"tally of {name}", lambda: tally_of(self.frame[name]))  # type: ignore[no-any-return]

    def counted(self, name: str) -> Any:
        """The different values of a field and how often each comes, commonest first: polars.DataFrame [U] of `value` and `count`; what is missing is a value too."""
        return self.shared(f"values of {name}", lambda: self.frame[name].alias("value").value_counts(sort=True, name="count"))

    def item(self, place: int) -> str:
        """The name of the item at that place, of a table too large to be held too."""
        return str(self.items[place] if self.whole is None else self.whole.names[int(self.whole.rows[place])])

    def part(self, name: str) -> Any:
        """Bool [N]: the items of that part; all of them where the source is not divided."""
        import numpy as np

        return np.ones(len(self), dtype=bool) if not self.split else self.frame[self.split].eq_missing(name).to_numpy()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts' names, train first."""
        if not self.split:
            return ()
        order = {"train": 0, "val": 1, "test": 2}
        return tuple(sorted(self.frame[self.split].drop_nulls().unique().to_list(), key=lambda p: (order.get(p, 9), p)))

    def shared(self, name: str, make: Callable[[], Any]) -> Any:
        """`make()`, once a collection."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def with_(self, **changed: Any) -> Collection:
        """Another collection, with nothing kept of this one."""
        return replace(self, **{"kept": {}, **changed})
