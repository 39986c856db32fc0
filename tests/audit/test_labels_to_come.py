"""Lags that point the wrong way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from nohero.evidence.audit.labels_to_come import LabelsToCome, measure
from nohero.sources.anything import open_anything


def told(columns: dict[str, list[Any]], group: str | None = None) -> LabelsToCome:
    return measure(open_anything(pl.DataFrame(columns), target="label", time="day", group=group))


def days(n: int) -> list[date]:
    return [date(2001, 1, 1) + timedelta(days=i) for i in range(n)]


def test_within_each_group_and_several_rows_on() -> None:
    generator = np.random.default_rng(1)
    flow = np.round(np.cumsum(generator.normal(size=(2, 100)), axis=1), 2)
    lag = np.roll(flow, -3, axis=1)
    columns: dict[str, list[Any]] = {"day": days(100) * 2, "place": ["a"] * 100 + ["b"] * 100, "lag": lag.ravel().tolist(), "label": flow.ravel().tolist()}
    assert [(f.field, f.lag) for f in told(columns, "place").found] == [("lag", 3)]
    shuffled = np.random.default_rng(2).permutation(200)
    assert [f.lag for f in told({name: [cells[i] for i in shuffled] for name, cells in columns.items()}, "place").found] == [3]


def test_the_past_and_the_contrary_are_no_future() -> None:
    state = [(i // 3 + i // 7) % 2 for i in range(200)]
    columns: dict[str, list[Any]] = {"day": days(200), "before": [0, *state[:-1]], "not": [1 - s for s in state], "label": state}
    found = told(columns)
    assert not found.found
    assert found.past == ("before",)
