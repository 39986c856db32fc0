"""What it asks: does a moving average of the model move, slowly, and with all that belongs to it?

Why it matters: an average that is never updated, that is the model itself, or whose batch statistics stay at their first values is
what will be evaluated and shipped; the scores then say nothing about the training.

How it is measured: modules and mappings with the names and shapes of the model's parameters are looked for in whatever the step
and the evaluation can reach, and among the models; the step runs on a few batches, and each copy's way is compared with the model's.

When it is right to fail: the copy's tensors are the model's own; the step computes with it and it does not move; it follows the
model at nearly full weight, or stops at a great weight after a warm-up; an optimizer trains it as well; the model is drawn to it
instead; its parameters move and its batch statistics do not. A copy that the step calls as a network, as a teacher is, may stand
still, unless a mean of it and the model is computed and dropped.

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
HASTY = 0.3  # weight of the model in every late move: an average of the last three steps
LATE, SETTLED = 10, 40  # moves: the last ones are looked at where there are so many
FALLING = 0.8  # of the moves: a weight that falls so often is in its warm-up
SLOWED = 0.05  # a weight that fell by more since the start had a warm-up


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
    if s.trained >= ENOUGH and s.averaged >= ENOUGH:
        return warned(
            f"the average at `{s.path}` is trained as well: in {s.trained} steps an optimizer moves it, and then it is drawn to the model",
            observed=Observed(value=float(s.trained), unit="steps in which an optimizer moves it"), why="A teacher or target network is to be a slow mean of the model. This one learns by itself, towards the model's answers too.",
            remedies=("give the optimizer the model's parameters alone", "call the copy under torch.no_grad(), and set requires_grad_(False) on it"), **facts,
        )  # fmt: skip
    return _hasty(s, facts) or _without_buffers(s, facts, why)


def _hasty(s: Shadow, facts: dict[str, Any]) -> Finding | None:
    """An average that takes too much of the model in each update."""
    falls = sum(a > b for a, b in pairwise(s.weights)) / max(1, len(s.weights) - 1)
    if len(s.weights) < ENOUGH or max(s.weights) >= 1 or falls >= FALLING:
        return None
    late = s.weights[-LATE:]
    swapped, hasty = min(s.weights) > FULL, len(s.weights) >= SETTLED and min(late) > HASTY
    if not swapped and not hasty:
        return None
    make = warned if swapped or s.weights[0] - max(late) > SLOWED or max(late) - min(late) > SLOWED else unsure
    told = "the decay is the wrong way round" if min(late) > FULL else f"it is a mean of the last {1 / min(late):.1f} steps, and its decay does not rise any more"
    return make(
        f"the average at `{s.path}` takes {min(late):.2g} of the model at each step: {told}",
        observed=Observed(value=min(late), unit="weight of the model in each update", n=len(s.weights)), why="An average that takes so much of the newest values averages nothing.",
        remedies=("average = decay * average + (1 - decay) * model, with a decay of 0.99 or more", "look whether the update overwrites its own decay"), figure=_picture(s), **facts,
    )  # fmt: skip


def _without_buffers(s: Shadow, facts: dict[str, Any], why: str) -> Finding | None:
    """Batch statistics that do not follow."""
    if s.buffers and s.buffers_still == s.buffers and s.module:
        make = unsure if s.waits or ("module" in s.path and not s.evaluated) else warned
        return make(
            f"the average at `{s.path}` follows the model's parameters, but its {s.buffers} buffers, such as batch statistics, stay at their first values",
            observed=Observed(value=float(s.buffers_still), unit="buffers that stand still", n=s.buffers), why="In eval mode batch norm divides by these statistics. Left at their first values, they do not fit the averaged parameters.",
            remedies=("copy the buffers at each update", "AveragedModel(model, use_buffers=True), or torch.optim.swa_utils.update_bn at the end"), **facts,
        )  # fmt: skip
    return None


def _still(s: Shadow, facts: dict[str, Any], why: str) -> Finding | None:
    """A copy that does not move."""
    if s.called and len(s.pulled) >= ENOUGH:
        return warned(
            f"after each update the model is drawn {min(s.pulled):.2g} of the way to the copy at `{s.path}`, which stands still: the average is the wrong way round",
            observed=Observed(value=min(s.pulled), unit="of the way to the copy, in each step", n=len(s.pulled)), why="The model is held back at the weights of the copy, and the copy never follows it.",
            remedies=("average the model into the copy: p_copy.mul_(decay).add_(p_model, alpha=1 - decay)",), **facts,
        )  # fmt: skip
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

    def update(average: Any, model: Any) -> None:
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a = a * 0.99 + p * 0.01  # noqa: PLW2901

    return averaging(given, update)


def wrong_way_round(given: Given) -> Given:
    """Decay and its rest are swapped."""

    def update(average: Any, model: Any) -> None:
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.mul_(0.01).add_(p, alpha=0.99)

    return averaging(given, update)


def without_buffers(given: Given) -> Given:
    """Parameters are averaged, batch statistics are not."""

    def update(average: Any, model: Any) -> None:
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.mul_(0.99).add_(p, alpha=0.01)

    return averaging(given, update)


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
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.lerp_(p, 0.01)
        for a, b in zip(average.buffers(), model.buffers(), strict=True):
            a.copy_(b)

    return averaging(given, update)


def a_still_teacher(given: Given) -> Given:
    """A frozen teacher of the same make is called in the step."""
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
        return float(value.detach())

    return replace(given, step=step)


def _taught(given: Given, update: Any, *, trained: bool = False) -> Given:
    """A student learns from labels and from its average; both are handed over as models."""
    from copy import deepcopy
    from dataclasses import replace

    import torch

    student = given.model
    teacher = deepcopy(student).requires_grad_(trained)
    held = [*student.parameters(), *(teacher.parameters() if trained else ())]

    def step(models: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        out = models["student"](batch[0])
        with torch.set_grad_enabled(trained):
            said = models["teacher"](batch[0])
        value = loss(out, batch[1]) + 0.1 * (out - said).square().mean()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for p, q in zip(models["teacher"].parameters(), models["student"].parameters(), strict=True):
                update(p, q)
        return float(value.detach())

    return replace(given, model={"student": student, "teacher": teacher}, optimizer=torch.optim.Adam(held, lr=1e-3), scheduler=None, evaluate=None, step=step)


def student_drawn_to_teacher(given: Given) -> Given:
    """Teacher and student are swapped in the update."""
    return _taught(given, lambda teacher, student: student.lerp_(teacher, 0.01))


def trained_teacher(given: Given) -> Given:
    """The optimizer holds the teacher too, and it is called with its graph."""
    return _taught(given, lambda teacher, student: teacher.lerp_(student, 0.01), trained=True)


def mean_dropped(given: Given) -> Given:
    """The teacher's new value is computed and dropped."""
    return _taught(given, lambda teacher, student: 0.99 * teacher + 0.01 * student)


def overwritten_decay(given: Given) -> Given:
    """The warm-up of the decay overwrites the decay itself."""
    return _taught(given, _warming(overwrite=True))


def decay_in_warm_up(given: Given) -> Given:
    """The decay rises from nearly nothing to 0.999."""
    return _taught(given, _warming(overwrite=False))


def slow_teacher(given: Given) -> Given:
    """The teacher follows the student slowly."""
    return _taught(given, lambda teacher, student: teacher.lerp_(student, 0.01))


def copied_now_and_then(given: Given) -> Given:
    """The teacher becomes the student after every third update."""
    count = [0]

    def update(teacher: Any, student: Any) -> None:
        count[0] += 1
        if count[0] // 6 % 3 == 0:
            teacher.copy_(student)

    return _taught(given, update)


def _warming(*, overwrite: bool) -> Any:
    decays: dict[int, list[float]] = {}

    def update(teacher: Any, student: Any) -> None:
        kept = decays.setdefault(id(teacher), [0.0, 0.999])
        kept[0] += 1
        decay = min(kept[1], (1 + kept[0]) / (10 + kept[0]))
        if overwrite:
            kept[1] = 1 - decay
        teacher.lerp_(student, 1 - decay)

    return update


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
        Case(toy="table-mlp", plant=student_drawn_to_teacher),
        Case(toy="table-mlp", plant=trained_teacher),
        Case(toy="many-classes", plant=mean_dropped),
        Case(toy="table-mlp", plant=overwritten_decay),
    ),
    lookalikes=(
        Case(toy="cnn-batch-norm", plant=whole),
        Case(toy="table-mlp", plant=a_still_teacher),
        Case(toy="table-mlp", plant=slow_teacher),
        Case(toy="table-mlp", plant=decay_in_warm_up),
        Case(toy="table-mlp", plant=copied_now_and_then),
    ),
)
