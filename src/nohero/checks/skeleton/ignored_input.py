"""What it asks: does the network do better with its inputs than without?

Why it matters: a network that does as well on zeros has learnt the shares of the classes and nothing else, however smooth its
curve looks.

How it is measured: the same short training on real and on zeroed inputs, with several seeds, compared item by item; and the
gradient of each output on its own input. The baselines say whether there is anything to be learnt.

When it is right to fail: when real inputs gain nothing, the best constant stands, and a baseline shows that the inputs tell
something; or when no output has a gradient on its input. Where no baseline beats the constant either, it warns that the data
may hold no signal. A wide interval leaves it unsure.

What it cannot see: inputs that are used in part only.

Mend: follow the input from the batch to the first layer.

Source: the recipe, the skeleton ("input-independent baseline").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.baselines import Baselines
from nohero.evidence.batch_dependence import BatchDependence
from nohero.evidence.input_race import InputRace
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

SMALL = 0.05  # of the constant's loss: an interval that reaches no further says that there is no gain worth having


def judge(race: InputRace, baselines: Baselines, dependence: BatchDependence) -> Finding:
    """Real against zeroed inputs, then what the baselines say."""
    said = f"real inputs gain {race.gain:.3g} {race.unit} [{race.gain_low:.3g}, {race.gain_high:.3g}] over zeroed ones in {race.steps[-1] if race.steps else 0} steps"
    numbers = {"gain": race.gain, "best constant": race.constant}
    cut = dependence.n > 0 and len(dependence.ignored) == dependence.n  # before training: a last layer that starts at zero is cut as well
    if race.gain_low > 0:
        return passed(said, numbers=numbers)
    if not cut and (not race.real or not math.isfinite(race.gain)):
        return skipped("the race has no finite result: what went wrong there is told by the checks of loss and inputs")
    signal = bool(baselines.baselines) and baselines.best.score.low > baselines.constant.score.value
    best = f"; best baseline {baselines.best.name} {baselines.best.score.metric} {baselines.best.score}, constant {baselines.constant.score.value:.3f}" if baselines.baselines else ""
    rest: dict[str, Any] = {
        "expected": "a gain whose interval leaves out zero",
        "observed": Observed(value=race.gain, unit=race.unit, n=race.n, low=race.gain_low, high=race.gain_high),
        "numbers": numbers,
        "level": Level.VERIFIED,
        "why": "A network that does as well on zeros has learnt how common the answers are, and nothing of the items.",
        "figure": race.figures()[0] if race.real and race.zeroed else None,
    }
    follow = "follow the input from the batch to the first layer: is it overwritten, detached, masked or multiplied by zero?"
    if cut:
        return failed(f"no output has a gradient on its own input: the network does not see it; {said}", component="model", where=("input",), remedies=(follow,), **rest)
    if race.gain_high > SMALL * race.constant:
        more = ("bring more validation items, or train the race for longer: the interval decides", follow)
        return unsure(f"{said}: too few items to tell{best}", component="data", remedies=more, **rest)
    if signal:
        other = "see whether inputs and labels of a batch belong together after shuffling"
        return failed(f"{said}: the network makes nothing of its input, though it tells something{best}", component="model", where=("input",), remedies=(follow, other), **rest)
    return warned(
        f"{said}, and no baseline finds anything either: the data may hold no signal{best}",
        component="data",
        remedies=("see whether rows and targets belong together: a sort or a join may have parted them", "look at the inputs as they arrive: are they all alike?", "bring columns that say something about the target"),
        **rest,
    )  # fmt: skip


def input_times_zero(problem: Problem) -> Problem:
    """The network multiplies its input by zero."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x * 0.0))


def targets_dealt_anew(problem: Problem) -> Problem:
    """Targets parted from their rows: nothing can be learnt."""
    import numpy as np

    from nohero.checks.plant import with_target

    return with_target(problem, np.random.default_rng(5).permutation(np.asarray(problem.raw.target)))


def hardly_any_signal(problem: Problem) -> Problem:
    """Two answers in five drawn by lot: little to learn, and the input is used."""
    import numpy as np

    from nohero.checks.plant import with_target

    rng, target = np.random.default_rng(5), np.asarray(problem.raw.target).copy()
    by_lot = rng.random(len(target)) < 0.4
    target[by_lot] = rng.permutation(target[by_lot])
    return with_target(problem, target)


CHECK = Check(
    code="SKE140",
    name="ignored-input",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table", plant=input_times_zero), Case(toy="pictures", plant=input_times_zero), Case(toy="numbers", plant=targets_dealt_anew)),
    lookalikes=(Case(toy="numbers", plant=hardly_any_signal),),
)
