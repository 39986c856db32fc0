"""What ridge says of an item without it is what ridge says that is fitted without it, by either way."""

import numpy as np
from scipy.sparse import csr_matrix

from nohero.evidence.audit import left_out


def drawn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 12)) * (rng.random((90, 12)) < 0.6)
    return x, (x[:, 0] + x[:, 1] + 0.5 * rng.normal(size=90) > 0).astype(int) + (x[:, 2] > 1)


def plainly(x, y, classes, width):
    """Fitted anew without each item; the penalty and the means are those of all."""
    wanted = np.eye(classes)[y]
    mean, centre = x.mean(0), wanted.mean(0)
    penalty = width * np.trace((x - mean).T @ (x - mean)) / len(x) * np.eye(x.shape[1] + 1)
    penalty[-1, -1] = 0  # the constant
    a = np.column_stack([x - mean, np.ones(len(x))])
    said = np.empty_like(wanted)
    for i in range(len(x)):
        kept = np.arange(len(x)) != i
        said[i] = a[i] @ np.linalg.solve(a[kept].T @ a[kept] + penalty, a[kept].T @ (wanted[kept] - centre)) + centre
    return said


def test_both_ways_are_ridge_fitted_without_each_item():
    x, y = drawn()
    told = [plainly(x, y, 3, width) for width in left_out.WIDTHS]
    best = max(told, key=lambda said: (said.argmax(1) == y).mean())
    assert np.allclose(left_out.ridge_scores(x, y, 3), best)
    assert min(np.abs(left_out.ridge_scores(csr_matrix(x), y, 3) - said).max() for said in told) < 1e-5


def test_blocks_change_nothing(monkeypatch):
    x, y = drawn()
    whole = [left_out.ridge_scores(kind(x), y, 3) for kind in (np.asarray, csr_matrix)]
    monkeypatch.setattr(left_out, "BLOCK", 17)
    assert all(np.allclose(left_out.ridge_scores(kind(x), y, 3), before, atol=1e-5) for kind, before in zip((np.asarray, csr_matrix), whole, strict=True))
