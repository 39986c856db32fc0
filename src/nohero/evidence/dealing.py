"""A table of every picture with every picture's marks: what is its own, what fits best when marks are dealt out, and what chance would bring."""

from __future__ import annotations

from typing import Any

FAR = -1e9


def standard(table: Any) -> Any:
    """What is beyond the row's and the column's own levels, in standard deviations."""
    rest = table - table.mean(1, keepdims=True) - table.mean(0, keepdims=True) + table.mean()
    return rest / max(float(rest.std()), 1e-9)


def dealing(fits: Any) -> tuple[Any, Any]:
    """(pictures, the marks that each gets) as fits best in all."""
    from scipy.optimize import linear_sum_assignment

    rows, best = linear_sum_assignment(-fits)
    return rows, best


def dealt(fits: Any) -> tuple[float, float]:
    """(mean fit when each picture gets other marks as fits best in all, share of pictures that get their own)."""
    rows, best = dealing(fits)
    return float(fits[rows, best].mean()), float((rows == best).mean())


def below(fits: Any) -> Any:
    """[N]: for each picture's marks, the share of the other pictures that they fit less well than their own."""
    import numpy as np

    n = len(fits)
    return np.array([(fits[:, j] < fits[j, j]).sum() / (n - 1) for j in range(n)])


def best_others(fits: Any) -> Any:
    """[N]: for each picture's marks, the other picture that they fit best."""
    import numpy as np

    off = fits.copy()
    np.fill_diagonal(off, FAR)
    return off.argmax(0)


def swaps(fits: Any, weak: Any, enough: float) -> tuple[list[tuple[int, int]], int]:
    """((picture, whose boxes) where the best deal among the weak ones is much better than their own, as many of the next best deal, which is luck)."""
    import numpy as np

    table = fits[np.ix_(weak, weak)]
    given = np.diag(table).copy()
    np.fill_diagonal(table, -enough)
    counts: list[list[tuple[int, int]]] = []
    for _ in range(2 if len(weak) > 1 else 0):
        deal = [(i, j) for i, j in zip(*dealing(table), strict=True) if min(table[i, j], table[i, j] - given[j]) >= enough]
        counts.append([(int(weak[i]), int(weak[j])) for i, j in deal])
        for i, j in deal:
            table[i, j] = -enough
    return (counts[0], len(counts[1])) if counts else ([], 0)
