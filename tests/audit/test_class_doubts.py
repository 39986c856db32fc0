"""Two classes exchanged in a few items, among classes that are easily told."""

from __future__ import annotations

from typing import Any

import numpy as np

from nohero.evidence.audit.class_doubts import exchanged


def sure(y: Any, classes: int) -> Any:
    said = np.full((len(y), classes), 0.01)
    said[np.arange(len(y)), y] = 1 - 0.01 * (classes - 1)
    return said


def test_labels_of_two_classes_changed_about() -> None:
    truth = np.arange(1200) % 4
    labels = truth.copy()
    labels[(truth == 2) & (np.arange(1200) % 10 == 0)] = 3
    labels[(truth == 3) & (np.arange(1200) % 9 == 0)] = 2
    first, second = exchanged(sure(truth, 4), labels, np.array(["a", "b", "c", "d"]))
    assert {(first.said, first.given), (second.said, second.given)} == {("c", "d"), ("d", "c")}
    assert first.low > 0.03 < first.back
    assert first.one == first.contrary


def test_what_is_not_told_surely_is_not_asked() -> None:
    truth = np.arange(1200) % 4
    assert not exchanged(0.5 * sure(truth, 4) + 0.125, np.roll(truth, 1), np.array(list("abcd")))
    assert not exchanged(sure(truth, 4), truth, np.array(list("abcd")))
