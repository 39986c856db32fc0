"""Leaks that hide one another."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.run.finding import Finding
from nohero.sources.anything import open_anything


def said(columns: dict[str, list[Any]], code: str = "DAT538") -> Finding:
    (finding,) = examine_collection(open_anything(pl.DataFrame(columns), target="label"), checks=[find_check(code)]).findings
    return finding


def table(n: int = 400) -> tuple[dict[str, list[str]], np.ndarray, np.random.Generator]:
    generator = np.random.default_rng(3)
    label = generator.random(n) < 0.4
    columns = {"label": ["yes" if y else "no" for y in label], "age": [str(a) for a in generator.integers(18, 90, n)], "town": [f"t{k}" for k in generator.integers(0, 6, n)]}
    return columns, label, generator


def test_three_fields_that_end_with_the_case_are_left_open() -> None:
    columns, label, generator = table()
    columns["ended"] = [f"2024-05-{d:02}" if y else "" for y, d in zip(label, generator.integers(1, 29, len(label)), strict=True)]
    columns["reason"] = [("torn", "small", "large")[k] if y else "none" for y, k in zip(label, generator.integers(0, 3, len(label)), strict=True)]
    finding = said(columns)
    assert finding.status == "UNSURE"
    assert set(finding.where) == {"ended", "reason"}


def test_one_strong_field_is_no_matter_of_two() -> None:
    columns, label, generator = table()
    columns["letter"] = ["sent" if y != (r < 0.02) else "none" for y, r in zip(label, generator.random(len(label)), strict=True)]
    assert said(columns).status == "PASS"
    assert said(columns, "DAT530").status == "WARN"



def test_a_rate_in_percent_is_reckoned_from_two_counts() -> None:
    generator = np.random.default_rng(5)
    force = generator.integers(500, 90_000, 400)
    idle = (force * generator.uniform(0.02, 0.2, 400)).astype(int)
    columns = {"force": force.tolist(), "idle": idle.tolist(), "age": generator.integers(18, 90, 400).tolist()}
    finding = said({**columns, "label": [round(100 * u / f, 1) for u, f in zip(idle, force, strict=True)]}, "DAT530")
    assert finding.status == "FAIL"
    assert "100 x `idle` / `force`" in finding.message
    assert said({**columns, "label": [round(u / 300, 1) for u in generator.permutation(idle)]}, "DAT530").status == "PASS"
