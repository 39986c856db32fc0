"""What it asks: does an update hold the gradient of its own batches alone?

Why it matters: torch adds every backward pass to what is there. Where gradients are not cleared, each update follows the sum of
all batches so far, at old values of the parameters; training swings and bursts.

How it is measured: the step runs on a few batches. Hooks tell what each backward pass gives each parameter, and the gradient at
every update is taken apart into the passes it is made of.

When it is right to fail: two updates or more hold passes that an earlier update had used. Gradients that are meant to pile up
over several batches and are cleared after the update are sound.

What it cannot see: a gradient that a hook or own code has changed so far that no sum of passes gives it.

Mend: optimizer.zero_grad() once an update, before the backward pass; with several optimizers, each clears its own.

Source: the recipe, the skeleton ("common errors").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run import sources
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

LEAST = 2  # updates; once may be the leftover of something done before
OFTEN = 0.7  # of the batches: an optimizer that steps so often does not gather batches


def judge(replay: StepReplay) -> Finding:
    """Passes used twice fail; passes of another batch or another optimizer's turn warn."""
    known = [u for u in replay.updates if u.known and not u.closure and not u.foreign]
    if not known:
        return skipped("no update whose gradient could be taken apart was seen")
    again = [u for u in known if u.again and u.passes]
    if len(again) >= LEAST:
        most = max(u.again for u in again)
        return failed(
            f"{len(again)} of {len(known)} updates use gradients of earlier updates again; the last one holds {again[-1].again + 1} backward passes where one was new",
            expected="gradients are cleared before they are gathered anew",
            observed=Observed(value=float(most), unit="passes used again", n=len(known)),
            component="step",
            where=tuple(sorted({f"optimizer {u.optimizer}" for u in again if u.optimizer >= 0})) or ("zero_grad",),
            level=Level.MEASURED,
            why="backward() adds to what is there. Without clearing, each update follows the sum of all batches so far, taken at parameters that are long gone.",
            remedies=("call optimizer.zero_grad() before loss.backward(), once for every update", "look whether zero_grad() is called on the optimizer or model that is trained, and not under a condition that never holds"),
            figure=_picture(known),
        )
    late = [u for u in known if u.late and _steps_often(replay, u.optimizer)]
    mixed = [u for u in known if u.mixed]
    if len(late) >= LEAST or len(mixed) >= LEAST:
        seen = late if len(late) >= LEAST else mixed
        what = "an earlier batch" if seen is late else "another optimizer's backward pass"
        return warned(
            f"{len(seen)} of {len(known)} updates hold gradients of {what} that were not cleared",
            expected="an update holds the gradients of its own loss and batch",
            observed=Observed(value=float(len(seen)), unit="updates", n=len(known)),
            component="step",
            where=tuple(sorted({f"optimizer {u.optimizer}" for u in seen if u.optimizer >= 0})) or ("zero_grad",),
            level=Level.MEASURED,
            why="A backward pass for one network leaves gradients in every network it runs through. The other optimizer must clear its own before its turn, or it follows the wrong loss as well.",
            remedies=("call zero_grad() of this very optimizer before its own backward pass", "keep the order: clear, backward, step"),
            figure=_picture(known),
        )
    return passed(f"{len(known)} updates hold the gradients of their own batches alone")


def _steps_often(replay: StepReplay, optimizer: int) -> bool:
    return len({u.call for u in replay.updates if u.optimizer == optimizer}) >= OFTEN * replay.calls


def _picture(updates: list[Any]) -> Lines:
    x = tuple(float(k) for k in range(1, len(updates) + 1))
    return Lines(
        title="What each update's gradient holds",
        x_label="update",
        y_label="backward passes",
        series=(
            Series(name="used before", x=x, y=tuple(float(u.again) for u in updates)),
            Series(name="new", x=x, y=tuple(float(u.calls) for u in updates), dashed=True),
        ),
        sentence=f"at update {len(updates)} the gradient holds {updates[-1].again} passes that were used before",
    )


def never_cleared(given: Given) -> Given:
    """Clearing is forgotten."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def cleared_elsewhere(given: Given) -> Given:
    """Another optimizer, made earlier for a part of the model, is cleared."""
    from dataclasses import replace

    import torch

    early = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        early.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def discriminator_uncleared(given: Given) -> Given:
    """The generator's pass leaves gradients in the discriminator, which clears them too late."""
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        real = batch[0]
        made = model["generator"](torch.randn(len(real), 4))
        optimizer["generator"].zero_grad()
        fooled = model["discriminator"](made)
        loss(fooled, torch.ones_like(fooled)).backward()
        optimizer["generator"].step()
        on_real, on_made = model["discriminator"](real), model["discriminator"](made.detach())
        cost = loss(on_real, torch.ones_like(on_real)) + loss(on_made, torch.zeros_like(on_made))
        cost.backward()
        optimizer["discriminator"].step()
        optimizer["discriminator"].zero_grad()
        return float(cost.detach())

    return replace(given, step=step)


def cleared_after_the_update(given: Given) -> Given:
    """Clearing at the end, by the model and by hand."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        for p in model.parameters():
            p.grad = None
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE400",
    name="uncleared-gradients",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=never_cleared), Case(toy="cnn-batch-norm", plant=cleared_elsewhere), Case(toy="gan", plant=discriminator_uncleared)),
    lookalikes=(Case(toy="table-mlp", plant=cleared_after_the_update),),
)
