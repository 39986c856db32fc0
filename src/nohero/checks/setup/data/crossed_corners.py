"""What it asks: where chance flips a picture, is the left edge of its box still left of the right one?

Why it matters: a flip takes x to width - x. Done to each corner of (x1, y1, x2, y2) and no more, it leaves a box whose left edge lies right
of its right one: the network is taught two meanings for each number, and what reads the box afterwards finds a negative width.

How it is measured: items are read several times; pairs of readings whose pictures are each other's flip are found by correlation, and
the order of the box's corners is compared, along the flip and across it. Validation items, which nobody flips, tell whether the four numbers are a box.

When it is right to fail: in all such pairs the order along the flip is turned round, while across it the first corner stays the first, and
in validation it is the first along both. Without validation the numbers may be two points, from head to foot: unsure.

What it cannot see: boxes of a centre and a size, and flips in the collate function or in the step.

Mend: x1, x2 = width - x2, width - x1.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.data.unmoved_targets import boxed
from nohero.evidence.setup.moved_pictures import MovedPictures
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

LEAST = 6  # pairs of readings
SHARE = 0.9  # of them; the rest may be found wrongly


def judge(moved: MovedPictures) -> Finding:
    """Corners that change places with each flip fail."""
    boxes = [f for f in moved.followers if f.flips]
    if not boxes:
        return skipped("no flip of a picture with boxes of two corners was seen")
    worst = max(boxes, key=lambda f: f.crossed / f.flips)
    if worst.crossed < LEAST or worst.crossed < SHARE * worst.flips:
        return passed(f"the first corner stays the first in {worst.flips - worst.crossed} of {worst.flips} pairs of readings in which the picture is flipped")
    if worst.upright is False:
        return passed(f"the numbers in `{worst.where}` are two points in any order")
    return (failed if worst.upright else unsure)(
        f"in {worst.crossed} of {worst.flips} pairs of readings in which the picture is flipped, the corners of the box in `{worst.where}` change sides: the smaller number becomes the larger",
        expected="a first corner that stays the first",
        observed=Observed(value=float(worst.crossed), unit="pairs of readings", n=worst.flips),
        component="transform",
        where=(f"train: {worst.where}",),
        level=Level.VERIFIED,
        effect="for a share of the items the network is taught right for left, and boxes have a negative width",
        why="A flip takes x to width - x, so that the left edge becomes the right one: each number was flipped, and the two were not exchanged.",
        remedies=("x1, x2 = width - x2, width - x1", "if the four numbers are two points and no box, nothing need be done"),
    )


def _held(given: Given) -> Given:
    """With some of the items, as they were before any flip, as validation."""
    from dataclasses import replace

    from torch.utils.data import DataLoader

    held, given.train.dataset.pairs = given.train.dataset.pairs[:40], given.train.dataset.pairs[40:]
    return replace(given, val=DataLoader(held, batch_size=20))


def corners_not_exchanged(given: Given) -> Given:
    """Picture and box are flipped by one draw; left stays first though it is now the right."""
    import torch

    return _held(boxed(given, lambda box: torch.stack([1 - box[0], box[1], 1 - box[2], box[3]])))


def corners_exchanged(given: Given) -> Given:
    """The same, rightly."""
    import torch

    return _held(boxed(given, lambda box: torch.stack([1 - box[2], box[1], 1 - box[0], box[3]])))


def two_points(given: Given) -> Given:
    """From the one end of the thing to the other, downwards, to the left or to the right."""
    import torch

    made = boxed(given, lambda ends: torch.stack([1 - ends[0], ends[1], 1 - ends[2], ends[3]]))
    data = made.train.dataset
    data.pairs = [(x, y if k % 2 else y[[2, 1, 0, 3]]) for k, (x, y) in enumerate(data.pairs)]
    return _held(made)


CHECK = Check(
    code="DAT464",
    name="crossed-corners",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="segmentation-unet", plant=corners_not_exchanged),),
    lookalikes=(Case(toy="segmentation-unet", plant=corners_exchanged), Case(toy="segmentation-unet", plant=two_points)),
)
