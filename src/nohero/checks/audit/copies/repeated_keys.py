"""What it asks: does a field that names nearly every row once give some rows the name of another?

Why it matters: by such a key tables are joined, copies are dropped and parts are divided: rows of one name are taken for one thing, and what is joined comes to the wrong row.

How it is measured: whole numbers with few gaps, numbers of fields whose name says that they are keys, and codes, of which nearly all come once. Rows of one name are compared in all other fields:
where they are no more alike than any two rows, and do not stand beside each other, one of them bears a name that is not its own.

When it is right to fail: never more than a warning, and not where rows of one name are alike in anything: the same thing came again. Fewer than five rows, and codes of a field whose name does not
say that it is a key, are left open.

What it cannot see: wrong names that no other row has, and names that more than one in twenty rows share.

Mend: look the rows up where the names were given.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.near_keys import NearKeys
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

UNLIKE = 0.85  # of the differences of any two rows: of people who came again sex and year of birth are the same, and the like
BESIDE = 0.5  # of the rows may stand next to the one whose name they bear: lines of one order do
FEW = 5  # rows, of which nothing can be said in numbers
SHOWN = 12  # rows of the figure


def judge(told: NearKeys) -> Finding:
    """The key that most rows bear wrongly."""
    foreign = [k for k in told.keys if k.unlike >= UNLIKE and not k.fixed and k.beside < BESIDE]
    if not foreign:
        others = ", ".join(f"`{k.field}`" for k in told.keys[:3])
        return passed(f"{others} {'names' if len(told.keys) == 1 else 'name'} some rows alike, and these are alike in other fields or stand together" if others else f"none of {told.fields} fields names nearly every row once, and some twice")
    worst = max(foreign, key=lambda k: (k.plain, len(k.rows)))
    count, once = len(worst.rows), 1 - 2 * len(worst.rows) / worst.n
    say = warned if worst.plain and count >= FEW else unsure
    return say(
        f"`{worst.field}` names {once:.1%} of {worst.n:,} rows once, and {count:,} {'rows bear' if count > 1 else 'row bears'} the name of another and {'are' if count > 1 else 'is'} no more like it than any two rows are",
        expected="a name for each row, or rows of one name that are alike in something",
        observed=Observed(value=float(count), unit="rows with another's name", n=worst.n),
        component="data",
        where=(worst.field,),
        items=tuple(told.items[i] for i in worst.rows),
        effect="what is joined by it comes to the wrong row, and dropping copies by it drops rows",
        remedies=("look these rows up where the names were given, and give each its own", f"join and drop nothing by `{worst.field}` before that; it is no feature either way"),
        figure=Table(title=f"Rows of one `{worst.field}`", columns=("row", "has the name of"), rows=tuple((told.items[a], told.items[b]) for a, b in zip(worst.rows[:SHOWN], worst.earlier, strict=False))),
    )  # fmt: skip


def _numbered(columns: dict[str, list[str]], wrong: int) -> dict[str, list[str]]:
    n = len(columns["age"])
    numbers = [str(i + 1) for i in range(n)]
    for k in range(wrong):
        numbers[(k * 53 + 7) % n] = str((k * 211 + 400) % n + 1)
    return {"number": numbers, **columns}


def numbers_of_others(collection: Collection) -> Collection:
    """Rows are numbered, and twelve have the number of another."""
    return recelled(collection, lambda c: _numbered(c, 12))


def codes_of_others(collection: Collection) -> Collection:
    """The same with a code."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _numbered(columns, 12)
        return {"person_id": [f"P-{int(c) * 7919 % 1_000_003:07}" for c in columns.pop("number")], **columns}

    return recelled(collection, change)


def came_again(collection: Collection) -> Collection:
    """Twenty-five people came again: their town and trade are the same, and nothing else."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        came = {(k * 31 + 11) % n: (k * 17 + 500) % n for k in range(25)}
        for row, person in came.items():
            for name in ("town", "trade"):
                columns[name][row] = columns[name][person]
        return {"number": [str(came.get(i, i) + 1) for i in range(n)], **columns}

    return recelled(collection, change)


def lines_of_orders(collection: Collection) -> Collection:
    """Of some orders there are two lines, one below the other."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {"order": [str(i - i // 40) for i in range(len(columns["age"]))], **columns}

    return recelled(collection, change)


def names_and_prices(collection: Collection) -> Collection:
    """Names of people and what they paid to the cent, of which a few come twice."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        columns["name"] = [f"{columns['town'][i]} {chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{'' if i % 45 else 'x'}" for i in range(n)]
        columns["paid"] = [str(10_000 + (i * i * 7919) % 30_011) for i in range(n)]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT543", name="repeated-keys", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=numbers_of_others), Case(toy="people", plant=codes_of_others)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (came_again, lines_of_orders, names_and_prices)),
)  # fmt: skip
