"""What it asks: does the label stand as a word in another field?

Why it matters: a remark, a period or a code that names the class was written when the class was known. A model that reads words, or a field made of them, has the answer; a tree on codes does not show it.

How it is measured: in each field of words, the rows in which the name of their own class stands as a whole word, and those in which that of any class does.

When it is right to fail: it warns where the own name stands in four fifths of the rows, of two classes at least, and nine in ten of the names that stand there are right; from half of the rows on it
is left open, for a name of a thing may say what it is.

What it cannot see: the class in other words or shortened, classes of one or two letters, and one class alone that is named.

Mend: leave the field out, or cut the name of the class from it, unless it is known before the label is.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.label_words import LabelWords
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MOST, HALF = 0.8, 0.5  # of the rows in which the own class is named: of senators' terms with their end in brackets nine tenths, of names of things in natural sets a third
RIGHT = 0.9  # of the rows in which any class is named
CLASSES = 2  # that are named in half of their rows


def judge(words: LabelWords) -> Finding:
    """The field that names most."""
    found = [w for w in words.found if w.own >= HALF and w.right >= RIGHT and w.classes >= CLASSES]
    if not found:
        return passed(f"the name of the class stands in no more than {words.found[0].own:.0%} of the cells of `{words.found[0].field}`" if words.found else f"the name of the class stands in none of {words.fields} fields of words")
    first = found[0]
    return (warned if first.own >= MOST else unsure)(
        f"the label `{words.label}` stands in words in `{first.field}`, in {first.own:.0%} of {first.n:,} rows ({first.right:.0%} of the classes named there are right)" + (f"; so it does in {len(found) - 1} more fields" if len(found) > 1 else ""),
        expected="no field that was written when the label was known",
        observed=Observed(value=first.own, unit="of the rows", n=first.n),
        component="data",
        where=tuple(w.field for w in found),
        level=Level.MEASURED,
        effect="a model that reads the words has the answer",
        remedies=(f"leave `{first.field}` out, or cut the name of the class from it, unless it is written before `{words.label}` is known",),
        figure=Table(title=f"The label in `{first.field}`", columns=("label", "cell"), rows=first.shown),
    )


def said_in_a_remark(collection: Collection) -> Collection:
    """How it ended stands in brackets."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["end"] = [("sold", "broken", "returned")[(int(a) + i * 7) % 3] for i, a in enumerate(columns["age"])]
        columns["remark"] = [f"order {i * 7919 % 997} of {t}" + (f" ({e.title()})" if i % 9 else "") for i, (t, e) in enumerate(zip(columns["town"], columns["end"], strict=True))]
        return columns

    return recelled(collection, change, label="end")


def names_of_things(collection: Collection) -> Collection:
    """What some are called says what they are."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["kind"] = [("chair", "table", "lamp")[(int(a) + i * 7) % 3] for i, a in enumerate(columns["age"])]
        columns["called"] = [f"{t} {k if i % 3 == 0 else ('no', 'series', 'model')[i % 3]} {i * 7919 % 997}" for i, (t, k) in enumerate(zip(columns["town"], columns["kind"], strict=True))]
        return columns

    return recelled(collection, change, label="kind")


CHECK = Check(
    code="DAT557", name="label-in-words", source="Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048)", judge=judge,
    sabotages=(Case(toy="people", plant=said_in_a_remark),), lookalikes=(Case(toy="people", plant=names_of_things),),
    under=("DAT530", "DAT711"),
)  # fmt: skip
