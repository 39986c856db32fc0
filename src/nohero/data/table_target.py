"""The target column as labels or numbers, and the rows that have neither."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from nohero.data.table_types import Typed, misfits, typed
from nohero.run.errors import DataError

CLASSES = ("binary", "multiclass", "classification")  # tasks for which a number is a label


def split_off_target(series: pl.Series, rows: Any, source: str, task: str | None) -> tuple[np.ndarray[Any, Any], dict[int, str]]:
    """Labels (object [N]) or numbers (float64 [N]), and the reason for each row that has neither."""
    column = typed(series, rows) if series.dtype == pl.String else Typed(series=series)
    faults = {int(i): f"no target: `{series.name}` is missing" for i in series.is_null().arg_true()}
    if len(faults) == series.len():
        raise DataError(
            f"the target `{series.name}` of {source} is missing in all {series.len()} rows",
            expected="a column with a value in most rows",
            mend="name another column with --target",
        )
    spoilt = (column.series.is_null() & series.is_not_null()).arg_true()
    odd = misfits(series, column.series, column.form) if series.dtype == pl.String else spoilt
    if not column.series.dtype.is_numeric() or (odd.len() and task in CLASSES):
        return np.array(series.cast(pl.String).fill_null("").to_list(), dtype=object), faults
    values = column.series.cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()
    faults.update({int(i): f"target `{series[int(i)]}` is not a number" for i in spoilt})
    faults.update({int(i): f"target `{series[int(i)]}` is not finite" for i in np.flatnonzero(np.isinf(values))})
    return values, faults
