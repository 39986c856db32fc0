"""The test items that the model gets most wrong, named and drawn; and whether test items can be told from training items at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.problem import Problem
    from nohero.run.figure import Image

MOST_ITEMS = 1000  # of either part, behind the classifier that tells them apart
MOST_NUMBERS = 200  # of an item
FEWEST_ITEMS = 30  # of either part: below it an AUC says nothing


def item(problem: Problem, outputs: Any, i: int, loss: float) -> tuple[str, str, str, float]:
    """Test item `i`: its name, target, prediction and loss."""
    row = int(problem.test.rows[i])
    said = problem.task.decide(outputs[i : i + 1])[0]
    answer = problem.task.classes[int(said)] if problem.task.classes else f"{said:.4g}"
    return str(problem.raw.items[row]), str(problem.raw.target[row]), answer, loss


def drawn(problem: Problem, outputs: Any, worst: Any) -> tuple[Image, ...]:
    """Thumbnails of the test items numbered in `worst`, label and prediction below; nothing where there are no pictures."""
    from nohero.run.pictures import picture

    if problem.raw.images is None:
        return ()
    found = []
    for i in worst:
        _, target, answer, _ = item(problem, outputs, int(i), 0.0)
        found.append(picture(problem.raw.images[int(problem.test.rows[i])], f"{target} → {answer}", "good" if target == answer else "bad"))
    return tuple(found)


def told_apart(problem: Problem) -> tuple[float, tuple[int, int]]:
    """AUC of trees that tell test inputs from training inputs, out of fold, and how many of each they saw; nan for too few."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    from nohero.training.runs import few_of

    test, train = few_of(problem.test, MOST_ITEMS), few_of(problem.train, MOST_ITEMS)
    counts = (len(train), len(test))
    if min(counts) < FEWEST_ITEMS:
        return float("nan"), counts
    flat = np.concatenate([problem.to_input(s.x).flatten(1).double().cpu().numpy() for s in (train, test)])
    even = np.linspace(0, flat.shape[1] - 1, min(flat.shape[1], MOST_NUMBERS)).astype(int)
    y = np.r_[np.zeros(len(train)), np.ones(len(test))]
    model = HistGradientBoostingClassifier(max_iter=30, random_state=problem.seed)
    folds = StratifiedKFold(3, shuffle=True, random_state=problem.seed)
    return float(roc_auc_score(y, cross_val_predict(model, flat[:, even], y, cv=folds, method="predict_proba")[:, 1])), counts
