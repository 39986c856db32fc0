"""What it asks: does each call of a network that is taught something move a parameter?

Why it matters: a generator that gets its judge's gradient for a copy that was cut off learns nothing from it; a gradient that is
cleared before any optimizer has used it is work for nothing. The losses printed look as they should.

How it is measured: a few steps are run as they are, and again with the answers of one network in one backward pass replaced, or the
gradient to them taken away; all parameters are compared bit for bit at the end. Batches without an update of their own are left out likewise.

When it is right to fail: a gradient other than zero comes to these answers, and the parameters end bit for bit the same without
them. Teachers under no_grad, steps that only disturb the inputs or the weights, frozen judges of live answers all have an effect.

What it cannot see: a term of the loss that shares its network's answers with another; networks that answer with their own objects.

Mend: detach for the discriminator's turn alone; clear gradients after the update, not before each backward pass.

Source: Goodfellow et al. 2014, Generative adversarial nets (arXiv:1406.2661), algorithm 1; the recipe, the skeleton ("common errors").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.idle_passes import MOST, IdlePasses
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

UPDATES = 2  # that followed; one may be a beginning


def judge(found: IdlePasses) -> Finding:
    """Batches gathered for nothing, networks taught for nothing, passes lost: in this order."""
    facts: dict[str, Any] = {"expected": "every gradient that is computed moves something", "component": "step", "level": Level.VERIFIED}
    idle = [t for t in found.turns if t.idle]
    if found.gathering_idle and found.updates >= UPDATES:
        return failed(
            f"{found.gathering} of {found.steps} batches make no update of their own, and the parameters end bit for bit the same without them: their gradients are lost before the update",
            observed=Observed(value=float(found.gathering), unit="batches without effect", n=found.steps), where=("zero_grad",),
            why="Gradients are to be gathered over several batches, but they are cleared in between: only the last batch before each update counts, and at a fraction of its weight.",
            remedies=("call zero_grad() only after the optimizer's step, not before every backward pass",), **facts,
        )  # fmt: skip
    if not idle and not found.lost:
        return passed(f"each of {len(found.turns)} networks' turns, and each of {found.passes} backward passes of the step, has an effect on the parameters")
    make: Callable[..., Finding] = unsure if found.resting or found.updates < UPDATES or (found.unstepped and found.steps < MOST) else failed
    place = f"backward pass {idle[0].place if idle else found.lost[0]} of {found.passes}"
    observed = Observed(value=float(len(idle) or len(found.lost)), unit="turns without effect", n=len(found.turns) or found.passes)
    if idle and idle[0].cut:
        return make(
            f"what `{idle[0].module}` says of the answer of `{idle[0].cut}` in {place} moves no parameter: the answer is cut off from its graph",
            observed=observed, where=tuple(dict.fromkeys((idle[0].cut, idle[0].module))),
            why=f"This term of the loss is to train `{idle[0].cut}`. It gets no gradient by it, and the gradients of `{idle[0].module}` are cleared unused; bit for bit, the training is the one without this term.",
            remedies=(f"hand `{idle[0].module}` the answer itself here, without detach(), .data or no_grad()",), **facts,
        )  # fmt: skip
    names = tuple(dict.fromkeys(t.module for t in idle))
    what = " and ".join(f"`{n}`" for n in names[:3]) + " in " if names else ""
    return make(
        f"the gradients of {what}{place} move no parameter: the training is bit for bit the same without them",
        observed=observed, where=names or ("backward",),
        why="A gradient is computed and then cleared, or left where no optimizer takes it. What this part of the loss asks for is never learnt.",
        remedies=("call zero_grad() once for every update, not before every backward pass", "call step() of the optimizer that holds the parameters this pass is for", "look for detach(), .data and no_grad() between the network that is to learn and this loss"), **facts,
    )  # fmt: skip


def _adversarial(given: Given, generators: Callable[..., Any], **rest: Any) -> Given:
    """A GAN whose generator's turn is `generators(model, loss, optimizer, made, real)`."""
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        real = batch[0]
        made = model["generator"](torch.randn(len(real), 4))
        optimizer["discriminator"].zero_grad()
        on_real, on_made = model["discriminator"](real), model["discriminator"](made.detach())
        cost = loss(on_real, torch.ones_like(on_real)) + loss(on_made, torch.zeros_like(on_made))
        cost.backward()
        optimizer["discriminator"].step()
        generators(model, loss, optimizer, made, real)
        return float(cost.detach())

    return replace(given, step=step, **rest)


def judged_a_copy(given: Given) -> Given:
    """The generator's adversarial term gets a detached answer; a small second term trains it."""
    import torch

    def turn(model: Any, loss: Any, optimizer: Any, made: Any, _real: Any) -> None:
        optimizer["generator"].zero_grad()
        said = model["discriminator"](made.detach())
        (loss(said, torch.ones_like(said)) + 0.1 * (made.square().sum(1) - 1).square().mean()).backward()
        optimizer["generator"].step()

    return _adversarial(given, turn)


def never_its_turn(given: Given) -> Given:
    """The generator's optimizer never steps."""
    import torch

    def turn(model: Any, loss: Any, optimizer: Any, made: Any, _real: Any) -> None:
        optimizer["generator"].zero_grad()
        said = model["discriminator"](made)
        loss(said, torch.ones_like(said)).backward()

    return _adversarial(given, turn)


def cleared_in_between(given: Given) -> Given:
    """Three batches make an update; each clears the gradients first."""
    return _cleared(given, parts=1, every=3)


def parts_cleared(given: Given) -> Given:
    """A batch in four parts, cleared before each part's backward pass."""
    return _cleared(given, parts=4, every=4)


def _cleared(given: Given, *, parts: int, every: int) -> Given:
    from dataclasses import replace

    seen = [0]

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        told = 0.0
        for x, y in zip(batch[0].chunk(parts), batch[1].chunk(parts), strict=True):
            optimizer.zero_grad()
            value = loss(model.train()(x), y) / every
            value.backward()
            told, seen[0] = told + float(value.detach()), seen[0] + 1
            if seen[0] % every == 0:
                optimizer.step()
        return told

    return replace(given, step=step)


def both_judged(given: Given) -> Given:
    """The critic's whole gap, real points included, is the generator's loss as well; it steps on every third batch."""
    seen = [0]

    def turn(model: Any, _loss: Any, optimizer: Any, made: Any, real: Any) -> None:
        optimizer["generator"].zero_grad()
        (model["discriminator"](real).mean() - model["discriminator"](made).mean()).backward()
        seen[0] += 1
        if seen[0] % 3 == 0:
            optimizer["generator"].step()

    return _adversarial(given, turn)


def against_disturbed_inputs(given: Given) -> Given:
    """A first pass finds the direction in which the inputs are disturbed; its own gradients are cleared."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x = batch[0].clone().requires_grad_()
        loss(model(x), batch[1]).backward()
        optimizer.zero_grad()
        value = loss(model((x + 0.05 * x.grad.sign()).detach()), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def at_disturbed_weights(given: Given) -> Given:
    """A first pass finds the direction in which the weights are disturbed; the second is the one that counts."""
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        loss(model(batch[0]), batch[1]).backward()
        with torch.no_grad():
            gone = [0.02 * p.grad for p in model.parameters()]
            _ = [p.add_(e) for p, e in zip(model.parameters(), gone, strict=True)]
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        _ = [p.data.sub_(e) for p, e in zip(model.parameters(), gone, strict=True)]
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def an_open_teacher(given: Given) -> Given:
    """A teacher of no optimizer's is called with its graph, and its gradients come to nothing."""
    from copy import deepcopy
    from dataclasses import replace

    teacher = deepcopy(given.model)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(out := model(batch[0]), batch[1]) + 0.1 * (out - teacher(batch[0])).square().mean()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE411",
    name="idle-pass",
    source="Goodfellow et al. 2014, Generative adversarial nets (arXiv:1406.2661), algorithm 1; the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="gan", plant=judged_a_copy), Case(toy="gan", plant=never_its_turn), Case(toy="table-mlp", plant=cleared_in_between), Case(toy="cnn-batch-norm", plant=parts_cleared)),
    lookalikes=(Case(toy="gan", plant=both_judged), Case(toy="table-mlp", plant=against_disturbed_inputs), Case(toy="table-mlp", plant=at_disturbed_weights), Case(toy="table-mlp", plant=an_open_teacher)),
    under=("SKE401", "SKE407", "SKE420"),
)
