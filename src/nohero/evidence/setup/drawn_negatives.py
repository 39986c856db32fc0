"""Items of one class that are drawn anew at each reading, beside items of another that stay: how many of the drawn have the inputs of one that stays?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 0
LEAST = 100  # items
READ_AGAIN = 24  # items of each class
STAY, CHANGE = 0.1, 0.5  # share of them that change: of the class that stays at the most, of the one that is drawn at the least


@dataclass(frozen=True, kw_only=True)
class DrawnNegatives:
    """Whole-number inputs, such as a user and a thing."""

    fixed: float  # the class whose items stay
    drawn: float  # the class whose items are another at each reading
    n: int  # items of the drawn class
    known: int  # of these, with the inputs of an item of the fixed class
    pairs: tuple[tuple[int, int], ...]  # (drawn item, fixed item)


def measure(setup: Setup) -> DrawnNegatives:
    """Read some items again; then look the drawn ones up among those that stay."""
    import numpy as np

    from nohero.evidence.setup.item_copies import _classes, _codes, _keys, handed_on
    from nohero.setup.items import parts_of

    part = parts_of(setup)["train"]
    names = tuple(n for n, v in part.inputs.items() if not handed_on(v, part))
    y = _classes(part)
    if not names or y is None or part.n < LEAST or not part.ordered or not _codes(part, names) or len(np.unique(y)) != 2:
        raise Unmeasurable("the items are no pairs of whole numbers with one of two labels")
    keys = _keys(part, names)
    changing = {float(c): _changing(setup, part, names, np.flatnonzero(y == c)) for c in np.unique(y)}
    fixed, drawn = min(changing, key=lambda c: changing[c]), max(changing, key=lambda c: changing[c])
    if changing[fixed] > STAY or changing[drawn] < CHANGE:
        raise Unmeasurable("no class is drawn anew while the other stays")
    stay = {keys[i]: int(i) for i in np.flatnonzero(y == fixed)}
    others = np.flatnonzero(y == drawn)
    hits = [(int(part.index[i]), int(part.index[stay[keys[i]]])) for i in others if keys[i] in stay]
    return DrawnNegatives(fixed=fixed, drawn=drawn, n=len(others), known=len(hits), pairs=tuple(hits[:5]))


def _changing(setup: Setup, part: Part, names: tuple[str, ...], places: Any) -> float:
    """The share of items at these places that are another one when they are read again."""
    import numpy as np
    from torch.utils.data import default_collate

    from nohero.setup.items import _arrays, _as_called, read_one

    chosen = places[np.linspace(0, len(places) - 1, min(READ_AGAIN, len(places))).astype(int)]
    items, collate = setup.train.items, setup.train.given.collate_fn if setup.train.is_dataloader else default_collate
    with setup.apart(seed=29, data=True):
        specimen = _as_called(setup, collate([read_one(items, part.index[i]) for i in chosen]))
    again = {} if specimen is None else _arrays(part, specimen.inputs)
    if any(n not in again or again[n].shape != part.inputs[n][chosen].shape for n in names):
        raise Unmeasurable("the items are of another form when they are read again")
    other = np.zeros(len(chosen), dtype=bool)
    for n in names:
        other |= (again[n] != part.inputs[n][chosen]).reshape(len(chosen), -1).any(1)
    return float(other.mean())
