"""An item and an earlier one that it repeats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class CopiedPair:
    """Parts and labels are those of the item and of the earlier one; empty where they are not known."""

    item: str
    earlier: str
    similarity: float  # 1.0 where both are equal
    parts: tuple[str, str] = ("", "")
    labels: tuple[str, str] = ("", "")

    @property
    def crosses(self) -> bool:
        """Whether the two lie in different parts."""
        return self.parts[0] != self.parts[1]

    @property
    def contradicts(self) -> bool:
        """Whether the two are known to have different labels."""
        return "" not in self.labels and self.labels[0] != self.labels[1]

    @property
    def told(self) -> str:
        """Both names."""
        return f"{self.item}: {'copy of' if self.similarity == 1.0 else 'nearly'} {self.earlier}"


def judged_first(i: int, j: int, parts: Sequence[str], training: str) -> tuple[int, int]:
    """The one outside the training part first: that is the one whose score is too good."""
    return (j, i) if parts and parts[i] == training and parts[j] != training else (i, j)


def first_of(rows: Sequence[int], parts: Sequence[str], training: str) -> int:
    """Of equal items the one that the others repeat: one of the training part, where there is one."""
    return next((i for i in rows if parts[i] == training), rows[0])
