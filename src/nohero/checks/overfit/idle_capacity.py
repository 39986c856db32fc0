"""What it asks: do more weights buy a lower training loss, as they must while there is something left to fit?

Why it matters: a network that does not profit from its size has a bottleneck, a branch that is cut off, or settings that
never reach it. Tuning its width would be tuning nothing.

How it is measured: the sizes of the overfit stage are trained alike. Their numbers of parameters are counted, and their
training losses compared with the smallest one's.

When it is right to fail: it warns when sizes that should differ have equally many parameters; when the bigger networks train
clearly worse than the smallest; and when they are no better although the loss is still above the best baseline's. A loss
near zero, or already below every baseline, has no need of size: then it is quiet.

What it cannot see: capacity that is idle in all sizes alike, and layers that matter only after longer training.

Mend: let the network's factory use `settings.width` and `settings.depth`; look for dead units and parameters without
gradient in the bigger sizes; try a lower learning rate there.

Source: the recipe, section 3 (overfit), and section 2: "verify decreasing training loss" with a bit of capacity added.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.baselines import Baselines
from nohero.evidence.growth import Growth
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, warned
from nohero.run.sources import OVERFIT

if TYPE_CHECKING:
    from nohero.models.settings import Settings
    from nohero.problem import Problem

FLOOR = 0.05  # of the constant's loss: below it nothing worth more weights is left to fit
LOWER = 0.01  # of the smallest network's training loss: what counts as lower
WORSE = 0.1  # of the constant's loss: what counts as clearly worse


def judge(growth: Growth, baselines: Baselines) -> Finding:
    """Compare the bigger sizes with the smallest."""
    sizes = [s for s in growth.sizes if math.isfinite(s.train_loss)]
    if len(growth.sizes) < 2:
        return skipped("one size only was trained")
    counts = {s.num_parameters for s in growth.sizes}
    if len(counts) == 1 and counts != {0}:
        return _warn(growth, f"the {len(growth.sizes)} sizes asked for are one network: each has {counts.pop():,} parameters",
                     ["use settings.width and settings.depth in the network's factory, or give the ladder one size only"])  # fmt: skip
    if len(sizes) < 2 or sizes[0] is not growth.sizes[0]:
        return skipped("not enough sizes ended with a finite training loss to compare")
    small, big = sizes[0], min(sizes[1:], key=lambda s: s.train_loss)
    said = f"training loss {small.train_loss:.4f} at width {small.width}, depth {small.depth}, and at best {big.train_loss:.4f} in {len(sizes) - 1} bigger ones"
    if small.train_loss <= FLOOR * growth.constant_loss or big.train_loss <= (1 - LOWER) * small.train_loss:
        return passed(said)
    if big.train_loss > small.train_loss + WORSE * growth.constant_loss:
        return _warn(growth, f"bigger networks train worse: {said}", _remedies())
    target = min((b.score.loss for b in baselines.baselines if math.isfinite(b.score.loss)), default=math.nan)
    if not small.train_loss > target:
        return passed(f"{said}; it is below every baseline's loss already")
    return _warn(growth, f"more weights do not lower the loss: {said}, still above the best baseline's {target:.4f}", _remedies())


def _warn(growth: Growth, message: str, remedies: list[str]) -> Finding:
    rows = tuple((f"width {s.width}, depth {s.depth}", s.num_parameters, s.train_loss) for s in growth.sizes)
    losses = [s.train_loss for s in growth.sizes]
    rest: dict[str, Any] = {"figure": Table(title="Training loss by size", columns=("size", "parameters", "training loss"), rows=rows)}
    observed = Observed(value=min(losses[1:]) - losses[0], unit=growth.unit, n=len(losses))
    return warned(message, expected=f"a training loss at least {LOWER:.0%} lower", observed=observed, component="model", remedies=remedies, **rest)


def _remedies() -> list[str]:
    return ["look for dead units, cut branches and parameters without gradient in the bigger sizes", "train the bigger sizes longer, or at a lower learning rate"]


def size_ignored(problem: Problem) -> Problem:
    """The factory makes the smallest network whatever is asked."""
    from dataclasses import replace

    def make(settings: Settings, seed: int) -> Any:
        return problem.make_model(replace(settings, width=problem.ladder[0][0], depth=problem.ladder[0][1]), seed)

    return replace(problem, make_model=make)


def wide_branch_cut(problem: Problem) -> Problem:
    """Every network but the smallest sees nothing of its inputs."""
    from dataclasses import replace

    def make(settings: Settings, seed: int) -> Any:
        model = problem.make_model(settings, seed)
        if settings.width > problem.ladder[0][0]:
            model.register_forward_pre_hook(lambda _, given: (given[0] * 0,))
        return model

    return replace(problem, make_model=make)


def wide_enough_already(problem: Problem) -> Problem:
    """Two sizes that differ by little, both below every baseline."""
    from dataclasses import replace

    return replace(problem, ladder=((96, 2), (104, 2)))


CHECK = Check(
    code="OVF120", name="idle-capacity", source=OVERFIT, judge=judge,
    sabotages=(Case(toy="table", plant=size_ignored), Case(toy="numbers", plant=wide_branch_cut)),
    lookalikes=(Case(toy="numbers", plant=wide_enough_already),),
)  # fmt: skip
