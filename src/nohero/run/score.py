"""A score: one number that people read, with its 95 % interval and what it was counted on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Score:
    """A metric on a whole set; higher is better. `others` holds the secondary metrics by name, `loss` the mean loss."""

    metric: str
    value: float
    low: float
    high: float
    n: int
    loss: float = float("nan")  # nats, or squared standard deviations of the target
    others: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Digits justified by the interval."""
        half = max(self.high - self.value, self.value - self.low, 1e-12)
        digits = 4 if half < 0.001 else 3 if half < 0.05 else 2  # a digit less where the interval is wide
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"
