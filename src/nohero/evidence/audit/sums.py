"""Numbers that are the sum, the product or the quotient of two others, in all rows or in nearly all; products and quotients as they are or times a power of ten, as shares in percent and rates in 100,000 are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
FIELDS = 24  # looked at in pairs
SCREENED = 400  # rows in which sums are looked for
LEAST = 50  # rows that have all three
VALUES = 10  # different ones of each: small whole numbers add up by chance
BROKEN = 0.03  # of the rows
TELLING = 0.3  # of the rows in which the result is neither of the two: elsewhere one of them is 0 or 1
CHANCE = 0.2  # of the rows that agree when the result is shuffled
SCALED, POWERS, OFF = 60, 6, 0.02  # rows in which a power of ten is looked for, the largest, and how far its exponent may be from a whole number in the middle of them
DECIMALS = 6  # of a number; what has more is compared to six digits


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """`field` is `formula` of other fields, but in `rows`."""

    field: str
    of: tuple[str, ...]
    formula: str
    n: int  # rows that have all of them
    rows: tuple[int, ...]
    sides: tuple[int, int]  # of these, rows whose number is below and above what is reckoned
    shown: tuple[tuple[str, str, str], ...]  # of the first rows: the fields' values, the result there, the result reckoned


SIGNS = {"+": "{a} + {b}", "*": "{a} x {b}", "/": "{a} / {b}"}


def reckoned(collection: Collection) -> tuple[Reckoned, ...]:
    """Each field by the first formula that gives it; a difference is told as the sum."""
    import numpy as np

    frame = collection.frame
    names = [s.name for s in frame if s.dtype.is_numeric() and s.name not in (collection.split, collection.group) and s.head(10_000).n_unique() > VALUES][:FIELDS]
    if len(names) < 3:
        return ()
    drawn = np.random.default_rng(collection.seed).choice(frame.height, min(frame.height, SCREENED), replace=False)
    some = numbers_of(frame[drawn], names)
    slack = [slack_of(column[np.isfinite(column)]) for column in some.T]
    found: list[Reckoned] = []
    for i, j, sign, power, k in _screened(some, slack):
        if any({names[i], names[j], names[k]} == {r.field, *r.of} for r in found):
            continue
        rule = _rule((names[i], names[j], names[k]), sign, power, numbers_of(frame, [names[i], names[j], names[k]]), slack[k])
        if rule is not None:
            found.append(rule)
    return tuple(found)


def numbers_of(frame: Any, names: list[str]) -> Any:
    """Float [N, len(names)], not a number where nothing finite stands."""
    import numpy as np

    values = np.column_stack([frame[n].cast(float).fill_null(float("nan")).to_numpy() for n in names])
    return np.where(np.isfinite(values), values, np.nan)


def slack_of(column: Any) -> float:
    """Half of the last decimal that the numbers have; 0 for numbers of many decimals, which are compared to six digits."""
    import numpy as np

    for k in range(DECIMALS):
        scaled = column * 10.0**k
        if len(column) and np.all(np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1, np.abs(scaled)) * 1e-3 + 1e-9):
            return 0.5 * 10.0**-k
    return 0.0


def _result(a: Any, b: Any, sign: str, power: int = 0) -> Any:
    import numpy as np

    with np.errstate(all="ignore"):
        made = (a + b if sign == "+" else a * b if sign == "*" else a / b) * 10.0**power
    return np.where(np.isfinite(made), made, np.nan)


def agrees(made: Any, said: Any, slack: float) -> Any:
    """Bool: as near as the decimals tell."""
    import numpy as np

    return np.abs(made - said) <= slack * 1.001 + 1e-6 * np.abs(said)  # comparisons with what is no number are false


def _screened(some: Any, slack: list[float]) -> Iterator[tuple[int, int, str, int, int]]:
    """(one, other, sign, power of ten, result) that agree in nearly all rows looked at."""
    import numpy as np

    limit = np.array(slack)
    with np.errstate(all="ignore"):
        sizes = np.log10(np.abs(some[:SCALED]))
    for i, j in combinations(range(some.shape[1]), 2):
        for one, other, sign in ((i, j, "+"), (i, j, "*"), (i, j, "/"), (j, i, "/")):
            powers = _powers(sizes, one, other, sign)
            for power in np.unique(powers).tolist():
                results = np.flatnonzero(powers == power)
                said = some[:, results]
                made = _result(some[:, one], some[:, other], sign, power)[:, None]
                known = (np.isfinite(made) & np.isfinite(said)).sum(0)
                agree = (np.abs(made - said) <= limit[results] * 1.001 + 1e-6 * np.abs(said)).sum(0)
                for k in results[(known >= LEAST) & (agree >= (1 - 2 * BROKEN) * known)]:
                    if k not in (i, j):
                        yield one, other, sign, power, int(k)


def _powers(sizes: Any, one: int, other: int, sign: str) -> Any:
    """Int [F]: the power of ten by which each field may be larger than the result, of `sizes` that are decimal logarithms; 0 where it is none, or of a sum."""
    import numpy as np

    none = np.zeros(sizes.shape[1], dtype=np.int64)
    if sign == "+":
        return none
    with np.errstate(all="ignore"):
        larger = sizes - (sizes[:, one] + (sizes[:, other] if sign == "*" else -sizes[:, other]))[:, None]
    known = np.isfinite(larger)
    ordered = np.sort(np.where(known, larger, np.inf), axis=0)
    middle = np.nan_to_num(ordered[np.minimum(known.sum(0) // 2, len(ordered) - 1), np.arange(len(none))], posinf=0.0)
    whole = np.round(middle)
    return np.where((np.abs(middle - whole) <= OFF) & (np.abs(whole) <= POWERS), whole, 0).astype(np.int64)


def _rule(names: tuple[str, str, str], sign: str, power: int, values: Any, slack: float) -> Reckoned | None:
    """Over all rows; where one of the two does nothing, or chance does it, it is none."""
    import numpy as np

    a, b, said = values.T
    made = _result(a, b, sign, power)
    known = np.isfinite(made) & np.isfinite(said)
    telling = known & ~agrees(a, made, slack) & ~agrees(b, made, slack)
    held = agrees(made, said, slack)
    broken = np.flatnonzero(known & ~held)
    if known.sum() < LEAST or telling.sum() < TELLING * known.sum() or len(broken) > BROKEN * known.sum() or (telling & held).sum() < (1 - BROKEN) * telling.sum():
        return None
    shuffled = np.random.default_rng(0).permutation(said[known])
    if agrees(made[known], shuffled, slack).mean() > CHANCE:
        return None
    shown = tuple((f"{a[i]:g}, {b[i]:g}", f"{said[i]:g}", f"{made[i]:g}") for i in broken[:12])
    formula = (f"{10**power:,} x " if power > 0 else "") + SIGNS[sign].format(a=f"`{names[0]}`", b=f"`{names[1]}`") + (f" / {10**-power:,}" if power < 0 else "")
    return Reckoned(field=names[2], of=names[:2], formula=formula, n=int(known.sum()), rows=tuple(broken.tolist()), sides=(int((said < made)[broken].sum()), int((said > made)[broken].sum())), shown=shown)
