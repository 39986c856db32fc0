"""What it asks: does the loss's slope know of everything that its value is made of?

Why it matters: a term computed on thresholded or arg-max answers, detached, or turned into a plain number still counts in the
printed loss, and trains nothing: only the other terms do, however small their weight.

How it is measured: for any function that can be differentiated, the slope added up along a path is the change of the value. The
answers are moved from the model's own to right ones and to random ones; what the value changes by and the slope does not
tell of is held against each summand that has no slope.

When it is right to fail: right answers lower the loss by a part that has no slope, and one summand without a slope is that part on every path.

What it cannot see: losses that the model computes itself; terms that are lost before the answers reach the loss.

Mend: compute the term on soft answers (probabilities), without `detach`, `item`, `round`, `argmax` or a comparison.

Source: the recipe, the skeleton; Milletari, Navab and Ahmadi 2016, V-Net (arXiv:1606.04797), on the soft Dice term.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_slopes import LossSlopes
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

HEARD = 0.1  # of what moves: kinks and clamps leave less when the slope is added up in pieces
MOSTLY = 0.5  # of what moves: with less, weights held fixed on purpose (a focal term's) may be all of it
SAME = 0.1  # relative error: that one summand is what is lost


def judge(slopes: LossSlopes) -> Finding:
    """A summand without slope that right answers would lower fails."""
    right = [p for p in slopes.paths if p.right]
    if not slopes.paths:
        return skipped("the loss is not finite on other answers")
    aimed = right or slopes.paths
    lost = max(aimed, key=lambda p: p.share)
    if not lost.share > HEARD:
        return passed(f"the slope tells of {1 - lost.share:.0%} of what the loss changes by")
    told = {"component": "loss", "where": ("the loss",), "observed": Observed(value=lost.share, unit="of the change without slope", n=len(slopes.paths))}
    one = slopes.silent < SAME and len(slopes.paths) > 1
    if right and lost.lost < 0 and one:
        return failed(
            f"a term of the loss has no gradient: right answers lower the loss by {-lost.change:.3g}, of which {lost.share:.0%} comes from a term that no gradient flows through",
            expected="a loss whose slope adds up to the change of its value",
            level=Level.VERIFIED,
            why="What is compared with a threshold, rounded, taken the arg-max of, detached or made a plain number has no slope. It is counted in the printed loss, but only the other terms train the model.",
            remedies=("compute the term on probabilities, not on thresholded or arg-max answers", "take detach(), item(), data, round() or no_grad out of the way from the answer to the term", "if the term is there to be watched only, print it and leave it out of the loss"),
            **told,  # type: ignore[arg-type]
        )
    if lost.share > MOSTLY and (one or (right and lost.lost < 0)):
        return unsure(
            f"the slope of the loss does not tell of {lost.share:.0%} of what its value changes by when the answers change",
            expected="a loss whose slope adds up to the change of its value",
            remedies=("if weights or targets made of the answers are detached on purpose, nothing is wrong; else take detach(), argmax or the threshold out of the loss",),
            **told,  # type: ignore[arg-type]
        )
    return passed("what the slope does not tell of are weights that are held fixed")


def thresholded_dice(given: Given) -> Given:
    """A Dice term on yes and no beside a small cross-entropy."""
    import torch

    def loss(o: Any, y: Any) -> Any:
        hard = (o.argmax(1) == 1).float()
        dice = (2 * (hard * y).sum() + 1) / (hard.sum() + y.sum() + 1)
        return 0.05 * torch.nn.functional.cross_entropy(o, y) + 1 - dice

    return replace(given, loss=loss)


def error_as_a_number(given: Given) -> Given:
    """The main term is made a plain number before it is added."""

    def loss(o: Any, y: Any) -> Any:
        return (o - y).square().mean().item() + 0.01 * (o - y).abs().mean()

    return replace(given, loss=loss)


def error_rate_counted(given: Given) -> Given:
    """The share of wrong labels on top of a cross-entropy, halved together."""
    import torch

    def loss(o: Any, y: Any) -> Any:
        wrong = (o.argmax(1) != y).float().mean()
        return (torch.nn.functional.cross_entropy(o, y) + 2 * wrong) / 2

    return replace(given, loss=loss)


def soft_dice(given: Given) -> Given:
    """The same Dice term on probabilities."""
    import torch

    def loss(o: Any, y: Any) -> Any:
        soft = o.softmax(1)[:, 1]
        dice = (2 * (soft * y).sum() + 1) / (soft.sum() + y.sum() + 1)
        return 0.05 * torch.nn.functional.cross_entropy(o, y) + 1 - dice

    return replace(given, loss=loss)


def focal_with_fixed_weights(given: Given) -> Given:
    """A focal loss whose weights are detached."""
    import torch

    def loss(o: Any, y: Any) -> Any:
        each = torch.nn.functional.cross_entropy(o, y, reduction="none")
        return ((1 - (-each.detach()).exp()) ** 2 * each).mean()

    return replace(given, loss=loss)


def hardest_only(given: Given) -> Given:
    """Only the hardest third of the pixels count."""
    import torch

    def loss(o: Any, y: Any) -> Any:
        each = torch.nn.functional.cross_entropy(o, y, reduction="none").flatten()
        return each.topk(len(each) // 3).values.mean()

    return replace(given, loss=loss)


def slope_without_value(given: Given) -> Given:
    """A penalty that pulls and does not count: itself less itself detached."""

    def loss(o: Any, y: Any) -> Any:
        extra = (o - y).abs().mean()
        return (o - y).square().mean() + (extra - extra.detach())

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE353",
    name="silent-term",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="segmentation-unet", plant=thresholded_dice), Case(toy="huber-regression", plant=error_as_a_number), Case(toy="many-classes", plant=error_rate_counted)),
    lookalikes=(
        Case(toy="segmentation-unet", plant=soft_dice),
        Case(toy="segmentation-unet", plant=focal_with_fixed_weights),
        Case(toy="segmentation-unet", plant=hardest_only),
        Case(toy="huber-regression", plant=slope_without_value),
    ),
)
