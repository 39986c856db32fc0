"""What it asks: does a text come more than once?

Why it matters: a text that comes three times weighs three times, and once the data is divided at random its copies lie on both sides.

How it is measured: texts are copies where they agree when case, blanks and the width of characters are made equal. Long texts
(40 characters or 6 words) do not come twice by chance; short ones do.

When it is right to fail: copies of long texts are a warning, from one in a thousand and three on. Fewer, as refrains in running
text, and copies of short texts alone are left open: names and greetings are the same for different people.

Where the table has other fields beside the texts they may tell the copies apart, and all are left open.

Copies with another label are those of contradictory-texts, and not counted among the long ones here.

What it cannot see: whether a repeat was meant, as for texts that are drawn again on purpose.

Mend: keep one of each before the data is divided.

Source: the recipe, the data ("duplicate examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_copies import TextCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST, LEAST_SHARE = 3, 0.001  # long repeats, in all and of the texts; the lines of Shakespeare's plays have 3 in 10,000
SHOWN = 20  # rows of the table


def judge(copies: TextCopies) -> Finding:
    """Long copies are a fault, short ones a question."""
    contrary = {p.item for p in copies.contradictions} if not copies.beside else set()
    long = [p for p in copies.long if p.item not in contrary]
    count = len(copies.long) + len(copies.short)
    observed = Observed(value=float(count), unit="texts that are an earlier one", n=copies.total)
    if not count:
        return passed(f"none of {copies.total:,} texts comes twice", observed=observed)
    if contrary and len(long) < LEAST and not copies.short:
        return passed(f"{len(contrary):,} long texts come twice with two labels, which is another matter; {len(long):,} with one label", observed=observed)
    letter = f"{copies.repeats:,} of {copies.total:,} texts repeat an earlier one letter by letter, {count:,} but for case and blanks"
    rest = {
        "observed": observed, "component": "data", "where": tuple(p.item for p in long[:5]), "items": (*(p.item for p in long), *copies.short),
        "figure": Table(title="Texts that come again", columns=("item", "first", "text"), rows=tuple((p.item, p.earlier, p.text) for p in long[:SHOWN])),
    }  # fmt: skip
    if copies.beside or len(long) < max(LEAST, LEAST_SHARE * copies.total):
        named = "other fields may tell them apart" if copies.beside else f"{len(long):,} of them are long" if long else "all of them are short, and short texts come twice by nature"
        return unsure(
            f"{letter}; {named}",
            expected="each text once, or as often as it occurs",
            remedies=("keep one of each if an item stands for a text; leave them if an item stands for a person or an event, and divide by text",),
            **rest,
        )
    return warned(
        f"{letter}; {len(long):,} of them are too long to be a coincidence",
        expected="each long text once",
        effect="repeated texts weigh more, and a random division lays their copies on both sides",
        remedies=("keep one of each before the data is divided", "or divide by text, so that all copies fall into one part"),
        **rest,
    )


def read_twice(collection: Collection) -> Collection:
    """A fifteenth of the texts stands again at the end, some in capitals."""
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    again = range(3, len(texts), 15)
    return changed(collection, texts + [texts[i].upper() if i % 2 else f" {texts[i]} " for i in again], labels + [labels[i] for i in again])


def common_greetings(collection: Collection) -> Collection:
    """Some messages are greetings that everybody writes."""
    return changed(collection, [("Thank you!", "Hello there", "ok", "Good morning")[i % 4] if i % 9 == 2 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT701", name="repeated-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=read_twice),), lookalikes=(Case(toy="messages", plant=common_greetings),),
    under=("DAT110",),
)  # fmt: skip
