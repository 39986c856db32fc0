"""Time, and the decisions that hang on it.

Whatever depends on the clock (how many steps, whether one more trial fits) is decided once and written into the journal;
a resumed run reads the decision instead of the clock, so that it goes the way the first one went.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.run.journal import Journal

SHARES = {"data": 0.06, "skeleton": 0.22, "overfit": 0.16, "regularise": 0.22, "tune": 0.18, "squeeze": 0.12, "final": 0.04}
HELD_BACK = 0.05  # of the budget: for starting up and writing the page


class Allowance:
    """The seconds a run may take, shared out over its stages."""

    def __init__(self, journal: Journal, total: float | None, spent: float = 0.0) -> None:
        """`total` seconds (None: no limit) of which `spent` are gone, by earlier sittings or by starting up."""
        self.journal = journal
        self.total = total
        self._began = time.monotonic() - spent
        self._deadline = math.inf
        self._decisions = {event["key"]: event["value"] for event in journal.every("decision")}

    def spent(self) -> float:
        """Seconds since the run began, sittings added up."""
        return time.monotonic() - self._began

    def enter(self, stage: str) -> float:
        """Give a stage its share of what is left; returns it in seconds."""
        if self.total is None:
            return math.inf
        names = list(SHARES)
        rest = sum(SHARES[name] for name in names[names.index(stage) :])
        left = self.total * (1 - HELD_BACK) - self.spent()
        share = max(0.0, left) * SHARES[stage] / rest
        self._deadline = time.monotonic() + share
        return share

    def left(self) -> float:
        """Seconds left to this stage; infinite without a budget."""
        return self._deadline - time.monotonic()

    def afford(self, seconds: float, share: float = 1.0) -> int:
        """How many things of that price the time left allows, if each takes `share` of it; a large number without a budget."""
        return int(min(10**6, max(0.0, self.left()) / max(seconds * share, 1e-9)))

    def decide(self, key: str, choose: Callable[[], Any]) -> Any:  # a plain value
        """The decision called `key`: as it was made before, or as `choose` makes it now."""
        if key not in self._decisions:
            self._decisions[key] = self.journal.append("decision", key=key, value=choose())["value"]
        return self._decisions[key]

    def fits(self, key: str, seconds: float, what: str) -> bool:
        """Whether `seconds` more are left for `what`; where they are not, the journal says what was left out."""
        yes = bool(self.decide(key, lambda: seconds <= self.left()))
        if not yes and not any(e["key"] == key for e in self.journal.every("left_out")):
            self.journal.append("left_out", key=key, what=f"{what}: about {seconds:.1f} s more than its share of the budget")
        return yes

    def steps(self, key: str, *, cap: int, least: int, trainings: float, step_seconds: float) -> int:
        """How many steps each of `trainings` may take: what the stage's time allows, at least `least` and never more than `cap`."""

        def choose() -> int:
            return min(cap, max(least, self.afford(trainings * step_seconds)))

        return int(self.decide(key, choose))
