"""What it asks: did numbers lose their sign?

Why it matters: a longitude without its minus lies on the other side of the world, and a refund becomes a sale; as a number it looks like any other, for somewhere
there are such places.

How it is measured: within each kind of rows that a field of words tells, such as a country: where nine numbers of ten have one sign and keep well away from zero, the
others are turned round. They lost their sign where three in four of them then lie among the rest, and no other field has words of its own for them, as a type `refund` is.

When it is right to fail: never more than a warning, of three latitudes or longitudes or more, by the names of their fields. Of other numbers it is left open: what is
taken back has the other sign by right.

What it cannot see: numbers near zero, kinds of fewer than thirty rows, and a sign that all rows lost.

Mend: give these numbers their sign back, once the source bears it out.

Source: the recipe, the data ("look for bugs in the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.lost_signs import LostSigns
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(signs: LostSigns) -> Finding:
    """Name the field, the kind and the numbers."""
    if not signs.found:
        return passed(f"no number of {signs.fields} fields of both signs stands across zero from its kind, where it would belong among them")
    first = max(signs.found, key=lambda s: s.place)
    return (warned if first.place else unsure)(
        f"{len(first.rows):,} of {first.of:,} numbers of `{first.field}` where `{first.by}` is {first.kind} have the other sign than the rest ({first.usual[0]:g} to {first.usual[1]:g}), and would lie among them with it: {', '.join(f'{v:g}' for v in first.shown)}"
        + (f"; {len(signs.found) - 1:,} more kinds have such" if len(signs.found) > 1 else ""),
        expected="like signs for like things",
        observed=Observed(value=float(len(first.rows)), unit="numbers", n=first.of),
        component="data",
        where=tuple(dict.fromkeys(s.field for s in signs.found)),
        items=tuple(signs.items[i] for i in sorted({i for s in signs.found for i in s.rows})),
        level=Level.HEURISTIC,
        effect="each looks well by itself, and is as far off as can be",
        remedies=("look at these rows at their source, and where it bears that out, give the numbers their sign back", "if they are right, as what is taken back is, note beside the data what is of both signs"),
        figure=Table(title="Numbers across zero", columns=("field", "by", "kind", "numbers", "of", "the rest lie"), rows=tuple((s.field, s.by, s.kind, len(s.rows), s.of, f"{s.usual[0]:g} to {s.usual[1]:g}") for s in signs.found)),
    )


def _longitudes(columns: dict[str, list[str]]) -> list[float]:
    """By town: Cork's are west."""
    west = {"Cork": -60.0, "Bergen": 40.0}
    return [west.get(t, 5.0) - (20 + i * 7919 % 3000 / 100 if t == "Cork" else -(i * 7919 % 3000) / 100) for i, t in enumerate(columns["town"])]


def without_their_minus(collection: Collection) -> Collection:
    """Every twentieth of the western longitudes has no minus."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["longitude"] = [f"{abs(v) if i % 20 == 3 else v:.2f}" for i, v in enumerate(_longitudes(columns))]
        return columns

    return recelled(collection, change)


def east_and_west(collection: Collection) -> Collection:
    """All have their sign; returns of both signs, few of them above zero; and payments, of which a field says the few that were given back."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(5)
        columns["longitude"] = [f"{v:.2f}" for v in _longitudes(columns)]
        columns["return"] = [f"{drawn.gauss(-8, 5):.2f}" for _ in columns["age"]]
        columns["kind"] = ["refund" if i % 25 == 4 else "payment" for i, _ in enumerate(columns["age"])]
        columns["amount"] = [f"{drawn.uniform(30, 90) * (-1 if k == 'refund' else 1):.2f}" for k in columns["kind"]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT580", name="lost-signs", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=without_their_minus),), lookalikes=(Case(toy="people", plant=east_and_west),),
)  # fmt: skip
