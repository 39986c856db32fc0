"""Whether another learning rate gets far where the given one gets nowhere: short trainings over the user's own loader, with their step and schedule."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.constant_answer import ConstantAnswer
from nohero.evidence.setup.schedule_course import wants_score
from nohero.evidence.setup.step_inputs import from_answers, own_objective
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nohero.setup.setup import Setup

PRICE = 0.5  # seconds
STEPS = 160
MOST = 600  # steps of a training
UNPLANNED = 300  # steps where nobody said how long the training is
SECONDS = 6.0  # of a training
SHARE = 0.1  # of the time left that one training may take
LOOKS = 24  # at the fixed batches, in a training
FIXED = 4  # batches
TAIL = 3  # the last third of the looks is the end
GONE = 0.3  # of the loss to begin with: a training that comes below has come far
ARRIVED = 0.2  # of what the given rate ends at: another one that comes below need not go on
LOWER, HIGHER = (0.1, 0.01), (10.0, 100.0)
BETTER = 0.8  # of the constant's loss: a model that begins below has learnt before
STILL = 0.98  # of the loss to begin with: a training that ends above goes nowhere


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training: the mean loss of fixed training batches, in train mode."""

    factor: float  # of the given rate
    seed: int
    at: tuple[int, ...]
    losses: tuple[float, ...]
    early: bool = False  # it was stopped, for it had come far

    @property
    def last(self) -> tuple[float, ...]:
        """The last third; the last two where it was stopped, for it had come far."""
        return self.losses[-2 if self.early else -max(1, len(self.losses) // TAIL) :]

    @property
    def end(self) -> float:
        """The mean of the last third; endless where a loss is not finite."""
        return fmean(self.last) if all(map(math.isfinite, self.last)) else float("inf")

    @property
    def doubt(self) -> float:
        """The standard error of the end."""
        return pstdev(self.last) / math.sqrt(len(self.last)) if math.isfinite(self.end) else 0.0


@dataclass(frozen=True, kw_only=True)
class RateRaces:
    """The trainings, and what they start from."""

    rate: float  # the highest group's, as given
    begin: float  # the loss before training, or of the best constant answer where that is lower
    planned: int  # steps of the whole training; 0 where nobody said
    steps: int  # of each training here
    falling: bool  # the schedule lowers the rate by a half or more in these steps
    scheduled: bool  # what is left of the training may be at other rates
    waits: bool  # a schedule cuts the rate by a score, which is not known here
    height: float  # the highest rate of these steps over the one that the optimizer was given
    learnt: bool  # it begins better than the best constant, or nobody knows
    given: tuple[Training, ...]
    others: tuple[Training, ...]  # of one other rate, with the same seeds


def measure(setup: Setup, constant: ConstantAnswer) -> RateRaces:
    """Train at the given rate; where that goes nowhere, at lower ones, or at higher ones."""
    if len(setup.modules) != 1 or len(setup.optimizers) != 1:
        raise Unmeasurable("several models or optimizers train against each other: no one loss has to fall")
    if own_objective(setup, setup.batches(1)[0]):
        raise Unmeasurable("the step compares several answers by a loss of its own, which cannot be followed")
    if from_answers(setup, setup.batches(1)[0]):
        raise Unmeasurable("the step makes its goals of the network's own answers: they move with it, and the loss is no measure")
    rates = [float(g["lr"]) for g in setup.optimizers[0].param_groups if g.get("lr") is not None]
    if not rates or not max(rates) > 0:
        raise Unmeasurable("the optimizer has no learning rate")
    length = setup.train.length()
    planned = int(setup.given.epochs * length) if setup.given.epochs and length else 0
    start = _look(setup)
    begin = min(start, constant.loss) if math.isfinite(constant.loss) else start
    if not math.isfinite(begin) or begin <= 0:
        raise Unmeasurable("the loss has no scale to compare by")
    ground = _Ground(setup, planned, begin, length or 0)
    given, others = _raced(ground)
    return RateRaces(
        rate=max(rates), begin=begin, planned=planned, steps=given[0].at[-1], falling=ground.falling, scheduled=setup.scheduler is not None,
        height=ground.height, learnt=not start > BETTER * constant.loss, given=given, others=others,
        waits=setup.scheduler is not None and any(map(wants_score, _schedulers(setup))),
    )  # fmt: skip


def _raced(ground: _Ground) -> tuple[tuple[Training, ...], tuple[Training, ...]]:
    """(trainings as given, trainings at the rate that gets furthest)."""
    given = ground.train(1.0, 0, enough=GONE * ground.begin)
    if given.early:
        return (given,), ()
    steps, far = given.at[-1], min(ARRIVED * given.end, GONE * ground.begin)
    best = None
    for factor in LOWER if given.end > STILL * ground.begin else LOWER[:1]:
        other = ground.train(factor, 0, steps=steps, enough=far, beside=given)
        if other.end < min(given.end - 4 * math.hypot(given.doubt, other.doubt), 0.9 * ground.begin):
            best = factor, other
            break
    if best is None and given.end > STILL * ground.begin and steps >= ground.planned > 0:
        tried = [(f, ground.train(f, 0, steps=steps, enough=far)) for f in HIGHER]
        best = min(tried, key=lambda t: t[1].end)
    if best is None:
        return (given,), ()
    again = ground.train(1.0, 1, steps=steps)
    return (given, again), (best[1], ground.train(best[0], 1, steps=steps, enough=far))


class _Ground:
    """What all trainings share."""

    def __init__(self, setup: Setup, planned: int, begin: float, length: int) -> None:
        self.setup, self.planned, self.begin, self.length = setup, planned, begin, length
        self.falling, self.height = False, 0.0
        self.most = min(planned or UNPLANNED, MOST)
        self.every = max(1, self.most // LOOKS)

    def train(self, factor: float, seed: int, *, steps: int = 0, enough: float = 0.0, beside: Training | None = None) -> Training:
        """One training of `steps`, or of as many as are planned and fit in the time; broken off where it is behind `beside` halfway."""
        setup = self.setup
        most = steps or self.most
        seconds = min(SECONDS, SHARE * setup.seconds_left())
        at, losses, early = [0], [_look(setup)], False
        began = time.monotonic()
        with setup.apart(seed=seed, data=True), _scaled(setup, factor):
            turn = _turns(setup, self.length)
            first, base, done = _rate(setup), _base(setup), 0
            for number, batch in enumerate(setup.train.cycle(most), start=1):
                done = number
                self.height = max(self.height, _rate(setup) / base)
                setup.train_step(batch)
                turn(number)
                out_of_time = time.monotonic() - began > (seconds if not steps else 2 * seconds)
                if number % self.every == 0 or out_of_time:
                    at.append(number)
                    losses.append(_look(setup))
                early = len(losses) > TAIL and max(losses[-2:]) < enough
                behind = beside is not None and number > most // 2 and len(losses) <= len(beside.losses) and losses[-1] > beside.losses[len(losses) - 1]
                if out_of_time or early or behind or not math.isfinite(losses[-1]):
                    break
            self.falling = self.falling or _rate(setup) < 0.5 * first
        return Training(factor=factor, seed=seed, at=(*at[:-1], max(at[-1], done)), losses=tuple(losses), early=early)


def _look(setup: Setup) -> float:
    """The mean loss of the first batches in train mode; modes and running statistics are put back."""
    import torch

    values = []
    with setup.apart(), torch.no_grad():
        setup.mode(training=True)
        for number in range(min(FIXED, len(setup.batches(8)))):
            specimen = setup.specimen(number)
            values.append(float(setup.loss_of(setup.forward(specimen), specimen)))
    return fmean(values)


def _schedulers(setup: Setup) -> list[Any]:
    from nohero.setup.parts import each

    return list(each(setup.scheduler))


def _rate(setup: Setup) -> float:
    return max(float(g["lr"]) for g in setup.optimizers[0].param_groups if g.get("lr") is not None)


def _base(setup: Setup) -> float:
    """The rate that the optimizer was given, before any schedule."""
    return max(float(g.get("initial_lr", g["lr"])) for g in setup.optimizers[0].param_groups if g.get("lr") is not None)


@contextmanager
def _scaled(setup: Setup, factor: float) -> Iterator[None]:
    """Every update is made at `factor` times the rate of its moment, whoever sets it."""
    held: list[tuple[Any, Any]] = []

    def before(optimizer: Any, *_: Any) -> None:
        held[:] = [(g, g["lr"]) for g in optimizer.param_groups if g.get("lr") is not None]
        for group, rate in held:
            group["lr"] = rate * factor

    def after(*_: Any) -> None:
        for group, rate in held:
            group["lr"] = rate

    handles = [setup.optimizers[0].register_step_pre_hook(before), setup.optimizers[0].register_step_post_hook(after)] if factor != 1.0 else []
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _turns(setup: Setup, length: int) -> Callable[[int], None]:
    """What steps the schedules after update `number`, where the user's step does not; one that waits for a score stands still."""
    schedulers = [s for s in _schedulers(setup) if not wants_score(s)] if setup.scheduler is not None else []
    before = [getattr(s, "last_epoch", None) for s in schedulers]
    every = 1 if setup.given.scheduler_steps == "batch" else length

    def turn(number: int) -> None:
        stepped = number == 1 and [getattr(s, "last_epoch", None) for s in schedulers] != before
        if stepped:
            schedulers.clear()  # the step does it
        if every and number % every == 0:
            for scheduler in schedulers:
                try:
                    scheduler.step()
                except (TypeError, ValueError):
                    return

    return turn
