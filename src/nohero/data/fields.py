"""What each column holds: its kind, its gaps, its spread; judged on the columns alone, without the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.tally import finite, tally_of

if TYPE_CHECKING:
    from nohero.data.raw import Raw
    from nohero.data.tally import Tally

KINDS = ("numeric", "categorical", "boolean", "date", "text", "identifier", "constant", "empty")
LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)  # of the quantiles
TOP = 10  # commonest values kept
ENOUGH = 20  # rows below which a column of unique values may be chance
WORDS = 3.0  # mean words a cell above which strings may be free text
TEXT_SHARE = 0.2  # of the cells that must differ for strings of several words to be text and not labels
LOOKED_AT = 5000  # cells whose words are counted
GAPS = 1.6  # largest range of row numbers, in rows: seven tenths of them, as train has, still count as numbering


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column in numbers; quantities that its kind lacks are None."""

    name: str
    kind: str
    why: str = ""  # what made it that kind, where that is not plain
    num_rows: int
    num_missing: int
    num_distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    median: float | None = None
    quantiles: tuple[float, ...] = ()  # at LEVELS
    top: tuple[tuple[str, int], ...] = ()
    earliest: str = ""  # dates
    latest: str = ""


def describe_fields(raw: Raw, index: Any = None) -> tuple[Field, ...]:
    """Each feature column of a table, over the rows of `index` or over all; pictures have none."""
    if raw.frame is None:
        return ()
    frame = raw.frame if index is None else raw.frame[index]
    return tuple(describe(series) for series in frame)


def describe_target(raw: Raw, index: Any = None) -> Field:
    """The target, as labels or as a number."""
    values = raw.target if index is None else raw.target[index]
    kind = pl.String if values.dtype == object else pl.Float64
    return describe(pl.Series(raw.target_name, values.tolist() if kind is pl.String else values, dtype=kind), target=True)


def describe(series: pl.Series, *, target: bool = False, tally: Tally | None = None, counted: pl.DataFrame | None = None) -> Field:
    """One column; a target is never taken for an identifier or for text. Where they are known, `tally` is of a numeric column, and `counted` holds the values of another and their counts."""
    full = finite(series)
    counted = None if counted is None else counted.drop_nulls("value")
    if full.dtype.is_numeric():
        tally = tally or tally_of(full)
    distinct = len(tally.values) if tally is not None else counted.height if counted is not None else full.n_unique() if full.len() else 0
    kind, why = _kind(series, full, distinct)
    if target and kind in ("identifier", "text", "constant"):
        kind, why = ("categorical" if series.dtype == pl.String else "numeric"), ""
    known: dict[str, Any] = {}
    if tally is not None and full.len():
        known = _spread(full, tally)
    elif full.dtype.is_temporal() and full.len():
        known = {"earliest": str(full.min()), "latest": str(full.max())}
    if kind in ("categorical", "boolean", "constant") or (kind == "numeric" and distinct <= 2 * TOP):
        known["top"] = _top(full.alias("value").value_counts(name="count") if counted is None else counted)
    return Field(
        name=series.name,
        kind=kind,
        why=why,
        num_rows=series.len(),
        num_missing=series.len() - full.len(),
        num_distinct=distinct,
        **known,
    )


def kind_of(series: pl.Series) -> tuple[str, str]:
    """The kind of a column and why, without the costly numbers."""
    if series.dtype.is_float():
        values = series.to_numpy()
        values = values[np.isfinite(values)]
        if len(values) and values.min() != values.max():
            return "numeric", ""
    full = finite(series)
    return _kind(series, full, full.n_unique() if full.len() else 0)


def _kind(series: pl.Series, full: pl.Series, distinct: int) -> tuple[str, str]:
    if distinct == 0:
        return "empty", f"all {series.len()} values are missing"
    if distinct == 1:
        gaps = series.len() - full.len()
        return "constant", f"always `{full[0]}`" + (f" or missing ({gaps} rows)" if gaps else "")
    if full.dtype == pl.Boolean:
        return "boolean", ""
    if full.dtype.is_temporal():
        return "date", ""
    if full.dtype.is_integer():
        return _integer_kind(full, distinct)
    if full.dtype.is_numeric():
        return "numeric", ""
    return string_kind(full, distinct, full.len())


def _integer_kind(full: pl.Series, distinct: int) -> tuple[str, str]:
    if distinct == full.len() >= ENOUGH:
        values = full.to_numpy()
        first, last = int(values.min()), int(values.max())
        if last - first + 1 <= GAPS * full.len():
            return "identifier", f"numbers the rows: whole numbers, each once, with few gaps ({first} to {last})"
    return "numeric", ""


def string_kind(full: pl.Series, distinct: int, count: int) -> tuple[str, str]:
    """The kind of a column of strings: `full` may be some of its `count` cells."""
    if distinct >= max(ENOUGH, TEXT_SHARE * count):
        words = float(full.head(LOOKED_AT).str.count_matches(r"\S+").to_numpy().mean())
        if words >= WORDS:
            return "text", f"{words:.1f} words a cell, {distinct:,} of {count:,} differ"
        if distinct == count:
            return "identifier", f"{distinct:,} values, each once"
    return "categorical", ""


def _spread(full: pl.Series, tally: Tally) -> dict[str, Any]:
    values = full.cast(pl.Float64).to_numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(values.mean()), float(values.std())
    quantiles = tuple(tally.quantiles(LEVELS).tolist())
    return {"minimum": quantiles[0], "maximum": quantiles[-1], "mean": mean, "std": std, "median": quantiles[LEVELS.index(0.5)], "quantiles": quantiles}


def _top(counted: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    counts = counted.sort(["count", "value"], descending=[True, False]).head(TOP)
    return tuple((_text(value), int(count)) for value, count in counts.iter_rows())


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
