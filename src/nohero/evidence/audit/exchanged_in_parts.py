"""Pairs of fields that changed places in one part or file: of numbers, the one that is the greater everywhere else is the lesser there, and each lies where the other does elsewhere; of words, each has the other's."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.order_rules import FIELDS, VALUES, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST = 20  # rows that have both, in the part and without it
NEARLY = 0.95  # of the rows: in that order in the part, and in the other without it
NEARER = 0.3  # of the way from their own middles to those in the part, which the exchanged ones may have left
EITHER = 0.6  # the same of either field alone
STEADY = 0.3  # of how far either moved, that the field in the middle of all others moved at most: where all did, the part is of another kind
WORDS = 1000  # different ones of a field of words
ITS_OWN, STRANGE = 0.9, 0.1  # of the part's cells are words of the other field, and of the field itself, elsewhere


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """Two fields in one part."""

    part: str
    fields: tuple[str, str]
    rows: int  # of that part
    words: bool  # fields of words, of which it is sure
    there: tuple[str, str]  # values of either in the part
    usual: tuple[str, str]  # and elsewhere


def exchanged_in_parts(frame: Any, by: str, names: Sequence[str]) -> tuple[Exchanged, ...]:
    """Of two parts the smaller is named, for either may be the one."""
    marks = frame[by].cast(str).fill_null("")
    parts = sorted(set(marks.to_list()) - {""}, key=lambda p: int((marks == p).sum()))
    found: dict[tuple[str, str], Exchanged] = {}
    for part in parts:
        inside = (marks == part).to_numpy()
        if min(inside.sum(), (~inside).sum()) >= LEAST:
            for one in (*_numbers(frame, names, inside, part), *_words(frame, names, inside, part)):
                found.setdefault(one.fields, one)
    return tuple(found.values())


def _numbers(frame: Any, names: Sequence[str], inside: Any, part: str) -> Iterator[Exchanged]:
    import numpy as np

    chosen = [n for n in names if frame[n].dtype.is_numeric() and frame[n].n_unique() > VALUES][:FIELDS]
    values = {n: numbers_of(frame[n]) for n in chosen}
    middles = {n: tuple(_middle(v[s]) for s in (inside, ~inside)) for n, v in values.items()}
    for a, b in combinations(chosen, 2):
        with np.errstate(invalid="ignore"):
            differ = np.isfinite(values[a] - values[b]) & (values[a] != values[b])
            above = values[a] > values[b]
        shares = [float(above[s].mean()) if (s := differ & where).sum() >= LEAST else 0.5 for where in (inside, ~inside)]
        if min(shares) > 1 - NEARLY or max(shares) < NEARLY:
            continue
        (here_a, _), (usual_a, spread_a) = middles[a]
        (here_b, _), (usual_b, spread_b) = middles[b]
        own = abs(here_a - usual_a) / spread_a, abs(here_b - usual_b) / spread_b
        other = abs(here_b - usual_a) / spread_a, abs(here_a - usual_b) / spread_b
        moved = [abs(m[0][0] - m[1][0]) / m[1][1] for n, m in middles.items() if n not in (a, b)]
        if moved and float(np.nanmedian(moved)) > STEADY * min(own):
            continue
        if sum(other) <= NEARER * sum(own) and all(o <= EITHER * w for o, w in zip(other, own, strict=True)):
            yield Exchanged(part=part, fields=(a, b), rows=int(inside.sum()), words=False, there=(f"{here_a:g}", f"{here_b:g}"), usual=(f"{usual_a:g}", f"{usual_b:g}"))


def _middle(values: Any) -> tuple[float, float]:
    """(median, half the middle half), of what is a number."""
    import numpy as np

    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), 1.0
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return float(middle), max(float(high - low) / 2, 1e-12)


def _words(frame: Any, names: Sequence[str], inside: Any, part: str) -> Iterator[Exchanged]:
    import polars as pl

    chosen = [n for n in names if frame[n].dtype == pl.String and 2 <= frame[n].n_unique() <= WORDS][:FIELDS]
    here, usual = ({n: frame[n].filter(pl.Series(s)).drop_nulls() for n in chosen} for s in (inside, ~inside))
    known = {n: set(usual[n].unique().to_list()) for n in chosen}
    strange = [n for n in chosen if here[n].len() >= LEAST and _among(here[n], known[n]) <= STRANGE]  # hardly any, in most parts
    for a, b in combinations(strange, 2):
        if min(_among(here[a], known[b]), _among(here[b], known[a])) >= ITS_OWN:
            yield Exchanged(part=part, fields=(a, b), rows=int(inside.sum()), words=True, there=(here[a][0], here[b][0]), usual=(usual[a][0], usual[b][0]))


def _among(cells: Any, words: set[str]) -> float:
    return float(cells.is_in(list(words)).mean() or 0) if cells.len() else 0.0
