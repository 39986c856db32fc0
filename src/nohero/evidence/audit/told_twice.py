"""Fields that each tell the class nearly fully alone, so that none is missed where it is left out; what all others tell without them; and whether two of them are wrong in the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.label_tells import ROWS
from nohero.evidence.column_power import codes_of, says_the_same, tree_said, tree_score

if TYPE_CHECKING:
    from nohero.evidence.audit.label_tells import LabelTells
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
STRONG = 0.2  # of what the constant leaves open that a field leaves, at most
AGAIN, TOGETHER = 0.5, 1.1  # values for each row, and pairs of values for each value of the one that has more
MOST = 8  # such fields that are looked at


@dataclass(frozen=True, kw_only=True)
class Missed:
    """Rows that two fields miss: each alone, and both."""

    fields: tuple[str, str]
    rows: tuple[int, int]
    shared: int


@dataclass(frozen=True, kw_only=True)
class ToldTwice:
    """Strong fields, strongest first, and the accuracy of a tree on all others, their twins left out."""

    strong: tuple[tuple[str, float], ...]  # field, accuracy alone
    rest: float  # nan where no field is left, or none is strong
    missed: tuple[Missed, ...]  # of pairs of strong fields that are no twins
    constant: float
    n: int
    label: str


def measure(collection: Collection, profile: Profile, tells: LabelTells) -> ToldTwice:
    """On the items of the training part, or of all where there are no parts."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not profile.classes:
        raise Unmeasurable("no label of classes")
    names = [t.field for t in tells.tells if 1 - t.score <= STRONG * (1 - tells.constant)][:MOST]
    empty = ToldTwice(strong=(), rest=float("nan"), missed=(), constant=tells.constant, n=tells.n, label=tells.label)
    if len(names) < 2:
        return empty
    known = collection.frame[collection.label].is_not_null().to_numpy() & collection.part(collection.parts[0] if collection.parts else "")
    rows = np.flatnonzero(known)
    rows = np.sort(np.random.default_rng(collection.seed).choice(rows, ROWS, replace=False)) if len(rows) > ROWS else rows
    frame = collection.frame[rows]
    y = np.unique(codes_of(frame[collection.label]), return_inverse=True)[1]
    coded = {f: codes_of(frame[f]) for f in collection.features if profile.field(f).kind not in ("constant", "empty")}
    wrong = {f: tree_said(coded[f][:, None], y, classes=True) != y for f in names}
    others = [c for f, c in coded.items() if f not in wrong and not any(says_the_same(c, coded[n]) for n in names)]
    missed = [
        Missed(fields=(a, b), rows=(int(wrong[a].sum()), int(wrong[b].sum())), shared=int((wrong[a] & wrong[b]).sum())) for a, b in combinations(names, 2) if not says_the_same(coded[a], coded[b]) and not _one_name(coded[a], coded[b])
    ]
    return ToldTwice(
        strong=tuple((f, float(1 - wrong[f].mean())) for f in names), rest=_without(others, y), missed=tuple(missed), constant=tells.constant, n=len(rows), label=collection.label,
    )  # fmt: skip


def _one_name(one: Any, other: Any) -> bool:
    """Whether values that come again come together, as a teacher and that teacher's looks: both only say of whom the row is."""
    import numpy as np

    most = max(len(np.unique(one)), len(np.unique(other)))
    return bool(most <= AGAIN * len(one) and len(np.unique(np.stack([one, other], 1), axis=0)) <= TOGETHER * most)


def _without(others: list[Any], y: Any) -> float:
    """Where no other field is left, nothing can be said."""
    import numpy as np

    return tree_score(np.stack(others, 1), y, classes=True) if others else float("nan")
