"""The learning rate over the whole run, simulated without training, in the unit in which the schedule is stepped and in the other one."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.schedule_shape import Shape, shape_of
from nohero.evidence.setup.step_ears import Ears
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.5  # seconds
STEPS = 12
HEARD = 12  # calls of the step that are listened to
SECONDS = 2.0  # of one simulation
MOST = 40_000  # steps of a schedule
POINTS = 240  # of a course that is kept
WAITS = 3  # times its patience that a schedule is fed scores that do not get better
BEYOND = 30  # times the run that a still schedule is followed
COUNTED = 5_000  # batches that are counted where the loader has no length


@dataclass(frozen=True, kw_only=True)
class Course:
    """The highest group of one optimizer."""

    optimizer: int  # its place; -1 for one that was not handed over
    base: float  # the rate the schedule starts from, before its own factors
    steps: int  # of the schedule
    shape: Shape
    rates: tuple[float, ...]  # thinned
    places: tuple[float, ...]  # steps of these
    other_unit: Shape | None  # stepped per epoch where it is stepped per batch, and the reverse
    later: Shape | None  # of thirty runs in a row
    given: tuple[float, ...] = ()  # the rates that the optimizer's groups were given, and its own


@dataclass(frozen=True, kw_only=True)
class ScheduleCourse:
    """What the schedule does over the run."""

    unit: str  # epoch or batch
    within: bool  # the step steps it
    epochs: int  # 0 where the length of the run is not known; the course is then one epoch
    per_epoch: int
    courses: tuple[Course, ...]
    astray: int  # schedules whose optimizer is none of those handed over
    short: bool  # the simulation was cut off by its limit of time
    ended: int  # step at which the schedule refused to go on; 0 where it did not
    plateau: bool  # it wants a score
    unmoved: float = 0.0  # rate of one that wants a score, where no row of equal scores ever moves it; 0 where it does
    fed: int = 0  # equal scores that it was fed


def measure(setup: Setup) -> ScheduleCourse:
    """Find the schedules, and step them to the end."""
    schedulers, rate, within = _schedulers(setup)
    if not schedulers:
        raise Unmeasurable("no schedule was handed over, and the step steps none")
    taken = max(int(getattr(s, "last_epoch", 0) or 0) for s in schedulers)
    if taken > 0:
        raise Unmeasurable(f"the schedule has taken {taken:,} steps already: what it does over a whole run is told of a fresh one")
    astray = sum(_optimizer_of(s) is not None and not any(_optimizer_of(s) is o for o in setup.optimizers) for s in schedulers) if setup.optimizers else 0
    unit = "batch" if within or setup.given.scheduler_steps == "batch" else "epoch"
    plateau = any(wants_score(s) for s in schedulers)
    epochs, per_epoch = setup.given.epochs or 0, _per_epoch(setup)
    runs = {"epoch": epochs, "batch": int((epochs or 1) * per_epoch * (rate if within else 1.0))}
    facts = {"unit": unit, "within": within, "epochs": epochs, "per_epoch": per_epoch, "astray": astray, "plateau": plateau}
    if plateau:
        facts |= dict(zip(("unmoved", "fed"), _waited(setup, [s for s in schedulers if wants_score(s)]), strict=True))
    if plateau or runs[unit] < 1:
        return ScheduleCourse(courses=(), short=False, ended=0, **facts)
    courses, short, ended = _simulated(setup, schedulers, runs[unit])
    given = _given_rates(setup, schedulers)
    other = _simulated(setup, schedulers, runs["epoch" if unit == "batch" else "batch"])[0] if epochs else {}
    shapes = {place: shape_of(rates) for place, (_, rates) in courses.items()}
    still = {place for place, shape in shapes.items() if shape.idle or shape.warming}
    later = _simulated(setup, schedulers, BEYOND * runs[unit])[0] if still and epochs else {}
    return ScheduleCourse(
        courses=tuple(_course(place, base, rates, shapes[place], other, later if place in still else {}, given.get(place, ())) for place, (base, rates) in courses.items()),
        short=short, ended=ended, **facts,
    )  # fmt: skip


def _course(place: int, base: float, rates: list[float], shape: Shape, other: dict[int, Any], later: dict[int, Any], given: tuple[float, ...]) -> Course:
    kept = range(0, len(rates), max(1, len(rates) // POINTS))
    return Course(
        optimizer=place, base=base, steps=len(rates) - 1, shape=shape, rates=tuple(rates[k] for k in kept), places=tuple(float(k) for k in kept),
        other_unit=shape_of(other[place][1]) if place in other else None, later=shape_of(later[place][1]) if place in later else None, given=given,
    )  # fmt: skip


def _schedulers(setup: Setup) -> tuple[list[Any], float, bool]:
    """(the schedules, how often a call of the step steps them, whether the step does)."""
    from nohero.setup.parts import each

    given = list(each(setup.scheduler))
    if setup.step is None:
        return given, 1.0, False
    with setup.apart(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batches = setup.batches(8)
        with Ears(setup) as ears:
            for number in range(HEARD):
                ears.next_call()
                setup.train_step(batches[number % len(batches)])
    heard = ears.heard.schedulers
    if not heard:
        return given, 1.0, False
    times = sum(e.kind == "schedule" for e in ears.heard.events)
    return heard, times / len(heard) / HEARD, True


def _optimizer_of(scheduler: Any) -> Any:
    return getattr(scheduler, "optimizer", None) or getattr(scheduler, "_optimizer", None)


def wants_score(scheduler: Any) -> bool:
    """Whether its step takes a score that it waits to improve."""
    return hasattr(scheduler, "patience") and hasattr(scheduler, "mode")


def _waited(setup: Setup, schedulers: list[Any]) -> tuple[float, int]:
    """(the highest rate, where equal scores in a row move no group of any schedule, else 0; how many were fed)."""
    bound = [(s, o) for s in schedulers if (o := _optimizer_of(s)) is not None]
    fed = 0
    with setup.apart(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for scheduler, optimizer in bound:
            first = _rates(optimizer)
            many = min(MOST, WAITS * (int(scheduler.patience) + int(getattr(scheduler, "cooldown", 0)) + 2))
            fed = max(fed, many)
            for _ in range(many):
                scheduler.step(1.0)
                if _rates(optimizer) != first:
                    return 0.0, fed
        return max((max(_rates(o)) for _, o in bound), default=0.0), fed


def _per_epoch(setup: Setup) -> int:
    known = setup.train.length()
    if known is not None:
        return known
    with setup.apart(data=True):
        return len(setup.train.read(most=COUNTED, seconds=1.0).batches)


def _simulated(setup: Setup, schedulers: list[Any], steps: int) -> tuple[dict[int, tuple[float, list[float]]], bool, int]:
    """(place of the optimizer -> base and rates of its highest group, whether time ran out, where the schedule refused)."""
    optimizers = list({id(o): o for s in schedulers if (o := _optimizer_of(s)) is not None}.values())
    seen: list[list[list[float]]] = [[_rates(o)] for o in optimizers]
    short, ended = steps > MOST, 0
    began = time.monotonic()
    with setup.apart(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(min(steps, MOST)):
            try:
                for scheduler in schedulers:
                    scheduler.step()
            except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError):
                ended = number + 1
                break
            for held, optimizer in zip(seen, optimizers, strict=True):
                held.append(_rates(optimizer))
            if time.monotonic() - began > SECONDS:
                short = True
                break
    found = {}
    for held, optimizer in zip(seen, optimizers, strict=True):
        place = next((i for i, o in enumerate(setup.optimizers) if o is optimizer), -1)
        best = max(range(len(held[0])), key=lambda g: max(row[g] for row in held))
        base = float(optimizer.param_groups[best].get("initial_lr", held[0][best]))
        rates = [row[best] for row in held]
        found[place] = (base, rates[:-1] if len(rates) > 2 and not ended else rates)  # the last step is taken after the last update
    return found, short, ended


def _given_rates(setup: Setup, schedulers: list[Any]) -> dict[int, tuple[float, ...]]:
    """Place of the optimizer -> the rates its groups and its own defaults have, before any schedule."""
    found = {}
    for optimizer in (o for s in schedulers if (o := _optimizer_of(s)) is not None):
        place = next((i for i, o in enumerate(setup.optimizers) if o is optimizer), -1)
        rates = [g.get("initial_lr", g["lr"]) for g in optimizer.param_groups] + [getattr(optimizer, "defaults", {}).get("lr")]
        found[place] = tuple(float(r) for r in rates if r is not None)
    return found


def _rates(optimizer: Any) -> list[float]:
    return [float(g["lr"]) for g in optimizer.param_groups]
