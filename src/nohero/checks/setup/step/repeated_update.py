"""What it asks: does each gradient make one update, and each loss one backward pass?

Why it matters: optimizer.step() called twice uses the same gradient twice, backward() called twice on one loss doubles it. Training
looks nearly right, at another step size than the one that was set; Adam's averages count each batch twice.

How it is measured: the step runs on a few batches; updates without a backward pass since the last one, and backward passes that
give the same gradients bit for bit, are counted.

When it is right to fail: never more than a warning: it happens on most batches.

What it cannot see: two optimizers over the same parameters that each step once.

Mend: one backward and one step for each batch.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

OFTEN = 0.3  # of the updates


def judge(replay: StepReplay) -> Finding:
    """Updates and passes that repeat the one before warn."""
    updates = [u for u in replay.updates if not u.closure and not u.foreign]
    if not updates:
        return skipped("no update was seen")
    again = [u for k, u in enumerate(updates) if not u.passes and u.norm > 0 and u.again and any(o.optimizer == u.optimizer and o.call == u.call for o in updates[:k])]
    if len(again) > OFTEN * len(updates):
        what, count, unit = f"{len(again)} of {len(updates)} updates use the gradient of the update before once more, with no backward pass in between", len(again), "repeated updates"
        mend = "call optimizer.step() once for each backward pass (scaler.step(optimizer) calls it already)"
    elif replay.twice > OFTEN * len(updates):
        what, count, unit = f"{replay.twice} backward passes repeat the one before bit for bit: each gradient is doubled", replay.twice, "repeated backward passes"
        mend = "call backward() once for each loss"
    else:
        return passed(f"{len(updates)} updates, each with a gradient of its own")
    return warned(
        what,
        expected="one backward pass and one update for each batch",
        observed=Observed(value=float(count), unit=unit, n=len(updates)),
        component="step",
        where=("optimizer.step" if again else "backward",),
        why="The same gradient counts twice, so the step size is not the one that was set and running averages count each batch twice.",
        remedies=(mend,),
    )


def stepped_twice(given: Given) -> Given:
    """optimizer.step stands there two times."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def backward_twice(given: Given) -> Given:
    """The same loss goes backward two times."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward(retain_graph=True)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def two_halves(given: Given) -> Given:
    """Two backward passes, each over one half of the batch."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        x, y = batch
        half = len(x) // 2
        value = 0.5 * loss(model(x[:half]), y[:half])
        value.backward()
        other = 0.5 * loss(model(x[half:]), y[half:])
        other.backward()
        optimizer.step()
        return float((value + other).detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE410",
    name="repeated-update",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=stepped_twice), Case(toy="cnn-batch-norm", plant=backward_twice)),
    lookalikes=(Case(toy="table-mlp", plant=two_halves),),
    under=(),
)
