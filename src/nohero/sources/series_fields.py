"""Series of numbers, such as windows of a sensor, as plain fields: what each channel's level, spread, ends and gaps are.

Legend: T steps, C channels.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_CHANNELS = 32  # that are told one by one; of more, all numbers are told as one channel
TOLD = "length, mean, deviation, least, greatest, first, last, share of steps without change, and missing values"


def is_series(values: Sequence[Any]) -> bool:
    """Arrays of numbers with one or two axes, every one of them."""
    full = [v for v in values if v is not None]
    return bool(full) and all(isinstance(v, np.ndarray) and v.ndim in (1, 2) and v.ndim == full[0].ndim and v.dtype.kind in "uifb" for v in full)


def time_first(values: Sequence[Any]) -> list[Any]:
    """Series [T] or [T, C], from [C, T] where that is what they are: the side that differs from item to item is T, or the longer side of most."""
    full = [v for v in values if v is not None]
    if not full or full[0].ndim != 2:
        return list(values)
    one, other = ({v.shape[k] for v in full} for k in (0, 1))
    usual, count = Counter(v.shape for v in full).most_common(1)[0]
    if usual[0] != usual[1] and count > len(full) / 2:  # single ones that lie across are turned round, that their channels are those of the others
        values = [v.T if v is not None and v.shape == usual[::-1] else v for v in values]
        full = [v for v in values if v is not None]
        one, other = ({v.shape[k] for v in full} for k in (0, 1))
    turned = len(one) == 1 if (len(one) == 1) != (len(other) == 1) else np.median([v.shape[0] < v.shape[1] for v in full]) == 1
    return [None if v is None else v.T for v in values] if turned else list(values)


def described(name: str, values: Sequence[Any]) -> dict[tuple[str, str], list[Any]]:
    """Columns of one plain value a series [T] or [T, C], by what it is and of which series or channel."""
    first = next(v for v in values if v is not None)
    names = channel_names(name, first)
    channels = len(names)
    rows = [None if v is None else _told(v.astype(np.float64), channels) for v in values]
    told: dict[tuple[str, str], list[Any]] = {("length", name): [None if r is None else r[0] for r in rows]}
    for c in range(channels):
        for k, what in enumerate(("mean", "deviation", "least", "greatest", "first", "last", "unchanged", "missing")):
            told[what, names[c]] = [None if r is None else r[1][k][c] for r in rows]
    return {key: entries for key, entries in told.items() if key[0] not in ("length", "unchanged", "missing") or len(set(entries)) > 1}


def channel_names(name: str, series: Any) -> tuple[str, ...]:
    """Of each channel of a series [T] or [T, C], in order; so many that they are told as one have the series' own."""
    count = 1 if series.ndim == 1 or series.shape[1] > MOST_CHANNELS else series.shape[1]
    return tuple(f"{name}{c}" for c in range(count)) if count > 1 else (name,)


def _told(series: Any, channels: int) -> tuple[int, list[list[float]]]:
    """(T, [what][C])."""
    flat = series.reshape(len(series), -1) if channels > 1 or series.ndim == 1 else series.reshape(-1, 1)
    if flat.shape[1] != channels or not len(flat):
        return len(series), [[float("nan")] * channels] * 8
    flat = np.where(np.isfinite(flat), flat, np.nan)
    still = (np.diff(flat, axis=0) == 0).mean(axis=0) if len(flat) > 1 else np.zeros(channels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a channel without numbers nothing is told
        parts = (np.nanmean(flat, axis=0), np.nanstd(flat, axis=0), np.nanmin(flat, axis=0), np.nanmax(flat, axis=0), flat[0], flat[-1], still, np.isnan(flat).sum(axis=0).astype(float))
    return len(series), [[float(v) for v in part] for part in parts]
