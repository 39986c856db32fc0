"""What it asks: does every tensor that is trained belong to the model, or to an optimizer?

Why it matters: layers in a plain list or dict, and tensors that are no `nn.Parameter`, do not stand in `model.parameters()`:
the optimizer never moves them, `state_dict` does not save them, `.to(device)` leaves them behind.

How it is measured: from the loss of each of the user's steps the graph is walked back to its leaves. A leaf that is the same
in all steps, is moved by none, and is neither the model's, an optimizer's nor the batch's, is a stranger.

When it is right to fail: a stranger is part of the model's answer, or a parameter of the loss is held by no optimizer.

What it cannot see: steps that call backward by another door than the tensor's own; strangers in code that these steps do not run.

Mend: hold layers in nn.ModuleList or nn.ModuleDict and tensors in nn.Parameter; give the loss's parameters to the optimizer.

Source: the recipe, the skeleton; torch.nn.Module.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.gradient_flow import GradientFlow, Stranger
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # strangers named


def judge(flow: GradientFlow) -> Finding:
    """Strangers in the model fail; the loss's own parameters that no optimizer holds fail; a network within a loss may be frozen on purpose."""
    inside = [s for s in flow.strangers if s.owner == "model"]
    own = [s for s in flow.strangers if s.owner == "loss" and s.own]
    if inside:
        return _strange(flow, inside, "model", "are part of the model's answer and not of model.parameters()", ("hold layers in nn.ModuleList, nn.ModuleDict or as attributes, not in a plain list or dict", "wrap tensors that are to be learnt in nn.Parameter", "if they are fixed on purpose, set requires_grad_(False) on them"))
    if own and flow.optimizer:
        return _strange(flow, own, "loss", "are learnt by the loss and held by no optimizer", ("hand them to the optimizer: Adam([*model.parameters(), *loss.parameters()])", "if they are fixed on purpose, set requires_grad_(False) on them"))
    if flow.strangers and flow.optimizer:
        names = ", ".join(s.name for s in flow.strangers[:NAMED])
        return unsure(f"{len(flow.strangers)} tensors of the loss get gradients and are held by no optimizer: {names}", component="loss", where=tuple(s.name for s in flow.strangers[:NAMED]), remedies=["if they are fixed on purpose, set requires_grad_(False) on them; otherwise hand them to the optimizer"])
    return passed(f"every tensor that got a gradient in {flow.batches} steps is the model's, an optimizer's or the step's own")


def _strange(flow: GradientFlow, strangers: list[Stranger], component: str, what: str, remedies: tuple[str, ...]) -> Finding:
    return failed(
        f"{len(strangers)} tensors that want gradients {what}: {', '.join(s.name for s in strangers[:NAMED])}",
        expected="all that is learnt is the model's or an optimizer's",
        observed=Observed(value=float(len(strangers)), unit="tensors", n=flow.trainable + len(strangers)),
        component=component, where=tuple(s.name for s in strangers[:NAMED]), level=Level.VERIFIED,
        effect="they keep their first values, and are not saved",
        why="They get a gradient in every step and were moved by none. No optimizer made from model.parameters() knows of them, nor do state_dict() and to(device).",
        remedies=remedies,
    )  # fmt: skip


def _wrapped(given: Given, build: Any) -> Given:
    import torch
    from torch import nn

    inner = given.model

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.call = build(self, inner)

        def forward(self, x: Any) -> Any:
            return self.call(x)

    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3))


def layers_in_a_list(given: Given) -> Given:
    """The hidden layers are kept in a plain list."""
    def build(net: Any, inner: Any) -> Any:
        net.layers, net.head = list(inner[:4]), inner[4]

        def call(x: Any) -> Any:
            for layer in net.layers:
                x = layer(x)
            return net.head(x)

        return call

    return _wrapped(given, build)


def tensor_for_parameter(given: Given) -> Given:
    """A learnable scale is a tensor that wants gradients, not a Parameter."""
    import torch

    def build(net: Any, inner: Any) -> Any:
        net.inner, net.scale = inner, torch.ones(3, requires_grad=True)
        return lambda x: net.inner(x) * net.scale

    return _wrapped(given, build)


def loss_parameters_left_out(given: Given) -> Given:
    """The loss learns a weight of its own that the optimizer does not hold."""
    import torch
    from torch import nn

    class Weighted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.log_variance = nn.Parameter(torch.zeros(1))

        def forward(self, out: Any, y: Any) -> Any:
            return (nn.functional.cross_entropy(out, y) * (-self.log_variance).exp() + self.log_variance / 2).squeeze()

    return replace(given, loss=Weighted())


def held_by_the_optimizer(given: Given) -> Given:
    """A prompt-like tensor outside the model, which the optimizer holds."""
    import torch

    prompt = torch.zeros(6, requires_grad=True)
    out = _wrapped(given, lambda net, inner: (setattr(net, "inner", inner), lambda x: net.inner(x + prompt))[1])
    return replace(out, optimizer=torch.optim.Adam([prompt, *out.model.parameters()], lr=3e-3))


def teacher_in_a_list(given: Given) -> Given:
    """A fixed teacher is kept in a list on purpose, so that it is not saved, and runs without gradients."""
    import copy

    import torch

    def build(net: Any, inner: Any) -> Any:
        net.teacher, net.inner = [copy.deepcopy(inner)], inner

        def call(x: Any) -> Any:
            with torch.no_grad():
                hint = net.teacher[0](x)
            return net.inner(x) + 0.1 * hint

        return call

    return _wrapped(given, build)


CHECK = Check(
    code="SKE222",
    name="unregistered-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="table-mlp", plant=p) for p in (layers_in_a_list, tensor_for_parameter, loss_parameters_left_out)),
    lookalikes=tuple(Case(toy="table-mlp", plant=p) for p in (held_by_the_optimizer, teacher_in_a_list)),
)
