"""Copies among rows that are alike by chance, or by their ways."""

from __future__ import annotations

import numpy as np
import polars as pl

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.evidence.audit.shared_weight import shared_weight
from nohero.run.finding import Finding
from nohero.sources.anything import open_anything


def said(columns: dict[str, list[object]], code: str) -> Finding:
    (finding,) = examine_collection(open_anything(pl.DataFrame(columns), target="label"), checks=[find_check(code)]).findings
    return finding


def coarse(n: int = 3000) -> dict[str, list[object]]:
    """Few features of few values, which tell the label somewhat: equal rows come by chance."""
    generator = np.random.default_rng(1)
    age, trade, hours = generator.integers(20, 70, n), generator.integers(0, 12, n), generator.integers(1, 40, n)
    label = generator.random(n) < 1 / (1 + np.exp(4 - trade))
    return {"age": age.tolist(), "trade": [f"t{t}" for t in trade], "hours": hours.tolist(), "label": ["yes" if y else "no" for y in label]}


def test_equal_rows_of_few_values_may_have_other_labels() -> None:
    finding = said(coarse(), "DAT541")
    assert finding.status == "PASS"
    assert "of equal features have different labels" in finding.message


def test_more_contrary_rows_than_among_nearly_equal_ones() -> None:
    columns = coarse()
    for name, cells in columns.items():
        columns[name] = cells + [("no" if c == "yes" else "yes") if name == "label" else c for c in cells[:400]]
    assert said(columns, "DAT541").status == "WARN"


def test_what_follows_from_another_weighs_nothing() -> None:
    generator = np.random.default_rng(2)
    day, place, size = generator.integers(0, 100, 1000), generator.integers(0, 5, 1000), generator.integers(0, 50, 1000)
    codes = np.stack([day, day // 3, day % 7, place, size], 1)
    codes[990:] = codes[:10]
    pairs = np.stack([np.arange(10), np.arange(990, 1000)], 1)
    assert 2.7 < shared_weight(codes, pairs) <= 3
    assert shared_weight(codes, pairs[:0]) == 0
