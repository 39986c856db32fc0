"""What it asks: was the training stopped while the validation loss was still falling?

Why it matters: networks keep improving for longer than one would think. What was stopped early is not worse by design, only
unfinished, and every comparison made at that length may turn round at twice the length.

How it is measured: the tuned settings are trained at their own number of steps and at twice as many, each with its whole schedule.
The gain is paired over validation items; its interval also counts how much the members of the ensemble differ by seed.

When it is right to fail: it warns when twice the steps still lower the loss beyond noise and by a margin that matters. Where there
was no time for a longer training but the curve was falling at its end, it is unsure.

What it cannot see: a gain that comes only after far more than twice the steps.

Mend: train longer; where the learning rate decays, tune its decay anew with the new length.

Source: the recipe, section 6 ("leave it training"); the tuning playbook, on the number of training steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.ensemble import Ensemble
from nohero.evidence.growth import Growth
from nohero.run.finding import Finding, Level, Observed, Remedy, passed, skipped, unsure, warned
from nohero.run.sources import SQUEEZE

if TYPE_CHECKING:
    from nohero.problem import Problem

LOWER = 0.05  # of the loss: what counts as lower
OF_CONSTANT = 0.01  # of the constant's loss: the same where losses are near zero


def judge(ensemble: Ensemble, growth: Growth) -> Finding:
    """Twice the steps against once."""
    gain, losses = ensemble.longer_gain, ensemble.member_losses
    if not losses:
        return skipped("no network was trained")
    loss = min(losses) + (max(gain, 0.0) if ensemble.longer_kept else 0.0)  # at the shorter length
    margin = max(LOWER * abs(loss), OF_CONSTANT * growth.constant_loss)
    if ensemble.longer_steps <= ensemble.short_steps:
        return _once(ensemble, margin)
    rest: dict[str, Any] = {
        "expected": f"a gain below {margin:.4f}, or within noise", "component": "schedule",
        "observed": Observed(value=gain, unit=ensemble.unit, n=ensemble.score.n, low=ensemble.longer_low, high=ensemble.longer_high),
    }  # fmt: skip
    said = f"{ensemble.longer_steps:,} steps instead of {ensemble.short_steps:,} gain {gain:.4f} {ensemble.unit} [{ensemble.longer_low:.4f}, {ensemble.longer_high:.4f}]"
    if not (gain > margin and ensemble.longer_low > 0):
        return passed(f"{said}: longer training is not worth it", **rest)
    per_thousand = 1000 * gain / max(ensemble.longer_steps - ensemble.short_steps, 1)
    return warned(
        f"the training was stopped while it still improved: {said}, about {per_thousand:.3g} for each 1,000 steps", level=Level.VERIFIED,
        effect="a better model costs no idea, only time",
        remedies=[Remedy(text=f"train for {ensemble.longer_steps:,} steps", tried=True, result=f"gains {gain:.4f}"), f"then try {2 * ensemble.longer_steps:,} (a larger budget)"],
        **rest,
    )  # fmt: skip


def _once(ensemble: Ensemble, margin: float) -> Finding:
    fall = ensemble.late_slope * min(ensemble.member_losses)
    if fall > margin:
        return unsure(f"the validation loss fell by {fall:.4f} over the last fifth of the training; there was no time for a longer one",
                      expected="a curve that is flat at its end", component="schedule", remedies=["train twice as long (a larger budget): that would decide"])  # fmt: skip
    return passed("no longer training was made; the validation loss was no longer falling at the end of this one")


def stopped_early(problem: Problem) -> Problem:
    """A tenth of the steps that the network needs."""
    from dataclasses import replace

    return replace(problem, effort=replace(problem.effort, steps=12), rates=(3e-4, 3e-3))


def trained_out(problem: Problem) -> Problem:
    """Trained for so long that nothing is left to gain."""
    from dataclasses import replace

    return replace(problem, effort=replace(problem.effort, steps=200))


CHECK = Check(
    code="SQZ120", name="still-improving", source=SQUEEZE, judge=judge,
    sabotages=(Case(toy="numbers", plant=stopped_early),), lookalikes=(Case(toy="numbers", plant=trained_out),),
)  # fmt: skip
