"""What it asks: does every trainable parameter get a gradient?

Why it matters: a detach, a new tensor or a no_grad cuts the graph: what lies before it stays as it was made, and nobody says so.

How it is measured: the user's own steps over several batches, with an ear at each parameter's gradient; where none arrives, the way from the loss is followed to the place where it is cut.

When it is right to fail: a trainable parameter that runs gets no gradient in any step, or the loss has no graph at all.

What it cannot see: parameters used on rare batches only.

Mend: take out detach, .data, .item(), torch.tensor(...) and no_grad between the parameter and the loss.

Source: the recipe, the skeleton (gradients reach all)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.gradient_flow import GradientFlow
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(flow: GradientFlow) -> Finding:
    """Cut ways fail; layers that never run warn or are unsure."""
    if flow.graphless:
        return _told(failed, f"the loss has no way back to the parameters: the graph is lost in the {flow.graphless}" + (f" by {flow.function}" if flow.function else ""), (flow.place or flow.graphless,), flow.graphless, float(flow.trainable))
    cut = [u for u in flow.unreached if u.why == "cut"]
    if cut:
        told = failed if any(u.held for u in cut) or not flow.optimizer else unsure  # what is cut off and in no optimizer may be kept still on purpose
        outside = "the step" if flow.step else "forward"
        by = f", cut in {cut[0].place or outside}" + (f" by {cut[0].function}" if cut[0].function else "")
        return _told(told, f"{len(cut)} of {flow.trainable} trainable parameters get no gradient in {flow.batches} steps{by}", tuple(u.name for u in cut), "step" if flow.step and not cut[0].place else "model", float(len(cut)))
    dropped = [u for u in flow.unreached if u.why in ("dropped", "answer")]
    if dropped:
        return _told(warned, f"{len(dropped)} trainable parameters run and get no gradient in {flow.batches} steps: what they compute does not reach the loss", tuple(u.name for u in dropped), "model", float(len(dropped)))
    if flow.unreached:
        return _told(unsure, f"{len(flow.unreached)} trainable parameters were not used in {flow.batches} steps", tuple(u.name for u in flow.unreached), "model", float(len(flow.unreached)))
    return passed(f"all {flow.trainable} trainable parameters get gradients")


def _told(told: Any, what: str, where: tuple[str, ...], component: str, value: float) -> Finding:
    return told(  # type: ignore[no-any-return]
        what,
        expected="a gradient for every trainable parameter",
        observed=Observed(value=value, unit="parameters"),
        component=component if component in ("model", "loss", "step") else "model",
        where=where[:8],
        level=Level.MEASURED,
        why="A parameter without a gradient is never trained, however long the training runs.",
        remedies=("take out detach, .data, .item(), .numpy(), torch.tensor(...) and no_grad on the way to the loss", "set requires_grad_(False) where it is frozen on purpose, or take out what is not used"),
    )


def detached_in_the_middle(given: Given) -> Given:
    """The first layer's output is detached."""
    given.model[0].register_forward_hook(lambda _, __, out: out.detach())
    return replace(given, model=given.model)


def loss_made_anew(given: Given) -> Given:
    """The loss is wrapped in a new tensor."""
    import torch

    inner = given.loss
    return replace(given, loss=lambda out, y: torch.tensor(float(inner(out, y)), requires_grad=True))


def kept_still_by_no_grad(given: Given) -> Given:
    """The first layer runs without a graph, and the optimizer has only the rest."""
    import torch

    first = given.model[0].forward

    def forward(x: Any) -> Any:
        with torch.no_grad():
            return first(x)

    given.model[0].forward = forward
    return replace(given, optimizer=torch.optim.Adam(given.model[1:].parameters(), lr=3e-3), scheduler=None)


def frozen_on_purpose(given: Given) -> Given:
    """The first layer is frozen and says so."""
    given.model[0].requires_grad_(False)
    return replace(given, model=given.model)


CHECK = Check(
    code="SKE220",
    name="unreached-parameters",
    source="the recipe, the skeleton (gradients reach all)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=detached_in_the_middle), Case(toy="table-mlp", plant=loss_made_anew)),
    lookalikes=(Case(toy="table-mlp", plant=frozen_on_purpose), Case(toy="table-mlp", plant=kept_still_by_no_grad)),
)
