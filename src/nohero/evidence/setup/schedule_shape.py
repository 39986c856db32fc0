"""The shape of a course of learning rates: where its peak is, how far it falls, whether it rises again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING = 0.005  # of the peak: a step decay by ten at a third and two thirds ends at 0.01
STILL = 0.01  # of the peak
FELL = 0.3  # of the peak; a fall that counts
JUMP = 0.5  # of the peak, in one step
ROSE = 0.2  # of the peak; a rise that counts


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Fractions are of the run."""

    start: float
    peak: float
    peak_at: float
    end: float
    spread: float  # (highest - lowest) over highest
    spent_at: float  # from here on the rate stays below 0.5 % of its peak; 1 where it never does
    jumps: int  # rises to near the height before in a single step: restarts that are meant
    valleys: int  # falls followed by rises, each of a good share of the peak
    valley_at: float  # where the first valley lies; 1 where there is none
    settled_at: float  # from here on it changes by less than a hundredth of its peak
    late_rise: float  # last rate over the one in the middle of the run

    @property
    def idle(self) -> bool:
        """Whether the rate stays as it is, but for a twentieth."""
        return self.spread < 0.05

    @property
    def warming(self) -> bool:
        """Whether it is still on its way up for most of the run."""
        return self.peak_at > 0.6 and self.start < 0.5 * self.peak and self.valleys == 0

    @property
    def neat(self) -> bool:
        """One way down after an early peak that takes most of the run, neither idle nor spent before the end."""
        return self.peak_at <= 0.5 and self.valleys == 0 and self.spread > 0.2 and self.spent_at > 0.8 and self.settled_at > 0.6 and self.end < 0.8 * self.peak


def shape_of(rates: Sequence[float]) -> Shape:
    """The shape of a whole course."""
    n = max(1, len(rates) - 1)
    peak = max(rates)
    peak_at = rates.index(peak)
    last_high = max((k for k, r in enumerate(rates) if r > NOTHING * peak), default=0)
    places = _valleys(rates, peak)
    middle = rates[len(rates) // 2]
    return Shape(
        start=rates[0],
        peak=peak,
        peak_at=peak_at / n,
        end=rates[-1],
        spread=(peak - min(rates)) / peak if peak > 0 else 0.0,
        spent_at=min(1.0, (last_high + 1) / n) if last_high < len(rates) - 1 else 1.0,
        jumps=sum(after - before >= JUMP * peak for before, after in zip(rates, rates[1:], strict=False)),
        valleys=len(places),
        valley_at=places[0] / n if places else 1.0,
        settled_at=max((k for k, r in enumerate(rates) if abs(r - rates[-1]) > STILL * peak), default=0) / n,
        late_rise=rates[-1] / middle if middle > 0 else float("inf") if rates[-1] > 0 else 1.0,
    )


def _valleys(rates: Sequence[float], peak: float) -> list[int]:
    """Places of the lowest points between a fall and a rise that count."""
    found: list[int] = []
    top = rates[0]
    low, place, falling = rates[0], 0, False
    for k, rate in enumerate(rates):
        if falling:
            if rate < low:
                low, place = rate, k
            elif rate - low >= ROSE * peak:
                found.append(place)
                falling, top = False, rate
        elif rate > top:
            top = rate
        elif top - rate >= FELL * peak:
            falling, low, place = True, rate, k
    return found
