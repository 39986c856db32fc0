"""What it asks: do rows repeat the one above them but for a field or two, the same for all of them?

Why it matters: a join whose other table has its key twice writes each such row twice. Copies weigh double, sums and counts are too large, and a random split puts copies on both sides.

How it is measured: neighbours that differ in one to three fields, always the same, and share four values that few rows have. Of rows two to ten apart
hardly any may differ so, and no more neighbours than other rows in as few other fields: else the file stands in an order that brings like rows together.

When it is right to fail: never more than a warning, and not where a fifth of the rows repeat the one above, where a third and more are like it in most fields, where the field is a time, names
the rows or goes on by one step: there it is the way of the data. Where the field is a measured number it is left open: the same thing may have been measured twice.

What it cannot see: copies that do not stand next to each other (nearly-repeated-rows looks for these in tables of many fields), and all beyond the first 50,000 rows.

Mend: keep one row of each, by a rule, or sum up the other table before it is joined.

Source: the recipe, the data ("you may find duplicate examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.fanned_rows import FannedRows
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 10  # rows: fewer are a chance of few distances
TIMES = 5.0  # as many neighbours as pairs of any other distance: like rows that an order brings together thin out slowly
ORDER = 2.0  # times as many neighbours as pairs farther apart differ in few other fields, above which the file stands in an order that brings like rows together
CUSTOM = 0.2  # of the rows
LIKE = 0.3  # of the rows may differ from the one above in few other fields: more belong together by what they are, as rounds of one match do
STEPS = 0.8  # of the pairs: what is joined twice differs by anything


def judge(fanned: FannedRows) -> Finding:
    """A heap of neighbours that differ in the same fields alone."""
    count = len(fanned.rows)
    fields = " and ".join(f"`{f}`" for f in fanned.fields)
    told = f"{count:,} of {fanned.n:,} rows differ from the one above in {fields} alone"
    if count < FEWEST or count < TIMES * fanned.apart or fanned.others[0] > ORDER * max(1, fanned.others[1]):
        return passed(f"{told}, {fanned.apart:,.0f} from one farther up" if count else "no row differs from the one above in a few fields alone")
    if count > CUSTOM * fanned.n or fanned.others[0] > LIKE * fanned.n or fanned.step >= STEPS or fanned.naming:
        return passed(f"{told}, as things of one kind do, or one that was looked at again")
    return (unsure if fanned.measured else warned)(
        f"{told}, of {fanned.num_fields} fields, and {f'at most {fanned.apart:,.0f} from one two to ten rows up' if fanned.apart else 'none from one two to ten rows up'}: {'they were measured twice or ' if fanned.measured else ''}a join wrote them twice",
        expected="rows that are no more like their neighbours than others",
        observed=Observed(value=float(count), unit="rows", n=fanned.n),
        component="data",
        where=fanned.fields,
        items=tuple(fanned.items[r] for r in fanned.rows),
        effect="such rows weigh double, and a random split puts them on both sides",
        remedies=(f"look in the table that {fields} came from: its key stands there twice", "keep one row of each, by a rule, or sum that table up before it is joined", "if all are real, keep them on one side of the split"),
        figure=Table(title="Rows like the one above", columns=("row", "like", "what differs"), rows=fanned.shown),
    )


def _wide(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    n = len(columns["age"])
    columns["waist"] = [f"{60 + (i * 7919) % 700 / 10:.1f}" for i in range(n)]
    columns["street"] = [f"street {(i * 31) % 89}" for i in range(n)]
    return columns


def joined_twice(collection: Collection) -> Collection:
    """Thirty rows stand there twice, with two agents."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _wide(columns)
        order = [i for i in range(len(columns["age"])) for _ in range(2 if i % 30 == 7 else 1)]
        joined = {name: [cells[i] for i in order] for name, cells in columns.items()}
        return {**joined, "agent": [f"agent {(k * 7) % 23}" for k in range(len(order))]}

    return recelled(collection, change)


def joined_with_two_fields(collection: Collection) -> Collection:
    """The same, and the agent has a code beside."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _wide(columns)
        order = [i for i in range(len(columns["age"])) for _ in range(2 if i % 30 == 7 else 1)]
        joined = {name: [cells[i] for i in order] for name, cells in columns.items()}
        return {**joined, "agent": [f"agent {(k * 7) % 23}" for k in range(len(order))], "code": [str(((k * 7) % 23) ** 2 % 29) for k in range(len(order))]}

    return recelled(collection, change)


def in_order(collection: Collection) -> Collection:
    """The rows of few different values stand in the order of all their fields."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(3), len(columns["age"])
        kinds = generator.integers(0, 60, n)
        fields = {f"field {k}": [str(int(v)) for v in generator.permutation(60)[kinds]] for k in range(7)}
        fields["last"] = [str(int(v)) for v in generator.integers(0, 12, n)]
        rows = sorted(zip(*fields.values(), strict=True))
        return {name: [row[k] for row in rows] for k, name in enumerate(fields)}

    return recelled(collection, change, label="")


def a_wave_on(collection: Collection) -> Collection:
    """Eighty people were asked twice, a year apart."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _wide(columns)
        order = [i for i in range(len(columns["age"])) for _ in range(2 if i % 12 == 7 else 1)]
        asked = {name: [cells[i] for i in order] for name, cells in columns.items()}
        return {**asked, "wave": [str(1990 + i % 5 + (1 if k and order[k - 1] == i else 0)) for k, i in enumerate(order)]}

    return recelled(collection, change)


CHECK = Check(
    code="DAT544", name="fanned-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=joined_twice), Case(toy="people", plant=joined_with_two_fields)),
    lookalikes=(Case(toy="people", plant=in_order), Case(toy="people", plant=a_wave_on)),
)  # fmt: skip
