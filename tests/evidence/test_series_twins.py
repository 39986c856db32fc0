"""Series of a panel that are another: against the plain comparison of each pair; what all series share is none."""

import numpy as np
import polars as pl
import pytest

from nohero.evidence.audit.series_twins import _apart, _exact, measure
from nohero.setup.refusal import Unmeasurable
from nohero.sources.table import of_cells


def panel(values, **more):
    n, length = values.shape
    cells = {"who": np.repeat([f"s{i}" for i in range(n)], length).tolist(), "value": [f"{v:.4f}" for v in values.ravel()], **more}
    return of_cells(pl.DataFrame({k: pl.Series(k, v, dtype=pl.String) for k, v in cells.items()}), "panel").with_(group="who")


def walks(n=40, length=60):
    return np.cumsum(np.random.default_rng(2).normal(size=(n, length)), axis=1)


def test_distances_are_those_of_the_plain_comparison():
    values = [walks(12), walks(12)[::-1] * 1000 + 5]
    for later in (0, 2):
        away = _apart(values, later)
        plain = [[max(_exact(v, i, j, later) for v in values) if i != j else np.inf for j in range(12)] for i in range(12)]
        assert np.allclose(away, plain, rtol=1e-6)


def test_rounded_and_late_copies_are_found_and_others_are_not():
    values = walks()
    assert not measure(panel(values)).twins
    values[30], values[31, 2:] = np.round(values[3], 2), values[4, :-2]
    found = {(t.one, t.other, t.later) for t in measure(panel(values)).twins}
    assert found in ({("s3", "s30", 0), ("s4", "s31", 2)}, {("s30", "s3", 0), ("s4", "s31", 2)})


def test_what_all_series_share_makes_no_copies():
    values = walks()
    shared = np.tile(values[0], (40, 1))
    with pytest.raises(Unmeasurable, match="of their own"):
        measure(panel(shared))
    assert not measure(panel(values, clock=[str(i % 60) for i in range(2400)])).twins
