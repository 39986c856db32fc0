"""What it asks: do the parameters change when the step is run?

Why it matters: without a backward pass, without optimizer.step(), with a learning rate of zero or with updates too small for
the number format, training runs through its epochs and leaves the model as it was.

How it is measured: the step runs on a few batches; parameters are compared before and after, bit for bit, with the gradients
that reached them and the updates that were made.

When it is right to fail: no trainable parameter moves at all; a warning where most numbers in 16-bit parameters stay still though
gradients reach them and the learning rate is above zero.

What it cannot see: single parameters that are held still on purpose in the step.

Mend: loss.backward() and optimizer.step() in every step; a learning rate above zero; parameters in 32 bits.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import MOST, StepReplay
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

STUCK = 0.9  # of the numbers in 16-bit parameters; at usual step sizes most of them move


def judge(replay: StepReplay) -> Finding:
    """No way at all fails; 16-bit parameters that hardly move warn."""
    wanted = [f for f in replay.fates if f.wanted]
    if not wanted:
        return skipped("the model has no trainable parameter")
    if any(not math.isfinite(f.reached) for f in wanted):
        return skipped("gradients are not finite")
    moved = [f for f in wanted if f.moved > 0]
    if not moved:
        return _why_still(replay)
    half = [f for f in wanted if f.half and f.held and f.reached > 0 and f.rate > 0]
    size = sum(f.size for f in half)
    if half and replay.updates:
        share = sum(f.size * (1 - f.moved) for f in half) / size
        if share >= STUCK:
            return warned(
                f"{share:.0%} of {size:,} numbers in 16-bit parameters do not change in {len(replay.updates)} updates, though gradients reach them",
                expected="updates large enough for the number format",
                observed=Observed(value=share, unit="of the numbers stay still", n=size),
                component="step",
                where=tuple(f.name for f in half[:6]),
                why="A 16-bit number keeps two or three digits. An update below half of the last digit is rounded away, every time.",
                remedies=("keep the parameters in 32 bits and use torch.autocast for the forward pass", "raise the learning rate"),
            )
    return passed(f"{len(moved)} of {len(wanted)} trainable parameters move in {replay.calls} steps")


def _why_still(replay: StepReplay) -> Finding:
    """No parameter has moved: the likeliest reason."""
    wanted = [f for f in replay.fates if f.wanted]
    reached = [f for f in wanted if f.reached > 0]
    passes = sum(e.kind == "backward" for e in replay.events)
    facts: dict[str, Any] = {
        "expected": "parameters that change with every update",
        "observed": Observed(value=0.0, unit="parameters moved", n=len(wanted)),
        "component": "step",
        "where": tuple(f.name for f in wanted[:4]),
        "why": "Training runs and prints losses, but the model stays exactly what it was at the start.",
    }
    begun = f"after {replay.calls} steps not one of {len(wanted)} trainable parameters has changed: "
    if not passes and not reached:
        return failed(begun + "the step never runs a backward pass", **facts, remedies=("call loss.backward() and then optimizer.step()",))
    if not reached:
        return failed(begun + f"{passes} backward passes give them no gradient", **facts, remedies=("the loss must come from this very model: no copy, no detach(), no no_grad() in between",))
    if not replay.updates:
        if replay.calls < MOST:
            return unsure(begun + "no update was made yet, and the time was up", **facts, remedies=("hand over a step that updates more often",))
        return failed(begun + f"there are {passes} backward passes and no optimizer.step()", **facts, remedies=("call optimizer.step() after loss.backward()",))
    if all(f.rate == 0 for f in wanted if f.held):
        return failed(begun + "the learning rate is zero", **facts | {"component": "optimizer"}, remedies=("set a learning rate above zero", "look whether a schedule has set it to zero"))
    return failed(begun + f"{len(replay.updates)} updates at a learning rate of {max(f.rate for f in wanted):.1g} are rounded away or reach other tensors", **facts, remedies=("raise the learning rate; keep parameters in 32 bits", "make the optimizer from this model's parameters"))


def _stepping(given: Given, *, backward: bool = True, update: bool = True) -> Given:
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        if backward:
            value.backward()
        if update:
            optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def no_backward(given: Given) -> Given:
    """The backward pass is forgotten."""
    return _stepping(given, backward=False)


def no_update(given: Given) -> Given:
    """optimizer.step is forgotten."""
    return _stepping(given, update=False)


def rate_of_zero(given: Given) -> Given:
    """The learning rate is zero."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model.parameters(), lr=0.0), scheduler=None)


def rounded_away(given: Given) -> Given:
    """Parameters of 16 bits and small steps."""
    from dataclasses import replace

    import torch

    model = given.model.to(torch.bfloat16)
    model.register_forward_pre_hook(lambda _m, args: tuple(a.to(torch.bfloat16) for a in args))
    model.register_forward_hook(lambda _m, _a, out: out.float())
    return replace(given, model=model, optimizer=torch.optim.SGD(model.parameters(), lr=1e-5), scheduler=None)


def every_tenth_batch(given: Given) -> Given:
    """An update after ten batches only, at a rate that suits so few."""
    from dataclasses import replace

    seen = [0]
    for group in given.optimizer.param_groups:
        group["lr"] *= 10

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        value = loss(model(batch[0]), batch[1])
        (value / 10).backward()
        seen[0] += 1
        if seen[0] % 10 == 0:
            optimizer.step()
            optimizer.zero_grad()
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE407",
    name="unmoved-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=no_backward), Case(toy="cnn-batch-norm", plant=no_update), Case(toy="table-mlp", plant=rate_of_zero), Case(toy="table-mlp", plant=rounded_away)),
    lookalikes=(Case(toy="table-mlp", plant=every_tenth_batch),),
    under=("SKE401", "SKE420", "SKE406"),
)
