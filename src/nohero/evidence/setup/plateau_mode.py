"""Whether a schedule that waits for a score takes it the right way round: what the user's score does as training goes on."""

from __future__ import annotations

import math
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.replayed import Scores, numbers_of
from nohero.evidence.setup.schedule_course import wants_score
from nohero.evidence.setup.step_modes import BATCHES
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 100
LONG = 90  # training steps between two scores
SECONDS = 3.0
SCORES = 60  # that the schedule is fed


@dataclass(frozen=True, kw_only=True)
class PlateauMode:
    """The rate that is left after many scores that only fall or only rise, and what the user's own scores do."""

    left_when_falling: float  # share of the learning rate
    left_when_rising: float
    scores: tuple[tuple[str, float, float], ...]  # the user's scores by name, without training and after it; none where they could not be had
    loss_before: float  # training loss of the first and last steps
    loss_after: float


def measure(setup: Setup) -> PlateauMode:
    """Feed the schedule scores, and train a little between two evaluations."""
    from nohero.setup.parts import each

    waiting = [s for s in each(setup.scheduler) if wants_score(s)]
    if not waiting:
        raise Unmeasurable("no schedule waits for a score")
    if setup.evaluate is None:
        raise Unmeasurable("which way the score goes is not known: no evaluate= was handed over")
    falling = _left(setup, waiting[0], [1.0 / (k + 1) for k in range(SCORES)])
    rising = _left(setup, waiting[0], [1.0 - 1.0 / (k + 2) for k in range(SCORES)])
    losses: list[float] = []
    with setup.apart(data=True):
        before = _scores(setup)
        began = time.monotonic()
        for batch in setup.train.cycle(LONG):
            losses.append(setup.train_step(batch))
            if time.monotonic() - began > SECONDS:
                break
        after = _scores(setup)
    few = max(1, len(losses) // 6)
    scores = tuple((name, one, other) for (name, one), (_, other) in zip(before, after, strict=False) if math.isfinite(one) and math.isfinite(other))
    return PlateauMode(left_when_falling=falling, left_when_rising=rising, scores=scores, loss_before=sum(losses[:few]) / few, loss_after=sum(losses[-few:]) / few)


def _left(setup: Setup, scheduler: Any, scores: list[float]) -> float:
    with setup.apart(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        group = scheduler.optimizer.param_groups[0]
        start = float(group["lr"])
        for score in scores:
            scheduler.step(score)
        return float(group["lr"]) / start if start else 1.0


def _scores(setup: Setup) -> Scores:
    """The user's own scores, by name; none where there are none."""
    source = setup.val or setup.train
    for given in (list(source.read(most=BATCHES).batches), source.loader):
        try:
            return numbers_of(setup.evaluate(setup.model, given))
        except Exception:  # noqa: BLE001, S112 (the user's code on a list of batches)
            continue
    return ()
