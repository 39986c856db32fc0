"""What it asks: does a teacher, or another moving average, follow the model slowly, and by that alone?

Why it matters: a teacher that an optimizer trains as well, that is nearly the model itself, or that draws the model to its own first
weights, is no steady target. The student learns from its own noise, or does not get away from its start.

How it is measured: copies of the model are found among the models and in what the step can reach; the step runs on a few batches, on
more where an average takes much of the model. What optimizers do to a copy is told apart from what is done to it by hand.

When it is right to fail: never more than a warning: an optimizer moves the copy and it is averaged too; the model is drawn to a copy
that stands still; the model's weight in the average stays great after a warm-up, or comes and goes. A great weight from the start is unsure.

What it cannot see: averages that are updated outside of the step; the end of a very long warm-up.

Mend: average = decay * average + (1 - decay) * model, after the optimizer's step, on a copy that no optimizer holds.

Source: Tarvainen and Valpola 2017, Mean teachers are better role models (arXiv:1703.01780).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.shadow_average import ShadowAverage
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.evidence.setup.shadow_average import Shadow
    from nohero.setup.given import Given

ENOUGH = 5  # moves
FULL = 0.9  # weight of the model in every move: the decay is the wrong way round, which SKE408 tells
HASTY = 0.3  # weight of the model in every late move: an average of the last three steps
LATE, SETTLED = 10, 40  # moves: the last ones are looked at where there are so many
FALLING = 0.8  # of the moves: a weight that falls so often is in its warm-up
SLOWED = 0.05  # a weight that fell by more since the start had a warm-up


def judge(average: ShadowAverage) -> Finding:
    """The first copy with a fault is told; then the first that cannot be decided."""
    if not average.moved or not average.shadows:
        return skipped("no copy of the model is in reach of the step, or the model does not move")
    told = [f for f in map(_of, average.shadows) if f is not None]
    loud = [f for f in told if f.status == "WARN"]
    return (loud or told or [passed(f"{len(average.shadows)} copies of the model follow it slowly, or not at all")])[0]


def _of(s: Shadow) -> Finding | None:
    facts: dict[str, Any] = {"component": "step", "where": (s.path,), "expected": "a copy that follows the model slowly, and does nothing else"}
    if s.trained >= ENOUGH and s.averaged >= ENOUGH:
        return warned(
            f"the average at `{s.path}` is trained as well: in {s.trained} steps an optimizer moves it, and then it is drawn to the model",
            observed=Observed(value=float(s.trained), unit="steps in which an optimizer moves it"), why="A teacher or target network is to be a slow mean of the model. This one learns by itself, towards the model's answers too.",
            remedies=("give the optimizer the model's parameters alone", "call the copy under torch.no_grad(), and set requires_grad_(False) on it"), **facts,
        )  # fmt: skip
    if not s.moved:
        if s.called and len(s.pulled) >= ENOUGH:
            return warned(
                f"after each update the model is drawn {min(s.pulled):.2g} of the way to the copy at `{s.path}`, which stands still: the average is the wrong way round",
                observed=Observed(value=min(s.pulled), unit="of the way to the copy, in each step", n=len(s.pulled)), why="The model is held back at the weights of the copy, and the copy never follows it.",
                remedies=("average the model into the copy: p_copy.mul_(decay).add_(p_model, alpha=1 - decay)",), **facts,
            )  # fmt: skip
        return None
    return _hasty(s, facts)


def _hasty(s: Shadow, facts: dict[str, Any]) -> Finding | None:
    """An average that takes too much of the model in each update."""
    falling = sum(a > b for a, b in pairwise(s.weights)) / max(1, len(s.weights) - 1)
    if len(s.weights) < SETTLED or max(s.weights) >= 1 or falling >= FALLING:
        return None
    late = s.weights[-LATE:]
    if min(late) <= HASTY or min(s.weights) > FULL:
        return None
    make = warned if s.weights[0] - max(late) > SLOWED or max(late) - min(late) > SLOWED else unsure
    return make(
        f"the average at `{s.path}` takes {min(late):.2g} of the model at each step, a mean of the last {1 / min(late):.1f} steps, and its decay does not rise any more",
        observed=Observed(value=min(late), unit="weight of the model in each update", n=len(s.weights)), why="An average that takes so much of the newest values averages nothing.",
        remedies=("average = decay * average + (1 - decay) * model, with a decay of 0.99 or more", "look whether the update overwrites its own decay"), **facts,
    )  # fmt: skip


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
    code="SKE414",
    name="misled-average",
    source="Tarvainen and Valpola 2017, Mean teachers are better role models (arXiv:1703.01780)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=student_drawn_to_teacher), Case(toy="table-mlp", plant=trained_teacher), Case(toy="table-mlp", plant=overwritten_decay)),
    lookalikes=(Case(toy="table-mlp", plant=slow_teacher), Case(toy="table-mlp", plant=decay_in_warm_up), Case(toy="table-mlp", plant=copied_now_and_then)),
)
