"""The rows of a table group by group, those of each in the order of their times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def in_time(collection: Collection) -> tuple[Any, Any]:
    """(int64 [N], places of the rows; int64 [N], the number of the group of each); one group where none is named, the order of the file where there is no time; rows without one last."""
    import numpy as np

    from nohero.sources.moments import moments, time_field

    codes = numbered(collection.frame[collection.group]) if collection.group else np.zeros(len(collection), dtype=np.int64)
    time = time_field(collection)
    stamps = moments(collection, time).cast(float).fill_null(np.nan).to_numpy() if time else np.arange(len(codes))
    order = np.lexsort((stamps, codes))
    return order, codes[order]


def groups_in_time(collection: Collection) -> list[Any]:
    """The places of the rows of each group."""
    import numpy as np

    order, codes = in_time(collection)
    return list(np.split(order, np.flatnonzero(np.diff(codes)) + 1))
