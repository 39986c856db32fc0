"""Codes that each part was given by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from nohero.evidence.audit.part_codes import recoded

SHARES = np.array([0.02, 0.2, 0.05, 0.01, 0.3, 0.02, 0.1, 0.3])


def drawn(n: int, lacking: tuple[int, ...] = (), seed: int = 0) -> Any:
    codes = np.random.default_rng(seed).choice(8, n, p=SHARES)
    return codes[~np.isin(codes, lacking)]


def encoded(codes: Any) -> pl.Series:
    return pl.Series(np.unique(codes, return_inverse=True)[1])


def test_a_part_without_two_classes() -> None:
    assert recoded(encoded(drawn(2000)), encoded(drawn(800, (0, 3), seed=1)))
    assert recoded(encoded(drawn(800, (3,), seed=1)), encoded(drawn(2000)))


def test_the_same_list_and_other_shares_are_no_new_codes() -> None:
    assert not recoded(encoded(drawn(2000)), encoded(drawn(800, seed=1)))
    assert not recoded(encoded(drawn(2000)), pl.Series(drawn(800, (0, 3), seed=1)))
    assert not recoded(encoded(drawn(2000)), pl.Series(np.random.default_rng(2).choice(7, 800)))
