"""What it asks: do the networks of the ensemble differ at all?

Why it matters: an average gains by the members' disagreement and by nothing else. Members that all say the same are one network
at several times the price, and their agreement says nothing about how sure the answer is.

How it is measured: for each validation item the standard deviation of its loss over the members; the mean of these as a share of
the mean loss. Beside it the gain of the average over a single member.

When it is right to fail: it warns when the members differ by less than a hundredth of the loss: the seed does not reach the
network, or the order of its batches. Where they differ and the average still gains little, one network is handed on, and it is
quiet.

What it cannot see: members that differ only where no validation item lies.

Mend: let the factory use its seed; shuffle by the seed; else drop the ensemble.

Source: the recipe, section 6 (ensembles); Krogh and Vedelsby 1995 (gain = disagreement).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.ensemble import Ensemble
from nohero.run.finding import Finding, Observed, passed, skipped, warned
from nohero.run.sources import SQUEEZE

if TYPE_CHECKING:
    from nohero.models.settings import Settings
    from nohero.problem import Problem

SAME = 0.01  # of the mean loss


def judge(ensemble: Ensemble) -> Finding:
    """Disagreement first, then what it is worth."""
    members = len(ensemble.member_losses)
    if members < 2:
        return skipped("one network only was trained")
    if not math.isfinite(ensemble.disagreement):
        return skipped("the members' disagreement is not a finite number")
    gain = f"averaging {members} gains {ensemble.gain:.4f} {ensemble.unit} [{ensemble.low:.4f}, {ensemble.high:.4f}] over one"
    observed = Observed(value=ensemble.disagreement, unit="of the mean loss", n=members)
    if ensemble.disagreement < SAME:
        return warned(
            f"the {members} networks say the same: their losses differ by {ensemble.disagreement:.2%} of the mean loss; {gain}",
            expected=f"networks that differ by {SAME:.0%} or more", observed=observed, component="model", effect=f"{members} times the price of one network for nothing",
            remedies=["let the network's factory use its seed for the initial weights", "shuffle the batches by the seed", "hand on one network instead"],
        )  # fmt: skip
    used = "all are handed on" if ensemble.num_used > 1 else "one is handed on"
    return passed(f"the {members} networks differ by {ensemble.disagreement:.0%} of the mean loss; {gain}; {used}", observed=observed)


def seed_ignored(problem: Problem) -> Problem:
    """Every network starts alike, and whole batches leave no order to differ in."""
    from dataclasses import replace

    def make(settings: Settings, seed: int) -> Any:  # noqa: ARG001 (that is the fault)
        return problem.make_model(replace(settings, dropout=0.0), 0)

    declined = dict.fromkeys(("augmentation", "mirror images"), "planted")
    return replace(problem, make_model=make, start=replace(problem.start, batch_size=len(problem.train)), declined=problem.declined | declined)


def one_network(problem: Problem) -> Problem:
    """No ensemble is asked for."""
    from dataclasses import replace

    return replace(problem, effort=replace(problem.effort, members=1))


CHECK = Check(
    code="SQZ110", name="idle-ensemble", source=SQUEEZE, judge=judge,
    sabotages=(Case(toy="table", plant=seed_ignored),), lookalikes=(Case(toy="table", plant=one_network),),
)  # fmt: skip
