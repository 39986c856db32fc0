"""Numbers that are the sum, the product or the quotient of two others, in all rows or in nearly all."""

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
    for i, j, sign, k in _screened(some, slack):
        if any({names[i], names[j], names[k]} == {r.field, *r.of} for r in found):
            continue
        rule = _rule((names[i], names[j], names[k]), sign, numbers_of(frame, [names[i], names[j], names[k]]), slack[k])
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


def _result(a: Any, b: Any, sign: str) -> Any:
    import numpy as np

    with np.errstate(all="ignore"):
        made = a + b if sign == "+" else a * b if sign == "*" else a / b
    return np.where(np.isfinite(made), made, np.nan)


def agrees(made: Any, said: Any, slack: float) -> Any:
    """Bool: as near as the decimals tell."""
    import numpy as np

    return np.abs(made - said) <= slack * 1.001 + 1e-6 * np.abs(said)  # comparisons with what is no number are false


def _screened(some: Any, slack: list[float]) -> Iterator[tuple[int, int, str, int]]:
    """(one, other, sign, result) that agree in nearly all rows looked at."""
    import numpy as np

    limit = np.array(slack)
    for i, j in combinations(range(some.shape[1]), 2):
        for one, other, sign in ((i, j, "+"), (i, j, "*"), (i, j, "/"), (j, i, "/")):
            made = _result(some[:, one], some[:, other], sign)[:, None]
            known = np.isfinite(made) & np.isfinite(some)
            agree = (np.abs(made - some) <= limit * 1.001 + 1e-6 * np.abs(some)).sum(0)
            for k in np.flatnonzero((known.sum(0) >= LEAST) & (agree >= (1 - 2 * BROKEN) * known.sum(0))):
                if k not in (i, j):
                    yield one, other, sign, int(k)


def _rule(names: tuple[str, str, str], sign: str, values: Any, slack: float) -> Reckoned | None:
    """Over all rows; where one of the two does nothing, or chance does it, it is none."""
    import numpy as np

    a, b, said = values.T
    made = _result(a, b, sign)
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
    formula = SIGNS[sign].format(a=f"`{names[0]}`", b=f"`{names[1]}`")
    return Reckoned(field=names[2], of=names[:2], formula=formula, n=int(known.sum()), rows=tuple(broken.tolist()), sides=(int((said < made)[broken].sum()), int((said > made)[broken].sum())), shown=shown)
