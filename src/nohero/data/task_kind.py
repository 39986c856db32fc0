"""Which task a target sets: two classes, several classes or a number; and why, in a sentence that says how to override it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from nohero.data.raw import Raw

KINDS = ("binary", "multiclass", "regression")
CLASSIFICATION = "classification"  # binary or multiclass, as the target has it
FEW_CLASSES = 10  # numbers 0..9 or 1..10 are read as classes, wider ranges as amounts
MANY_CLASSES = 1000  # more classes than that are numbers or names, not classes
UNIQUE_SHARE = 0.5  # of rows with a value of their own, above which a target is no set of classes
ENOUGH_ROWS = 20  # below that, shares say nothing
SHOWN = 6  # values named in a sentence


def infer_task(raw: Raw, wanted: str | None = None) -> tuple[str, str]:
    """'binary', 'multiclass' or 'regression' and why; `wanted` overrides when the target allows it."""
    if wanted is not None and wanted not in (*KINDS, CLASSIFICATION):
        raise UsageError(
            f"unknown task `{wanted}`",
            expected=", ".join(KINDS),
            mend=did_you_mean(wanted, (*KINDS, CLASSIFICATION)),
        )
    target = raw.target
    values = np.unique(target.astype(str)) if target.dtype == object else np.unique(target)
    _refuse_constant(raw, values)
    if wanted == "regression":
        _refuse_labels(raw, values)
        return "regression", "regression, as asked for with --task"
    if wanted is not None:
        return _wanted_classes(raw, values, wanted)
    if target.dtype == object:
        _refuse_too_many(raw, values)
        kind = _by_count(values)
        return kind, f"{kind}: `{raw.target_name}` is one of {len(values)} labels ({_shown(values)})"
    return _of_numbers(raw, values)


def _of_numbers(raw: Raw, values: np.ndarray[Any, Any]) -> tuple[str, str]:
    name, count = raw.target_name, len(values)
    if count == 2:
        return "binary", f"binary: `{name}` has two values, {_shown(values)}; --task regression reads them as amounts"
    if not np.all(values == np.round(values)):
        return "regression", f"regression: `{name}` has {count} values with fractions"
    contiguous = values[-1] - values[0] + 1 == count and values[0] in (0, 1)
    if count <= FEW_CLASSES and contiguous:
        why = f"multiclass: `{name}` has the {count} whole values {_shown(values)}; --task regression reads them as amounts"
        return "multiclass", why
    why = f"regression: `{name}` has {count} whole values from {values[0]:g} to {values[-1]:g}"
    few = count <= FEW_CLASSES or (count <= 2 * FEW_CLASSES and count < len(raw) * 0.05)
    return "regression", why + (", which could be classes: --task multiclass reads them so" if few else "")


def _wanted_classes(raw: Raw, values: np.ndarray[Any, Any], wanted: str) -> tuple[str, str]:
    _refuse_too_many(raw, values)
    kind = _by_count(values) if wanted == CLASSIFICATION else wanted
    if kind == "binary" and len(values) != 2:
        raise DataError(
            f"--task binary, but `{raw.target_name}` has {len(values)} values: {_shown(values)}",
            expected="exactly two values",
            mend="--task multiclass" if len(values) <= MANY_CLASSES else "--task regression",
        )
    return kind, f"{kind}, as asked for with --task: `{raw.target_name}` has {len(values)} classes ({_shown(values)})"


def _by_count(values: np.ndarray[Any, Any]) -> str:
    return "binary" if len(values) == 2 else "multiclass"


def _refuse_constant(raw: Raw, values: np.ndarray[Any, Any]) -> None:
    if len(values) < 2:
        raise DataError(
            f"the target `{raw.target_name}` has the same value in all {len(raw)} usable rows"
            + (f": `{_shown(values)}`" if len(values) else ""),
            expected="a target with at least two values, or there is nothing to predict",
            mend="name another column with --target, or bring rows of the other classes",
        )


def _refuse_labels(raw: Raw, values: np.ndarray[Any, Any]) -> None:
    if raw.target.dtype == object:
        raise DataError(
            f"--task regression, but `{raw.target_name}` holds labels: {_shown(values)}",
            expected="numbers",
            mend=f"--task {_by_count(values)}, or name a column of numbers with --target",
        )


def _refuse_too_many(raw: Raw, values: np.ndarray[Any, Any]) -> None:
    own = len(raw) >= ENOUGH_ROWS and len(values) > UNIQUE_SHARE * len(raw)
    if len(values) <= MANY_CLASSES and not own:
        return
    numbers = raw.target.dtype != object
    raise DataError(
        f"`{raw.target_name}` has {len(values):,} different values in {len(raw):,} rows: too many for classes",
        expected=f"at most {MANY_CLASSES:,} classes, most of them with several rows",
        mend="--task regression" if numbers else "name another column with --target; this one looks like a name or free text",
    )


def _shown(values: np.ndarray[Any, Any]) -> str:
    texts = [f"{v:g}" if isinstance(v, float) else str(v) for v in values[:SHOWN].tolist()]
    return ", ".join(texts) + (f" and {len(values) - SHOWN} more" if len(values) > SHOWN else "")
