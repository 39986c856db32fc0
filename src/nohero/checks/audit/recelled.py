"""Changing the cells of a healthy table: each column as a list of strings, changed, and typed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection


def recelled(collection: Collection, change: Callable[[dict[str, list[str]]], dict[str, list[str]]], *, label: str | None = None, split: str = "") -> Collection:
    """`change(columns) -> columns`, name to cells; the lists are copies."""
    import polars as pl

    from nohero.sources.table import of_cells

    columns = change({name: collection.written(name).to_list() for name in collection.frame.columns})
    cells = pl.DataFrame([pl.Series(name, values, dtype=pl.String) for name, values in columns.items()])
    return of_cells(cells, collection.name, label=collection.label if label is None else label, split=split or collection.split)
