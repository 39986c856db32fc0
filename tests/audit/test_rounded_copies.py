"""Rows that are other rows with fewer decimals."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from nohero.checks.check import find_check
from nohero.evidence.audit.rounded_copies import RoundedCopies, measure
from nohero.run.finding import Status
from nohero.sources.anything import open_anything


def told(values: Any) -> RoundedCopies:
    frame = pl.DataFrame({f"v{k}": column.tolist() for k, column in enumerate(values.T)} | {"number": list(range(len(values))), "label": [i % 2 for i in range(len(values))]})
    return measure(open_anything(frame, target="label"))


def test_pairs_are_found_under_new_numbers() -> None:
    values = np.round(np.random.default_rng(1).gamma(3, 1, (300, 4)), 3)
    values[250:270] = np.round(values[:20], 1)
    found = told(values)
    assert (len(found.pairs), found.decimals, found.others) == (20, 1, 0)
    assert found.pairs[0] == (0, 250)
    assert found.fields == ("v0", "v1", "v2", "v3")


def test_tiny_numbers_are_not_rounded_to_nothing() -> None:
    assert not told(np.random.default_rng(1).gamma(3, 1e-12, (300, 4))).pairs


def test_a_crowd_at_few_decimals_is_no_pair() -> None:
    assert not told(5 + np.random.default_rng(1).normal(0, 1e-3, (300, 4))).pairs


def test_rows_of_a_coarser_scale_are_nobodys_copies() -> None:
    """Of near rows, a round one and another come twice as often as two others."""
    values = np.random.default_rng(1).normal([36.6, 4.5, 7.4], 0.25, (3000, 3))
    values[::2], values[1::2] = values[::2].round(2), values[1::2].round(1)
    found = told(values)
    assert len(found.pairs) > found.others > 100
    assert found.round > 0.4
    assert find_check("DAT558").judge(found).status == Status.PASS
    again = np.round(np.random.default_rng(1).gamma(3, 1, (300, 4)), 3)
    again[150:] = again[:150].round(1)
    assert find_check("DAT558").judge(told(again)).status == Status.WARN
