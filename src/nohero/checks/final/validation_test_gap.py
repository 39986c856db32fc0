"""What it asks: is the loss on the test set another than on the validation set, beyond what sampling explains?

Why it matters: the validation score chose the model. If the test set tells another story, either it is another kind of data, or
the validation set had been seen or used up; and the next model chosen this way will disappoint in the same manner.

How it is measured: the mean loss of the same model on both sets, and the interval of the difference of two independent means. The
cause is looked for in order: copies, groups or times on both sides of the split; a classifier that tells test inputs from
training inputs; and if neither, the number of settings that were compared on the validation set.

When it is right to fail: it warns beyond three standard errors in either direction and a tenth of the constant's loss. Between two
and three it is unsure. The test score itself stays valid.

What it cannot see: a shift that changes the targets and not the inputs by its cause; two sets that are wrong in the same way.

Mend: by cause: remove the copies or split by group; draw the sets anew from one pool, or collect data like the test set; hold more
items for validation.

Source: the steps, on validation and test sets; R. Roelofs et al. 2019, on overfitting to reused sets.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.growth import Growth
from nohero.evidence.search_trials import SearchTrials
from nohero.evidence.split_facts import SplitFacts
from nohero.evidence.test_opening import TestOpening
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned
from nohero.run.sources import FINAL

if TYPE_CHECKING:
    from nohero.problem import Problem

CLEAR, DOUBTFUL = 3.0, 1.96  # standard errors: a healthy run passes 3 once in 370
MATTERS = 0.1  # of the constant's loss
TOLD_APART = 3.0  # standard errors of an AUC around one half
LARGE_AUC = 0.6  # below it a shift is too small to explain a gap


def judge(opening: TestOpening, split: SplitFacts, search: SearchTrials, growth: Growth) -> Finding:
    """Beyond sampling error? Then walk the tree of causes."""
    gap, half = opening.gap, (opening.gap_high - opening.gap_low) / 2
    if not math.isfinite(gap) or not math.isfinite(half):
        return skipped("validation or test loss is not a finite number, or a set has fewer than two items")
    errors = abs(gap) / (half / 1.96) if half > 0 else math.inf if gap else 0.0
    said = f"loss {opening.score.loss:.4f} on the test set and {opening.validation.loss:.4f} on validation: {gap:+.4f} [{opening.gap_low:.4f}, {opening.gap_high:.4f}]"
    rest: dict[str, Any] = {
        "expected": "a difference within sampling error", "component": "data", "numbers": {"standard errors": errors, "AUC, test against training": opening.test_vs_train_auc},
        "observed": Observed(value=gap, unit=opening.unit, n=opening.score.n, low=opening.gap_low, high=opening.gap_high),
    }  # fmt: skip
    if errors <= DOUBTFUL or abs(gap) <= MATTERS * growth.constant_loss:
        return passed(said, **rest)
    if errors <= CLEAR:
        return unsure(f"{said}: at the border of sampling error", remedies=["more validation and test items would decide"], **rest)
    cause, remedies = _cause(opening, split, len(search.trials))
    harder = "harder than" if gap > 0 else "easier than"
    return warned(f"the test set is {harder} the validation set: {said}; {cause}", remedies=remedies, why=cause,
                  effect="the validation score, which chose the model, does not say what new data will do", **rest)  # fmt: skip


def _cause(opening: TestOpening, split: SplitFacts, trials: int) -> tuple[str, list[str]]:
    """The first leaf of the tree that fits."""
    copies = sum(split.copies_across.values()) + split.rows_twice
    if copies or split.groups_across or split.late_training:
        what = f"{copies} copies, {split.groups_across} groups and {split.late_training} late items stand on both sides of the split"
        return what, ["remove the copies, or split by group or time", "score again on what is left"]
    auc, (first, second) = opening.test_vs_train_auc, opening.num_compared
    error = math.sqrt((first + second + 1) / (12 * first * second)) if first and second else math.inf
    if math.isfinite(auc) and auc > max(LARGE_AUC, 0.5 + TOLD_APART * error):
        what = f"test inputs are told from training inputs with AUC {auc:.2f}: they are another kind of data"
        return what, ["shuffle all items and split again, if they should be alike", "or collect training data like the test set's", "look which features differ"]
    what = f"no copies and no shift of the inputs were found, and {trials} trials were chosen by the validation set"
    return what, ["hold more items for validation", "compare fewer settings", "see whether the targets of both sets were made in the same way"]


def test_inputs_shifted(problem: Problem) -> Problem:
    """The test set was measured with another instrument."""
    from dataclasses import replace

    return replace(problem, test=replace(problem.test, x=problem.test.x * 2.0 + 1.5))


def validation_from_training(problem: Problem) -> Problem:
    """The validation set is a part of the training set, which is learnt by heart."""
    from dataclasses import replace

    few = slice(0, 80)
    known = replace(problem.train, x=problem.train.x[few], y=problem.train.y[few], rows=problem.train.rows[few])
    split = replace(problem.split, val=known.rows)
    steps = replace(problem.effort, steps=300)
    return replace(problem, train=known, val=known, split=split, effort=steps, ladder=((128, 2),), start=replace(problem.start, learning_rate=1e-2))


def small_test_set(problem: Problem) -> Problem:
    """Twenty test items: differences are large, and noise."""
    from dataclasses import replace

    few = slice(0, 20)
    return replace(problem, test=replace(problem.test, x=problem.test.x[few], y=problem.test.y[few], rows=problem.test.rows[few]))


CHECK = Check(
    code="FIN120", name="validation-test-gap", source=FINAL, judge=judge,
    sabotages=(Case(toy="numbers", plant=test_inputs_shifted), Case(toy="table", plant=validation_from_training)),
    lookalikes=(Case(toy="table", plant=small_test_set),),
)  # fmt: skip
