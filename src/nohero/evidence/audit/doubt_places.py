"""Where the labels that a small model contradicts lie: in a stretch of the rows, a part, a group, a file, an annotator's share.

Items of one given label of which the model is as sure are contradicted as often, wherever they lie. A place in which they are contradicted
far more often has labels that are not those of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.breaks import lies_in_blocks
from nohero.evidence.audit.label_doubts import judged

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
BLOCKS = 60  # equal stretches of the rows
SHORTEST = 20  # items of a place
LONGEST = 0.6  # share of the items that a place may hold: beyond, it is the rule
VALUES = 60  # that a field of places has at most
SLACK = 1.2  # times what is expected, that a stretch must exceed to grow
FITTED = 100  # items of a class, from which how often it is contradicted is told by how sure the model is
LISTED = 2000


@dataclass(frozen=True, kw_only=True)
class Place:
    """One stretch, or one value of a field."""

    name: str  # "from row 3 to row 9", "where `part` is `test`"
    items: int
    contrary: int
    expected: float  # contradictions, as often as items of these labels are contradicted of which the model is as sure
    deviations: float  # standard deviations beyond
    elsewhere: float  # contradictions outside, for each that is expected there
    named: tuple[str, ...]  # the contradicted items


@dataclass(frozen=True, kw_only=True)
class DoubtPlaces:
    """The places that stand out most, first the clearest."""

    n: int
    places: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Judged:
    """What a model says of the items that have a label."""

    rows: Any  # int64 [M]: the items
    classes: Any  # int64 [M]: their given labels, numbered
    contradicted: Any  # bool [M]: the model says another
    unsure: Any  # float32 [M]: one less the probability of the likeliest


def measure(collection: Collection, profile: Profile) -> DoubtPlaces:
    """Stretches of the source's order, unless that is the order of the label, and the values of fields that the model does not see."""
    import numpy as np

    rows, _, y, said = judged(collection, profile)
    doubts = _Judged(rows=rows, classes=y, contradicted=said.argmax(1) != y, unsure=1 - said.max(1))
    contrary, expected = doubts.contradicted.astype(np.float64), _expected(doubts)
    found = [p for mask, name in (*(_stretches(collection, doubts.rows, contrary, expected) if not lies_in_blocks(collection.frame.select(collection.label)) else ()), *_values(collection, doubts.rows)) if (p := _place(collection, doubts, mask, name, expected)) is not None]
    return DoubtPlaces(n=len(rows), places=tuple(sorted(found, key=lambda p: -p.deviations)))


def _expected(doubts: _Judged) -> Any:
    """float64 [n]: how often items of the same label of which the model is as sure are contradicted, over the whole set."""
    import numpy as np
    from sklearn.isotonic import IsotonicRegression

    expected = np.zeros(len(doubts.rows))
    for one in np.unique(doubts.classes):
        mine = doubts.classes == one
        if mine.sum() < FITTED:
            expected[mine] = doubts.contradicted[mine].mean()
        else:
            expected[mine] = IsotonicRegression().fit_transform(doubts.unsure[mine], doubts.contradicted[mine].astype(np.float64))
    return expected


def _place(collection: Collection, doubts: _Judged, mask: Any, name: str, expected: Any) -> Place | None:
    import numpy as np

    size = int(mask.sum())
    if not SHORTEST <= size <= LONGEST * len(doubts.rows):
        return None
    contrary, awaited = int(doubts.contradicted[mask].sum()), float(expected[mask].sum())
    spread = float(np.sqrt((expected[mask].clip(0, 1) * (1 - expected[mask].clip(0, 1))).sum() + 1))
    elsewhere = float(doubts.contradicted[~mask].sum() / max(expected[~mask].sum(), 1.0))
    named = tuple(collection.items[int(i)] for i in doubts.rows[mask & doubts.contradicted][:LISTED])
    return Place(name=name, items=size, contrary=contrary, expected=awaited, deviations=(contrary - awaited) / spread, elsewhere=elsewhere, named=named)


def _stretches(collection: Collection, rows: Any, contrary: Any, expected: Any) -> list[tuple[Any, str]]:
    """The stretch of blocks in which contradictions exceed what is expected by most."""
    import numpy as np

    edges = np.linspace(0, len(rows), min(BLOCKS, len(rows) // SHORTEST) + 1).round().astype(int)
    if len(edges) < 4:
        return []
    excess = np.add.reduceat(contrary - SLACK * expected, edges[:-1])
    sums = np.concatenate([[0.0], np.cumsum(excess)])
    least = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - least))
    start = int(np.argmin(sums[: end + 1]))
    if end <= start:
        return []
    mask = np.zeros(len(rows), dtype=bool)
    mask[edges[start] : edges[end]] = True
    first, last = collection.items[int(rows[edges[start]])], collection.items[int(rows[edges[end] - 1])]
    return [(mask, f"from {first} to {last}")]


def _values(collection: Collection, rows: Any) -> list[tuple[Any, str]]:
    """Each value of the part, the group and the file; of texts, pictures and sounds, of every field of few values."""
    from nohero.sources.table import FILE

    frame = collection.frame
    unseen = [c for c in frame.columns if c != collection.label] if collection.kind != "row" or collection.texts is not None else [collection.split, collection.group, FILE]
    found = []
    for name in unseen:
        if name not in frame.columns or frame[name].dtype.is_float():
            continue
        values = frame[name][rows].cast(str)
        if not 2 <= values.n_unique() <= VALUES:
            continue
        found += [((values == v).fill_null(value=False).to_numpy(), f"where `{name}` is `{v}`") for v in values.drop_nulls().unique(maintain_order=True).to_list()]
    return found
