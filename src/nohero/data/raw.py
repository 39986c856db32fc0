"""What every source yields: the usable rows, where each came from, and what could not be used."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PER_ROW = ("images", "target", "items", "groups", "times", "given_split")  # arrays with one entry a row


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """A row or a file that was set aside; nothing is dropped without one of these."""

    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Data as read, before any split or transform."""

    name: str
    source: str
    modality: str  # "table" or "image"
    frame: Any = None  # polars.DataFrame of the feature columns (table)
    images: Any = None  # uint8 [N, H, W, C] (image)
    target: Any = None  # numpy [N]: str labels (object) or float64; None when reading for a prediction
    target_name: str = ""
    items: Any = ()  # numpy str [N]: "row 17" (data rows of the file, from 1) or the relative path
    groups: Any = None  # numpy str [N]
    times: Any = None  # numpy datetime64 or float64 [N]
    given_split: Any = None  # numpy str [N] of train, val, test, when the source comes divided
    unusable: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()  # what reading decided
    sha256: str  # of the content as read
    columns: tuple[str, ...] = ()  # every column of the file in its order, target and group included (table)
    forms: tuple[tuple[str, str], ...] = ()  # (column, how its cells are written), as table_types says (text files)
    header: bool = True  # whether the file names its columns (table)
    time_name: str = ""
    group_name: str = ""

    def __len__(self) -> int:
        """How many usable rows there are."""
        return len(self.items)

    def take(self, index: NDArray[np.integer[Any]]) -> Raw:
        """The rows of `index`, in that order."""
        taken = {name: getattr(self, name)[index] for name in PER_ROW if getattr(self, name) is not None}
        frame = None if self.frame is None else self.frame[index]
        return dataclasses.replace(self, frame=frame, **taken)
