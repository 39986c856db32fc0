"""What small models say of each item when it is left out of their fitting: ridge, exactly; trees, in three folds."""

from __future__ import annotations

from typing import Any

WIDTHS = (0.003, 0.03, 0.3, 3.0)  # of the penalty, in mean squares of a feature
MIDDLE = 2  # of WIDTHS
BLOCK = 4096  # items worked on together
FOLDS = 3
ROUNDS = 80  # of the trees
TEMPERATURES = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)


def ridge_scores(x: Any, y: Any, classes: int) -> Any:
    """[N, classes]: one-against-all least squares with the exact leave-one-out answer, the penalty that is right most often.

    x: float [N, F], or sparse [N, F] where F is large; y: whole numbers [N]. Exact: (p - h y) / (1 - h) with h the leverage (Cook and
    Weisberg 1982).
    """
    import numpy as np
    from scipy.sparse import issparse

    wanted = np.eye(classes, dtype=np.float64)[y]
    scores = _by_factors(x.tocsr(), wanted, y) if issparse(x) else _by_directions(np.asarray(x), wanted, y)
    return scores + wanted.mean(0)


def _left(said: Any, leverage: Any, wanted: Any) -> Any:
    """What is said of each item without it; `said` and `wanted` without the mean."""
    import numpy as np

    held = np.clip(leverage, 0, 0.99)[:, None]
    return (said - held * wanted) / (1 - held)


def _by_directions(x: Any, wanted: Any, y: Any) -> Any:
    """One eigendecomposition serves all penalties; item by item in blocks, so that nothing of the size of x is held beside it."""
    import numpy as np

    count, mean, centre = len(x), x.mean(0, dtype=np.float64), wanted.mean(0)
    blocks = [slice(i, i + BLOCK) for i in range(0, count, BLOCK)]
    gram, cross = np.zeros((x.shape[1], x.shape[1])), np.zeros((x.shape[1], wanted.shape[1]))
    for rows in blocks:
        part = (x[rows] - mean).astype(x.dtype)
        gram += part.T @ part
        cross += part.T @ (wanted[rows] - centre).astype(x.dtype)
    values, vectors = np.linalg.eigh(gram)
    weights = 1 / (np.maximum(values, 0)[:, None] + np.array(WIDTHS) * np.trace(gram) / count)  # [F, widths]
    turning, coefficients = vectors.astype(x.dtype), vectors.T @ cross
    made = [np.empty_like(wanted) for _ in WIDTHS]
    for rows in blocks:
        turned = (x[rows] - mean).astype(x.dtype) @ turning
        leverages = turned**2 @ weights + 1 / count
        for k, left in enumerate(made):
            left[rows] = _left(turned @ (weights[:, k, None] * coefficients), leverages[:, k], wanted[rows] - centre)
    return max(made, key=lambda left: float(((left + centre).argmax(1) == y).mean()))


def _by_factors(x: Any, wanted: Any, y: Any) -> Any:
    """One Cholesky factor a penalty: for many features far less than their directions. Penalties are tried from MIDDLE on, downhill."""
    import numpy as np
    from scipy.linalg import lapack

    x = x.astype(np.float64)
    count, centre, mean = x.shape[0], wanted.mean(0), np.asarray(x.mean(axis=0)).ravel()
    gram = (x.T @ x).toarray() - count * np.outer(mean, mean)
    cross = x.T @ (wanted - centre)  # the mean of `wanted` is taken out, so that of x need not be
    known: dict[int, tuple[float, Any]] = {}

    def tried(k: int) -> float:
        if k not in known:
            shifted = np.array(gram, order="F")  # a copy, which is overwritten
            shifted[np.diag_indices(len(gram))] += WIDTHS[k] * np.trace(gram) / count
            factor, _ = lapack.dpotrf(shifted, lower=1, overwrite_a=1)
            inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
            inverse += inverse.T  # the other triangle was zero
            inverse[np.diag_indices(len(gram))] /= 2
            towards, coefficients = inverse @ mean, inverse @ cross
            leverage = _own(x.astype(np.float32), inverse.astype(np.float32)) - 2 * (x @ towards) + mean @ towards + 1 / count
            left = _left(x @ coefficients - mean @ coefficients, leverage, wanted - centre)
            known[k] = (float(((left + centre).argmax(1) == y).mean()), left)
        return known[k][0]

    best = MIDDLE
    for step in (-1, 1):
        while 0 <= best + step < len(WIDTHS) and tried(best + step) > tried(best):
            best += step
    return known[best][1]


def _own(x: Any, inverse: Any) -> Any:
    """[N]: x_i' inverse x_i, in blocks."""
    import numpy as np

    return np.concatenate([np.asarray(x[i : i + BLOCK].multiply(x[i : i + BLOCK] @ inverse).sum(axis=1)).ravel() for i in range(0, x.shape[0], BLOCK)])


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
