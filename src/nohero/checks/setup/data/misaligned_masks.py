"""What it asks: do dense masks lie on what they mark?

Why it matters: an augmentation that flips the picture and not its mask, or height read as width, leaves nothing to be learnt
but the average place.

How it is measured: a small probe from each pixel's surroundings to its mask, fitted to other pictures, with the masks as
given and flipped, turned, transposed and shifted.

When it is right to fail: when another pose fits all pictures much better, or a fifth of the pictures is fitted much better by
one pose.

What it cannot see: masks that pixels and their surroundings do not tell at all, and shifts of a pixel or two.

Mend: transform picture and mask by one call with the same random numbers.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.mask_fit import MaskFit
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

BETTER = 0.15  # correlation by which a pose must fit better, all pictures together
KNOWN = 0.35  # correlation below which the probe knows nothing of the masks
DEALT = 0.6  # correlation with the masks of other pictures, one each: chance does not bring it
SHARE = 0.2  # of the pictures, fitted much better by one pose


def judge(fit: MaskFit) -> Finding:
    """The best pose against the given one, over all and picture by picture."""
    best = max(fit.poses, key=lambda p: p.fit)
    some = max(fit.poses, key=lambda p: p.better)
    all_ = best.fit >= max(KNOWN, fit.given + BETTER)
    if fit.own_pairs < KNOWN and fit.best_pairs >= max(DEALT, fit.own_pairs + DEALT / 2):
        return failed(
            f"a picture's brightness goes with its own mask at a correlation of {fit.own_pairs:.2f}, and at {fit.best_pairs:.2f} when the masks are dealt out anew: they belong to other pictures",
            expected="each picture with its own mask",
            observed=Observed(value=fit.own_pairs, unit="correlation", n=fit.n),
            component="data",
            where=("train: target",),
            level=Level.MEASURED,
            effect="the network learns where things lie on average, not where they are",
            why="Pictures and masks are often listed apart, and folders are listed in no order: the same place in both lists is not the same item.",
            remedies=(Remedy(text="sort both lists by name, or look each mask up by its picture's name", tried=True, result=f"correlation {fit.best_pairs:.2f} in the best order"),),
        )
    if not all_ and some.better < SHARE:
        return passed(f"masks fit their pictures best as given (correlation {fit.given:.2f}; {best.pose} {best.fit:.2f})")
    pose = best if all_ else some
    words = f"{pose.pose}, the masks fit their pictures with correlation {pose.fit:.2f}, as given with {fit.given:.2f}" if all_ else f"{some.better:.0%} of {fit.n} masks fit their pictures much better when {some.pose}"
    return failed(
        words,
        expected="masks that lie on what they mark",
        observed=Observed(value=fit.given if all_ else some.better, unit="correlation" if all_ else "of the pictures", n=fit.n),
        component="transform",
        where=("train: target", pose.pose, *(f"item {i}" for i in fit.items)),
        level=Level.VERIFIED if all_ else Level.MEASURED,
        effect="the network learns where things lie on average, not where they are",
        why="A mask belongs to its picture in one pose. When another pose fits better, a transformation was done to the picture and not to the mask.",
        remedies=(
            *((Remedy(text=f"take the masks {pose.pose}", tried=True, result=f"correlation {pose.fit:.2f} instead of {fit.given:.2f}"),) if all_ else ()),
            "draw the random numbers of an augmentation once, and use them for picture and mask",
            "check the order of height and width where masks are read or drawn",
        ),
        figure=Bars(title="How well masks fit their pictures", value_label="correlation", bars=(Bar(label="as given", value=max(0.0, fit.given)), *(Bar(label=p.pose, value=max(0.0, p.fit)) for p in fit.poses[:8]))),
    )


def pictures_flipped_alone(given: Given) -> Given:
    """Half of the pictures are flipped, their masks are not."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x[::2] = x[::2].flip(-1)
        return x, y

    return replanted(given, change)


def masks_transposed(given: Given) -> Given:
    """Masks were drawn with x and y exchanged."""
    return replanted(given, lambda x, y: (x, y.transpose(-1, -2).contiguous()))


def masks_upside_down(given: Given) -> Given:
    """Masks count rows from below."""
    return replanted(given, lambda x, y: (x, y.flip(-2)))


def both_flipped(given: Given) -> Given:
    """Pictures and masks are flipped together."""
    return replanted(given, lambda x, y: (x.flip(-1), y.flip(-1)))


def masks_in_another_order(given: Given) -> Given:
    """Pictures and masks were listed apart."""
    import torch

    return replanted(given, lambda x, y: (x, y[torch.randperm(len(y), generator=torch.Generator().manual_seed(3))]))


CHECK = Check(
    code="DAT372",
    name="misaligned-masks",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="segmentation-unet", plant=pictures_flipped_alone), Case(toy="segmentation-unet", plant=masks_transposed), Case(toy="segmentation-unet", plant=masks_upside_down), Case(toy="segmentation-unet", plant=masks_in_another_order)),
    lookalikes=(Case(toy="segmentation-unet", plant=both_flipped),),
)
