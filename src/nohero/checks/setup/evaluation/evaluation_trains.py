"""What it asks: does the evaluation leave the model as it was?

Why it matters: an evaluation that takes a step, or gathers statistics, trains on the validation set.

How it is measured: parameters, buffers, gradients and the wish for gradients are compared before and after the user's evaluation.

When it is right to fail: parameters or buffers change, or parameters stop asking for gradients.

What it cannot see: what is changed and put back.

Mend: torch.no_grad() and model.eval() in the evaluation; no optimizer in it.

Source: the recipe, the skeleton; leakage
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_aftermath import EvaluationAftermath
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(aftermath: EvaluationAftermath) -> Finding:
    """Anything learnt from the evaluated items fails; left-over gradients warn."""
    for names, what in ((aftermath.parameters, "changes parameters"), (aftermath.buffers, "changes buffers"), (aftermath.frozen, "leaves parameters frozen")):
        if names:
            return _told(failed, f"the evaluation {what}: {', '.join(names[:4])}", names)
    if aftermath.gradients:
        return _told(warned, f"the evaluation leaves other gradients behind in {len(aftermath.gradients)} parameters", aftermath.gradients)
    return passed("the evaluation leaves parameters, buffers and gradients as they were")


def _told(told: Any, what: str, names: tuple[str, ...]) -> Finding:
    return told(  # type: ignore[no-any-return]
        what,
        expected="a model as it was before",
        observed=Observed(value=float(len(names)), unit="tensors"),
        component="evaluation",
        where=names[:8],
        level=Level.MEASURED,
        why="What is learnt from the validation set makes its score worthless.",
        remedies=("call model.eval() and use torch.no_grad() in the evaluation", "take no optimizer step in it"),
    )


def step_in_the_evaluation(given: Given) -> Given:
    """The evaluation was copied from the training loop, optimizer and all."""
    import torch

    optimizer = given.optimizer

    def evaluate(model: Any, batches: Any) -> float:
        right = seen = 0
        for x, y in batches:
            optimizer.zero_grad()
            out = model(x)
            torch.nn.functional.cross_entropy(out, y).backward()
            optimizer.step()
            right += int((out.argmax(1) == y).sum())
            seen += len(y)
        return right / seen

    return replace(given, evaluate=evaluate)


def statistics_from_validation(given: Given) -> Given:
    """Batch norm gathers the validation set's statistics."""
    import torch

    def evaluate(model: Any, batches: Any) -> float:
        model.train()
        with torch.no_grad():
            return float(torch.cat([(model(x).argmax(1) == y).float() for x, y in batches]).mean())

    return replace(given, evaluate=evaluate)


def without_no_grad(given: Given) -> Given:
    """Slow, but sound."""

    def evaluate(model: Any, batches: Any) -> float:
        import torch

        model.eval()
        score = float(torch.cat([(model(x).argmax(1) == y).float() for x, y in batches]).mean())
        model.train()
        return score

    return replace(given, evaluate=evaluate)


CHECK = Check(
    code="SKE505",
    name="evaluation-trains",
    source="the recipe, the skeleton; leakage",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=step_in_the_evaluation), Case(toy="cnn-batch-norm", plant=statistics_from_validation)),
    lookalikes=(Case(toy="table-mlp", plant=without_no_grad),),
    under=("SKE500",),
)
