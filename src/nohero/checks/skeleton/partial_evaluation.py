"""What it asks: does the evaluation answer for every item of the set?

Why it matters: a loader that drops the last batch, or a break after a few, measures a part and calls it the whole. Which items
are left out is seldom chance: they are the last ones of a sorted file.

How it is measured: answers counted against the items of the validation set.

When it is right to fail: when the two differ.

What it cannot see: items answered in another order than they were asked.

Mend: evaluate with drop_last off, and go through the whole set.

Source: the recipe, the skeleton ("add significant digits to your eval": the whole test set).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.skeleton_run import SkeletonRun
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.problem import Problem


def judge(run: SkeletonRun) -> Finding:
    """Count."""
    if not run.num_val:
        return skipped("there is no validation item")
    lost = run.num_val - run.num_evaluated
    if not lost:
        return passed(f"all {run.num_val:,} validation items are answered")
    what = f"{lost:,} of {run.num_val:,} validation items are left out" if lost > 0 else f"{-lost:,} answers more than the {run.num_val:,} validation items"
    return failed(
        f"the evaluation gives {run.num_evaluated:,} answers: {what}",
        expected=f"{run.num_val:,} answers, one for each item",
        observed=Observed(value=run.num_evaluated / run.num_val, unit="answers an item", n=run.num_val),
        numbers={"answers": float(run.num_evaluated), "items": float(run.num_val)},
        component="evaluation",
        where=("validation set",),
        level=Level.MEASURED,
        effect="the score is that of a part of the set" if lost > 0 else "some items count twice",
        why="A loader that drops its last batch, or a break after a few, measures a part and calls it the whole; what is left out is seldom chance.",
        remedies=(
            "evaluate with drop_last=False and without a limit on the batches",
            "if several processes share the set, remove the items that were added to fill the last batch",
        ),
    )


def _in_batches(problem: Problem, size: int, *, whole: bool) -> Problem:
    def evaluate(inner: Problem, model: Any, items: Any) -> Any:
        import torch

        was = model.training
        end = len(items) if whole else max(len(items) // size * size, min(size, len(items)))
        with torch.no_grad():
            model.eval()
            pieces = [model(inner.to_input(items.x[i : min(i + size, end)])) for i in range(0, end, size)]
        model.train(was)
        return torch.cat(pieces).numpy()

    return replace(problem, evaluate=evaluate)


def last_batch_dropped(problem: Problem) -> Problem:
    """An evaluation in batches of 50 that leaves out the last one."""
    return _in_batches(problem, 50, whole=False)


def last_batch_short(problem: Problem) -> Problem:
    """An evaluation in batches of 50 whose last one is short."""
    return _in_batches(problem, 50, whole=True)


CHECK = Check(
    code="SKE210",
    name="partial-evaluation",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table", plant=last_batch_dropped),),
    lookalikes=(Case(toy="table", plant=last_batch_short),),
)
