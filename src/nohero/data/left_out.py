"""Columns that the user leaves out of the inputs: known too late, or nothing to do with the question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.raw import Raw


def without_columns(raw: Raw, names: Sequence[str]) -> Raw:
    """The same rows without the columns of `names`; the reading notes say so."""
    if raw.frame is None:
        raise UsageError(f"--drop {names[0]} does not fit {raw.source}", expected="--drop only for a table, whose columns are named", mend="leave out --drop")
    for name in names:
        if name not in raw.frame.columns:
            raise UsageError(f"no column `{name}` to leave out", expected="a column of the inputs", mend=did_you_mean(name, raw.frame.columns))
    if set(raw.frame.columns) <= set(names):
        raise DataError("every column is left out", expected="at least one column to learn from", mend="leave out fewer with --drop")
    listed = ", ".join(f"`{name}`" for name in names)
    return replace(raw, frame=raw.frame.drop(names), notes=(*raw.notes, f"left out as asked: {listed}"))
