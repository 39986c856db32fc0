"""What ridge says of an item without it is what ridge says that is fitted without it, or without its fold."""

import numpy as np
import pytest
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


def test_every_item_is_left_out_by_itself():
    x, y = drawn()
    best = max((plainly(x, y, 3, width) for width in left_out.WIDTHS), key=lambda said: (said.argmax(1) == y).mean())
    assert np.allclose(left_out.ridge_scores(x, y, 3), best)


def in_folds(x, y, classes, penalty):
    """Fitted anew on the others of ten folds; the shares of the classes are those of the others."""
    fold = np.empty(len(y), dtype=int)
    fold[np.lexsort((np.random.default_rng(0).random(len(y)), y))] = np.arange(len(y)) % left_out.PARTS
    said = np.empty((len(y), classes))
    for one in range(left_out.PARTS):
        others, goals = x[fold != one], np.eye(classes)[y[fold != one]]
        gram = others.T @ others + penalty * (x**2).sum() / len(x) * np.eye(x.shape[1])
        said[fold == one] = x[fold == one] @ np.linalg.solve(gram, others.T @ (goals - goals.mean(0))) + goals.mean(0)
    return said


@pytest.mark.parametrize("columns", [1, 2, 7, 64])
def test_of_sparse_features_a_fold_is_told_by_the_others(columns, monkeypatch):
    x, y = drawn()
    monkeypatch.setattr(left_out, "COLUMNS", columns)
    monkeypatch.setattr(left_out, "NEAR", 1e-12)
    for labels, classes in ((y, 3), (np.minimum(y, 1), 2)):
        told = [in_folds(x, labels, classes, penalty) for penalty in left_out.PENALTIES]
        best = max(told, key=lambda said: (said.argmax(1) == labels).mean())
        np.testing.assert_allclose(left_out.ridge_scores(csr_matrix(x), labels, classes), best, atol=1e-4)


def test_a_class_of_one_and_items_without_features_are_no_trouble():
    x, y = drawn()
    x[:5], y[:] = 0, 0
    y[7] = 1
    said = left_out.ridge_scores(csr_matrix(x), y, 2)
    assert np.isfinite(said).all()
    np.testing.assert_allclose(said.sum(1), 1)


def test_blocks_change_nothing(monkeypatch):
    x, y = drawn()
    whole = left_out.ridge_scores(x, y, 3)
    monkeypatch.setattr(left_out, "BLOCK", 17)
    assert np.allclose(left_out.ridge_scores(x, y, 3), whole, atol=1e-5)
