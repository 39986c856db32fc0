"""What it asks: does the step train on the batch it is given?

Why it matters: a step that holds on to one batch, taken from outside, trains on a handful of items for ever. Its loss falls
beautifully.

How it is measured: two different batches are given in turn, and the second once more under other random numbers; what the models
are called with is compared.

When it is right to fail: the inputs are bit for bit the same each time, and shaped like a batch.

What it cannot see: a loop around the step that gives it the same batch again and again.

Mend: use the batch that is handed in; call next() on one iterator, not on a new one each time.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_inputs import StepInputs
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(inputs: StepInputs) -> Finding:
    """The same inputs for every batch fail."""
    if not inputs.same_in_turn:
        return passed("another batch gives the models other inputs")
    facts: dict[str, Any] = {
        "expected": "inputs that come from the batch handed in",
        "observed": Observed(value=float(inputs.inputs), unit="inputs unchanged", n=inputs.inputs),
        "component": "step",
        "where": ("batch",),
        "why": "The model sees one batch for ever. The training loss falls to nothing while nothing is learnt about the rest.",
    }
    if inputs.same_elsewhere and inputs.like_a_batch:
        return failed(
            "two different batches give the models the very same inputs: the step does not use the batch it is given",
            level=Level.VERIFIED,
            remedies=("use the `batch` that is handed to the step, not one kept from outside", "do not call next(iter(loader)) in the step: it begins anew each time"),
            **facts,
        )
    return unsure("two different batches give the models the same inputs; the step may make its own on purpose", remedies=("hand over the batches that the step really uses as train=",), **facts)


def kept_batch(given: Given) -> Given:
    """The step uses a batch from outside."""
    from dataclasses import replace

    x, y = next(iter(given.train))

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        del batch
        model.train()
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def begun_anew(given: Given) -> Given:
    """The step takes the first batch of a loader that does not shuffle."""
    from dataclasses import replace

    from torch.utils.data import DataLoader

    loader = DataLoader(given.train.dataset, batch_size=24)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        batch = next(iter(loader))
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def beside_a_kept_batch(given: Given) -> Given:
    """A kept batch is rehearsed beside the new one."""
    from dataclasses import replace

    x, y = next(iter(given.train))

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1]) + 0.1 * loss(model(x), y)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE406",
    name="stale-batch",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=kept_batch), Case(toy="cnn-batch-norm", plant=begun_anew)),
    lookalikes=(Case(toy="table-mlp", plant=beside_a_kept_batch),),
)
