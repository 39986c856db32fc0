"""What it asks: does the whole training get anywhere at the learning rate it is given?

Why it matters: at a rate a hundred times too large a dozen items may still be learnt by heart, but over all batches the loss jumps
about and stays high. At one a hundred times too small the planned training is over before anything was learnt.

How it is measured: the user's own step, loader and schedule train with two seeds for as many steps as are planned, or as fit in a
few seconds, at the given rate, at a tenth of it and, where the given one hardly moves, at ten and a hundred times it. The loss of
fixed training batches is compared with the one before training and with that of the best constant answer.

When it is right to fail: a training stays near or above the loss to begin with where a tenth of the rate, in the same steps, comes
far below, with both seeds. One that stays several times as high as what a tenth of the rate reaches in the same steps, warns. A rate at which the whole planned training goes nowhere, where a larger one goes far, warns.

What it cannot see: rates that learn, but less well than others; trainings that are much longer than what fits in the time.

Mend: the rate that was tried beside it; 1e-3 with Adam, 0.01 to 0.1 with SGD.

Source: the recipe, tuning (learning rate).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.rate_races import RateRaces
from nohero.run import sources
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.evidence.setup.rate_races import Training
    from nohero.setup.given import Given

LEAST = 0.15  # of the loss to begin with, that the other rate has to come below it
NOWHERE, FAR = 0.25, 0.75  # of the way from there to the lowest loss seen
ABOVE = 0.1  # of that way; what a training that is broken off must not have gone
STILL = 0.02  # of the loss to begin with: a training that is too slow falls less
SPREADS = 4.0  # standard errors between the ends
HIGH, LOW = 0.3, 0.2  # of the loss to begin with, at least; and of the end at the given rate, at most
ENOUGH = 40  # steps; a shorter training shows little
LONG = 100  # steps of a training that is broken off, to show something
LOWERED = 0.1  # of the optimizer's rate: what the schedule never comes above
PLANNED = 150  # steps: a shorter training may be a trial


def judge(races: RateRaces) -> Finding:
    """Nowhere at this rate and far at a tenth of it fails; nowhere and far at a larger one warns."""
    begin, ours, others = races.begin, races.given, races.others
    told = f"at the given rate {races.rate:.3g} the loss comes from {begin:.3g} to {ours[0].end:.3g} in {ours[0].at[-1]} steps"
    if not others:
        return passed(f"{told}; no other rate is far ahead")
    best = min(t.end for t in (*ours, *others))
    fall = begin - best
    ways = [[(begin - t.end) / fall if fall > 0 else 0.0 for t in side] for side in (ours, others)]
    apart = all(a.end - b.end > SPREADS * (a.doubt**2 + b.doubt**2) ** 0.5 for a, b in zip(ours, others, strict=True))
    said = f"{told}, at {races.rate * others[0].factor:.3g} to {others[0].end:.3g}; so with another seed ({ours[1].end:.3g} and {others[1].end:.3g})"
    if others[0].factor < 1 and apart and _high(races):
        return _told(warned, races, f"{said}: the loss stays high, so the rate is too large")
    if fall < LEAST * begin or max(ways[0]) > NOWHERE or min(ways[1]) < FAR or not apart:
        return passed(f"{told}; {others[0].factor:g} times the rate: {others[0].end:.3g}")
    if others[0].factor > 1:
        slow = not races.learnt and max((begin - t.end) / begin for t in ours) < STILL and races.steps >= races.planned >= PLANNED
        return _told(warned, races, f"{said}: the rate is too small for the {races.planned} steps that are planned") if slow else passed(said)
    whole = races.planned > 0 and races.steps >= races.planned
    if races.waits or races.steps < (ENOUGH if whole else LONG) or not (whole or (max(ways[0]) < ABOVE and not races.falling)):
        return _told(unsure, races, f"{said}: the rate may be too large, but this is not the whole training, or its schedule may still lower it")
    return _told(failed, races, f"{said}: the rate is too large")


def _high(races: RateRaces) -> bool:
    """Whether the given rate stays high above what the lower one reaches in as many steps, and nothing will lower it."""
    high = all(t.end > HIGH * races.begin for t in races.given)
    low = all(b.end < LOW * min(a.end, races.begin) for a, b in zip(races.given, races.others, strict=True))
    return high and low and not races.waits and not races.falling and races.steps >= LONG and (not races.scheduled or races.steps >= races.planned > 0)


def _told(make: Any, races: RateRaces, what: str) -> Finding:
    other = races.others[0]
    scheduled = races.scheduled and other.factor > 1 and races.height < LOWERED  # the optimizer's own rate may be right
    return make(  # type: ignore[no-any-return]
        what,
        expected="a loss that falls well below the one to begin with",
        observed=Observed(value=races.given[0].end, unit="loss at the given rate", n=races.steps),
        component="schedule" if scheduled else "optimizer",
        where=("scheduler" if scheduled else "learning rate",),
        level=Level.VERIFIED,
        why="Steps that are too long jump over the valley again and again, and those that are too short never reach it. The same training with the rate alone changed goes down.",
        remedies=(Remedy(text=f"lr={races.rate * other.factor:.2g}", tried=True, result=f"loss {other.end:.3g} instead of {races.given[0].end:.3g} after {races.steps} steps"),),
        figure=Lines(title="Loss on fixed training batches", x_label="step", y_label="loss", series=(_line("as given", races.given[0]), _line(f"{other.factor:g} times the rate", other))),
    )


def _line(name: str, training: Training) -> Series:
    kept = [(float(k), y) for k, y in zip(training.at, training.losses, strict=True) if y < float("inf")]
    return Series(name=name, x=tuple(k for k, _ in kept), y=tuple(y for _, y in kept))


def _optimized(given: Given, make: Any, **changed: Any) -> Given:
    return replace(given, optimizer=make(given.model.parameters()), scheduler=None, **changed)


def adam_at_a_half(given: Given) -> Given:
    """Adam at 0.5."""
    import torch

    return _optimized(given, lambda p: torch.optim.Adam(p, lr=0.5))


def adam_at_one_with_lengths(given: Given) -> Given:
    """Adam at 1 with a recurrent network."""
    import torch

    return _optimized(given, lambda p: torch.optim.Adam(p, lr=1.0))


def sgd_far_too_slow(given: Given) -> Given:
    """SGD at 1e-4 over the whole of forty epochs."""
    import torch

    return _optimized(given, lambda p: torch.optim.SGD(p, lr=1e-4, momentum=0.9), epochs=40)


def small_rate_for_a_long_training(given: Given) -> Given:
    """Adam at 1e-5 for a thousand epochs."""
    import torch

    return _optimized(given, lambda p: torch.optim.Adam(p, lr=1e-5), epochs=1000)


def long_warm_up(given: Given) -> Given:
    """A warm-up from nothing over a third of the training."""
    import torch
    from torch.optim.lr_scheduler import OneCycleLR

    changed = _optimized(given, lambda p: torch.optim.AdamW(p, lr=1e-3))
    return replace(changed, scheduler=OneCycleLR(changed.optimizer, max_lr=1e-2, total_steps=(given.epochs or 10) * len(given.train)), scheduler_steps="batch")


def large_rate_that_falls(given: Given) -> Given:
    """SGD at 1 with a cosine to nothing: it is noisy first and arrives at the end."""
    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR

    changed = _optimized(given, lambda p: torch.optim.SGD(p, lr=1.0))
    return replace(changed, scheduler=CosineAnnealingLR(changed.optimizer, T_max=given.epochs or 10), scheduler_steps="epoch")


def quick_rate(given: Given) -> Given:
    """SGD at 0.3, which is quick and sound."""
    import torch

    return _optimized(given, lambda p: torch.optim.SGD(p, lr=0.3))


def nothing_to_learn(given: Given) -> Given:
    """Labels that are drawn: no rate gets anywhere but by heart."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x = torch.randn(4000, 8, generator=torch.Generator().manual_seed(2))
    model = torch.nn.Linear(8, 3)
    train = DataLoader(TensorDataset(x, torch.randint(0, 3, (4000,), generator=torch.Generator().manual_seed(3))), batch_size=40)
    return replace(given, model=model, train=train, val=None, evaluate=None, step=None, scheduler=None, optimizer=torch.optim.SGD(model.parameters(), lr=0.5), epochs=3, classes=None)


CHECK = Check(
    code="SKE427",
    name="unfit-learning-rate",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=adam_at_a_half), Case(toy="lstm-lengths", plant=adam_at_one_with_lengths), Case(toy="table-mlp", plant=sgd_far_too_slow)),
    lookalikes=(Case(toy="table-mlp", plant=small_rate_for_a_long_training), Case(toy="table-mlp", plant=long_warm_up), Case(toy="table-mlp", plant=large_rate_that_falls), Case(toy="table-mlp", plant=quick_rate), Case(toy="table-mlp", plant=nothing_to_learn)),
    under=("SKE400", "SKE420", "SKE421", "SKE422", "SKE423", "SKE424", "SKE440", "SKE442", "SKE443", "SKE444", "SKE446"),
)
