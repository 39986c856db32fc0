"""A table as a linear model takes it: its label as targets, its fields as scaled columns, those that tell most.

Legend: N items, K targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

COLUMNS = 48  # of the model
LEVELS = 6  # of a category that have a column of their own
FEW = 5  # whole numbers that are classes; more are a quantity
CLASSES = 3  # the commonest, each against the rest


def targets_of(labels: Any, profile: Profile) -> tuple[list[Any], bool]:
    """(K targets [N], whether they are 0 and 1): the label as a standardised number, or its commonest classes against the rest."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if labels.dtype.is_numeric() and labels.n_unique() > FEW:
        return [scaled(labels.cast(float).to_numpy())], False
    if not profile.classes and labels.dtype != pl.Boolean:
        raise Unmeasurable("the label is neither of few classes nor a number")
    counts = labels.value_counts(sort=True, name="times of it").to_series(0).to_list()
    if len(counts) < 2:
        raise Unmeasurable("all items have one label")
    return [(labels == value).to_numpy().astype(float) for value in counts[: 1 if len(counts) == 2 else CLASSES]], True


def columns_of(collection: Collection, profile: Profile, targets: list[Any], first: list[str]) -> dict[tuple[str, str], Any]:
    """(field, which) -> float64 [N], scaled: numbers, marks of gaps, commonest levels; those that tell most, and all numbers of the fields `first`."""
    import numpy as np

    from nohero.evidence.audit.table_features import features

    table, categorical, names = features(collection, profile, np.arange(collection.frame.height))
    found: dict[tuple[str, str], Any] = {}
    for name, coded, column in zip(names, categorical, table.T, strict=True):
        gaps = np.isnan(column)
        if gaps.any() and not gaps.all():
            found[name, "gaps"] = scaled(gaps.astype(float))
        found |= (
            {(name, f"level {k}"): scaled((column == k).astype(float)) for k in range(LEVELS)} if coded else {(name, ""): scaled(column)}
        )
    told = {key: max(abs(float(c @ t)) for t in targets) for key, c in found.items() if np.ptp(c) > 0}
    kept = sorted(told, key=lambda key: (key[0] not in first, -told[key]))[:COLUMNS]
    return {key: found[key] for key in kept}


def scaled(column: Any) -> Any:
    """Mean 0 and deviation 1 over the values that are known; gaps at 0."""
    import numpy as np

    known = np.isfinite(column)
    if not known.any():
        return np.zeros(len(column))
    unit = float(np.abs(column[known]).max()) or 1.0
    away = np.where(known, column / unit - (column[known] / unit).mean(), 0.0)
    spread = float(away[known].std())
    return away / spread if spread > 0 else np.zeros(len(column))
