"""Edges that were once wrong: names of columns, gaps, ends of cycles."""

import datetime as dt
import json

import numpy as np
import polars as pl

from nohero.data.json_rows import json_rows
from nohero.evidence.audit import noisy_copies
from nohero.evidence.audit.spreadsheet_dates import taken_for_dates
from nohero.evidence.audit.time_rules import time_rules
from nohero.sources.objects import open_objects


def test_objects_by_name_that_have_a_name_keep_both():
    frame, _, notes = json_rows(json.dumps({k: {"name": k.title(), "age": i} for i, k in enumerate(("ann", "ben", "cleo"))}).encode(), "x.json")
    assert frame["name 1"].to_list() == ["ann", "ben", "cleo"]
    assert frame["name"].to_list() == ["Ann", "Ben", "Cleo"]
    assert any("`name 1`" in n for n in notes)


def test_a_column_called_count_may_hold_dates_of_a_spreadsheet():
    found = taken_for_dates(pl.Series("count", [f"{10 + i % 9}-{30 + i % 9}" for i in range(60)] + ["24-Oct"] * 5))
    assert found is not None
    assert found[0] == list(range(60, 65))


def test_a_copy_that_lacks_a_number_is_one():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(800, 12))
    copies = x[:60] + 1e-5
    x[:30, 3] = np.nan
    made = noisy_copies.measure(open_objects(pl.DataFrame({f"{chr(97 + j)}": column for j, column in enumerate(np.concatenate([x, copies]).T)}, nan_to_null=True)))
    assert {b for _, b in made.pairs} == set(range(800, 860))


def test_what_december_should_be_is_twelve():
    days = [dt.date(2020, 1, 3) + dt.timedelta(days=i) for i in range(700)]
    months = [d.month for d in days]
    december = [i for i, d in enumerate(days) if d.month == 12][::9]
    for i in december:
        months[i] = 5
    found = time_rules(open_objects(pl.DataFrame({"date": days, "month": months, "x": range(700)})))
    rule, = [r for r in found if r.field == "month"]
    assert {should for *_, should in rule.shown} == {"12"}
