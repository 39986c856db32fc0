"""Numbers that are the sum of three to eight others: of neighbouring columns, or of fields that share a word of their names; in all rows or in nearly all.

All windows are screened at once on a few rows: one matrix says which fields belong to which window.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sums import BROKEN, CHANCE, LEAST, SCREENED, TELLING, VALUES, Reckoned, agrees, numbers_of, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

FIELDS = 100  # looked at, in the order of the columns
FEWEST, MOST = 3, 8  # fields that are added up
WINDOWS = 2000  # at most: the work is windows x fields x rows
WHOLE = 0.5  # slack of whole numbers, which count something: they are not rounded
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def long_sums(collection: Collection) -> tuple[Reckoned, ...]:
    """Each total by the sum that fewest rows break, and of those the one of fewest fields."""
    import numpy as np

    frame = collection.frame
    names = [s.name for s in frame if s.dtype.is_numeric() and s.name not in (collection.split, collection.group)][:FIELDS]
    if len(names) < FEWEST + 1:
        return ()
    drawn = np.random.default_rng(collection.seed).choice(frame.height, min(frame.height, SCREENED), replace=False)
    some = numbers_of(frame[drawn], names)
    totals = [k for k in range(len(names)) if len(np.unique(some[np.isfinite(some[:, k]), k])) > VALUES]
    added = _windows(names)
    if not totals or not len(added):
        return ()
    found = []
    for k in totals:
        slack = slack_of(some[np.isfinite(some[:, k]), k])
        rules = [r for of in _screened(some, added, k, slack)[:MOST] if (r := _rule(frame, [names[i] for i in of], names[k], slack)) is not None]
        if rules:
            found.append(min(rules, key=lambda r: (len(r.rows), len(r.of))))
    return tuple(found)


def _windows(names: list[str]) -> Any:
    """Bool [W, F]: runs of neighbours, in the order of the columns and among those that share a word; one more than are added, for the total may lie within."""
    import numpy as np

    words: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        for word in {w.casefold() for w in WORD.findall(name)}:
            words.setdefault(word, []).append(i)
    chosen: dict[tuple[int, ...], None] = {}
    for places in ([*range(len(names))], *(p for p in words.values() if FEWEST <= len(p) < len(names))):
        chosen.update(dict.fromkeys(_runs(places)))
    kept = list(chosen)[:WINDOWS]
    windows = np.zeros((len(kept), len(names)), dtype=bool)
    for w, window in enumerate(kept):
        windows[w, list(window)] = True
    return windows


def _runs(places: list[int]) -> Iterator[tuple[int, ...]]:
    for size in range(FEWEST, MOST + 2):
        yield from (tuple(places[a : a + size]) for a in range(len(places) - size + 1))


def _screened(some: Any, added: Any, k: int, slack: float) -> list[list[int]]:
    """Fields whose sum is the `k`th in nearly all rows looked at, best first."""
    import numpy as np

    others = added.copy()
    others[:, k] = False
    size = others.sum(1)
    others = others[(size >= FEWEST) & (size <= MOST)]
    if not len(others):
        return []
    held = np.isfinite(some)
    made = np.where(held, some, 0.0) @ others.T
    known = ((~held).astype(np.float32) @ others.T == 0) & held[:, k : k + 1]
    right = (agrees(made, some[:, k : k + 1], slack if slack == WHOLE else slack * (MOST + 1)) & known).sum(0)
    n = known.sum(0)
    good = np.flatnonzero((n >= LEAST) & (right >= (1 - 2 * BROKEN) * n))
    order = sorted(good.tolist(), key=lambda w: (float((n[w] - right[w]) / n[w]), int(others[w].sum())))
    return [np.flatnonzero(others[w]).tolist() for w in order]


def _rule(frame: Any, of: list[str], field: str, slack: float) -> Reckoned | None:
    """Over all rows; where one field does it all, where one does nothing, or where chance does it, it is none."""
    import numpy as np

    values = numbers_of(frame, [*of, field])
    some = [j for j in range(len(of)) if np.nan_to_num(values[:, j]).any()]
    values, of = values[:, [*some, len(of)]], [of[j] for j in some]
    if len(of) < FEWEST:
        return None
    parts, said = values[:, :-1], values[:, -1]
    made = parts.sum(1)
    known = np.isfinite(made) & np.isfinite(said)
    slack = max((s for v in values.T if (s := slack_of(v[np.isfinite(v)][:SCREENED])) != WHOLE), default=slack)
    rounded = agrees(made, said, (len(of) + 1) * slack)  # each of the numbers was rounded by itself
    held = rounded if slack != WHOLE else agrees(made, said, slack)
    telling = known & ~agrees(parts, said[:, None], slack).any(1)
    broken = np.flatnonzero(known & ~held)
    if len(broken) and not (known & ~rounded).any():
        return None
    if known.sum() < LEAST or telling.sum() < TELLING * known.sum() or len(broken) > BROKEN * known.sum() or (telling & held).sum() < (1 - BROKEN) * telling.sum():
        return None
    if agrees(made[known], np.random.default_rng(0).permutation(said[known]), slack).mean() > CHANCE:
        return None
    shown = tuple((", ".join(f"{v:g}" for v in parts[i]), f"{said[i]:g}", f"{made[i]:g}") for i in broken[:12])
    return Reckoned(
        field=field, of=tuple(of), formula=" + ".join(f"`{name}`" for name in of), n=int(known.sum()), rows=tuple(broken.tolist()),
        sides=(int((said < made)[broken].sum()), int((said > made)[broken].sum())), shown=shown,
    )  # fmt: skip
