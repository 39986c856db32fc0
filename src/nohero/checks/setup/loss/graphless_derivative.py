"""What it asks: where a derivative is a part of the loss, can the loss train it?

Why it matters: `torch.autograd.grad` gives plain numbers unless it is told otherwise. In a physics-informed network, in forces from energies, in a gradient
penalty, the term is then summed into the loss's value, and moves no parameter.

How it is measured: one step, or one loss, with an ear at `torch.autograd.grad`: what is made of a derivative without a graph is followed to the backward pass. What
goes into the model again, is detached, only weighs what is trained, is a derivative by parameters, or of a network that nobody trains, is let go.

When it is right to fail: never more than a warning: a loss on which backward is called is made of such a derivative, which may be a goal that was meant to stand still.

What it cannot see: derivatives by finite differences; what other libraries make.

Mend: `torch.autograd.grad(u.sum(), x, create_graph=True)`.

Source: Raissi, Perdikaris and Karniadakis 2019, Physics-informed neural networks (doi:10.1016/j.jcp.2018.10.045); torch's documentation of autograd.grad.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.derivatives_used import DerivativesUsed
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(derivatives: DerivativesUsed) -> Finding:
    """A loss made of plain numbers warns."""
    if not derivatives.in_loss:
        return passed(f"{derivatives.made} derivatives are made, and none without a graph becomes a part of the loss")
    return warned(
        "a derivative that was made without create_graph is a part of the loss: it counts in its value, and moves no parameter",
        expected="derivatives with a graph, where the loss is to train them",
        observed=Observed(value=float(derivatives.graphless), unit="derivatives without a graph", n=derivatives.made),
        component="loss",
        where=("the loss", "torch.autograd.grad"),
        level=Level.VERIFIED,
        why="Without a graph the derivative is a constant to the backward pass; the term that it stands in is not trained, or trained by half.",
        remedies=("torch.autograd.grad(..., create_graph=True)", "detach() it, if it is a weight that is not to be trained"),
    )


def _sloped(given: Given, penalty: Any) -> Given:
    """A regression whose step adds a term on the answer's slope."""
    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x, y = batch
        x = x.clone().requires_grad_()
        optimizer.zero_grad()
        out = model(x)
        value = loss(out, y) + penalty(model, loss, x, y, out)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, scheduler=None, optimizer=torch.optim.Adam(given.model.parameters(), lr=1e-3))


def penalty_without_graph(given: Given) -> Given:
    """A penalty on the slope, whose slope nobody kept."""
    import torch

    return _sloped(given, lambda _m, _l, x, _y, out: 0.1 * torch.autograd.grad(out.sum(), x, retain_graph=True)[0].square().mean())


def penalty_with_graph(given: Given) -> Given:
    """As it is meant."""
    import torch

    return _sloped(given, lambda _m, _l, x, _y, out: 0.1 * torch.autograd.grad(out.sum(), x, create_graph=True)[0].square().mean())


def adversarial_inputs(given: Given) -> Given:
    """The inputs are moved along the loss's slope, and asked again: plain numbers are all that is wanted."""
    import torch

    def attacked(model: Any, loss: Any, x: Any, y: Any, out: Any) -> Any:
        (slope,) = torch.autograd.grad(loss(out, y), x, retain_graph=True)
        return loss(model(x.detach() + 0.05 * slope.sign()), y)

    return _sloped(given, attacked)


def slopes_of_a_teacher(given: Given) -> Given:
    """The answer's slope, with its graph, is drawn to that of a network which nobody trains."""
    import torch

    teacher = torch.nn.Sequential(torch.nn.Linear(given.model[0].in_features, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).requires_grad_(requires_grad=False)

    def drawn(_m: Any, _l: Any, x: Any, _y: Any, out: Any) -> Any:
        (goal,) = torch.autograd.grad(teacher(x).sum(), x)
        (mine,) = torch.autograd.grad(out.sum(), x, create_graph=True)
        return 0.1 * (mine - goal).square().mean()

    return _sloped(given, drawn)


def a_weight_by_the_pull(given: Given) -> Given:
    """A second term is weighed by how hard the first pulls at the answer."""
    import torch

    def weighed(_m: Any, loss: Any, _x: Any, y: Any, out: Any) -> Any:
        (pull,) = torch.autograd.grad(loss(out, y), out, retain_graph=True)
        return pull.norm() * out.square().mean()

    return _sloped(given, weighed)


CHECK = Check(
    code="SKE363",
    name="graphless-derivative",
    source="Raissi, Perdikaris and Karniadakis 2019, Physics-informed neural networks (doi:10.1016/j.jcp.2018.10.045)",
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=penalty_without_graph),),
    lookalikes=(Case(toy="huber-regression", plant=penalty_with_graph), *(Case(toy="huber-regression", plant=p) for p in (adversarial_inputs, slopes_of_a_teacher, a_weight_by_the_pull))),
)
