"""Whether labels mean in each part, and with each source, what they mean elsewhere; and whether the parts have the classes in like shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.label_doubts import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

ROWS = 100_000  # of which shares are told; of more, so many drawn evenly
PRICE = 2.1  # seconds: the model's, which the doubtful labels need too
LEAST = 20  # items of either class within a value, and without it
ENOUGH, AGREE, ALIKE = 30, 5, 0.01  # items of a value; values; chance of differences as large as those among the others
FAR, AWAY, NEAR = 6.0, 0.2, 2.5  # standard errors, and share, from the others; standard errors from their shares the other way round
TELLS, SURELY = 0.1, 3.0  # area beyond chance's from which on a number tells the label; standard errors within one value, by which it lies off where it would lie if labels were swapped there
VALUES, FIELDS, CLASSES = 50, 20, 10  # of a field that may be a source; such fields; classes looked at in pairs


@dataclass(frozen=True, kw_only=True)
class Within:
    """Two classes within one value of a field: area under the ROC curve of a model that did not see the item, within and elsewhere; .5 is chance."""

    field: str
    value: str
    classes: tuple[str, str]
    auc: float
    elsewhere: float  # not a number where the area within is a half or more: nobody asks then
    error: float  # standard error at chance
    items: int
    shares: tuple[float, float]  # of the first of the two classes among both, within and elsewhere


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """One value of a field with which two classes have each other's shares, while all its other values agree."""

    field: str
    value: str
    items: int
    values: int  # of the field
    label: str  # class
    share: float
    others: float


@dataclass(frozen=True, kw_only=True)
class PartLabels:
    """All of them, and how far the classes' shares of each part lie from the first's."""

    within: tuple[Within, ...]
    mirrored: tuple[Mirrored, ...]
    split: str
    first: str  # part
    away: tuple[tuple[str, float, float, str, float, float], ...]  # part, share of labels that would have to change, by chance at most, the class that differs most, its share there and in the first
    label: str


def measure(collection: Collection, profile: Profile) -> PartLabels:
    """By the parts, and of items that are no plain rows by each field of few values: a model of rows has seen these fields."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not profile.classes:
        raise Unmeasurable("no label of classes")
    plain = collection.kind == "row" and collection.texts is None
    kinds = collection.frame.schema
    several = {f.name for f in profile.fields if 2 <= f.num_distinct <= VALUES} - {collection.split, collection.label}
    few = [n for n in kinds if n in several and not kinds[n].is_float() and not kinds[n].is_temporal()][:FIELDS]
    if not collection.label or not (few or collection.split):
        raise Unmeasurable("no parts, and no field that may say who labelled")
    sizes = {f.name: f.num_distinct for f in profile.fields}
    mirrored = tuple(m for f in few if len(profile.classes) == 2 and sizes[f] >= AGREE and (m := _mirrored(collection, f)) is not None)
    sources = ([collection.split] if collection.split else []) + ([] if plain else few)
    if not sources:
        return PartLabels(within=(), mirrored=mirrored, split="", first="", away=(), label=collection.label)
    rows, names, y, said = judged(collection, profile)
    scores = np.log(np.clip(said, 1e-9, 1))
    within = [w for f in sources for w in _pairs(f, collection.frame[f].cast(str).to_numpy()[rows], names, y, scores)] if len(names) <= CLASSES else []
    first = collection.parts[0] if collection.split else ""
    return PartLabels(within=tuple(within), mirrored=mirrored, split=collection.split, first=first, away=_away(collection, rows, names, y), label=collection.label)


def _mirrored(collection: Collection, field: str) -> Mirrored | None:
    """Of a label of two classes, and a field of several values that have enough items each."""
    import numpy as np
    import polars as pl

    both = pl.DataFrame({"value": collection.frame[field], "label": collection.labels}).gather_every(max(1, len(collection) // ROWS)).drop_nulls()
    table = both.group_by("value", "label").len("n").with_columns(pl.col("value", "label").cast(pl.String))
    names = sorted(table["label"].unique().to_list())
    if len(names) != 2:
        return None
    counted = table.group_by("value").agg(pl.col("n").sum(), pl.col("n").filter(pl.col("label") == names[0]).sum().alias("of")).filter(pl.col("n") >= ENOUGH).sort("value")
    if counted.height < AGREE:
        return None
    n, of = counted["n"].to_numpy().astype(float), counted["of"].to_numpy().astype(float)
    k = int(np.abs(of / n - np.median(of / n)).argmax())
    rest = np.arange(len(n)) != k
    share, others = of[k] / n[k], of[rest].sum() / n[rest].sum()
    error = float(np.sqrt(max(others * (1 - others), 1e-9) / n[k]))
    if abs(share - others) < max(FAR * error, AWAY) or abs(share - (1 - others)) > NEAR * error or not _agree(n[rest], of[rest]):
        return None
    if _runs_the_same_way(collection, (collection.frame[field].cast(str) == counted["value"][k]).fill_null(value=False).to_numpy(), names[0]):
        return None
    return Mirrored(field=field, value=str(counted["value"][k]), items=int(n[k]), values=len(n), label=names[0], share=float(share), others=float(others))


def _runs_the_same_way(collection: Collection, inside: Any, label: str) -> bool:
    """Whether a number that tells the label elsewhere tells it the same way within: where labels were swapped, all of them run against it."""
    import numpy as np

    y, known = (collection.labels.cast(str) == label).fill_null(value=False).to_numpy(), collection.labels.is_not_null().to_numpy()
    for series in collection.frame:
        if not series.dtype.is_numeric() or series.name in (collection.label, collection.split):
            continue
        values = series.cast(float).fill_null(float("nan")).to_numpy()
        there, here = (known & np.isfinite(values) & where for where in (~inside, inside))
        counts = [int((y[s] == of).sum()) for s in (there, here) for of in (True, False)]
        if min(counts) < LEAST:
            continue
        apart = [area(values[s], y[s]) - 0.5 for s in (there, here)]
        error = float(np.sqrt((counts[2] + counts[3] + 1) / (12 * counts[2] * counts[3])))
        if abs(apart[0]) >= TELLS and apart[0] * apart[1] > 0 and abs(apart[0] + apart[1]) >= SURELY * error:
            return True
    return False


def _agree(n: Any, of: Any) -> bool:
    """Whether shares `of` / `n` differ by no more than chance: a chi-square test."""
    import numpy as np
    from scipy.special import chdtrc

    share = of.sum() / n.sum()
    apart = float(((of - n * share) ** 2 / np.maximum(n * share * (1 - share), 1e-9)).sum())
    return bool(chdtrc(len(n) - 1, apart) >= ALIKE)


def _pairs(field: str, values: Any, names: Any, y: Any, scores: Any) -> Iterator[Within]:
    """Each value's items once for each pair of classes; all others where those run the wrong way round."""
    import numpy as np

    known = np.array([v is not None for v in values], dtype=bool)
    told, codes = np.unique(np.where(known, values, "").astype(str), return_inverse=True)
    for a in range(len(names)):
        for b in range(a):
            two = np.flatnonzero(((y == a) | (y == b)) & known)
            two = two[np.argsort(codes[two], kind="stable")]
            ends = np.searchsorted(codes[two], np.arange(len(told) + 1))
            margin, first = scores[two, a] - scores[two, b], y[two] == a
            for k, value in enumerate(told):
                inside = np.zeros(len(two), dtype=bool)
                inside[ends[k] : ends[k + 1]] = True
                counts = [int((first[s] == c).sum()) for s in (inside, ~inside) for c in (True, False)]
                if min(counts) < LEAST:
                    continue
                auc = area(margin[inside], first[inside])
                yield Within(
                    field=field, value=str(value), classes=(str(names[a]), str(names[b])), auc=auc, elsewhere=area(margin[~inside], first[~inside]) if auc < 0.5 else float("nan"),
                    error=float(np.sqrt((counts[0] + counts[1] + 1) / (12 * counts[0] * counts[1]))), items=int(inside.sum()),
                    shares=(counts[0] / max(1, counts[0] + counts[1]), counts[2] / max(1, counts[2] + counts[3])),
                )  # fmt: skip


def area(margin: Any, positive: Any) -> float:
    """Under the ROC curve: how often a positive one has the greater margin; of equal ones a half."""
    import numpy as np

    against = np.sort(margin[~positive])
    ours = margin[positive]
    return float((np.searchsorted(against, ours, side="left") + np.searchsorted(against, ours, side="right")).mean() / (2 * len(against)))


def _away(collection: Collection, rows: Any, names: Any, y: Any) -> tuple[tuple[str, float, float, str, float, float], ...]:
    """Half the sum of the differences of the shares, and what chance gives at most: three standard errors of each share. Of parts that have several classes in common: foreign ones are asked for by themselves."""
    import numpy as np

    found: list[tuple[str, float, float, str, float, float]] = []
    for k, part in enumerate(collection.parts):
        inside = collection.part(part)[rows]
        shares, n = np.bincount(y[inside], minlength=len(names)) / max(1, inside.sum()), int(inside.sum())
        if k == 0:
            first, size = shares, n
        elif n and size and ((shares > 0) & (first > 0)).sum() > 1:
            chance = 1.5 * float(np.sqrt(first * (1 - first) * (1 / n + 1 / size)).sum())
            most = int(np.abs(shares - first).argmax())
            found.append((part, float(np.abs(shares - first).sum() / 2), chance, str(names[most]), float(shares[most]), float(first[most])))
    return tuple(found)
