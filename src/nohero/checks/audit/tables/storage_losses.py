"""What it asks: did a field lose something where it was stored?

Why it matters: identities that a spreadsheet has rounded join rows that have nothing to do with each other, codes without their zeros match no
other table, age groups that became days are lost, debts that were fortunes have wrapped round, and texts cut at a limit look alike.

How it is measured: long numbers of one length of which a few figures are kept and zeros follow; fields named as postal codes, with numbers a figure
short; codes that are filled up with zeros in some rows and not in others; whole numbers that fill 16 or 32 bits from end to end; texts of which many have the greatest length and hardly any a little less, or
of which some are the beginnings of others, all of one length; days with the name of a month (24-Oct) in a field of which the others are two
numbers (25-39) or names of genes.

When it is right to fail: never more than a warning. Rounded numbers in a field that is not named as an identity, codes of which none stands there both with its zeros and without, and numbers spread as evenly below
zero as above, may be meant, and are left open.

What it cannot see: losses in a few rows, codes of other lengths than five that lost their zeros in all rows, and texts cut at several lengths or of which the whole stands nowhere.

Mend: read the field from its source once more, as text, or in a type that holds it.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.storage_losses import StorageLosses
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

REMEDIES = {
    "figures": "export the field anew, as text: a spreadsheet keeps no long numbers",
    "zeros": "read the field as text, or write the zeros before its numbers again",
    "wrapped": "read the field from its source in a wider type: 32 or 64 bits",
    "dated": "write these values as they were, and import the field as text: a spreadsheet changes 10-24 to 24-Oct as it opens the file",
    "cut": "get the whole texts; else say that they end at a limit, and compare no text with uncut ones",
}


def judge(losses: StorageLosses) -> Finding:
    """Name the fields and what they lost."""
    found = sorted(losses.found, key=lambda loss: (not loss.sure, -len(loss.rows)))
    if not found:
        return passed(f"no figures, zeros or ends are missing as storing loses them in {losses.fields} fields")
    first = found[0]
    return (warned if first.sure else unsure)(
        f"`{first.field}` holds {first.what}" + (f"; {len(found) - 1} more fields lost something" if len(found) > 1 else ""),
        expected="values as they were before they were stored",
        observed=Observed(value=float(len(first.rows)), unit="values", n=first.of),
        component="data",
        where=tuple(loss.field for loss in found),
        items=tuple(losses.items[i] for i in sorted({i for loss in found for i in loss.rows})),
        remedies=tuple(dict.fromkeys(REMEDIES[loss.kind] for loss in found)),
        figure=Table(title="Losses in storage", columns=("field", "what", "values", "of"), rows=tuple((loss.field, loss.what, len(loss.rows), loss.of) for loss in found)),
    )


def identities_in_a_spreadsheet(collection: Collection) -> Collection:
    """Numbers of nine figures, of which three are kept."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["client id"] = [f"{526_000_000 + 7919 * 104_729 * i % 380_000_000:.2E}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def codes_as_numbers(collection: Collection) -> Collection:
    """One zip code in twenty began with a zero."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["zip"] = [str((1000 if i % 20 == 3 else 10_000) + i * 7919 % 8000) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def some_codes_as_numbers(collection: Collection) -> Collection:
    """Codes of three figures; those of one file in four went through a reader of numbers."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        codes = [1 + i * 7919 % 211 for i in range(len(columns["age"]))]
        columns["county"] = [str(c) if i % 4 == 1 else f"{c:03d}" for i, c in enumerate(codes)]
        return columns

    return recelled(collection, change)


def sums_in_16_bits(collection: Collection) -> Collection:
    """Sums of up to 140,000, most of them small, kept in two bytes."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [str((int(c) + 32_768) % 65_536 - 32_768) for c in columns["income"]]
        return columns

    return recelled(collection, change)


def words_of_twelve_letters(collection: Collection) -> Collection:
    """A few words, cut at twelve letters."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["work"] = [text[:12] for text in _works(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def names_cut_now_and_then(collection: Collection) -> Collection:
    """One in eleven names of firms, which have three rows each, was cut at fourteen letters."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = range(len(columns["age"]))
        works = _works(len(rows))
        names = [f"{works[i // 3]} {'abcdefghijklm'[i // 3 * 31 % 13]}inc" for i in rows]
        columns["work"] = [name[:14] if i % 11 == 5 else name for i, name in enumerate(names)]
        return columns

    return recelled(collection, change)


def age_groups_in_a_spreadsheet(collection: Collection) -> Collection:
    """The youngest group became a day of October, but for those of another file."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        groups = [("10-24", "25-39", "40-54", "55+")[min(3, (int(a) - 10) // 15)] for a in columns["age"]]
        columns["group"] = ["24-Oct" if g == "10-24" and i % 3 else g for i, g in enumerate(groups)]
        return columns

    return recelled(collection, change)


def days_and_sizes(collection: Collection) -> Collection:
    """Days of two forms, months of years, and sizes."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = range(len(columns["age"]))
        columns["day"] = [f"{1 + i % 28}-Oct" if i % 30 else f"October {1 + i % 28}" for i in rows]
        columns["seen"] = [f"{1 + i % 28}-Oct" if i % 9 == 4 else f"2023-10-{1 + i % 28:02d}" for i in rows]
        columns["size"] = [f"{i % 9}-{i % 9 + 2}" for i in rows]
        return columns

    return recelled(collection, change)


def whole_words_and_codes(collection: Collection) -> Collection:
    """Words as long as they are, codes of one length, sums rounded to millions, and zip codes of five figures, but for slips."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = range(len(columns["age"]))
        columns["work"] = _works(len(rows))
        columns["group"] = ["".join("ABCDEFGHIJ"[i * p % 10] for p in (7919, 611, 353)[: 1 + i % 3]) * 4 for i in rows]  # parts of others, of several lengths
        columns["ticket"] = [f"AB-{i * 104_729 % 99_991:05d}-{i % 7}" for i in rows]
        columns["area"] = [f"{1 + i * 7919 % 95:02d}" if i % 9 else str(971 + i % 5) for i in rows]  # of two lengths, and none is shorter than those with a zero
        columns["sales"] = [f"{(3 + i * 7919 % 900) * 1_000_000}" for i in rows]
        columns["zip"] = [str(10_000 + i * 7919 % 80_000)[: 4 if i % 300 == 5 else 5] for i in rows]
        columns["signal"] = [str(int(32_767 * (i * 7919 % 200 - 100) ** 3 / 1e6)) for i in rows]
        return columns

    return recelled(collection, change)


def _works(n: int) -> list[str]:
    """What people do, in one to four words."""
    words = ("nurse", "manager", "of", "sales", "senior", "clerk", "driver", "global", "teacher", "at", "plant", "field", "officer", "store", "cook")
    return [" ".join(words[(i + 1) * p % 1009 % 15] for p in (7919, 611, 353, 97)[: 1 + i * 7919 % 4]) for i in range(n)]


CHECK = Check(
    code="DAT529", name="storage-losses", source=sources.DATA, judge=judge,
    sabotages=tuple(
        Case(toy="people", plant=plant)
        for plant in (identities_in_a_spreadsheet, codes_as_numbers, some_codes_as_numbers, sums_in_16_bits, words_of_twelve_letters, names_cut_now_and_then, age_groups_in_a_spreadsheet)
    ),
    lookalikes=(Case(toy="people", plant=whole_words_and_codes), Case(toy="people", plant=days_and_sizes)),
)  # fmt: skip
