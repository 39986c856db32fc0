"""Tables that a check broke on, or that it cried wolf about."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.data.parquet_file import plain_columns
from nohero.evidence.audit import row_places
from nohero.sources.table import of_cells


def cells(**columns):
    return of_cells(pl.DataFrame({name: [str(v) for v in values] for name, values in columns.items()}), "t")


def draw(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("last", [True, False])
def test_a_row_that_slipped_off_the_table_is_told_without_a_field_beside(last):
    """The stray stands in the last field of a row that moved to the left, or in the first of one that moved to the right."""
    drawn = draw()
    columns = {n: drawn.choice(words, 300) for n, words in (("city", ["Rome", "Oslo"]), ("colour", ["red", "blue"]), ("shape", ["round", "flat"]))}
    number = [f"{v:.2f}" for v in drawn.normal(5, 1, 300)]
    table = {**columns, "number": number} if last else {"number": number, **columns}
    rows = [list(r) for r in zip(*table.values(), strict=True)]
    for i in (50, 90, 130):
        rows[i] = [*rows[i][1:], "see note"] if last else ["see note", *rows[i][:-1]]
    found = row_places.measure(cells(**{n: [r[k] for r in rows] for k, n in enumerate(table)}))
    assert [(s.rows, s.by, s.field, s.belongs) for s in found.slipped] == [((50, 90, 130), -1 if last else 1, "number", "")]
    assert "belongs to" not in find_check("DAT505").judge(found).message


def test_an_object_whose_field_bears_the_name_of_a_column_is_left_closed():
    frame, notes = plain_columns(pl.DataFrame({"a": [{"b": "x"}] * 3, "a.b": ["y"] * 3}))
    assert frame.columns == ["a.b"]
    assert "`a` is left out" in notes[0]
