"""Arrays as transforms take them: numbers [N, D] in float64, missing as nan, and an error that names the value where they are not.

Legend: N rows, D columns.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from nohero.run.errors import DataError, UsageError, did_you_mean

Array = np.ndarray[Any, Any]


def table_of(values: Any, *, width: int | None = None, gaps: bool = True) -> Array:
    """float64 [N, D]; one column may come as [N]. `width` is the D of train; `gaps` says whether nan may stand there."""
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(
            f"these values are no numbers: {' '.join(str(error).split())[:120]}",
            expected="an array of numbers, rows first; a missing value is nan",
            mend="encode words first, by OneHot, Ordinal or Hashing",
        ) from error
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or (width is not None and table.shape[1] != width):
        wanted = "[rows, columns]" if width is None else f"[rows, {width}], as in training"
        raise DataError(
            f"the values have the shape {list(np.shape(values))}", expected=wanted, mend="give the columns of training, in their order"
        )
    _refuse(table, np.isinf(table), "an infinite value", "finite numbers; a missing value is nan")
    if not gaps:
        _refuse(table, np.isnan(table), "a missing value", "a number in every cell")
    return table


def columns_of(train: Any, *, gaps: bool = True) -> list[Array]:
    """The known values of each column of train; a column without any is an error."""
    table = table_of(train, gaps=gaps)
    columns = [column[~np.isnan(column)] for column in table.T]
    empty = [k for k, column in enumerate(columns) if not len(column)]
    if empty or not columns:
        raise DataError(
            f"column {empty[0]} of train holds no number" if columns else "train has no columns",
            expected="at least one number in every column of train",
            mend="leave such columns out",
        )
    return columns


def shaped_like(made: Array, values: Any) -> Array:
    """[N] where one column was given as [N], else [N, D]."""
    return made[:, 0] if np.ndim(values) == 1 and made.shape[1] == 1 else made


def one_of(word: str, known: tuple[str, ...], what: str) -> str:
    """`word` where it is known."""
    if word not in known:
        raise UsageError(f"`{word}` is no {what}", expected=f"one of {', '.join(known)}", mend=did_you_mean(word, known))
    return word


def no_way_back(what: str, lost: str) -> NoReturn:
    """The error of a transform that cannot be inverted, with the reason."""
    raise UsageError(
        f"{what} cannot be inverted: {lost} is lost",
        expected="a transform whose inverse exists",
        mend="keep the values beside what was made of them",
    )


def _refuse(table: Array, bad: Array, what: str, expected: str) -> None:
    if not bad.any():
        return
    row, column = (int(k) for k in np.argwhere(bad)[0])
    more = f" (and {int(bad.sum()) - 1:,} more)" if bad.sum() > 1 else ""
    raise DataError(
        f"row {row}, column {column} holds {what}: {table[row, column]}{more}",
        expected=expected,
        mend="mend these cells, or fill them by Impute",
    )
