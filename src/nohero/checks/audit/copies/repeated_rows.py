"""What it asks: does a row stand there several times?

Why it matters: copies weigh double, and by a random split they come to both sides: the score is partly memory.

How it is measured: a hash of each row; the same with any one field left out that numbers the rows, bears a code of each or the time, which hides copies; not where most rows repeat then, for
these are several of one thing. The repeats that come by themselves are reckoned with: by the rows that differ in one field alone, the field that tells most rows apart, and by how often two
of its values are the same. So they are left where as few would come once in a hundred sets. Where rows that differ in one field, in another and in both say that as many equal rows come of themselves, for the fields hang together, it is left open: their
origin would decide. So it is where a time is what was left out: a sensor may stand still.

When it is right to fail: never more than a warning: two people may have the same row.

What it cannot see: copies that differ in two fields, or by a little.

Mend: drop them before the split, or keep copies on one side.

Source: the recipe, the data ("you may find duplicate examples"); wine quality's 240 and 937.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.row_copies import RowCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

CHANCE = 3.0  # times the repeats that come by themselves
RARE = 0.01  # odds of as many repeats by chance, above which few of them tell of no copy
SMALL = 20  # repeats: of more, three times what is expected is no chance
FEW = 0.0005  # of the rows: adult has 24 in 32,561, wine quality a tenth


def judge(copies: RowCopies) -> Finding:
    """More repeats than chance brings warn; few that chance could bring are left open."""
    hidden = max(copies.hidden, key=lambda h: h.count, default=None)
    rows, count = (hidden.rows, hidden.count) if hidden is not None and hidden.count > copies.num_repeats else (copies.repeats, copies.num_repeats)
    if not count:
        return passed(f"no two of {copies.n:,} rows are equal")
    field = f" when `{hidden.field}` is left out" if hidden is not None and rows is hidden.rows else ""
    told = f"{count:,} of {copies.n:,} rows repeat an earlier row{field}"
    chance = hidden.chance if hidden is not None and field else copies.chance
    if chance.apart > count / CHANCE:
        return passed(f"{told}; with so few different values {chance.apart:,.0f} would by chance")
    if _odds(count, chance.apart) > RARE:
        return passed(f"{told}, as one set in {1 / _odds(count, chance.apart):,.0f} would by chance: {chance.apart:.2g} are expected")
    again = hidden is not None and bool(field) and hidden.moment
    left_open = again or chance.alike > count / CHANCE or (count < FEW * copies.n and not field)
    return (unsure if left_open else warned)(
        told,
        expected="each row once" if not again else "each row once, unless the same came again at another time",
        observed=Observed(value=float(count), unit="repeated rows", n=copies.n),
        component="data",
        where=tuple(f"{one} = {other}" for one, other in copies.pairs[:5]) or ((hidden.field,) if hidden else ()),
        items=tuple(copies.items[i] for i in rows),
        effect="copies weigh double, and a random split puts them on both sides",
        remedies=("drop the repeats before anything is split", "if they are real, keep equal rows on one side of the split, as a group"),
        figure=Table(title="Repeated rows", columns=("row", "equals"), rows=copies.pairs) if copies.pairs else None,
    )


def _odds(count: int, expected: float) -> float:
    """Of as many repeats as `count` or more where so many are expected, as a Poisson number has them."""
    return 1 - sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count)) if expected > 0 and count <= SMALL else 0.0


def copied_rows(collection: Collection) -> Collection:
    """Forty rows stand there again."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {name: cells + cells[100:140] for name, cells in columns.items()}

    return recelled(collection, change)


def copied_with_a_number(collection: Collection) -> Collection:
    """Forty rows again, and a number for each row."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = {name: cells + cells[100:140] for name, cells in columns.items()}
        columns["number"] = [str(i + 1) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def stood_still(collection: Collection) -> Collection:
    """A place measured every minute, and for twenty minutes nothing moved: that may be so, or be copied."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        moved = {name: cells[:200] + cells[199:200] * 20 + cells[220:] for name, cells in columns.items() if name != "joined"}
        return {**moved, "at": [f"2024-05-01 {i // 60:02}:{i % 60:02}:00" for i in range(len(columns["age"]))]}

    return recelled(collection, change)


def few_different_values(collection: Collection) -> Collection:
    """Answers to four questions, yes or no."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = {name: columns[name] for name in ("town", "trade", "returned")}
        columns["town"] = [c[:1] for c in columns["town"]]
        return columns

    return recelled(collection, change)


def answers_that_hang_together(collection: Collection) -> Collection:
    """Eight answers on a scale of three, all led by one opinion, and the row's number."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(5), len(columns["age"])
        opinion = generator.normal(size=n)
        answers = {f"answer {k}": [str(int(a)) for a in np.clip(np.round(opinion + generator.normal(scale=0.8, size=n)), -1, 1)] for k in range(8)}
        return {**answers, "returned": columns["returned"], "number": [str(i + 1) for i in range(n)]}

    return recelled(collection, change)


def parts_of_speeches(collection: Collection) -> Collection:
    """Nine paragraphs of each of a hundred speeches: what the paragraphs are is their text."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        return {
            "paragraph": [f"we the people of {columns['town'][i]} ask number {i} what a {columns['trade'][i]} earns" for i in range(n)],
            "speech": [f"speech {i // 9}" for i in range(n)],
            "year": [str(1900 + i // 9) for i in range(n)],
            "returned": [columns["returned"][i - i % 9] for i in range(n)],
        }

    return recelled(collection, change)


def pictures_of_patients(collection: Collection) -> Collection:
    """Nine pictures of each of a hundred people, each with a name of its own."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        return {"picture": [f"img{i:04}" for i in range(n)], **{name: [columns[name][i - i % 9] for i in range(n)] for name in ("age", "town", "trade", "returned")}}

    return recelled(collection, change)


CHECK = Check(
    code="DAT540", name="repeated-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=copied_rows), Case(toy="people", plant=copied_with_a_number)),
    lookalikes=(Case(toy="people", plant=few_different_values), Case(toy="people", plant=stood_still), Case(toy="people", plant=answers_that_hang_together), Case(toy="people", plant=parts_of_speeches), Case(toy="people", plant=pictures_of_patients)),
    under=("DAT701",),  # of a table of texts both say it
    said_by=("DAT110",),
)  # fmt: skip
