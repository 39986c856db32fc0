"""What it asks: is every tensor that is trained registered, or at least held by an optimizer?

Why it matters: layers in a plain list are neither trained, nor moved, nor saved.

How it is measured: the leaves of the loss's graph that ask for a gradient are compared with the model's parameters and the optimizers'.

When it is right to fail: such a leaf belongs to nobody.

What it cannot see: tensors that ask for no gradient.

Mend: nn.ModuleList, nn.ModuleDict, nn.Parameter.

Source: the recipe, the skeleton; PyTorch's notes on modules
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.gradient_flow import GradientFlow
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(flow: GradientFlow) -> Finding:
    """Strangers fail."""
    if not flow.strangers:
        return passed("all trained tensors are registered or held by an optimizer")
    first = flow.strangers[0]
    of = "the loss" if first.owner == "loss" else "the model"
    return failed(
        f"{len(flow.strangers)} tensors of {of} get gradients and are registered nowhere, {first.name} {list(first.shape)} among them: they are never trained",
        expected="every trained tensor among the parameters",
        observed=Observed(value=float(len(flow.strangers)), unit="tensors"),
        component="loss" if first.owner == "loss" else "model",
        where=tuple(s.name for s in flow.strangers[:8]),
        level=Level.MEASURED,
        why="The optimizer does not know them, .to() does not move them and state_dict() does not save them.",
        remedies=("put layers into nn.ModuleList or nn.ModuleDict, tensors into nn.Parameter", "hand the loss's own parameters to the optimizer too"),
    )


def layers_in_a_list(given: Given) -> Given:
    """Hidden layers in a plain list."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = [nn.Linear(6, 32), nn.Linear(32, 32)]
            self.out = nn.Linear(32, 3)

        def forward(self, x: Any) -> Any:
            for layer in self.hidden:
                x = torch.relu(layer(x))
            return self.out(x)

    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), 3e-3), scheduler=None)


def scale_as_a_tensor(given: Given) -> Given:
    """A learnt scale that is no nn.Parameter."""
    import torch

    scale = torch.ones(32, requires_grad=True)
    given.model[0].register_forward_hook(lambda _, __, out: out * scale)
    return replace(given, model=given.model)


def held_by_the_optimizer(given: Given) -> Given:
    """A tensor outside the model that the optimizer holds."""
    import torch

    scale = torch.ones(32, requires_grad=True)
    given.model[0].register_forward_hook(lambda _, __, out: out * scale)
    return replace(given, model=given.model, optimizer=torch.optim.Adam([*given.model.parameters(), scale], 3e-3), scheduler=None)


CHECK = Check(
    code="SKE221",
    name="unregistered-parameters",
    source="the recipe, the skeleton; PyTorch's notes on modules",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=layers_in_a_list), Case(toy="table-mlp", plant=scale_as_a_tensor)),
    lookalikes=(Case(toy="table-mlp", plant=held_by_the_optimizer),),
)
