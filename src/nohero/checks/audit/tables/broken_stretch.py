"""What it asks: is a field the same from the first row to the last?

Why it matters: files grow by being appended to. Where the unit, the sensor, the export or the name of a category changed at some row, one field
holds two, and a model learns the change.

How it is measured: in the order of the file, or of the time where it is named: a step of the level, or of the spread of unordered rows, twice as
large as any other, or three times where no unit explains it, after which the values hardly overlap; within each group, where groups are named, a step by a power of ten; a stretch on a coarser grid than the rest; a value that ends where another
begins, while the others go on; a field that ends where one of like name begins; a stretch in which a field is missing, while it hardly ever is elsewhere.

When it is right to fail: never more than a warning. It warns where two known units turn the one into the other, where rounding is coarse for the
field, or where the two names, or two scales of whole numbers, are alike, and where one field alone is missing
from some row on. Fields that are missing between two rows, or that begin or end several together, may be so by design, and are left open. Any other step may be what happened, and is left open. Where the rows
are ordered by another field that changes there too, it is silent; where they lie in blocks of a class or a place, it tells only what is sure.

What it cannot see: slow drifts, changes smaller than the field's own, more than two of them in one field, and stretches shorter than 30 rows (six, of series that move little, and powers of ten), or of more than 20,000 rows shorter than 30 of 20,000.

Mend: bring the stretch to the unit, the names and the decimals of the rest, or leave it out.

Source: Killick, Fearnhead and Eckley 2012, Optimal detection of changepoints (arXiv:1101.1438), for the question; the rules are this file's.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.breaks import Breaks
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.breaks import Break
    from nohero.sources.collection import Collection

SHOWN = 30  # rows of the table


def judge(breaks: Breaks) -> Finding:
    """The surest first."""
    if not breaks.found:
        return passed(f"no field of {breaks.fields} is another from some row on")
    told = sorted(zip(breaks.found, zip(breaks.names[::2], breaks.names[1::2], strict=True), strict=True), key=lambda t: (not _is_sure(t[0]), not t[0].units, -t[0].rows))
    first, ends = told[0]
    fields = tuple(dict.fromkeys(b.field for b, _ in told))
    more = "".join(f"; {_said(b, names, breaks.order)}" for b, names in told[1:] if b.field == first.field and b.kind != first.kind)
    more += f"; {len(fields) - 1} more fields change too" if len(fields) > 1 else ""
    return (warned if _is_sure(first) else unsure)(
        f"{_said(first, ends, breaks.order)}{more}",
        expected="one unit, one grid and one set of names a field",
        observed=Observed(value=float(first.rows), unit="rows", n=len(fields)),
        component="data",
        where=fields,
        items=tuple(dict.fromkeys(name for _, names in told for name in names)),
        level=Level.HEURISTIC,
        effect="a model learns where the rows come from, and what is scaled or counted over all rows is wrong for both",
        remedies=(_mended(next((b for b, _ in told if b.field == first.field and b.kind != "decimals"), first)), "ask what changed at that row: a sensor, an export, a form; look at the other fields there too"),
        figure=Table(
            title="Fields that are another for a stretch of rows", columns=("field", "what changes", "first row", "last row", "rows", "elsewhere", "there", "units"),
            rows=tuple((b.field, b.kind, one, other, b.rows, b.before, b.after, b.units) for b, (one, other) in told[:SHOWN]),
        ),
    )  # fmt: skip


def _is_sure(one: Break) -> bool:
    return bool(one.units) or one.alike or one.kind == "decimals"


def _said(one: Break, ends: tuple[str, str], order: str) -> str:
    stretch = f"from {ends[0]} {'on' if one.to_end else f'to {ends[1]}'} ({one.rows:,} rows{f', by `{order}`' if order else ''})"
    if one.kind == "decimals":
        return f"all values of `{one.field}` {stretch} are multiples of {one.after}; of the others {one.before}"
    if one.kind == "category":
        return f"`{one.before}` of `{one.field}` ends where `{one.after}` begins, {stretch}"
    if one.kind == "scale":
        return f"`{one.field}` goes from {one.after} {stretch}, and from {one.before} before"
    if one.kind == "missing":
        return f"`{one.field}` is missing in all rows {stretch}, and in {one.before} of the others"
    if one.kind == "name":
        return f"`{one.before}` is filled up to the row where `{one.after}` begins, {stretch}"
    what = "the median" if one.kind == "level" else "median and spread"
    return f"{f'of {one.series}, ' if one.series else ''}{stretch}, {what} of `{one.field}` is {one.after} instead of {one.before}{one.units and f', as between {one.units}'}"


def _mended(one: Break) -> str:
    if one.kind in ("category", "name"):
        return f"if `{one.before}` and `{one.after}` are the same, give them one name"
    if one.kind == "missing":
        return f"ask why `{one.field}` was not recorded there; leave these rows or the field out rather than fill it in"
    if one.kind == "decimals":
        return f"round all of `{one.field}` to multiples of {one.after}, or leave the stretch out"
    return f"bring `{one.field}` to one unit" if one.units or one.kind == "scale" else f"find out what happened to `{one.field}` at that row; a mistake is undone there, a real change is told by a field of its own"


def _sensor(columns: dict[str, list[str]], seed: int = 4) -> list[float]:
    """A temperature through two years: a season, days that hang together, and noise."""
    import math

    drawn, hung, values = random.Random(seed), 0.0, []
    for i in range(len(columns["age"])):
        hung = 0.8 * hung + drawn.gauss(0, 2)
        values.append(62 + 12 * math.sin(i / 450 * 2 * math.pi) + hung + drawn.gauss(0, 1))
    return values


def celsius_from_some_row_on(collection: Collection) -> Collection:
    """The last third of the temperatures is in degrees Celsius."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["temperature"] = [f"{v if i < 560 else (v - 32) / 1.8:.1f}" for i, v in enumerate(_sensor(columns))]
        return columns

    return recelled(collection, change)


def inches_for_a_while(collection: Collection) -> Collection:
    """A batch of 120 heights is in inches."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"] = [f"{float(c) / 2.54:.1f}" if c and 300 <= i < 420 else c for i, c in enumerate(columns["height"])]
        return columns

    return recelled(collection, change)


def rounded_from_some_row_on(collection: Collection) -> Collection:
    """Whole centimetres in the last half."""
    return recelled(collection, lambda columns: {**columns, "height": [f"{float(c):.0f}" if c and i >= 450 else c for i, c in enumerate(columns["height"])]})


def a_town_renamed(collection: Collection) -> Collection:
    """Delft is written otherwise from the middle on."""
    return recelled(collection, lambda columns: {**columns, "town": ["Delft (NL)" if c == "Delft" and i >= 450 else c for i, c in enumerate(columns["town"])]})


def a_field_renamed(collection: Collection) -> Collection:
    """The income has another name in the last third."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["net_income"] = [c if i >= 600 else "" for i, c in enumerate(columns["income"])]
        columns["income"] = [c if i < 600 else "" for i, c in enumerate(columns["income"])]
        return columns

    return recelled(collection, change)


def no_longer_recorded(collection: Collection) -> Collection:
    """The height is missing from some row on."""
    return recelled(collection, lambda columns: {**columns, "height": [c if i < 780 else "" for i, c in enumerate(columns["height"])]})


def missing_where_sorted(collection: Collection) -> Collection:
    """Rows sorted by the height, and what is missing at their end; a mean over past rows; and a second form for some rows here and there."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        order = sorted(range(len(columns["height"])), key=lambda i: float(columns["height"][i] or 999))
        columns = {name: [cells[i] for i in order] for name, cells in columns.items()}
        columns["height"] = [c if i < 780 else "" for i, c in enumerate(columns["height"])]
        columns["past"] = ["" if i < 70 else c for i, c in enumerate(columns["income"])]
        columns["second"] = [f"{i * 7919 % 97}" if i // 40 % 3 == 0 else "" for i in range(len(order))]
        return columns

    return recelled(collection, change)


def seasons_and_walks(collection: Collection) -> Collection:
    """A season, a walk, a trend, and the same sorted."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        drawn, place = random.Random(7), 0.0
        walk = [place := place + drawn.gauss(0, 1) for _ in columns["age"]]
        columns |= {"season": [f"{v:.1f}" for v in _sensor(columns)], "walk": [f"{v:.2f}" for v in walk], "ordered": [f"{v:.1f}" for v in sorted(_sensor(columns))]}
        columns["trend"] = [f"{i / 30 + drawn.gauss(0, 1):.2f}" for i in range(len(walk))]
        return columns

    return recelled(collection, change)


def a_town_in_thousands(collection: Collection) -> Collection:
    """Sums of three towns week by week, those of one in thousands from some week on."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import numpy as np

        sums = np.exp(np.cumsum(np.random.default_rng(2).normal(0.003, 0.02, (3, 300)), axis=1)) * 40_000
        sums[1, 180:] /= 1000
        return {**columns, "place": [p for p in ("Cork", "Delft", "Faro") for _ in range(300)], "sum": [f"{v:.2f}" for v in sums.ravel()]}

    return recelled(collection, change).with_(group="place")


def ordered_by_town(collection: Collection) -> Collection:
    """The rows lie town by town, and each town has its own level, its own decimals and its own shops."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        order = sorted(range(len(columns["town"])), key=lambda i: columns["town"][i])
        columns = {name: [cells[i] for i in order] for name, cells in columns.items()}
        columns["shop"] = [f"{t} {i % 3}" for i, t in enumerate(columns["town"])]
        columns["height"] = [f"{float(c) * 2:.0f}" if c and t == "Cork" else c for c, t in zip(columns["height"], columns["town"], strict=True)]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT570", name="broken-stretch", source="Killick, Fearnhead and Eckley 2012, Optimal detection of changepoints (arXiv:1101.1438)", judge=judge,
    sabotages=tuple(Case(toy="people", plant=p) for p in (celsius_from_some_row_on, inches_for_a_while, rounded_from_some_row_on, a_town_renamed, a_field_renamed, no_longer_recorded, a_town_in_thousands)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (seasons_and_walks, ordered_by_town, missing_where_sorted)),
    under=("DAT553",),
)  # fmt: skip
