"""What it asks: does the model that is handed on still fit the training set at the cost of the validation set?

Why it matters: a network that goes on learning its training items by heart unlearns what holds for others. A gap alone is no
harm (a large network that memorises may be the best one there is); a validation loss that has been lower before is.

How it is measured: the champion after all changes, mean over its seeds: its training loss, its validation loss, and the lowest
validation loss in the course of its training. All differences in units of the best constant's loss.

When it is right to fail: it warns when the gap is large and the validation loss handed on is clearly above the lowest one on
the way. Where early stopping was tried and did not gain beyond noise, the rise is not proven: it is unsure.

What it cannot see: overfitting to the validation set by many comparisons; a gap in a training that was too short to rise again.

Mend: early stopping; more data; augmentation, weight decay, dropout; a smaller input; a smaller network.

Source: the recipe, section 4 (regularise), whose list the remedies follow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.change_ladder import ChangeLadder
from nohero.evidence.growth import Growth
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned
from nohero.run.sources import REGULARISE

if TYPE_CHECKING:
    from nohero.problem import Problem

GAP = 0.1  # of the constant's loss, between training and validation
RISEN = 0.05  # of the constant's loss, above the lowest validation loss on the way
RISEN_SHARE = 0.2  # of that lowest loss: both are asked for


def judge(ladder: ChangeLadder, growth: Growth) -> Finding:
    """Gap and rise, both or nothing."""
    end, lowest, constant = ladder.end_loss, ladder.best_on_the_way, growth.constant_loss
    if not all(math.isfinite(v) for v in (end, lowest, constant, ladder.train_loss)) or constant <= 0:
        return skipped("training, validation or constant loss is not a finite number")
    gap, risen = end - ladder.train_loss, end - lowest
    said = f"training loss {ladder.train_loss:.4f}, validation loss {end:.4f}, lowest on the way {lowest:.4f}"
    rest: dict[str, Any] = {
        "expected": f"a validation loss within {RISEN_SHARE:.0%} of the lowest on the way", "observed": Observed(value=risen, unit=ladder.unit, n=ladder.num_seeds),
        "component": "model", "numbers": {"gap": gap, "rise": risen},
    }  # fmt: skip
    if not (gap > GAP * constant and risen > RISEN * constant and risen > RISEN_SHARE * lowest):
        return passed(said, **rest)
    tried = next((c for c in ladder.changes if c.name == "early stopping"), None)
    if tried is not None and not tried.low > 0:
        return unsure(f"the validation loss rose on the way ({said}), but early stopping gained no more than noise: {tried.gain:+.4f} [{tried.low:.4f}, {tried.high:.4f}]",
                      remedies=["more validation items or seeds would decide", "bring more data"], **rest)  # fmt: skip
    bars = (
        Bar(label="training", value=ladder.train_loss), Bar(label="validation, lowest on the way", value=lowest, role="good"),
        Bar(label="validation, handed on", value=end, role="bad"), Bar(label="best constant", value=constant, role="baseline"),
    )  # fmt: skip
    return warned(
        f"the model handed on overfits: {said}", effect="it does worse on new items than it did in the middle of its own training",
        remedies=_remedies(ladder), figure=Bars(title="Loss (lower is better)", value_label=f"loss ({ladder.unit})", bars=bars), **rest,
    )  # fmt: skip


def _remedies(ladder: ChangeLadder) -> list[str]:
    done = {c.name for c in ladder.changes if c.kept}
    every = (
        ("early stopping", "early stopping: keep the weights of the lowest validation loss"),
        ("more data", "more data: the best regulariser there is"),
        ("augmentation", "augmentation that keeps the label"),
        ("weight decay", "weight decay"),
        ("dropout", "dropout"),
        ("smaller network", "a smaller network, or fewer inputs"),
    )
    return [text for name, text in every if name not in done]


def few_items_long_training(problem: Problem) -> Problem:
    """A tenth of the training items, trained long with nothing that regularises."""
    from dataclasses import replace

    few = replace(problem.train, x=problem.train.x[:48], y=problem.train.y[:48], rows=problem.train.rows[:48])
    names = ("early stopping", "augmentation", "weight decay", "dropout", "smaller input", "smaller network", "bigger network with early stopping")
    start = replace(problem.start, batch_size=16, learning_rate=1e-2)
    return replace(problem, train=few, start=start, ladder=problem.ladder[-1:], declined=problem.declined | dict.fromkeys(names, "planted"))


def few_items_early_stopping(problem: Problem) -> Problem:
    """The same few items, but the best weights are kept from the start."""
    from dataclasses import replace

    planted = few_items_long_training(problem)
    return replace(planted, start=replace(planted.start, keep_best=True))


CHECK = Check(
    code="REG120", name="overfitting", source=REGULARISE, judge=judge,
    sabotages=(Case(toy="table", plant=few_items_long_training),), lookalikes=(Case(toy="table", plant=few_items_early_stopping),),
)  # fmt: skip
