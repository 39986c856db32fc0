"""Cells of one field of labels as plain values: text, or numbers, or true and false; None where one is missing."""

from __future__ import annotations

from typing import Any, TypeAlias

from nohero.run.errors import DataError

Label: TypeAlias = str | int | float | bool


def labels_of(values: Any) -> list[Label | None]:
    """[N] from a list, an array or a column; None, nan and pandas' NA are missing; a field of several kinds is an error."""
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise DataError(
            f"a single {type(values).__name__} is no field",
            expected="one label an item: a list, an array [N] or a column",
            mend="put it into a list",
        )
    plain = values.tolist() if hasattr(values, "tolist") else values.to_list() if hasattr(values, "to_list") else list(values)
    found = [None if v is None or type(v).__name__ == "NAType" or v != v else v.item() if hasattr(v, "item") else v for v in plain]  # noqa: PLR0124 (nan is not itself)
    kinds = {kind: label for label in found if label is not None for kind in (_kind(label),)}
    if len(kinds) > 1 or "" in kinds:
        shown = ", ".join(f"`{label!r:.40}`" for label in kinds.values())
        raise DataError(
            f"the field holds {shown}",
            expected="labels of one kind: text, or numbers, or true and false",
            mend="write all of them in one way, such as text",
        )
    return found


def _kind(label: Any) -> str:
    return "text" if isinstance(label, str) else "truth" if isinstance(label, bool) else "number" if isinstance(label, int | float) else ""
