"""What it asks: are the best weights that are kept still those of the best evaluation?

Why it matters: `state_dict()` hands out references: weights kept without a copy go on training, and in the end the last model is called the best.

How it is measured: the dict that is handed over (or dicts of the caller's that hold all the weights) is compared with the live weights: the same memory, or the same values after a worse score.

When it is right to fail: kept weights share their memory with the live ones, or equal the current ones after an evaluation that was worse than an earlier one.

What it cannot see: checkpoints written to files, and bests kept inside other objects.

Mend: keep copy.deepcopy(model.state_dict()), or save to a file, and only when the score is better.

Source: PyTorch's tutorial on saving and loading models (the best model's state must be copied).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped


def judge(course: WatchedCourse) -> Finding:
    """Aliases and overwritten bests fail."""
    if len(course.epochs) < 2:
        return skipped("fewer than two evaluations were watched")
    names = sorted({name for epoch in course.epochs[1:] for name in epoch.best_is_live})
    if names and len(course.epochs) > 1 and all(epoch.best_is_live for epoch in course.epochs[-2:]):
        return _told("shares its memory with the live weights, so it goes on training", course, tuple(names))
    late = _overwritten(course)
    if late:
        return _told(f"was overwritten at evaluation {late[0] + 1}, whose score {course.epochs[late[0]].score:.4g} is worse than an earlier one", course, ("best",))
    return passed("the kept best weights stayed those of the best evaluation")


def _overwritten(course: WatchedCourse) -> list[int]:
    """Evaluations after which the kept weights are the current ones, although the score was worse than before."""
    if course.best_direction == 0:
        return []
    scores = [course.best_direction * epoch.score for epoch in course.epochs]
    return [i for i, epoch in enumerate(course.epochs) if i and epoch.best_is_current and scores[i] < max(scores[:i])]


def _told(what: str, course: WatchedCourse, where: tuple[str, ...]) -> Finding:
    return failed(
        f"the kept best state {what}",
        expected="a copy of the weights as they were at the best evaluation",
        observed=Observed(value=float(len(course.epochs)), unit="evaluations"),
        component="step",
        where=where,
        level=Level.MEASURED,
        why="What is restored at the end is the last model, or a worse one, under the name of the best.",
        remedies=("keep copy.deepcopy(model.state_dict()), not model.state_dict()", "replace the kept weights only when the score is better"),
    )


def kept_without_a_copy(loop: Any) -> Any:
    """`best = model.state_dict()`."""
    return replace(loop, keep_best="alias")


def kept_whatever_the_score(loop: Any) -> Any:
    """The best weights are replaced at every evaluation, also a worse one."""
    return replace(loop, keep_best="always", epochs=14, rate=0.05)


def first_evaluation_is_the_best(loop: Any) -> Any:
    """A large rate: the score goes up and down, the copy is kept."""
    return replace(loop, epochs=14, rate=0.05)


CHECK = Check(
    code="OVF253",
    name="overwritten-best",
    source="PyTorch's tutorial on saving and loading models",
    judge=judge,
    sabotages=(Case(toy="loop", plant=kept_without_a_copy), Case(toy="loop", plant=kept_whatever_the_score)),
    lookalikes=(Case(toy="loop", plant=first_evaluation_is_the_best),),
)
