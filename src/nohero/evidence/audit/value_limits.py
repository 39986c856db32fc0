"""Limits at which the values of a field were cut: the greatest and the least, where they come far more often than those beside them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

DISTINCT = 20  # values that a field needs to have a limit, where it is not the end of a fall
MASS = 5.0  # times the count of the values nearby: a limit
ASIDE = 8.0  # mean steps between the values beside it: farther away, a value at the end is a place or a kind of its own
USUAL = 0.5  # of the values: a limit that more have is what is usual, and nothing was cut
NATURAL = (0.0, 1.0, 10.0, 100.0)  # limits that quantities have by nature
CALENDAR = (7.0, 12.0, 24.0, 31.0, 52.0, 60.0, 104.0, 168.0, 365.0, 366.0)  # days, months, hours, weeks and minutes there are: a count of them may go no further
FALL, ABOVE, SURELY = 4, 2.5, 6.0  # values before the last that come ever more seldom, and how many times as often as the nearest of these, and by how many standard deviations, the last one comes
STEPS, TIMES, SEEN = 3.0, 2.0, 10  # of a code behind the greatest value: mean steps of the gap before it, times as often as any beside it, and how often at least
POINTS = 61  # of the longest usual score: twenty questions of three points each
NEARLY = 0.9  # of the values are whole, where some are means of answers
HEAPS, EXACT = 3, 1e-9  # round values next to a limit, that come as often where all of them are heaped; distance from a multiple of a power of ten


def limits_of(uniques: Any, counts: Any) -> list[float]:
    """Greatest and least value, where they come far more often than the values beside them, and follow on these: an airport at the edge of a town lies apart."""
    import numpy as np

    total = int(counts.sum())
    near = max(5, len(uniques) // 50)
    found = []
    for end, inwards in ((len(uniques) - 1, slice(-2, None, -1)), (0, slice(1, None))):
        value, count, others, often = float(uniques[end]), int(counts[end]), uniques[inwards], counts[inwards]
        beside = often[:near]
        apart = len(others) > 1 and abs(value - others[0]) > ASIDE * abs(others[0] - others[min(near, len(others)) - 1]) / (min(near, len(others)) - 1)
        many = not apart and max(10, 0.004 * total) <= count <= USUAL * total and count >= MASS * float(np.median(beside)) and count >= 2 * beside.max()
        piled = not apart and _ends_a_fall(count, often, total)
        if value not in NATURAL and (piled or (many and len(uniques) >= DISTINCT)) and not _heaped(value, count, others, often):
            found.append(value)
    return found


def _ends_a_fall(count: int, often: Any, total: int) -> bool:
    """Whether the last value comes far more often than the nearest, though these thin out towards it."""
    nearest = [int(c) for c in often[:FALL]]
    falls = len(nearest) == FALL and all(a < b for a, b in pairwise(nearest)) and not _jagged(often)
    return falls and max(10, 0.004 * total) <= count <= USUAL * total and count >= ABOVE * nearest[0] and count - nearest[0] >= SURELY * count**0.5


def _jagged(often: Any) -> bool:
    """Whether counts leap from one value to the next more than once, as those of numbered classes do: where there is no order, four that fall mean nothing."""
    import numpy as np

    return bool(len(often) > 2 and (often[1:-1] >= ABOVE * np.maximum(often[:-2], often[2:])).sum() > 1)


def code_of(uniques: Any, counts: Any) -> float | None:
    """The greatest value where it is one of those that surveys write for no answer (99, 998, 9997), stands behind a gap, and comes far more often than those before it."""
    import numpy as np

    value, text, near = float(uniques[-1]), f"{float(uniques[-1]):.0f}", slice(-2, -2 - max(5, len(uniques) // 50), -1)
    if len(uniques) < DISTINCT or not _are_whole(uniques) or len(text) < 2 or set(text[:-1]) != {"9"} or text[-1] not in "6789":
        return None
    steps = -np.diff(uniques[near])
    behind = value - float(uniques[-2]) >= STEPS * float(steps.mean())
    return value if behind and counts[-1] >= max(SEEN, TIMES * int(counts[near].max())) else None


def is_scale(uniques: Any, counts: Any, value: float) -> bool:
    """Whether a value is the top of a scale: as many days, weeks or months as there are, one of few points weighted from zero on, or nearly all whole numbers, every one of them taken, and no more of them than questionnaires have."""
    whole = uniques == uniques.round()
    if value in CALENDAR or (whole[-1] and value == float(uniques[-1]) and uniques[0] >= 0 and len(uniques) <= POINTS / 2 and not whole.all()):
        return True
    dense = int(whole.sum()) == float(uniques[-1] - uniques[0]) + 1 <= POINTS
    return bool(value == float(uniques[-1]) and dense and counts[whole].sum() >= NEARLY * counts.sum())


def _are_whole(uniques: Any) -> bool:
    return bool((uniques == uniques.round()).all())


def _heaped(value: float, count: int, others: Any, often: Any) -> bool:
    """Whether values that are as round as this one come about as often: people heap what they round."""
    import numpy as np

    for power in range(12, -7, -1):
        grid = 10.0**power
        if abs(value / grid - round(value / grid)) < EXACT:
            as_round = np.abs(others / grid - np.round(others / grid)) < EXACT
            alike = often[as_round][:HEAPS] if not as_round.all() else ()  # where all are, none is rounded more than the others
            if len(alike) and count < 2 * max(alike):
                return True
    return False
