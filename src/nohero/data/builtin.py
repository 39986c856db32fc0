"""The data sets that ship with scikit-learn: enough to try every stage without a download."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.raw import Raw
from nohero.run.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "built-in:"


def _digits(source: str) -> Raw:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.clip(bunch.images * (255 / 16), 0, 255).round().astype(np.uint8)[..., None]
    labels = np.array([str(label) for label in bunch.target], dtype=object)
    return Raw(
        name="digits",
        source=source,
        modality="image",
        images=images,
        target=labels,
        target_name="digit",
        items=_rows(len(labels)),
        notes=("8x8 grey pictures; 0..16 brought to 0..255",),
        sha256=_hash(images, labels),
    )


def _table(source: str, name: str, loader: Callable[[], Any], target_name: str) -> Raw:
    import polars as pl

    bunch = loader()
    columns = tuple(str(column) for column in bunch.feature_names)
    frame = pl.DataFrame({column: np.ascontiguousarray(bunch.data[:, i]) for i, column in enumerate(columns)})
    target: Any = bunch.target.astype(np.float64)
    if "target_names" in bunch:
        target = np.array([str(bunch.target_names[label]) for label in bunch.target], dtype=object)
    return Raw(
        name=name,
        source=source,
        modality="table",
        frame=frame,
        target=target,
        target_name=target_name,
        items=_rows(len(target)),
        sha256=_hash(bunch.data, target),
        columns=(*columns, target_name),
    )


def _breast_cancer(source: str) -> Raw:
    from sklearn.datasets import load_breast_cancer

    return _table(source, "breast_cancer", load_breast_cancer, "diagnosis")


def _wine(source: str) -> Raw:
    from sklearn.datasets import load_wine

    return _table(source, "wine", load_wine, "cultivar")


def _diabetes(source: str) -> Raw:
    from sklearn.datasets import load_diabetes

    return _table(source, "diabetes", lambda: load_diabetes(scaled=False), "progression")


BUILTIN = {"digits": _digits, "breast_cancer": _breast_cancer, "wine": _wine, "diabetes": _diabetes}


def read_builtin(source: str) -> Raw:
    """The set named after `built-in:`."""
    name = source.removeprefix(PREFIX)
    if name not in BUILTIN:
        raise UsageError(
            f"unknown built-in data set `{name}`",
            expected="one of " + ", ".join(BUILTIN),
            mend=did_you_mean(name, BUILTIN),
        )
    return BUILTIN[name](source)


def _rows(count: int) -> np.ndarray[Any, Any]:
    return np.array([f"row {i}" for i in range(1, count + 1)])


def _hash(*arrays: np.ndarray[Any, Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update("\x1f".join(array).encode() if array.dtype == object else np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
