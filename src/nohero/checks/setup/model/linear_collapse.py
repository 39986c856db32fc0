"""What it asks: can the network bend, or do its layers in a row amount to one linear map?

Why it matters: without an activation between them, layers multiply out to a single matrix. Depth and width are paid for and
buy nothing; what is not linear cannot be learnt.

How it is measured: answers to mixtures of two inputs are compared with the mixtures of the answers, at three scales up to a
thousand times the inputs, in eval mode and before a final sigmoid or soft-max. All weights doubled tell layers in a row from
layers side by side.

When it is right to fail: never; it warns, where two trainable layers or more stand in a row and nothing bends.

What it cannot see: two linear layers in a row within a network that bends elsewhere; models of tokens.

Mend: put an activation between the layers.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.linear_answer import LinearAnswer
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

STRAIGHT = 2e-3  # deviation in units of the answers' spread; single precision leaves about 1e-5, a network that bends 0.15 to 0.8
IN_A_ROW = 1.5  # degree of growth when all weights double: 1 side by side, 2 for two in a row


def judge(linear: LinearAnswer) -> Finding:
    """Straight, and in a row."""
    if len(linear.layers) < 2:
        return skipped(f"{len(linear.layers)} trainable layer was called on floating inputs")
    if linear.bend != linear.bend or linear.degree != linear.degree:
        return skipped("the answers do not change with the inputs yet")
    if linear.bend > STRAIGHT:
        return passed(f"mixtures of inputs deviate by {linear.bend:.2g} of the answers' spread")
    if linear.degree < IN_A_ROW:
        return passed("the network is linear, and its layers stand side by side")
    says = f"the network's {len(linear.layers)} trainable layers amount to one linear map: mixtures of inputs deviate by {linear.bend:.1e} of the answers' spread"
    rest = {
        "expected": "answers that bend between two inputs",
        "observed": Observed(value=linear.bend, unit="of the answers' spread", n=linear.n),
        "component": "model",
        "where": linear.layers,
        "level": Level.MEASURED,
        "why": "A linear map after a linear map is a linear map: depth and width buy nothing, and what is not linear in the inputs cannot be learnt.",
    }
    if linear.same_as_input or linear.frozen_layers or linear.narrowest < min(linear.entering, linear.leaving):
        return unsure(says + "; a narrow or frozen layer may mean that on purpose", remedies=("put an activation between the layers, or ignore this with the reason that a low rank is meant",), **rest)
    return warned(says, remedies=("put an activation (ReLU, GELU, tanh) between the layers", "or use a single linear layer, which is the same and trains better"), **rest)


def no_activation(given: Given) -> Given:
    """The rectifiers are left out."""
    import torch
    from torch import nn

    model = nn.Sequential(*(given.model[k] for k in (0, 2, 4)))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None)


def norms_for_activations(given: Given) -> Given:
    """Batch norm and dropout stand where activations are meant."""
    import torch
    from torch import nn

    torch.manual_seed(3)
    model = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.BatchNorm2d(12), nn.AvgPool2d(2), nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.2), nn.Linear(96, 3))
    return replace(given, model=model, optimizer=torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9))


def one_layer(given: Given) -> Given:
    """A plain logistic regression."""
    import torch

    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(6, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-2), scheduler=None)


def side_by_side(given: Given) -> Given:
    """Two linear layers side by side, summed."""
    import torch
    from torch import nn

    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.trend, self.season = nn.Linear(6, 3), nn.Linear(6, 3)

        def forward(self, x_BC: torch.Tensor) -> torch.Tensor:
            middle = x_BC.mean(1, keepdim=True)
            return torch.as_tensor(self.trend(middle.expand_as(x_BC)) + self.season(x_BC - middle))

    torch.manual_seed(3)
    model = Sum()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-2), scheduler=None)


CHECK = Check(
    code="SKE264",
    name="linear-collapse",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.1",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=no_activation), Case(toy="cnn-batch-norm", plant=norms_for_activations)),
    lookalikes=(Case(toy="table-mlp", plant=one_layer), Case(toy="table-mlp", plant=side_by_side)),
)
