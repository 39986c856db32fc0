"""One value inside a field's range that comes far too often: the mean that gaps were filled with, or a code for missing where hardly anything else lies."""

from __future__ import annotations

from typing import Any

DISTINCT = 20  # values that a field needs for one of them to be out of step
LEAST, SHARE = 10, 0.002  # times, and of the values, that a pile has at least
BESIDE = 3  # different values on either side that it is compared with
TIMES = 10.0  # as often as the commonest of them: the commonest of round numbers come as often, and are told by there being several
ALONE = 3.0  # times as far above those beside it as any other value: fields of heaps have several
TAIL = 0.01  # of the other values lie beyond a pile in a tail
OF_MEAN, NEAR_MEAN = 1e-3, 0.05  # spreads: the mean itself, and the mean of other rows of the same field, as of the training part
PROBE = 200  # values that tell it soonest
FINEST, MOST_USUAL, MEASURED = 6, 3, 5  # decimals that are told apart, and that a field of rounded values has at most; beside so many, the one value has more than are told apart, as a quotient has
ROUNDING = 1e-6  # of the spread: nearer to the end of the range than that, a value is the end


def piles_of(different: Any, counts: Any) -> list[tuple[str, float]]:
    """(fill or pile, the value), at most one: fill where it is the mean or is written finer than all others, pile where it lies in a tail or at the median."""
    import numpy as np

    if len(different) < DISTINCT:
        return []
    finer = _finer(different, counts)
    if finer is not None:
        return [("fill", float(different[finer]))]
    if counts.max() < max(LEAST, SHARE * counts.sum()):
        return []
    ratios = counts / _beside(counts)
    ratios[[0, -1]] = 0
    ratios[counts < max(LEAST, SHARE * counts.sum())] = 0
    place = int(np.argmax(ratios))
    others = np.delete(ratios, slice(max(0, place - BESIDE), place + BESIDE + 1))
    if ratios[place] < TIMES or (len(others) and ratios[place] < ALONE * others.max()):
        return []
    value, mean, spread, below = float(different[place]), *_rest(different, counts, place)
    if value and abs(value - mean) <= OF_MEAN * spread:
        return [("fill", value)]
    if min(value - different[0], different[-1] - value) <= ROUNDING * spread:
        return []
    in_tail = min(below, 1 - below) <= TAIL and _is_code(value)
    return [("pile", value)] if in_tail or (value and abs(below - 0.5) <= TAIL) else []


def _beside(counts: Any) -> Any:
    """float64 [U]: how often the commonest of the values beside each comes."""
    import numpy as np

    padded = np.concatenate([np.zeros(BESIDE), counts, np.zeros(BESIDE)])
    shifts = [padded[BESIDE + k : BESIDE + k + len(counts)] for k in range(-BESIDE, BESIDE + 1) if k]
    return np.maximum(np.max(shifts, axis=0), 1)


def _rest(different: Any, counts: Any, place: int) -> tuple[float, float, float]:
    """Of the other values: mean, spread, and the share below."""
    import numpy as np

    others, times = np.delete(different, place), np.delete(counts, place)
    mean = float(np.average(others, weights=times))
    spread = float(np.sqrt(np.average((others - mean) ** 2, weights=times)))
    return mean, spread, float(times[:place].sum() / times.sum())


def _finer(different: Any, counts: Any) -> int | None:
    """The place of the one value that has more decimals than all others, and lies at their mean."""
    import numpy as np

    if (decimals_of(different[:PROBE]) > MEASURED).sum() > 1 or counts.max() < LEAST:  # one alone may have more
        return None
    decimals = decimals_of(different)
    place = int(np.argmax(decimals))
    usual = int(np.delete(decimals, place).max())
    finer = decimals[place] > (usual if usual <= MOST_USUAL else FINEST)
    if usual > MEASURED or not finer or counts[place] < LEAST or place in (0, len(different) - 1):
        return None
    mean, spread, _ = _rest(different, counts, place)
    return place if abs(float(different[place]) - mean) <= NEAR_MEAN * spread else None


def decimals_of(values: Any) -> Any:
    """Int [U]: figures behind the point; one more than `FINEST` where there are more."""
    import numpy as np

    found = np.full(len(values), FINEST + 1)
    for places in range(FINEST, -1, -1):
        with np.errstate(over="ignore", invalid="ignore"):  # the greatest numbers have no further decimals
            scaled = values * 10.0**places
            found[np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1, np.abs(scaled))] = places
    return found


def _is_code(value: float) -> bool:
    """Whether a number is one that people write for nothing: zero, a row of nines or one just below it (9997), or a large one of a single figure (5000)."""
    text = f"{abs(value):.0f}"
    return value == round(value) and (text.strip("0") == "" or (set(text[:-1] or text) == {"9"} and text[-1] in "6789") or (len(text) > 2 and text[1:].strip("0") == ""))
