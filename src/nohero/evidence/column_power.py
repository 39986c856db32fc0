"""What one column alone tells of a target: a small tree out of fold, and whether both name or order each other. For the recipe and for the audit."""

from __future__ import annotations

from typing import Any

FOLDS = 3
SAME_ORDER, SAME_VALUES = 0.99, 0.9  # rank correlation; of what the commonest value leaves open, told by the other field, either way
FEW = 50  # values, up to which fields are compared value by value
FARTHEST = 1e30  # trees work in float32


def codes_of(series: Any) -> Any:
    """A polars column as floats [N]: itself, or the rank of its values; missing is a value of its own."""
    import numpy as np

    if series.dtype.is_numeric() or series.dtype.is_temporal():
        return np.nan_to_num(series.to_physical().cast(float).to_numpy().astype(float), nan=-FARTHEST).clip(-FARTHEST, FARTHEST)
    return np.unique(series.cast(str).fill_null("").to_numpy().astype(str), return_inverse=True)[1].astype(float)


def tree_score(x: Any, y: Any, *, classes: bool, seed: int = 0) -> float:
    """Out-of-fold accuracy (classes) or R2 (values) of a small tree; x [N, F], y [N]."""
    import numpy as np

    said = tree_said(x, y, classes=classes, seed=seed)
    if classes:
        return float((said == y).mean())
    return float(1 - ((said - y) ** 2).mean() / max(float(np.var(y)), 1e-12))


def tree_said(x: Any, y: Any, *, classes: bool, seed: int = 0) -> Any:
    """What a small tree says of each item that it was not fitted to, [N]."""
    import numpy as np
    from sklearn.model_selection import KFold
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    least = max(1, len(y) // 500)
    tree = DecisionTreeClassifier(max_depth=8, min_samples_leaf=least, random_state=0) if classes else DecisionTreeRegressor(max_depth=10, min_samples_leaf=least, random_state=0)
    x, said = np.asarray(x, dtype=np.float32), np.empty_like(y)
    for fit, held in KFold(min(FOLDS, len(y)), shuffle=True, random_state=seed).split(x):
        said[held] = tree.fit(x[fit], y[fit]).predict(x[held])
    return said


def one_to_one(column: Any, y: Any) -> bool:
    """Each value of the column goes with one target, each target with one value, and there are few values."""
    import numpy as np

    distinct = len(np.unique(column))
    pairs = len(np.unique(np.stack([column, np.asarray(y, dtype=float)]), axis=1).T)
    return distinct == pairs == len(np.unique(y)) and distinct < max(3, len(y) // 2)


def rank_match(column: Any, y: Any) -> float:
    """|Spearman's rank correlation|; 1 for any rising or falling copy, 0 where one of both is constant."""
    import numpy as np
    from scipy.stats import rankdata

    one, two = rankdata(column), rankdata(y)
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return 0.0
    return float(abs(np.corrcoef(one, two)[0, 1]))


def says_the_same(one: Any, two: Any) -> bool:
    """Whether two columns are one in other words: each tells the value, or the order, of the other in nearly all rows."""
    import numpy as np

    a, b = (np.unique(c, return_inverse=True)[1] for c in (one, two))
    if 1 < a.max() + 1 <= FEW and 1 < b.max() + 1 <= FEW:
        table = np.zeros((a.max() + 1, b.max() + 1))
        np.add.at(table, (a, b), 1)
        if all(_settled(t) >= SAME_VALUES for t in (table, table.T)):
            return True
    return bool(rank_match(a, b) >= SAME_ORDER)


def _settled(table: Any) -> float:
    """Of the rows outside the commonest column, those whose column the row tells."""
    most, total = table.sum(axis=0).max(), table.sum()
    return float((table.max(axis=1).sum() - most) / max(total - most, 1))
