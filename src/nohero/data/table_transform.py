"""A table of any columns to one float32 matrix, by a plan for each column that is fitted on train and kept as JSON.

Legend: N rows, D columns made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl

from nohero.data.category_column import BooleanColumn, CategoryColumn, fit_boolean, fit_category
from nohero.data.date_column import DateColumn, fit_date
from nohero.data.fields import kind_of
from nohero.data.numeric_column import NumericColumn, fit_numeric
from nohero.data.text_column import TextColumn, fit_text
from nohero.run.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

Plan: TypeAlias = NumericColumn | CategoryColumn | BooleanColumn | DateColumn | TextColumn
DROPPED_KINDS = ("identifier", "empty", "drop")
SHOWN = 5  # columns named in an error


@dataclass(frozen=True, kw_only=True)
class TableTransform:
    """The plans of all kept columns, and why the others were dropped."""

    columns: tuple[Plan, ...]
    dropped: tuple[tuple[str, str], ...] = ()  # (column, reason)

    @property
    def names(self) -> tuple[str, ...]:
        """One name for each of the D columns made."""
        return tuple(name for column in self.columns for name in column.names)

    @property
    def width(self) -> int:
        """D."""
        return len(self.names)

    def apply(self, frame: pl.DataFrame, items: Any = None) -> np.ndarray[Any, Any]:
        """float32 [N, D]; `items` names the rows for errors ("row 17")."""
        self._refuse_missing(frame)
        where = items if items is not None else np.array([f"row {i}" for i in range(1, frame.height + 1)])
        made = np.empty((frame.height, self.width), dtype=np.float32)
        at = 0
        for column in self.columns:
            block = column.apply(frame[column.name], where)
            made[:, at : at + block.shape[1]] = block
            at += block.shape[1]
        return made

    def invert(self, x_ND: np.ndarray[Any, Any]) -> pl.DataFrame:
        """The kept columns [N] as they were before, as near as each plan's own `invert` says; what was dropped is not there."""
        if x_ND.ndim != 2 or x_ND.shape[1] != self.width:
            raise DataError(
                f"inputs of the shape {list(x_ND.shape)}",
                expected=f"[rows, {self.width}], as `apply` makes them",
                mend="give a whole batch of prepared rows",
            )
        ends = np.cumsum([len(column.names) for column in self.columns])
        return pl.DataFrame([c.invert(x_ND[:, end - len(c.names) : end]) for c, end in zip(self.columns, ends, strict=True)])

    def check_columns(self, frame: pl.DataFrame) -> tuple[str, ...]:
        """Columns of `frame` that training did not know; those that it knew and dropped are passed over."""
        known = {column.name for column in self.columns} | {name for name, _ in self.dropped}
        return tuple(name for name in frame.columns if name not in known)

    def _refuse_missing(self, frame: pl.DataFrame) -> None:
        present = set(frame.columns)
        absent = [column.name for column in self.columns if column.name not in present]
        if absent:
            extra = self.check_columns(frame)
            shown = ", ".join(f"`{name}`" for name in absent[:SHOWN])
            more = f" and {len(absent) - SHOWN} more" if len(absent) > SHOWN else ""
            raise DataError(
                f"the column {shown} is missing" if len(absent) == 1 else f"{len(absent)} columns are missing: {shown}{more}",
                expected="every column that training used: " + ", ".join(c.name for c in self.columns[:30]),
                mend=f"for `{absent[0]}`: " + (did_you_mean(absent[0], extra) if extra else "add the column"),
            )


def fit_table(frame: pl.DataFrame, roles: Mapping[str, str] | None = None) -> TableTransform:
    """Plans for the columns of train; `roles` gives a column's kind (fields.KINDS, or "drop") where it should not be judged."""
    columns: list[Plan] = []
    dropped: list[tuple[str, str]] = []
    for series in frame:
        role = (roles or {}).get(series.name)
        kind, why = (role, "as told") if role is not None else kind_of(series)
        plan, reason = _fit(series, kind, why)
        if plan is None:
            dropped.append((series.name, reason))
        else:
            columns.append(plan)
    if not columns:
        told = "; ".join(f"`{name}`: {reason}" for name, reason in dropped[:SHOWN])
        raise DataError(
            f"no column is left to predict from ({told})",
            expected="at least one column that differs from row to row and is not an identifier",
            mend="bring columns that say something about the target",
        )
    return TableTransform(columns=tuple(columns), dropped=tuple(dropped))


def _fit(series: pl.Series, kind: str, why: str) -> tuple[Plan | None, str]:
    if kind in DROPPED_KINDS or series.null_count() == series.len():
        return None, f"{kind}: {why}"
    if kind == "constant" and series.null_count() == 0:
        return None, f"constant: {why}"
    if series.dtype.is_numeric() and kind not in ("categorical", "text"):
        return _fit_numbers(series)
    if series.dtype.is_temporal():
        return fit_date(series), ""
    if kind == "boolean" or str(series.dtype) == "Boolean":
        return fit_boolean(series), ""
    if kind == "text":
        return fit_text(series), "text: no word is in 1 % of the rows"
    return fit_category(series), f"categorical: none of {series.n_unique():,} levels is common enough to learn from"


def _fit_numbers(series: pl.Series) -> tuple[Plan | None, str]:
    values = series.cast(float).to_numpy()
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return None, "empty: no finite number in it"
    if len(finite) == len(values) and finite.min() == finite.max():
        return None, f"constant: always `{finite[0]:g}`"
    return fit_numeric(series), ""
