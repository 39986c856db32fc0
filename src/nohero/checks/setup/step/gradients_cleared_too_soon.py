"""What it asks: is the gradient still there when the optimizer steps?

Why it matters: cleared between the backward pass and the update, the gradient is zero and the parameters stay where they are.
Nothing raises.

How it is measured: the step runs on a few batches; hooks tell that a backward pass reached the optimizer's parameters, and the
gradients are looked at when the optimizer is called.

When it is right to fail: at most updates of an optimizer a pass had given gradients, and all of them are zero or gone at the update.

What it cannot see: clearing of a part of the parameters.

Mend: the order is zero_grad, backward, step.

Source: the recipe, the skeleton ("common errors").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

MOST = 0.5  # of an optimizer's updates: more are empty only by a fault
LEAST = 2  # where there are several optimizers


def judge(replay: StepReplay) -> Finding:
    """Empty updates after passes that gave gradients fail."""
    fed = [u for u in replay.updates if not u.closure and not u.foreign and u.passes and u.raw > 0]
    if not fed:
        return skipped("no update after a backward pass was seen")
    places = sorted({u.optimizer for u in fed})
    turns = {k: [u for u in fed if u.optimizer == k] for k in places}
    bare = {k: [u for u in turns[k] if u.norm == 0] for k in places}
    worst = [k for k in places if len(bare[k]) > MOST * len(turns[k]) and (len(bare[k]) >= LEAST or len(places) == 1)]
    if not worst:
        return passed(f"at {len(fed) - sum(map(len, bare.values()))} of {len(fed)} updates the gradient of the backward pass is there")
    empty, fed = bare[worst[0]], turns[worst[0]]
    return failed(
        f"at {len(empty)} of {len(fed)} updates every gradient is zero or gone, though a backward pass had given gradients of norm {empty[0].raw:.3g}",
        expected="the optimizer sees the gradient that the backward pass gave",
        observed=Observed(value=float(len(empty)), unit="empty updates", n=len(fed)),
        component="step",
        where=("zero_grad",) if len(places) == 1 else ("zero_grad", f"optimizer {worst[0]}"),
        why="Between loss.backward() and optimizer.step() the gradients are cleared; the optimizer has nothing to follow and the parameters stay as they are.",
        remedies=("move zero_grad() before loss.backward(), or after optimizer.step()",),
    )


def cleared_between(given: Given) -> Given:
    """zero_grad stands between the backward pass and the update."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.zero_grad()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def zeroed_by_hand(given: Given) -> Given:
    """Gradients are set to zero by the model before the update."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        value = loss(model(batch[0]), batch[1])
        value.backward()
        model.zero_grad(set_to_none=False)
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def one_of_two_cleared(given: Given) -> Given:
    """Two optimizers; the second's part is cleared between the backward pass and its update."""
    from dataclasses import replace

    import torch

    first = torch.optim.SGD(given.model[0].parameters(), lr=0.05)
    second = torch.optim.SGD(given.model[2:].parameters(), lr=0.05)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = loss(model(batch[0]), batch[1])
        model.zero_grad()
        value.backward()
        optimizer[1].step()
        optimizer[0].zero_grad()
        optimizer[0].step()
        return float(value.detach())

    return replace(given, step=step, optimizer=(first, second), scheduler=None)


def cleared_at_the_start(given: Given) -> Given:
    """Cleared twice, before the forward pass and before the backward pass."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        model.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE401",
    name="gradients-cleared-too-soon",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=cleared_between), Case(toy="cnn-batch-norm", plant=zeroed_by_hand), Case(toy="table-mlp", plant=one_of_two_cleared)),
    lookalikes=(Case(toy="table-mlp", plant=cleared_at_the_start),),
)
