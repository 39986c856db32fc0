"""What small models say of each item when it is left out of their fitting: ridge, exactly; trees, in three folds."""

from __future__ import annotations

from typing import Any

WIDTHS = (0.003, 0.03, 0.3, 3.0)  # of the penalty, in mean squares of a feature
FOLDS = 3
ROUNDS = 80  # of the trees
TEMPERATURES = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)


def ridge_scores(x: Any, y: Any, classes: int) -> Any:
    """[N, classes]: one-against-all least squares with the exact leave-one-out answer, the penalty that is right most often.

    x: float [N, F], y: whole numbers [N]. Exact: (p - h y) / (1 - h) with h the leverage (Cook and Weisberg 1982).
    """
    import numpy as np

    wanted = np.eye(classes, dtype=np.float64)[y]
    x = np.asarray(x, dtype=np.float64) - np.asarray(x, dtype=np.float64).mean(0)
    centre = wanted.mean(0)
    values, vectors = np.linalg.eigh(x.T @ x)
    turned = x @ vectors
    squares, cross = turned**2, turned.T @ (wanted - centre)
    best: tuple[float, Any] = (-1.0, None)
    for width in WIDTHS:
        weight = 1 / (np.maximum(values, 0) + width * float(squares.sum(1).mean()))
        said = turned @ (weight[:, None] * cross) + centre
        leverage = np.clip(squares @ weight + 1 / len(x), 0, 0.99)[:, None]
        left = (said - leverage * wanted) / (1 - leverage)
        right = float((left.argmax(1) == y).mean())
        if right > best[0]:
            best = (right, left)
    return best[1]


def probabilities(scores: Any, y: Any) -> Any:
    """[N, classes]: the soft-max of the scores at the temperature that fits the labels best."""
    import numpy as np

    def soft(times: float) -> Any:
        raised = np.exp(times * (scores - scores.max(1, keepdims=True)))
        return raised / raised.sum(1, keepdims=True)

    rows = np.arange(len(y))
    losses = [-float(np.log(soft(t)[rows, y].clip(1e-12)).mean()) for t in TEMPERATURES]
    return soft(TEMPERATURES[int(np.argmin(losses))])


def tree_probabilities(x: Any, y: Any, classes: int, *, seed: int = 0, categorical: list[bool] | None = None) -> Any:
    """[N, classes]: boosted trees in three folds; x float [N, F], not a number where missing."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold

    said = np.full((len(y), classes), 1.0 / classes)
    folds = min(FOLDS, int(np.bincount(y, minlength=classes).max()))
    for fit, held in StratifiedKFold(max(2, folds), shuffle=True, random_state=seed).split(x, y):
        model = HistGradientBoostingClassifier(max_iter=ROUNDS, early_stopping=False, categorical_features=categorical, random_state=seed)
        model.fit(x[fit], y[fit])
        said[np.ix_(held, model.classes_)] = model.predict_proba(x[held])
    return probabilities(np.log(said.clip(1e-9)), y)  # trees are too sure of themselves on few items
