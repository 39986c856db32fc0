"""The target as what a loss takes: class numbers, or a standardised number; and back to what the user wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nohero.run.errors import DataError, did_you_mean


@dataclass(frozen=True, kw_only=True)
class TargetCode:
    """Classes in order, or mean and deviation of train."""

    name: str
    task_kind: str  # binary, multiclass or regression
    classes: tuple[str, ...] = ()
    numeric: bool = False  # classes are numbers, written as briefly as they can be
    mean: float = 0.0
    std: float = 1.0

    def encode(self, target: Any) -> np.ndarray[Any, Any]:
        """int64 [N] class numbers, or float32 [N] standardised."""
        if self.task_kind == "regression":
            return ((np.asarray(target, dtype=np.float64) - self.mean) / self.std).astype(np.float32)
        texts = _texts(target)
        ordered = np.argsort(np.array(self.classes))
        labels = np.array(self.classes)[ordered]
        place = np.clip(np.searchsorted(labels, texts), 0, len(labels) - 1)
        unknown = np.flatnonzero(labels[place] != texts)
        if len(unknown):
            value = str(texts[unknown[0]])
            raise DataError(
                f"`{value}` is not a class of `{self.name}` ({len(unknown)} such rows)",
                expected=f"one of the {len(self.classes)} classes of training",
                mend=did_you_mean(value, self.classes),
            )
        return np.asarray(ordered[place], dtype=np.int64)

    def decode(self, values: Any) -> np.ndarray[Any, Any]:
        """Labels (object [N]) of class numbers, or numbers (float64 [N]) in the target's own unit."""
        if self.task_kind == "regression":
            return np.asarray(values, dtype=np.float64) * self.std + self.mean
        return np.array(self.classes, dtype=object)[np.asarray(values, dtype=np.int64)]


def fit_target(target: Any, name: str, task_kind: str, *, train: Any = None) -> TargetCode:
    """Classes of the whole target (they are its definition), mean and deviation of the rows of `train` alone."""
    known = target if train is None else target[train]
    if task_kind == "regression":
        values = np.asarray(known, dtype=np.float64)
        std = float(values.std())
        return TargetCode(name=name, task_kind=task_kind, mean=float(values.mean()), std=std if std > 0 else 1.0)
    texts = np.unique(_texts(target)).tolist()
    numeric = all(_is_number(text) for text in texts)
    classes = sorted(texts, key=float) if numeric else sorted(texts)
    return TargetCode(name=name, task_kind=task_kind, classes=tuple(classes), numeric=numeric)


def _texts(target: Any) -> np.ndarray[Any, Any]:
    array = np.asarray(target)
    if array.dtype.kind == "f":
        values, inverse = np.unique(array, return_inverse=True)
        return np.array([f"{value:.12g}" for value in values])[inverse]
    return array.astype(str)


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
