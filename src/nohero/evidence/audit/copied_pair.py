"""An item and an earlier one that it repeats."""

from __future__ import annotations

from dataclasses import dataclass


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
