"""What it asks: does a training step's gradient reach every parameter that is to be trained?

Why it matters: `detach`, `.data`, `.item()`, a new tensor or a `no_grad` block cuts the way back. Everything before the cut
keeps its first values for ever, and the part behind it learns to make do: the loss falls, only not as far.

How it is measured: hooks listen to every trainable parameter during up to eight of the user's own steps. Where none arrives,
the parameter is changed a little: if the loss changes with it, the loss hangs on it and the way back is cut. The functions
that were executed on the way name the place.

When it is right to fail: the loss has no graph, or changes with a parameter that gets no gradient. A layer that never runs,
or whose result is thrown away, warns.

What it cannot see: gradients that arrive and are zero; parts that only a rare batch uses and no probe reached; models without
one answer, of which it can only say that nothing arrived.

Mend: keep tensors in the graph: no detach, .data, .item(), numpy or torch.tensor() between the inputs and the loss.

Source: the recipe, the skeleton; the autograd mechanics of PyTorch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.gradient_flow import GradientFlow, Unreached
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # parameters named
SAID = {
    "cut": "the loss changes with it, no gradient comes back",
    "answer": "the answer changes with it, the loss does not",
    "dropped": "its layer runs, the result is thrown away",
    "silent": "its layer never runs",
    "unknown": "no gradient in the steps",
}


def judge(flow: GradientFlow) -> Finding:
    """A cut fails; an idle layer warns; what is not in any optimizer is nobody's to train."""
    if flow.graphless:
        return _graphless(flow)
    meant = [u for u in flow.unreached if u.held or not flow.optimizer]
    cut = [u for u in meant if u.why == "cut"]
    idle = [u for u in meant if u.why in ("dropped", "silent")]
    if cut:
        return _cut(flow, cut)
    if idle:
        return _idle(flow, idle)
    if meant:
        names = ", ".join(u.name for u in meant[:NAMED])
        return unsure(
            f"{len(meant)} of {flow.trainable} trainable parameters got no gradient in {flow.batches} steps, and the loss does not change with them: {names}",
            component="model", where=tuple(u.name for u in meant[:NAMED]), remedies=[f'if they are not to be trained, say so: expect={{"frozen": ["{meant[0].module or meant[0].name}.*"]}}, and leave them out of the optimizer'],
        )  # fmt: skip
    return passed(f"gradients reached {flow.reached} of {flow.trainable} trainable parameters in {flow.batches} steps; the rest is moved otherwise or held by no optimizer")


def _graphless(flow: GradientFlow) -> Finding:
    by = f"`{flow.function}`{f' in {flow.place}' if flow.place else ''}" if flow.function else "something that makes a new tensor"
    return failed(
        f"no gradient reaches any of {flow.trainable} trainable parameters: the loss has no graph, lost to {by}",
        expected="a loss that is made from the model's answer by torch functions alone",
        observed=Observed(value=0.0, unit="parameters reached", n=flow.trainable),
        component=flow.graphless, where=(flow.place or flow.graphless, flow.function or "new tensor"), level=Level.VERIFIED,
        effect="nothing is trained",
        why="Where the loss is wrapped anew, turned into a number or an array, or made of whole numbers, the way back to the parameters is gone. Setting requires_grad on it only hides the error.",
        remedies=("hand the loss on as the loss function gave it: no torch.tensor(loss), .item(), .data, argmax or numpy before backward()", "take the no_grad block away from the forward pass"),
    )  # fmt: skip


def _cut(flow: GradientFlow, cut: list[Unreached]) -> Finding:
    first = next((u for u in cut if u.function), cut[0])
    at = f"; the way back is cut by `{first.function}`{f' in {first.place}' if first.place else ''}" if first.function else ""
    share = len(cut) / flow.trainable
    tell = warned if first.function.startswith("no_grad") and flow.reached else failed
    return tell(
        f"{len(cut)} of {flow.trainable} trainable parameters get no gradient although the loss changes with them: {', '.join(u.name for u in cut[:NAMED])}{at}",
        expected="a gradient for every parameter that the loss hangs on",
        observed=Observed(value=float(len(cut)), unit="parameters without gradient", n=flow.trainable),
        numbers={"share of the trainable parameters": share},
        component="model", where=tuple(dict.fromkeys([*([first.place] if first.place else []), *(u.name for u in cut[:NAMED])])), level=Level.VERIFIED,
        effect="the layers before the cut keep their first values",
        why="The parameters were changed a little and the loss changed with them, so they matter; but in no step did a gradient come back to them. The rest of the network trains, so nothing crashes.",
        remedies=(
            Remedy(text=f"take `{first.function}` off the way from these layers to the loss" if first.function else "look for detach, .data, .item(), numpy, argmax or torch.tensor() between these layers and the loss"),
            Remedy(text="if they are frozen on purpose, set requires_grad_(False) on them and leave them out of the optimizer"),
        ),
        figure=_table(cut),
    )  # fmt: skip


def _idle(flow: GradientFlow, idle: list[Unreached]) -> Finding:
    names = ", ".join(dict.fromkeys(u.module or u.name for u in idle[:NAMED]))
    return warned(
        f"{len(idle)} of {flow.trainable} trainable parameters take no part in the loss or in any answer in {flow.batches} batches ({SAID[idle[0].why]}): {names}",
        expected="every layer that is held is used",
        observed=Observed(value=float(len(idle)), unit="parameters unused", n=flow.trainable),
        component="model", where=tuple(u.name for u in idle[:NAMED]), level=Level.VERIFIED,
        why="They were changed and neither the loss nor any module's answer changed. Often a line is missing in forward, or the result of a layer is overwritten before it is used.",
        remedies=("use the layer's result in forward: a result that is not handed on is lost", "take the layer out of the model if it is not needed"),
        figure=_table(idle),
    )  # fmt: skip


def _table(unreached: list[Unreached]) -> Table:
    return Table(title="Parameters without a gradient", columns=("parameter", "numbers", "what was seen"), rows=tuple((u.name, u.size, SAID[u.why]) for u in unreached[:20]))


def _with_forward(given: Given, forward: Any) -> Given:
    """The toy with its first layers (to the second linear) called by another function."""
    from torch import nn

    inner = given.model

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.head = inner[:4], inner[4:]

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    return replace(given, model=Net())


def detached_encoder(given: Given) -> Given:
    """The hidden layer is detached on its way to the head."""
    return _with_forward(given, lambda net, x: net.head(net.encoder(x).detach()))


def through_numpy(given: Given) -> Given:
    """The hidden layer takes a detour through numpy."""
    import torch

    return _with_forward(given, lambda net, x: net.head(torch.from_numpy(net.encoder(x).data.numpy()).tanh()))


def loss_wrapped_anew(given: Given) -> Given:
    """The step wraps the loss in a new tensor, and makes it want gradients so that backward runs."""
    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        value = torch.tensor(loss(model(batch[0]), batch[1]).item(), requires_grad=True)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value)

    return replace(given, step=step)


def layer_forgotten(given: Given) -> Given:
    """A layer is made and its result is dropped."""
    import torch

    out = _with_forward(given, lambda net, x: (net.extra(net.encoder(x)), net.head(net.encoder(x)))[1])
    out.model.extra = torch.nn.Linear(32, 32)
    return replace(out, optimizer=torch.optim.Adam(out.model.parameters(), lr=3e-3))


def frozen_on_purpose(given: Given) -> Given:
    """The first layer is frozen, and runs without gradients."""
    import torch

    given.model[0].requires_grad_(False)

    def forward(net: Any, x: Any) -> Any:
        with torch.no_grad():
            early = net.encoder[0](x)
        return net.head(net.encoder[1:](early))

    return _with_forward(given, forward)


def logs_on_the_way(given: Given) -> Given:
    """Numbers are noted for the log by item() and detach(); the graph is whole."""
    def forward(net: Any, x: Any) -> Any:
        hidden = net.encoder(x)
        net.seen = (hidden.detach().std(), hidden.mean().item())
        return net.head(hidden)

    return _with_forward(given, forward)


CHECK = Check(
    code="SKE220",
    name="unreached-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="table-mlp", plant=p) for p in (detached_encoder, through_numpy, loss_wrapped_anew, layer_forgotten)),
    lookalikes=tuple(Case(toy="table-mlp", plant=p) for p in (frozen_on_purpose, logs_on_the_way)),
)
