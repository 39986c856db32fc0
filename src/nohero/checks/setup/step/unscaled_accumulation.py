"""What it asks: is a gradient that is gathered over several batches their mean?

Why it matters: backward() adds. Gathered over n batches without a division, the update is n times that of one batch: the step
size, the clipping and the balance with the weight decay are all off by n.

How it is measured: the step runs until a few updates were made; each update's gradient is taken apart into backward passes. The
root of each pass is compared with the value of the loss, and the loss of a batch given twice with that of the batch.

When it is right to fail: never more than a warning: two batches or more make one update, each pass counts whole, the loss is a
mean and is handed to backward undivided.

What it cannot see: a learning rate that was divided instead; accumulation within one call of the step.

Mend: (loss / n).backward().

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

WHOLE = 0.05  # relative; a pass counts whole, a root is the loss itself
MEAN = 0.1  # relative; the loss of a batch given twice equals the loss of the batch


def judge(replay: StepReplay) -> Finding:
    """Whole passes of a mean loss over several batches warn."""
    gathered = [u for u in replay.updates if u.known and u.calls > 1 and not u.again and not u.closure]
    if not gathered or len(gathered) * 2 < len(replay.updates):
        return passed("every update is made of one batch")
    n = int(median(u.calls for u in gathered))
    roots = _roots(replay)
    if any(abs(u.scale - 1) > WHOLE for u in gathered) or not roots or abs(median(roots) - 1) > WHOLE:
        share = median(roots) if roots else median(u.scale for u in gathered)
        return passed(f"{n} batches make one update; each counts {share:.3g}")
    facts: dict[str, Any] = {
        "expected": "the mean of the batches' gradients",
        "observed": Observed(value=float(n), unit="batches summed in one update", n=len(gathered)),
        "component": "step",
        "where": ("loss.backward()",),
        "why": "Summed over n batches of a mean loss, the gradient is n times as long: the same as a learning rate n times as high, and clipping and weight decay no longer fit.",
        "remedies": (f"divide before the backward pass: (loss / {n}).backward()", f"or divide the learning rate by {n}"),
    }
    if abs(replay.mean_loss - 1) <= MEAN:
        return warned(f"{n} batches make one update, and their gradients are summed: the update is {n} times that of a batch of the same size", **facts)
    if replay.mean_loss == replay.mean_loss:  # a number: the loss is a sum
        return passed(f"{n} batches make one update; the loss is no mean, so summing is right")
    return unsure(f"{n} batches make one update and their gradients are summed; whether the loss is a mean could not be measured", **facts)


def _roots(replay: StepReplay) -> list[float]:
    """What backward was called on, over the loss, in calls with one of each."""
    found = []
    for call, values in enumerate(replay.losses):
        roots = [e.about for e in replay.events if e.call == call and e.kind == "backward"]
        if len(values) == 1 and len(roots) == 1 and values[0]:
            found.append(roots[0] / values[0])
    return found


def _gathering(given: Given, every: int, divide: float) -> Given:
    from dataclasses import replace

    seen = [0]

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = loss(model(batch[0]), batch[1])
        (value / divide).backward()
        seen[0] += 1
        if seen[0] % every == 0:
            optimizer.step()
            optimizer.zero_grad()
        return float(value.detach())

    return replace(given, step=step)


def four_summed(given: Given) -> Given:
    """Four batches are summed."""
    return _gathering(given, 4, 1.0)


def eight_summed(given: Given) -> Given:
    """Eight batches are summed."""
    return _gathering(given, 8, 1.0)


def four_averaged(given: Given) -> Given:
    """Four batches are averaged."""
    return _gathering(given, 4, 4.0)


def summed_loss_summed(given: Given) -> Given:
    """A loss that is itself a sum over the batch, gathered as a sum."""
    from dataclasses import replace

    import torch

    return replace(_gathering(given, 4, 1.0), loss=torch.nn.CrossEntropyLoss(reduction="sum"), optimizer=torch.optim.SGD(given.model.parameters(), lr=5e-4, momentum=0.9), scheduler=None)


CHECK = Check(
    code="SKE402",
    name="unscaled-accumulation",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=four_summed), Case(toy="cnn-batch-norm", plant=eight_summed)),
    lookalikes=(Case(toy="table-mlp", plant=four_averaged), Case(toy="table-mlp", plant=summed_loss_summed)),
)
