"""What it asks: does clipping touch the gradient that the optimizer uses?

Why it matters: before the backward pass there is nothing to clip, after the update it is too late, a used-up generator of
parameters clips nobody, and a limit for gradients that are still scaled cuts all of them. Training then has no guard against the one large gradient it was meant for.

How it is measured: the step runs on a few batches; calls of torch's clipping functions, backward passes and updates are heard in
order, with the number of the model's parameters each clipping was given.

When it is right to fail: never more than a warning: every clipping heard is misplaced, two times or more.

What it cannot see: clipping by own code.

Mend: backward, clip, step, in this order.

Source: Pascanu et al. 2013, On the difficulty of training recurrent neural networks (arXiv:1211.5063).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_ears import Event
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

LEAST = 2  # clippings; one may be cut off by the end of the replay
CUT = 0.99  # of the norm is left: it was clipped
SCALE = 32  # a gradient so much smaller at the update was divided; losses are scaled by 2 to the 8 or more
SAID = {
    "nothing": "clipping is given none of the model's parameters",
    "early": "clipping comes before the backward pass, when there is no gradient yet",
    "late": "clipping comes after the update, on a gradient that has been used",
    "scaled": "clipping cuts a gradient that is divided by a large number afterwards: it is still scaled",
}
MENDS = {
    "nothing": ("hand over list(model.parameters()); a generator is empty after its first use",),
    "early": ("move the clipping between loss.backward() and optimizer.step()",),
    "late": ("move the clipping between loss.backward() and optimizer.step()",),
    "scaled": ("call scaler.unscale_(optimizer) before clipping",),
}


def judge(replay: StepReplay) -> Finding:
    """Clippings that are all misplaced warn."""
    places = places_of(replay)
    if not places:
        return skipped("the step calls none of torch's clipping functions")
    wrong = [p for p in places if p in SAID]
    if len(wrong) < LEAST or any(p == "right" for p in places):
        return passed(f"{sum(p == 'right' for p in places)} of {len(places)} clippings stand between a backward pass and its update")
    what = Counter(wrong).most_common(1)[0][0]
    return warned(
        f"{SAID[what]} ({wrong.count(what)} of {len(places)} times)",
        expected="clipping stands between the backward pass and the update",
        observed=Observed(value=float(wrong.count(what)), unit="misplaced clippings", n=len(places)),
        component="step",
        where=("clip_grad_norm_",),
        why="The optimizer uses the gradient as it is when step() is called. Clipped earlier or later, or on other parameters, it is used unclipped, and one bad batch can undo the training.",
        remedies=MENDS[what],
    )


def places_of(replay: StepReplay) -> list[str]:
    """For every clipping: right, early, late, nothing, or ? where it cannot be told."""
    told = [e for e in replay.events if e.kind in ("backward", "update", "clip")]
    found = []
    for k, event in enumerate(told):
        if event.kind != "clip":
            continue
        before = next((e.kind for e in reversed(told[:k]) if e.kind != "clip"), "")
        after = next((e.kind for e in told[k + 1 :] if e.kind != "clip"), "")
        if event.count == 0:
            found.append("nothing")
        elif after == "update" and _scaled(replay, event, sum(e.kind == "update" for e in told[:k])):
            found.append("scaled")
        elif after == "update":
            found.append("early" if event.before == 0 and before != "backward" else "right")
        elif after == "backward":
            found.append("late" if before == "update" and event.before > 0 else "early" if event.before == 0 else "?")
        else:
            found.append("late" if before == "update" and event.before > 0 else "?")
    return found


def _scaled(replay: StepReplay, clip: Event, number: int) -> bool:
    """Whether the gradient was cut, and is far smaller at the update that follows than it was left."""
    update = replay.updates[number]
    return len({u.optimizer for u in replay.updates}) == 1 and clip.after < CUT * clip.before and 0 < update.norm * SCALE < clip.after


def _clipping_at(given: Given, place: str) -> Given:
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        if place == "before":
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        value.backward()
        if place == "between":
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if place == "after":
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        return float(value.detach())

    return replace(given, step=step)


def clipped_before_backward(given: Given) -> Given:
    """There is no gradient yet."""
    return _clipping_at(given, "before")


def clipped_after_the_update(given: Given) -> Given:
    """The gradient has been used."""
    return _clipping_at(given, "after")


def clipped_between(given: Given) -> Given:
    """As it should be."""
    return _clipping_at(given, "between")


def used_up_generator(given: Given) -> Given:
    """The parameters' generator was used by the optimizer."""
    from dataclasses import replace

    import torch

    parameters = given.model.parameters()
    optimizer = torch.optim.SGD(parameters, lr=0.05, momentum=0.9)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, optimizer=optimizer, scheduler=None)


def clipped_while_scaled(given: Given) -> Given:
    """Clipping comes before the scaler takes its scale out of the gradients."""
    return _scaling(given, unscaled=False)


def clipped_unscaled(given: Given) -> Given:
    """The scale is taken out, then the gradient is clipped."""
    return _scaling(given, unscaled=True)


def _scaling(given: Given, *, unscaled: bool) -> Given:
    from dataclasses import replace

    import torch

    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        scaler.scale(value).backward()
        if unscaled:
            scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        scaler.step(optimizer)
        scaler.update()
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE403",
    name="misplaced-clipping",
    source="Pascanu et al. 2013, On the difficulty of training recurrent neural networks (arXiv:1211.5063)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=clipped_before_backward), Case(toy="table-mlp", plant=clipped_after_the_update), Case(toy="cnn-batch-norm", plant=used_up_generator), Case(toy="table-mlp", plant=clipped_while_scaled)),
    lookalikes=(Case(toy="table-mlp", plant=clipped_between), Case(toy="table-mlp", plant=clipped_unscaled)),
)
