"""What it asks: do rows differ in one or two of many fields, though chance brings no such rows?

Why it matters: a case that was entered twice with a correction, or joined twice, weighs double; on both sides of a split it is memory. Invented answers are often others' answers with a few changed.

How it is measured: pairs of rows that differ in one or two fields, against pairs that differ in three or four, of those that agree in all of a third of the fields. By chance rows grow rarer the nearer
they are: where there are three times as many near pairs as farther ones, they were made alike. Numbers of the rows are left aside, and all whole numbers and words of
which nearly every row has its own, for a copy that was made to pass as another row has a new one; so are pairs that differ in a time. To share what a
field mostly has (0, "no", nothing) makes no two rows alike.

When it is right to fail: never more than a warning, and not where a fifth of the rows have such a neighbour, or where most pairs are a step of one size apart in one number
(the same person a year on), or where two fields and more differ as often as chance has it: all else hangs together then, as in a choice between the same offers; nor where nearly all that they share follows from two or
three fields, as the same day, and with it the place and the minister. There it is the way of the data.

What it cannot see: a few changed copies among data so coarse that rows are nearly alike anyhow, copies that differ in three fields, and all beyond
the first 50,000 rows.

Mend: keep one of each pair, or keep pairs on one side of the split.

Source: the recipe, the data ("you may find duplicate examples"); Kuriakose and Robbins 2016, Don't get duped: fraud through duplication in public opinion surveys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.near_rows import NearRows
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 5  # pairs
TIMES = 3.0  # as many near pairs as farther ones; of untouched data there are fewer, but of wines that were tested twice
CUSTOM = 0.2  # of the rows
OWN = 3.5  # fields that the pairs share, each for itself; of senators appointed on one day and of leaders of one country in a row 2, of wines, patients and orders that were made twice 5 to 16
STEPS = 0.8  # of the pairs: a correction, or what was joined twice, differs by anything


def judge(near: NearRows) -> Finding:
    """A heap of pairs nearer than chance brings them."""
    count = len(near.pairs)
    told = f"{count:,} pairs of rows differ in one or two of {near.num_fields:,} fields"
    if count < FEWEST or count < TIMES * near.farther or near.alike > CUSTOM * near.n:
        return passed(f"{told}, {near.farther:,} that were met in three or four" if count else f"no two of the {near.n:,} rows that were compared differ in one or two fields alone")
    if near.free:
        return passed(f"{told}, in {' and '.join(f'`{f}`' for f in near.free[:3])} by chance: all else they share hangs together, as rows of one design do")
    if near.step is not None and near.step.share >= STEPS:
        return passed(f"{told}; nearly all are {near.step.by:.4g} apart in `{near.step.field}`, as the same thing is that was looked at again")
    if near.weight < OWN:
        return passed(f"{told}; of all that they share {near.weight:.1f} fields stand for themselves, and the others follow from these, as of things of one day or one place")
    across = f"; {near.across:,} of the pairs stand in two parts" if near.across else ""
    often = ", ".join(f"`{f}` ({c:,})" for f, c in near.fields[:3])
    return warned(
        f"{told}, and only {near.farther:,} in three or four: they were not made alike by chance; they differ most in {often}{across}",
        expected="fewer pairs the nearer they are",
        observed=Observed(value=float(count), unit="pairs of rows", n=near.n),
        component="data",
        where=tuple(f for f, _ in near.fields[:5]),
        items=tuple(near.items[b] for b in sorted({b for _, b in near.pairs})),
        effect="such rows weigh double, and a random split puts them on both sides",
        remedies=("look at the pairs: keep the right one of each", "if a table was joined to another, look whether the other has its key twice", "if they are real, keep both of a pair on one side of the split"),
        figure=Table(title="Rows that are nearly alike", columns=("row", "like", "what differs"), rows=near.shown),
    )


def entered_twice(collection: Collection) -> Collection:
    """Twenty rows again, at the end, each with another trade."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["waist"] = [f"{60 + (i * 7919) % 700 / 10:.1f}" for i in range(len(columns["age"]))]
        columns["street"] = [f"street {(i * 31) % 89}" for i in range(len(columns["age"]))]
        again = {name: cells[40:60] for name, cells in columns.items()}
        again["trade"] = ["baker" if c != "baker" else "nurse" for c in again["trade"]]
        return {name: cells + again[name] for name, cells in columns.items()}

    return recelled(collection, change)


def joined_twice(collection: Collection) -> Collection:
    """Thirty rows stand there with two values of what was joined, and the rows are numbered."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        order = [i for i in range(n) for _ in range(2 if i % 30 == 7 else 1)]
        joined = {name: [cells[i] for i in order] for name, cells in columns.items()}
        joined["seats"] = [str(20 + (i * 7) % 200 + (5 + i % 11 if k and order[k - 1] == i else 0)) for k, i in enumerate(order)]
        joined["number"] = [str(1000 + k) for k in range(len(order))]
        return joined

    return recelled(collection, change)


def made_up(collection: Collection) -> Collection:
    """Twenty people were made of others: a new number and name, another age and another waist."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        columns |= {"waist": [f"{60 + (i * 7919) % 700 / 10:.1f}" for i in range(n)], "street": [f"street {(i * 31) % 89}" for i in range(n)], "height": [f"{150 + (i * 53) % 401 / 10:.1f}" for i in range(n)]}
        again = {name: cells[40:60] for name, cells in columns.items()}
        again |= {"age": [str(90 - int(a)) for a in again["age"]], "waist": [f"{61 + i * 3.7:.1f}" for i in range(20)]}
        made = {name: cells + again[name] for name, cells in columns.items()}
        return {**made, "number": [str(10056 + 97 * i + i * i % 89) for i in range(n + 20)], "name": [f"Ann{i * 7919 % 9973}" for i in range(n + 20)]}

    return recelled(collection, change)


def named_together(collection: Collection) -> Collection:
    """Members of thirty boards: who sat on one shares all that is said of it, and has a name of his own."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        board = {f"board {k}": [f"b{k} {(i // 3) * (k + 3) % 97}" for i in range(n)] for k in range(8)}
        return {"name": [f"Mr. Smith of {i * 7919 % 9973}" for i in range(n)], "town": columns["town"], **board}

    return recelled(collection, change, label="")


def answers_of_one_opinion(collection: Collection) -> Collection:
    """Coarse answers that hang together: many are nearly alike by chance."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(5), len(columns["age"])
        opinion = generator.normal(size=n)
        return {f"answer {k}": [str(int(a)) for a in np.clip(np.round(opinion + generator.normal(scale=0.7, size=n)), -1, 1)] for k in range(9)}

    return recelled(collection, change, label="")


def the_same_at_other_times(collection: Collection) -> Collection:
    """Thirty people came again another day, and were asked the same."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        again = {name: cells[40:70] for name, cells in columns.items()}
        again["joined"] = [f"2024-05-{1 + i % 28:02}" for i in range(30)]
        return {name: cells + again[name] for name, cells in columns.items()}

    return recelled(collection, change)


def a_year_on(collection: Collection) -> Collection:
    """Sixty people were asked again a year later, when all are a year older."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"] = [f"day {(i * 13) % 400}" for i in range(len(columns["age"]))]
        columns["waist"] = [f"{60 + (i * 7919) % 700 / 10:.1f}" for i in range(len(columns["age"]))]
        columns["street"] = [f"street {(i * 31) % 89}" for i in range(len(columns["age"]))]
        columns["wave"] = [str(1990 + i % 3) for i in range(len(columns["age"]))]
        again = {name: cells[40:100] for name, cells in columns.items()}
        again["age"], again["wave"] = [str(int(a) + 1) for a in again["age"]], [str(int(w) + 1) for w in again["wave"]]
        return {name: cells + again[name] for name, cells in columns.items()}

    return recelled(collection, change)


def idle_people(collection: Collection) -> Collection:
    """Of those who never played all of many columns are 0, and they are alike in nothing else."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        played = {f"score {k}": [str((i * (k + 3)) % 997 + 1) if i % 40 else "0" for i in range(len(columns["age"]))] for k in range(12)}
        return {"town": columns["town"], "trade": columns["trade"], **played}

    return recelled(collection, change, label="")


def the_same_offers(collection: Collection) -> Collection:
    """Sixty people chose between offers that were made to another too, all told in many numbers."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        made = [i - 60 if 60 <= i < 120 else i for i in range(len(columns["age"]))]
        offers = {f"offer {k}": [str((i * (k + 5)) % 997) for i in made] for k in range(20)}
        return {name: columns[name] for name in ("returned", "town", "trade")} | offers

    return recelled(collection, change)


CHECK = Check(
    code="DAT542", name="nearly-repeated-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=entered_twice), Case(toy="people", plant=joined_twice), Case(toy="people", plant=made_up)),
    lookalikes=(Case(toy="people", plant=answers_of_one_opinion), Case(toy="people", plant=the_same_at_other_times), Case(toy="people", plant=a_year_on), Case(toy="people", plant=idle_people), Case(toy="people", plant=the_same_offers), Case(toy="people", plant=named_together)),
    under=("DAT544",),  # a join that wrote rows twice is the cause
)  # fmt: skip
