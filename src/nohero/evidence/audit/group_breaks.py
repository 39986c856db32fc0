"""Groups whose numbers go up or down by a power of ten at some row, as where one of several series changed its unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.group_rows import groups_in_time
from nohero.evidence.audit.unit_jumps import SHORTEST, unit_jump

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
LOOKED_AT = 20_000  # series of a group and a field: bounds the work
FEW, OFTEN = 2, 0.1  # groups of a field in which that happens, and of all: more of them have such a nature


@dataclass(frozen=True, kw_only=True)
class GroupBreak:
    """One field of one group, and the stretch that is in another unit."""

    field: str
    first: int  # place in the collection
    last: int
    rows: int
    before: str  # its median elsewhere
    after: str  # and there
    to_end: bool
    units: str
    series: str  # the group's field and name


def within_groups(collection: Collection, fields: list[str]) -> list[GroupBreak]:
    """In the order of the time, or of the file, within each group; every number is looked at, the label too."""
    import numpy as np

    if not collection.group:
        return []
    groups = [g for g in groups_in_time(collection) if len(g) >= 4 * SHORTEST]
    found: list[GroupBreak] = []
    for name in fields[: max(1, LOOKED_AT // max(1, len(groups)))]:
        values = collection.frame[name].cast(float).fill_null(np.nan).to_numpy()
        mine = [b for g in groups[:LOOKED_AT] if (b := _of(collection, name, values, g)) is not None]
        found += mine if len(mine) <= max(FEW, OFTEN * len(groups)) and len(mine) < len(groups) else []
    return found


def _of(collection: Collection, name: str, values: Any, rows: Any) -> GroupBreak | None:
    """Of one field of one group."""
    import numpy as np

    rows = rows[np.isfinite(values[rows])]
    jump = unit_jump(values[rows]) if len(rows) >= 4 * SHORTEST else None
    if jump is None:
        return None
    (one, *more), units = jump
    other = more[0] if more else len(rows)
    inside, outside = values[rows[one:other]], values[np.concatenate([rows[:one], rows[other:]])]
    return GroupBreak(
        field=name, first=int(rows[one]), last=int(rows[other - 1]), rows=other - one, before=f"{np.median(outside):.4g}", after=f"{np.median(inside):.4g}", to_end=other == len(rows),
        units=units, series=f"`{collection.group}` {collection.frame[collection.group][int(rows[0])]}",
    )  # fmt: skip
