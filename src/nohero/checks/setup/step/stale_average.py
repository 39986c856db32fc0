"""What it asks: does a moving average of the model move, slowly, and with all that belongs to it?

Why it matters: an average that is never updated, that is the model itself, or whose batch statistics stay at their first values is
what will be evaluated and shipped; the scores then say nothing about the training.

How it is measured: modules and mappings with the names and shapes of the model's parameters are looked for in whatever the step
and the evaluation can reach, and among the models; the step runs on a few batches, and each copy's way is compared with the model's.

When it is right to fail: the copy's tensors are the model's own; the step computes with it and it does not move; it follows the
model at nearly full weight; its parameters move and its batch statistics do not. A copy that the step calls as a network, as a
teacher is, may stand still, unless a mean of it and the model is computed and dropped.

What it cannot see: averages kept as bare lists; averages that are updated outside of the step: unsure.

Mend: update in the step, with average = decay * average + (1 - decay) * model; copy the buffers as well.

Source: Tarvainen and Valpola 2017, Mean teachers are better role models (arXiv:1703.01780).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.shadow_average import ShadowAverage
from nohero.run.figure import Lines, Rule, Series
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.evidence.setup.shadow_average import Shadow
    from nohero.setup.given import Given

FULL = 0.9  # weight of the model in every move; averages in use have 0.1 at most, once they have begun
ENOUGH = 5  # moves
FALLING = 0.8  # of the moves: a weight that falls so often is in its warm-up


def judge(average: ShadowAverage) -> Finding:
    """The first copy with a fault is told; then the first that cannot be decided."""
    if not average.moved:
        return skipped("the model itself does not move")
    if not average.shadows:
        return passed("no copy of the model is in reach of the step")
    told = [f for f in map(_of, average.shadows) if f is not None]
    loud = [f for f in told if f.status in ("FAIL", "WARN")]
    if told:
        return (loud or told)[0]
    return passed(f"{len(average.shadows)} copies of the model follow it, or are called as networks of their own")


def _of(s: Shadow) -> Finding | None:
    facts: dict[str, Any] = {"component": "step", "where": (s.path,), "expected": "an average that follows the model slowly, with its buffers"}
    why = "The average is what is evaluated and shipped. As it is, its scores say nothing about this training."
    if s.own_tensors > 0.5:
        return warned(
            f"the copy at `{s.path}` is no copy: {s.own_tensors:.0%} of its tensors are the model's own memory",
            observed=Observed(value=s.own_tensors, unit="of the tensors are the model's own"), why=why,
            remedies=("copy.deepcopy(model), or p.detach().clone() for each tensor",), **facts,
        )  # fmt: skip
    if not s.moved:
        return _still(s, facts, why)
    if len(s.weights) >= ENOUGH and min(s.weights) > FULL and max(s.weights) < 1 and not falls(s):
        return warned(
            f"the average at `{s.path}` takes {min(s.weights):.2g} of the model at each step: the decay is the wrong way round",
            observed=Observed(value=min(s.weights), unit="weight of the model in each update", n=len(s.weights)), why="An average that takes nearly all of the newest values averages nothing.",
            remedies=("average = decay * average + (1 - decay) * model, with a decay of 0.99 or more",), figure=_picture(s), **facts,
        )  # fmt: skip
    if s.buffers and s.buffers_still == s.buffers and s.module:
        make = unsure if s.waits or ("module" in s.path and not s.evaluated) else warned
        return make(
            f"the average at `{s.path}` follows the model's parameters, but its {s.buffers} buffers, such as batch statistics, stay at their first values",
            observed=Observed(value=float(s.buffers_still), unit="buffers that stand still", n=s.buffers), why="In eval mode batch norm divides by these statistics. Left at their first values, they do not fit the averaged parameters.",
            remedies=("copy the buffers at each update", "AveragedModel(model, use_buffers=True), or torch.optim.swa_utils.update_bn at the end"), **facts,
        )  # fmt: skip
    return None


def falls(s: Shadow) -> bool:
    """Whether the model's weight falls from move to move, as in a warm-up of the decay."""
    return sum(a > b for a, b in pairwise(s.weights)) >= FALLING * max(1, len(s.weights) - 1)


def _still(s: Shadow, facts: dict[str, Any], why: str) -> Finding | None:
    """A copy that does not move."""
    if s.called and not s.blended:  # a teacher or a target network
        return None
    observed = Observed(value=0.0, unit="moves of the average")
    remedies = ("update it after optimizer.step(): p_average.mul_(decay).add_(p_model, alpha=1 - decay)", "look whether the new value is assigned, or only computed")
    if s.touched or s.blended:
        return failed(f"the step computes with the copy at `{s.path}`, but it never changes while the model does", observed=observed, why=why, remedies=remedies, **facts)
    if s.alike_at_start and s.evaluated and not s.waits:
        return warned(f"the evaluation uses the copy at `{s.path}`, which stays as the model was at the start while the model moves on", observed=observed, why=why, remedies=remedies, **facts)
    if s.alike_at_start:
        return unsure(f"the copy at `{s.path}` stays as the model was at the start; it may be updated outside of the step, or be meant to stay", observed=observed, why=why, remedies=remedies, **facts)
    return None


def _picture(s: Shadow) -> Lines:
    return Lines(
        title="Weight of the model in each update of the average", x_label="update", y_label="weight",
        series=(Series(name="weight", x=tuple(float(k + 1) for k in range(len(s.weights))), y=s.weights),), rules=(Rule(label="usual", value=0.01),),
        sentence=f"each update takes at least {min(s.weights):.2g} of the model",
    )  # fmt: skip


def averaging(given: Given, update: Any, *, copied: bool = True) -> Given:
    """The set-up with a step that calls `update(average, model)` after each update."""
    from copy import copy, deepcopy
    from dataclasses import replace

    import torch

    average = deepcopy(given.model) if copied else copy(given.model)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        with torch.no_grad():
            update(average, model)
        return float(value.detach())

    return replace(given, step=step)


def computed_not_assigned(given: Given) -> Given:
    """The new value is computed and dropped."""
    return averaging(given, lambda average, model: [0.99 * a + 0.01 * p for a, p in zip(average.parameters(), model.parameters(), strict=True)])


def wrong_way_round(given: Given) -> Given:
    """Decay and its rest are swapped."""
    return averaging(given, lambda average, model: _mixed(average, model, 0.99))


def without_buffers(given: Given) -> Given:
    """Parameters are averaged, batch statistics are not."""
    return averaging(given, lambda average, model: _mixed(average, model, 0.01))


def _mixed(average: Any, model: Any, weight: float) -> None:
    for a, p in zip(average.parameters(), model.parameters(), strict=True):
        a.lerp_(p, weight)


def no_copy(given: Given) -> Given:
    """A mapping of the model's own memory."""
    shadow = {n: p.data for n, p in given.model.named_parameters()}

    def update(_average: Any, model: Any) -> None:
        for n, p in model.named_parameters():
            shadow[n].mul_(0.99).add_(p.data, alpha=0.01)

    return averaging(given, update)


def whole(given: Given) -> Given:
    """Parameters are averaged, buffers are copied."""

    def update(average: Any, model: Any) -> None:
        _mixed(average, model, 0.01)
        for a, b in zip(average.buffers(), model.buffers(), strict=True):
            a.copy_(b)

    return averaging(given, update)


def a_still_teacher(given: Given) -> Given:
    """A frozen teacher of the same make is called in the step."""
    return _beside_a_teacher(given, lambda _t, _p: None)


def mean_dropped(given: Given) -> Given:
    """A teacher's new value is computed and dropped."""
    return _beside_a_teacher(given, lambda t, p: 0.99 * t + 0.01 * p)


def _beside_a_teacher(given: Given, update: Any) -> Given:
    from copy import deepcopy
    from dataclasses import replace

    import torch

    teacher = deepcopy(given.model).eval().requires_grad_(False)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        with torch.no_grad():
            said = teacher(batch[0])
        out = model(batch[0])
        value = loss(out, batch[1]) + 0.01 * (out - said).square().mean()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for t, p in zip(teacher.parameters(), model.parameters(), strict=True):
                update(t, p)
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE408",
    name="stale-average",
    source="Tarvainen and Valpola 2017, Mean teachers are better role models (arXiv:1703.01780)",
    judge=judge,
    sabotages=(
        Case(toy="table-mlp", plant=computed_not_assigned),
        Case(toy="table-mlp", plant=wrong_way_round),
        Case(toy="cnn-batch-norm", plant=without_buffers),
        Case(toy="cnn-batch-norm", plant=no_copy),
        Case(toy="many-classes", plant=mean_dropped),
    ),
    lookalikes=(Case(toy="cnn-batch-norm", plant=whole), Case(toy="table-mlp", plant=a_still_teacher)),
)
