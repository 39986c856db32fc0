"""What it asks: does the loss fall when the answers come nearer to the targets?

Why it matters: a score that is to be maximised, handed over without its minus sign, trains the model to be wrong.

How it is measured: answers are moved step by step from undecided (or random) ones to the targets, and the loss is read on the way.
For classes it is counted besides whose answer the slope at undecided answers pushes down.

When it is right to fail: when the loss rises at every step towards the targets, and for nine labels in ten its slope pushes the
right class down.

Unsure is an own loss of one number an item that bends upwards all the way: which sign means yes is then a convention, as with energies and critics.

What it cannot see: losses that are reversed for a few items only.

Mend: put a minus before the score, or one minus it.

Source: the recipe, the skeleton ("verify loss at init", "overfit one batch").
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_bench import CLASSED, LABELLED
from nohero.evidence.setup.loss_probes import STRENGTHS, LossProbes
from nohero.evidence.setup.step_direction import StepDirection
from nohero.run import sources
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

AWAY = 0.9  # share of labels; by chance one in the number of classes
LABELS = 8  # labels at the least
SAME = 1e-6  # relative change of a loss that does not care what the classes are called
STEEP = 1e-3  # relative rise on the way


def judge(probes: LossProbes, direction: StepDirection) -> Finding:
    """A loss that rises towards the targets fails."""
    if probes.kind in LABELLED:
        losses = [v for v in probes.right_reached[:4] if math.isfinite(v)]
        x: tuple[float, ...] = STRENGTHS[: len(losses)]
        reversed_ = _rises(losses[:3]) and (probes.kind not in CLASSED or (probes.away >= AWAY and probes.n >= LABELS and not probes.relabelled < SAME))
    elif probes.path:
        losses, x = list(probes.path), (0.0, 0.25, 0.5, 0.75, 1.0)
        reversed_ = _rises(losses) and _rises(list(probes.path_zero))
    else:
        return skipped("there are no answers that could be called right")
    if not reversed_:
        return passed("the loss falls when the answers come nearer to the targets")
    if direction.climbs:
        return passed("the loss rises when the answers come nearer to the targets, and the step climbs it")
    message = f"the loss rises from {losses[0]:.3g} to {losses[-1]:.3g} when the answers move to the targets"
    rest: dict[str, Any] = {
        "expected": "a loss that falls towards right answers",
        "observed": Observed(value=losses[-1] - losses[0], unit="loss", n=probes.n),
        "component": "loss",
        "where": ("the loss",),
        "figure": Lines(title="The loss on the way to the targets", x_label="towards the targets", y_label="loss", series=(Series(name="loss", x=x, y=tuple(losses)),)),
    }
    if probes.kind not in (*CLASSED, "values", "reconstruction") and probes.form == "positive":
        return unsure(message + "; the answers are never negative, as distances are", remedies=("if a target of 1 means near, nothing is wrong; else turn the sign",), **rest)
    if probes.bowl and not probes.loss:
        return unsure(message + "; it is an own loss of one number an item, whose floor lies at lower answers for a yes, as of an energy", remedies=("if low answers mean yes, as energies do, nothing is wrong; else turn the sign",), **rest)
    if probes.kind == "values" and probes.raised < SAME:
        return unsure(message + "; only differences of the answers count, as in losses of ranks and of survival", remedies=("if a higher answer means less of the target, nothing is wrong; else turn the sign",), **rest)
    return failed(
        message,
        level=Level.VERIFIED,
        why="The optimizer lowers the loss, and so drives the answers away from the targets; a falling curve then means worse and worse answers.",
        remedies=("put a minus before it, or one minus the score", "look whether answer and target are swapped in the call"),
        **rest,
    )


def _rises(losses: list[float]) -> bool:
    """Whether every step goes up."""
    pairs = list(pairwise(losses))
    return bool(pairs) and all(a < b for a, b in pairs) and losses[-1] - losses[0] > STEEP * max(abs(losses[0]), abs(losses[-1]))


def log_likelihood_without_minus(given: Given) -> Given:
    """The mean log-likelihood, to be maximised."""

    def loss(out_BK: Any, y_B: Any) -> Any:
        return out_BK.log_softmax(1).gather(1, y_B[:, None]).mean()

    return replace(given, loss=loss)


def soft_dice_score(given: Given) -> Given:
    """The Dice score in place of one minus it."""

    def loss(out: Any, y: Any) -> Any:
        p = out.sigmoid()
        return (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)

    return replace(given, loss=loss)


def cosine_without_minus(given: Given) -> Given:
    """The fit (R squared) itself is minimised."""

    def loss(out: Any, y: Any) -> Any:
        return 1 - ((out - y) ** 2).mean() / y.var()

    return replace(given, loss=loss)


def negative_log_likelihood(given: Given) -> Given:
    """With its minus."""

    def loss(out_BK: Any, y_B: Any) -> Any:
        return -out_BK.log_softmax(1).gather(1, y_B[:, None]).mean()

    return replace(given, loss=loss)


def one_minus_dice(given: Given) -> Given:
    """As Dice is used."""

    def loss(out: Any, y: Any) -> Any:
        p = out.sigmoid()
        return 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)

    return replace(given, loss=loss)


def energy_of_two(given: Given) -> Given:
    """An energy: low for yes, high for no, and held from running away."""

    def loss(energy: Any, y: Any) -> Any:
        return (energy * (1 - 2 * (y == 0).to(energy))).mean() + 0.1 * energy.square().mean()

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE344",
    name="reversed-loss",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=log_likelihood_without_minus), Case(toy="multi-label", plant=soft_dice_score), Case(toy="huber-regression", plant=cosine_without_minus)),
    lookalikes=(Case(toy="table-mlp", plant=negative_log_likelihood), Case(toy="multi-label", plant=one_minus_dice), Case(toy="unbalanced-binary", plant=energy_of_two)),
)
