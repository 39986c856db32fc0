"""What it asks: is the model in eval mode when it is evaluated?

Why it matters: dropout left on makes the score worse and random; batch norm in train mode scores each item by its batch mates, and learns from the validation set.

How it is measured: the user's evaluation runs on its own batches; the mode of each module is read at each forward pass, and the same inputs are run again in eval mode.

When it is right to fail: modules ran in train mode and the answers differ from those in eval mode.

What it cannot see: an evaluation that goes round the model's forward.

Mend: model.eval() at the start of the evaluation, model.train() after it.

Source: the recipe, the skeleton ("toggle train and eval mode")
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_replay import EvaluationReplay
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


GAP = 1e-3  # relative to the answers' size; above the rounding of float32


def judge(replay: EvaluationReplay) -> Finding:
    """Train mode that changes the answers fails."""
    if not replay.calls:
        return skipped("the evaluation does not call the model")
    if not replay.ran_training or replay.mode_gap <= GAP:
        return passed("the evaluation runs in eval mode, or its answers do not hang on the mode")
    told = unsure if replay.mode_needed or replay.by_hand else failed
    return told(
        f"the evaluation runs {', '.join(replay.guilty[:3]) or 'the model'} in train mode: answers differ by {replay.mode_gap:.2g} of their size from those in eval mode",
        expected="eval mode while evaluating",
        observed=Observed(value=replay.mode_gap, unit="relative difference", n=replay.items),
        component="evaluation",
        where=replay.guilty or ("evaluate",),
        level=Level.VERIFIED,
        why="Dropout stays on and batch norm uses the statistics of the batch: the score belongs to another model than the one that is shipped.",
        remedies=("call model.eval() at the start of the evaluation and model.train() after it",),
    )


def eval_forgotten(given: Given) -> Given:
    """The evaluation never switches the mode."""
    return replace(given, evaluate=_without_eval)


def _without_eval(model: Any, batches: Any) -> float:
    import torch

    model.train()
    with torch.no_grad():
        return float(torch.cat([(model(x).argmax(1) == y).float() for x, y in batches]).mean())


def no_mode_in_the_model(given: Given) -> Given:
    """Train mode where no layer cares."""
    return replace(given, evaluate=_without_eval)


def dropout_left_on_by_hand(given: Given) -> Given:
    """The mean of a few draws with dropout on, all else in eval mode."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(6, 32), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(32, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None, evaluate=_drawn)


def _drawn(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    model[2].train()
    torch.manual_seed(0)
    right = seen = 0
    with torch.no_grad():
        for x, y in batches:
            right += int((torch.stack([model(x) for _ in range(8)]).softmax(-1).mean(0).argmax(1) == y).sum())
            seen += len(y)
    model.eval()
    return right / seen


CHECK = Check(
    code="SKE500",
    name="training-mode-evaluation",
    source="the recipe, the skeleton ('toggle train and eval mode')",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=eval_forgotten),),
    lookalikes=(Case(toy="table-mlp", plant=dropout_left_on_by_hand), Case(toy="table-mlp", plant=no_mode_in_the_model)),
)
