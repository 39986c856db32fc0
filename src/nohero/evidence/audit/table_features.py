"""Rows as numbers for small models: numbers as they are, dates as days, categories as codes; names, numberings and copies of the label left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

CODES = 200  # values of a category; the rarer ones share a code


def features(collection: Collection, profile: Profile, rows: Any, leave: tuple[str, ...] = ()) -> tuple[Any, list[bool], list[str]]:
    """(float [N, F] with gaps, which are categories, names) of the items `rows`."""
    import numpy as np

    columns, categorical, names = [], [], []
    for name in collection.features:
        field = profile.field(name)
        if field.kind in ("constant", "empty", "identifier") or name in leave:
            continue
        series = collection.frame[name][rows]
        if series.dtype.is_numeric() or series.dtype.is_temporal() or field.kind == "boolean":
            columns.append(series.to_physical().cast(float).fill_null(float("nan")).to_numpy().astype(np.float64))
        elif field.kind == "text":
            columns.append(series.str.len_chars().cast(float).fill_null(float("nan")).to_numpy())
        else:
            order = series.drop_nulls().value_counts(sort=True, name="times of it").to_series(0)
            codes = np.minimum(np.arange(len(order)), CODES - 1).astype(float)
            columns.append(series.replace_strict(order, codes, default=float("nan")).to_numpy())
        categorical.append(not (series.dtype.is_numeric() or series.dtype.is_temporal() or field.kind in ("boolean", "text")))
        names.append(name)
    table = np.stack(columns, 1) if columns else np.zeros((len(rows), 0))
    return np.where(np.isfinite(table), table, np.nan), categorical, names
