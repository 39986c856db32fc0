"""A healthy table as a series: one row an hour, in order, in a field `taken` that is named for the time, and what is then done to its cells."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

START = datetime(2021, 3, 1)  # noqa: DTZ001 - a clock of no zone, as most files have


def hours(n: int, *, step: timedelta = timedelta(hours=1)) -> list[str]:
    """Stamps, one a step."""
    return [str(START + i * step) for i in range(n)]


def timed(collection: Collection, change: Callable[[dict[str, list[str]]], dict[str, list[str]]], *, split: str = "") -> Collection:
    """`change(columns)` of the series, name to cells."""

    def make(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        del columns["joined"]
        columns["taken"] = hours(len(columns["age"]))
        return change(columns)

    return recelled(collection, make, split=split).with_(time="taken")
