"""Labels that slipped by a row along a stretch."""

from __future__ import annotations

import numpy as np

from nohero.evidence.audit.label_shift import shift_of

NAMES = np.array([f"row {i + 1}" for i in range(600)], dtype=object)


def test_a_stretch_that_slipped_is_found_to_the_row() -> None:
    generator = np.random.default_rng(0)
    true = generator.integers(0, 4, 600)
    said = np.where(generator.random(600) < 0.7, true, generator.integers(0, 4, 600))
    labels = np.concatenate([true[:200], true[199:-1]])
    found = shift_of(said, labels, NAMES)
    assert found is not None
    assert found.lag == 1
    assert abs(int(found.first.split()[1]) - 201) < 12


def test_labels_that_are_hard_or_follow_the_row_before_are_none() -> None:
    generator = np.random.default_rng(1)
    true = generator.integers(0, 4, 600)
    assert shift_of(generator.integers(0, 4, 600), true, NAMES) is None
    assert shift_of(np.roll(true, 1), true, NAMES) is None
