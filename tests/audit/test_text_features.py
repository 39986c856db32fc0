"""Features of texts are of length one, the same each time, and tell classes that differ in words."""

import numpy as np

from nohero.checks.audit.planted_texts import changed
from nohero.evidence.audit.text_features import WIDTH, features
from nohero.testing.collections import collections


def test_rows_have_length_one_and_there_are_few_columns():
    made = features(collections()["messages"]()).toarray()
    assert made.dtype == np.float32
    assert made.shape[1] <= WIDTH
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert (made == features(collections()["messages"]()).toarray()).all()


def test_a_linear_model_tells_the_classes():
    collection = collections()["messages"]()
    x, y = features(collection).toarray(), np.where(collection.labels.to_numpy() == "praise", 1.0, -1.0)
    half = np.arange(len(y)) % 2 == 0
    weights = x[half].T @ np.linalg.solve(x[half] @ x[half].T + np.eye(half.sum()), y[half] - y[half].mean())
    assert (np.sign(x[~half] @ weights + y[half].mean()) == y[~half]).mean() > 0.8


def test_words_alone_and_texts_without_any_are_no_trouble():
    base = collections()["messages"]()
    names = features(changed(base, ["anna", "hannah", "joanna", ""] * 10, ["praise"] * 40)).toarray()
    assert np.isfinite(names).all()
    assert names.shape[1] > 0
    assert (names[3] == 0).all()
