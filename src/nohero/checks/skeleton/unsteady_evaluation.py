"""What it asks: does the evaluation give the same answers again, and in batches of any size?

Why it matters: dropout or batch statistics left on while evaluating make every score a draw. Differences between models are
then differences between draws.

How it is measured: the trained network answers the validation set twice, and some of its items one by one, in sevens, and all
at once.

When it is right to fail: when an answer changes by more than a thousandth of the answers' spread; rounding stays a hundred
times below.

What it cannot see: an evaluation that is steady and wrong.

Mend: switch to eval mode before evaluating.

Source: the recipe, most common mistakes ("you forgot to toggle train/eval mode").
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.skeleton_run import SkeletonRun
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.problem import Problem

STEADY = 1e-3  # of the answers' spread; single precision gives 1e-6 to 1e-5 between batch sizes
LEAST = 1e-3  # spread below which answers are compared with this instead


def judge(run: SkeletonRun) -> Finding:
    """Compare both differences with the answers' own spread."""
    if not math.isfinite(run.output_scale) or run.output_scale < 0:
        return skipped("the answers are not finite: there is nothing to compare")
    scale = max(run.output_scale, LEAST)
    by_batch, by_turn = run.batch_difference / scale, run.repeat_difference / scale
    said = f"answers differ by {by_turn:.2g} of their spread when asked twice, and by {by_batch:.2g} between batch sizes"
    numbers = {"asked twice": run.repeat_difference, "between batch sizes": run.batch_difference, "spread of the answers": run.output_scale}
    if by_batch <= STEADY and by_turn <= STEADY:
        return passed(said, numbers=numbers)
    drawn = not by_turn <= STEADY
    return failed(
        f"{said}: " + ("the evaluation is random" if drawn else "an answer depends on the batch it comes in"),
        expected=f"less than {STEADY:g} of the spread",
        observed=Observed(value=by_turn if drawn else by_batch, unit="of the spread of the answers", n=run.num_val),
        numbers=numbers,
        component="evaluation",
        where=("asked twice",) if drawn else ("batch size",),
        level=Level.VERIFIED,
        effect="the score is one draw of many" if drawn else "the score depends on the batch size",
        why="Dropout or batch statistics left on while evaluating make every score a draw; differences between models are then differences between draws.",
        remedies=(
            "call model.eval() before evaluating and model.train() after",
            "use nn.Dropout, or pass training=self.training: functional dropout stays on otherwise",
            "let batch norm use its running statistics in evaluation",
        ),
    )


def evaluated_in_train_mode(problem: Problem) -> Problem:
    """Batch norm with each batch's own statistics while evaluating."""

    def evaluate(inner: Problem, model: Any, items: Any) -> Any:
        import torch

        with torch.no_grad():
            model.train()
            pieces = [model(inner.to_input(items.x[i : i + 16])) for i in range(0, len(items), 16)]
        return torch.cat(pieces).numpy()

    return replace(problem, evaluate=evaluate)


def dropout_left_on(problem: Problem) -> Problem:
    """Dropout that does not ask for the mode."""
    from nohero.checks.plant import with_forward

    def forward(inner: Any, x: Any) -> Any:
        from torch.nn.functional import dropout

        return inner(dropout(x, 0.2, training=True))

    return with_forward(problem, forward)


def evaluated_in_sevens(problem: Problem) -> Problem:
    """An evaluation of the user's own, in eval mode, in small batches."""

    def evaluate(inner: Problem, model: Any, items: Any) -> Any:
        import torch

        was = model.training
        with torch.no_grad():
            model.eval()
            pieces = [model(inner.to_input(items.x[i : i + 7])) for i in range(0, len(items), 7)]
        model.train(was)
        return torch.cat(pieces).numpy()

    return replace(problem, evaluate=evaluate)


CHECK = Check(
    code="SKE190",
    name="unsteady-evaluation",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="pictures", plant=evaluated_in_train_mode), Case(toy="table", plant=dropout_left_on)),
    lookalikes=(Case(toy="table", plant=evaluated_in_sevens),),
)
