"""What it asks: does one text have two labels?

Why it matters: at least one of the two is wrong, or the question has no answer; no net can learn both, and the loss cannot fall below what they cost.

How it is measured: texts that agree when case and blanks are made equal are compared by label. Short ones (under 40 characters and
6 words) are counted apart, as they mean different things in different places.

When it is right to fail: a hundredth of the texts or more; fewer long ones warn, short ones alone are left open, and
so are all where other fields beside the text may tell the label.

What it cannot see: a wrong label of a text that comes once.

Mend: read the pairs and give each text one label, or leave both out.

Source: the recipe, the data ("corrupted labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_copies import TextCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.01  # of the texts: the loss and the error then have a floor of about as much
SHOWN = 20  # rows of the table


def judge(copies: TextCopies) -> Finding:
    """Long texts of two labels are a fault, short ones a question."""
    if not copies.classes and not copies.many:
        return skipped("there is no label of classes")
    count, total = len(copies.contradictions), copies.total
    observed = Observed(value=float(count), unit="texts with a copy of another label", n=total)
    if not count and (not copies.short_contradictions or copies.many):
        return passed(f"no text of {total:,} has two labels", observed=observed)
    if not count:
        return unsure(
            f"{len(copies.short_contradictions):,} short texts come with more than one label",
            expected="one label for each text",
            observed=observed,
            component="data",
            items=copies.short_contradictions,
            remedies=("read them: texts so short may mean one thing here and another there",),
        )
    say = unsure if copies.beside or (copies.many and count < MUCH * total) else failed if count >= MUCH * total and not copies.many else warned
    return say(
        f"{count:,} long texts have a copy with another {f'`{copies.many}`' if copies.many else 'label'}" + (f", and {len(copies.short_contradictions):,} short ones" if copies.short_contradictions else ""),
        expected="one label for each text",
        observed=observed,
        component="data",
        where=tuple(p.item for p in copies.contradictions[:5]),
        items=(*(name for p in copies.contradictions for name in (p.item, p.earlier)), *copies.short_contradictions),
        effect="no net that reads the text alone can fit both" if copies.beside else "at least one label of each pair is wrong, and no net can fit both",
        remedies=("read the pairs, keep the right label and one of the copies; leave out what has no answer",),
        figure=Table(
            title="One text, two labels", columns=("item", "label", "copy", "its label", "text"),
            rows=tuple((p.item, p.labels[0], p.earlier, p.labels[1], p.text) for p in copies.contradictions[:SHOWN]),
        ),
    )  # fmt: skip


def labelled_twice(collection: Collection) -> Collection:
    """Some texts were labelled by two people who did not agree."""
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    again = range(3, len(texts), 40)
    other = {"praise": "complaint", "complaint": "praise"}
    return changed(collection, texts + [texts[i] for i in again], labels + [other[labels[i]] for i in again])


def short_answers(collection: Collection) -> Collection:
    """Some messages are one word, which is meant well here and badly there."""
    return changed(collection, ["Well, well." if i % 20 == 3 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT704", name="contradictory-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=labelled_twice),), lookalikes=(Case(toy="messages", plant=short_answers),), under=("DAT140",),
)  # fmt: skip
