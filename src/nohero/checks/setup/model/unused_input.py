"""What it asks: does every input that the model is called with have any effect on its answers?

Why it matters: an input that is handed over and never used is mostly one that was forgotten on the way: a branch that is computed
and not joined, an argument that is overwritten.

How it is measured: each input is altered in several ways, in eval and train mode, on several batches, with all parameters awake.
An input is idle where no number of any answer ever moved.

When it is right to fail: the main input, or one that expect={"uses": [...]} names. Any other that differs between items warns. A forward
function that the step never calls, as it trains the parts one by one, is unsure.

What it cannot see: entries of a dict that is handed over whole; masks and lengths where padding does no harm.

Mend: follow the input through the forward function.

Source: the recipe, the skeleton ("input-independent baseline").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.input_use import InputUse, Used
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(use: InputUse) -> Finding:
    """Main and declared inputs fail, others that differ between items warn."""
    idle = [u for u in use.inputs if u.used is False]
    grave = [u for u in idle if u.main or u.declared]
    light = [u for u in idle if u not in grave and u.named and u.varies and not u.padding]
    held = [u for u in idle if u not in grave and not u.named and u.varies and u.kind == "content"]
    if (grave or light) and not use.called:
        return unsure(f"{_message(grave or light)}; the step calls parts of the model, and never its forward", component="model", remedies=("if forward is there for another end, nothing is wrong; else follow the input through it",))
    if grave:
        return failed(_message(grave), effect="the answers cannot depend on it", **_rest(use, grave))
    if light:
        return warned(_message(light), **_rest(use, light))
    if held:
        return unsure(_message(held), component="model", remedies=(f'declare expect={{"uses": ["{held[0].name}"]}} if it is to count',))
    return passed(f"each of {len(use.inputs)} inputs moves the answers" if not idle else f"no input that must count is idle; {', '.join(u.name for u in idle)} has no effect")


def _message(idle: list[Used]) -> str:
    names = ", ".join(u.name for u in idle)
    return f"{names} has no effect: no answer moved when it was altered, in eval or train mode"


def _rest(use: InputUse, idle: list[Used]) -> dict[str, Any]:
    return {
        "expected": "every input moves the answers",
        "observed": Observed(value=float(len(idle)), unit="idle inputs", n=len(use.inputs)),
        "component": "model",
        "where": tuple(u.name for u in idle),
        "level": Level.VERIFIED,
        "why": "What does not reach the answers cannot be learnt from; the network works with less than it was given, and nothing says so.",
        "remedies": (f"follow {idle[0].name} through the forward function: is it overwritten, detached from the result, or multiplied by zero?", "leave it out of the call if it is not needed"),
    }


def _two_inputs(given: Given, forward: Any) -> Given:
    """The table cut into two inputs."""
    import torch

    x, y = (torch.stack(list(v)) for v in zip(*given.train.dataset, strict=True))
    model: Any = given.model
    inner = model.forward
    model.forward = forward(inner)
    batches = [((x[i : i + 32, :3], x[i : i + 32, 3:]), y[i : i + 32]) for i in range(0, 320, 32)]
    return replace(given, train=batches, val=None, step=None, evaluate=None)


def branch_not_joined(given: Given) -> Given:
    """The second input is looked at and replaced by zeros."""
    import torch

    return _two_inputs(given, lambda inner: lambda a, b: inner(torch.cat([a, torch.zeros_like(b)], 1)))


def name_mistaken(given: Given) -> Given:
    """The first input stands in the place of the second; the second is declared to count."""
    import torch

    return replace(_two_inputs(given, lambda inner: lambda a, _: inner(torch.cat([a, a], 1))), expect={"uses": ["inputs.1"]})


def overwritten_by_noise(given: Given) -> Given:
    """The input is replaced by zeros on the way."""
    import torch

    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(torch.zeros_like(x) + 0.1)
    return given


def gated_at_zero(given: Given) -> Given:
    """A branch that begins at zero, as residual branches may."""
    import torch

    given.model.register_parameter("gate", torch.nn.Parameter(torch.zeros(1)))
    gate = given.model.gate
    return replace(_two_inputs(given, lambda inner: lambda a, b: inner(torch.cat([a, gate * b], 1))), optimizer=None)


def parts_trained_by_turns(given: Given) -> Given:
    """The step calls the layers; forward only draws, and asks its input for nothing but the number of items."""
    import torch

    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(torch.randn(len(x), 6))

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        answer = batch[0]
        for layer in model:
            answer = layer(answer)
        value = loss(answer, batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, val=None, evaluate=None)


CHECK = Check(
    code="SKE320",
    name="unused-input",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="table-mlp", plant=p) for p in (branch_not_joined, name_mistaken, overwritten_by_noise)),
    lookalikes=(Case(toy="table-mlp", plant=gated_at_zero), Case(toy="table-mlp", plant=parts_trained_by_turns)),
    under=("SKE260", "SKE265"),
)
