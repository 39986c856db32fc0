"""What it asks: does a loss of boxes read the four numbers as they are written?

Why it matters: an overlap wants corners (left, top, right, bottom). Fed with centre and size it measures boxes that are not there; for many
of them the best answer is no better than any other, and another term alone has to do the work.

How it is measured: the targets are put in the answers' place, and answers near to them and far off are tried: is the loss least where answer and
target are equal, and next to nothing? The same with the boxes of both written as corners, and as centre and size.

When it is right to fail: as they are given, equal boxes cost a quarter or more of what others cost, and in another way of writing they cost
nothing and all others more.

What it cannot see: losses that decode the answer themselves; boxes that read well either way.

Mend: loss(box_convert(answer, "cxcywh", "xyxy"), box_convert(target, "cxcywh", "xyxy")).

Source: Rezatofighi et al. 2019, Generalized intersection over union (arXiv:1902.09630)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.box_forms import BoxForms
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given


FREE, DEAR = 0.01, 0.25  # of the lowest loss tried beside equal boxes: what equal ones cost where the boxes are read rightly, and wrongly


def judge(forms: BoxForms) -> Finding:
    """Equal boxes that cost much as they are written, and nothing when written otherwise, fail."""
    given = forms.given
    fitting = [f for f in forms.others if f.least and f.equal <= FREE * f.lowest]
    if given.equal <= DEAR * given.lowest or not fitting:
        return passed("boxes that equal their targets cost little" if given.equal <= DEAR * given.lowest else "boxes that equal their targets cost something in every way of writing them: the loss reads the answer otherwise")
    best = min(fitting, key=lambda f: f.equal)
    return failed(
        f"where {forms.boxes} boxes equal their targets the loss is {given.equal:.3g}, and no more than {given.lowest:.3g} beside them; written as {best.name}, equal boxes cost {best.equal:.1g} and others {best.lowest:.3g} and more",
        expected="a loss that asks nothing of boxes that are right",
        observed=Observed(value=given.equal, unit="loss of equal boxes", n=forms.boxes),
        component="loss",
        where=("the loss",),
        level=Level.VERIFIED,
        why=f"The loss reads the four numbers as {best.name}, and they are written otherwise.",
        remedies=(f"write answers and targets as {best.name} before the loss (torchvision.ops.box_convert)",),
    )


def _overlapping(given: Given, read: Any) -> Given:
    """Boxes of centre and size, told from their corners and a little more; the loss is the distance and what `read` boxes lack of overlap."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    draw = torch.Generator().manual_seed(6)
    size = 0.2 + 0.3 * torch.rand(240, 2, generator=draw)
    boxes = torch.cat([size / 2 + (1 - size) * torch.rand(240, 2, generator=draw), size], 1)
    x = torch.cat([boxes @ torch.randn(4, 8, generator=draw), torch.randn(240, 2, generator=draw)], 1)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4), nn.Sigmoid())

    def loss(answer: Any, target: Any) -> Any:
        return nn.functional.l1_loss(answer, target) + (1 - _overlap(read(answer), read(target))).mean()

    return replace(given, model=model, loss=loss, train=DataLoader(TensorDataset(x, boxes), batch_size=32, shuffle=True), val=None, test=None, optimizer=torch.optim.Adam(model.parameters(), lr=2e-3), step=None, evaluate=None, scheduler=None, unpack=None, expect={}, task=None, classes=None)


def _overlap(a: Any, b: Any) -> Any:
    """Intersection over union of boxes of corners."""
    import torch

    shared = (torch.min(a[:, 2:], b[:, 2:]) - torch.max(a[:, :2], b[:, :2])).clamp(min=0).prod(1)
    own = [(box[:, 2:] - box[:, :2]).clamp(min=0).prod(1) for box in (a, b)]
    return shared / (own[0] + own[1] - shared + 1e-7)


def _corners(boxes: Any) -> Any:
    import torch

    return torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)


def overlap_of_centres(given: Given) -> Given:
    """The overlap is taken of centre and size."""
    return _overlapping(given, lambda boxes: boxes)


def overlap_of_corners(given: Given) -> Given:
    """As it is meant."""
    return _overlapping(given, _corners)


CHECK = Check(
    code="SKE451",
    name="mistaken-box-form",
    source="Rezatofighi et al. 2019, Generalized intersection over union (arXiv:1902.09630)",
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=overlap_of_centres),),
    lookalikes=(Case(toy="huber-regression", plant=overlap_of_corners),),
)
