"""Which of the values that stand apart are believed of fields that are told of series: such a field is no quantity of anybody, and goes with the others of its series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS = ("mean", "deviation", "least", "greatest")  # what a unit multiplies; the first and the last step are one number of many
SAME = 0.9  # of the items of two groups are the same
FACTOR = 0.1  # by which two logarithms of one factor differ at most


def believed(oddities: Sequence[Any], derived: dict[str, tuple[str, str]]) -> list[Any]:
    """Of oddities of numbers: all of plain fields; of series marks and gross outliers of their levels, and units that three of their levels show in the same items."""
    groups = [o for o in oddities if o.field in derived and o.kind == "unit" and derived[o.field][0] in LEVELS]
    return [o for o in oddities if o.field not in derived or _is_sure(o, groups, derived)]


def _is_sure(one: Any, groups: Sequence[Any], derived: dict[str, tuple[str, str]]) -> bool:
    what, of = derived[one.field]
    if one.kind == "unit":
        alike = [g for g in groups if derived[g.field][1] == of and _same(one, g)]
        return len({g.field for g in alike}) >= len(LEVELS) - 1
    return what in LEVELS and one.kind in ("mark", "gross")


def _same(one: Any, other: Any) -> bool:
    mine, theirs = set(one.rows), set(other.rows)
    return len(mine & theirs) >= SAME * len(mine | theirs) and abs(math.log(abs(one.value / other.value))) <= FACTOR
