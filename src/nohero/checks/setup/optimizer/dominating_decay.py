"""What it asks: does weight decay pull harder than the data?

Why it matters: a decay that is too strong draws every weight to zero faster than the gradient builds it up; the network ends as a
constant. It happens when a decay for AdamW, which the learning rate multiplies, is used where it is added to the gradient, or when
momentum and decay are swapped in a call by position.

How it is measured: decay times parameters is compared with the gradient after some steps; a short training is raced against one
without decay. Progress counts from the loss of the best constant answer, to which decay alone leads, where the race without decay
gets beyond it.

When it is right to fail: the race without decay goes clearly further and the parameters shrink beside it.

What it cannot see: a decay whose harm shows only after thousands of steps.

Mend: weight_decay=1e-4 with SGD or Adam, 0.01 to 0.1 with AdamW.

Source: Loshchilov and Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101).
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.optimizer.swapped_betas import picture
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.evidence.setup.optimizer_races import OptimizerRaces
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

LOSES = 0.6  # share of the progress without decay; below it decay costs learning
BADLY = 0.3  # the same; below it training hardly works
A_MOMENTUM, A_DECAY = 0.5, 0.05  # no decay is as large as the first, no momentum as small as the second
SHRUNK = 0.95  # norm of the parameters over that without decay


def judge(races: OptimizerRaces, optimizer: OptimizerFacts) -> Finding:
    """A decay that loses the race and shrinks the parameters warns, or fails."""
    race = next((r for r in races.races if r.setting == "decay"), None)
    if race is None:
        return passed("no weight decay above 0.03")
    if race.kept >= LOSES or race.shrunk > SHRUNK:
        return passed(f"with weight decay {race.said} training makes {race.kept:.0%} of the progress it makes without")
    make = failed if race.kept < BADLY else warned
    swapped = [g for g in optimizer.groups if g.decay >= A_MOMENTUM > A_DECAY >= g.momentum > 0]
    order = (f"momentum={swapped[0].decay:g}, weight_decay={swapped[0].momentum:g}: they stand in each other's place; name both in the call",) if swapped else ()
    return make(
        f"weight decay {race.said} pulls {race.ratio:.2g} times as hard as the gradient: training makes {max(0.0, race.kept):.0%} of the progress it makes without, and the parameters end at {race.shrunk:.0%} of their norm",
        expected="a decay that pulls far less than the gradient in the first steps",
        observed=Observed(value=race.kept, unit="of the progress without decay", n=len(race.course_given)),
        component="optimizer",
        where=("weight_decay",),
        level=Level.VERIFIED,
        why="Each step draws every weight towards zero by its own size times the decay. Where this beats the gradient, the network forgets faster than it learns.",
        remedies=(*order, Remedy(text="weight_decay=1e-4, or AdamW with 0.01", tried=True, result=f"without decay: loss {fmean(race.usual):.3g} instead of {fmean(race.given):.3g}")),
        figure=picture(race),
    )


def _sgd(given: Given, decay: float) -> Given:
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model.parameters(), lr=0.05, momentum=0.9, weight_decay=decay), scheduler=None)


def half_with_sgd(given: Given) -> Given:
    """A half, added to the gradient."""
    return _sgd(given, 0.5)


def one_with_adam(given: Given) -> Given:
    """One, added to Adam's gradient."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3, weight_decay=1.0), scheduler=None)


def thirty_with_adamw(given: Given) -> Given:
    """Thirty, decoupled."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.AdamW(given.model.parameters(), lr=3e-3, weight_decay=30.0), scheduler=None)


def swapped_with_momentum(given: Given) -> Given:
    """Momentum and decay in each other's place, by position."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model.parameters(), 0.05, 5e-4, 0.0, 0.9), scheduler=None)


def tenth_in_adam(given: Given) -> Given:
    """A tenth, as AdamW's recipes have it, added to the small gradients of a mean over many values."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=1e-3, weight_decay=0.1), scheduler=None)


def tenth_with_adamw(given: Given) -> Given:
    """A tenth, decoupled, as large models have it."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.AdamW(given.model.parameters(), lr=3e-3, weight_decay=0.1), scheduler=None)


def usual_with_sgd(given: Given) -> Given:
    """Five in ten thousand."""
    return _sgd(given, 5e-4)


CHECK = Check(
    code="SKE424",
    name="dominating-decay",
    source="Loshchilov and Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101)",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=half_with_sgd), Case(toy="table-mlp", plant=one_with_adam), Case(toy="table-mlp", plant=thirty_with_adamw), Case(toy="segmentation-unet", plant=swapped_with_momentum), Case(toy="cnn-batch-norm", plant=swapped_with_momentum), Case(toy="autoencoder", plant=tenth_in_adam)),
    lookalikes=(Case(toy="table-mlp", plant=tenth_with_adamw), Case(toy="cnn-batch-norm", plant=usual_with_sgd)),
)
