"""What small models say of each item when it is left out of their fitting: ridge, exactly or in ten folds; boosted trees, in three; random ones, out of their bags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTHS = (0.003, 0.03, 0.3, 3.0)  # of the penalty, in mean squares of a feature
BLOCK = 4096  # items worked on together
FOLDS = 3
PARTS = 10  # folds of ridge on sparse features
PENALTIES = (10.0, 3.0, 1.0, 0.3)  # of these, in mean squared lengths of an item, dearest last: each begins where the one before ended
COLUMNS = 64  # solved for together: bounds the memory
STEPS, NEAR = 30, 1e-4  # of conjugate gradients, and the squared error at which they end, of that of the beginning
ROUNDS, RATE = 40, 0.2  # of the trees; 80 rounds at half the rate find no more, measured by bench/planted_tables.py
TREES, LEAF, BAG = 100, 2, 20_000  # of the random trees: how many, the least items of a leaf, and the most items that one sees
LARGEST = 1e38  # that random trees take: they read 32 bits
SHRINKAGE = 0.1  # of their leaves: without any, steps of that size run away where a class has a few items, as the best of the white wines have
TEMPERATURES = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)


def ridge_scores(x: Any, y: Any, classes: int, *, seed: int = 0) -> Any:
    """[N, classes]: one-against-all least squares of each item by the others, the penalty that is right most often.

    x: float [N, F], where every item is left out by itself: (p - h y) / (1 - h) with h the leverage (Cook and Weisberg 1982), exact; or sparse
    [N, F] where F is large, in folds; y: whole numbers [N].
    """
    import numpy as np
    from scipy.sparse import issparse

    wanted = np.eye(classes, dtype=np.float64)[y]
    return _by_folds(x.tocsr(), wanted, y, seed) if issparse(x) else _by_directions(np.asarray(x), wanted, y) + wanted.mean(0)


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


def _by_folds(x: Any, wanted: Any, y: Any, seed: int) -> Any:
    """A fold's items by those of the others, several folds at a time; of two classes one is the other's complement."""
    import numpy as np

    count, goals = len(y), wanted if wanted.shape[1] > 2 else wanted[:, :1]
    fold = np.empty(count, dtype=np.int64)
    fold[np.lexsort((np.random.default_rng(seed).random(count), y))] = np.arange(count) % PARTS  # as many of each class in each
    x, across = x.astype(np.float32), x.T.tocsr().astype(np.float32)
    made = [np.zeros(goals.shape) for _ in PENALTIES]
    folds, classes = max(1, COLUMNS // goals.shape[1]), range(0, goals.shape[1], COLUMNS)
    for some in (np.arange(first, min(first + folds, PARTS)) for first in range(0, PARTS, folds)):
        for columns in (slice(first, first + COLUMNS) for first in classes):
            said = _ridges(x, across, goals[:, columns], fold[:, None] != some)
            for left, scores in zip(made, said, strict=True):
                for k, one in enumerate(some):
                    left[fold == one, columns] = scores[fold == one, k]
    whole = [left if wanted.shape[1] > 2 else np.column_stack([left, 1 - left]) for left in made]
    return max(whole, key=lambda left: float((left.argmax(1) == y).mean()))


def _ridges(x: Any, across: Any, goals: Any, kept: Any) -> Iterator[Any]:
    """[N, folds, goals] for each of PENALTIES, fitted on the items `kept`, bool [N, folds]; by conjugate gradients, which need few steps under such penalties."""
    import numpy as np

    shares = kept.T @ goals / np.maximum(1, kept.sum(0))[:, None]  # [folds, goals]: what is said of an item without features
    mask = np.repeat(kept, goals.shape[1], axis=1).astype(np.float32)
    towards = across @ ((np.tile(goals, kept.shape[1]) - shares.ravel()) * mask).astype(np.float32)  # [F, folds x goals]
    weights, end = np.zeros_like(towards), NEAR * (towards**2).sum(0)
    for penalty in PENALTIES:
        cost = np.float32(penalty * (x.data**2).sum() / x.shape[0])
        rest = towards - across @ (mask * (x @ weights)) - cost * weights
        way, error = rest.copy(), (rest**2).sum(0)
        for _ in range(STEPS):
            if (error <= end).all():
                break
            turned = across @ (mask * (x @ way)) + cost * way
            step = error / np.maximum((way * turned).sum(0), np.finfo(np.float32).tiny)
            weights += step * way
            rest -= step * turned
            before, error = error, (rest**2).sum(0)
            way = rest + error / np.maximum(before, np.finfo(np.float32).tiny) * way
        yield (x @ weights + shares.ravel()).reshape(len(goals), *shares.shape)


def probabilities(scores: Any, y: Any) -> Any:
    """[N, classes]: the soft-max of the scores at the temperature that fits the labels best."""
    import numpy as np

    def soft(times: float) -> Any:
        raised = np.exp(times * (scores - scores.max(1, keepdims=True)))
        return raised / raised.sum(1, keepdims=True)

    rows = np.arange(len(y))
    losses = [-float(np.log(soft(t)[rows, y].clip(1e-12)).mean()) for t in TEMPERATURES]
    return soft(TEMPERATURES[int(np.argmin(losses))])


def tree_probabilities(x: Any, y: Any, classes: int, *, seed: int = 0, categorical: list[bool] | None = None, groups: Any = None) -> Any:
    """[N, classes]: boosted trees in three folds where there are two classes, else random ones out of their bags, whose price does not grow with the classes.

    x float [N, F], not a number where missing. Measured on flipped labels: of two classes boosting finds more (adult: AUROC .951, not .941), of
    several as many or more are found by random trees, at a fifth of the time (white wine, digits, abalone). No group, int [N], lies in two folds.
    """
    import numpy as np

    said = _boosted(x, y, classes, _folds(x, y, seed, groups), categorical) if classes == 2 or groups is not None else _extra(x, y, classes, seed)
    return probabilities(np.log(said), y)  # both are too sure of themselves, or too little


def _extra(x: Any, y: Any, classes: int, seed: int) -> Any:
    """Extremely randomised trees (Geurts et al. 2006); an item that lay in every bag is left open."""
    import warnings

    import numpy as np
    from sklearn.ensemble import ExtraTreesClassifier

    bag = min(len(y), BAG)
    trees = TREES if len(y) <= BAG else TREES // 2
    model = ExtraTreesClassifier(trees, min_samples_leaf=LEAF, bootstrap=True, max_samples=bag, oob_score=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Some inputs do not have OOB scores", UserWarning)
        model.fit(np.where(np.isinf(x), np.nan, x).clip(-LARGEST, LARGEST), y)
    return np.nan_to_num(model.oob_decision_function_, nan=1 / classes).clip(1e-4)


def tree_values(x: Any, y: Any, *, seed: int = 0) -> Any:
    """[N]: what extremely randomised trees say of a label of values, out of their bags; x float [N, F], not a number where missing."""
    import warnings

    import numpy as np
    from sklearn.ensemble import ExtraTreesRegressor

    model = ExtraTreesRegressor(TREES if len(y) <= BAG else TREES // 2, min_samples_leaf=LEAF, bootstrap=True, max_samples=min(len(y), BAG), oob_score=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Some inputs do not have OOB scores", UserWarning)
        model.fit(np.where(np.isinf(x), np.nan, x).clip(-LARGEST, LARGEST), y)
    return np.asarray(model.oob_prediction_)


def _boosted(x: Any, y: Any, classes: int, folds: list[tuple[Any, Any]], categorical: list[bool] | None) -> Any:
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier

    said = np.full((len(y), classes), 1.0 / classes)
    for fit, held in folds:
        if len(there := np.unique(y[fit])) == 1:  # the other class has a single row, which is held out
            said[held] = np.arange(classes) == there[0]
            continue
        model = HistGradientBoostingClassifier(
            max_iter=ROUNDS, learning_rate=RATE, l2_regularization=SHRINKAGE, early_stopping=False, categorical_features=categorical, random_state=0,
        )  # fmt: skip
        model.fit(x[fit], y[fit])
        said[np.ix_(held, model.classes_)] = model.predict_proba(x[held])
    return said.clip(1e-9)


def _folds(x: Any, y: Any, seed: int, groups: Any) -> list[tuple[Any, Any]]:
    """(items to fit, items left out) of each fold."""
    import warnings

    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    count = max(2, min(FOLDS, int(np.bincount(y).max())))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # a check of its own names rare classes
        divide = StratifiedKFold if groups is None else StratifiedGroupKFold
        return list(divide(count, shuffle=True, random_state=seed).split(x, y, groups))
