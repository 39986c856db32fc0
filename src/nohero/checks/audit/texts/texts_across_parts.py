"""What it asks: does a text of one part stand in another?

Why it matters: what was trained on is no test; the score tells how well the net remembers.

How it is measured: texts of different parts are compared with case, blanks and the width of characters made equal. Short texts
(under 40 characters and 6 words) are counted apart. Texts of 40 characters and six words are also looked for inside longer texts of the training part.

When it is right to fail: long texts in two parts, a hundredth of the smaller part or more; fewer warn, as do all
where other fields beside the texts may tell them apart. Short texts in two parts are
left open, as everybody writes them. A hundredth of the longer texts, and five, that stand inside one of the training part are a warning.

What it cannot see: edited copies, which nearly-repeated-texts names, and texts of one author in both parts.

Mend: take them out of the training part, and measure anew.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.contained_texts import ContainedTexts
from nohero.evidence.audit.text_copies import TextCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST_INSIDE, INSIDE = 5, 0.01  # texts that stand inside one of the training part, in all and of those long enough: fewer are quoted
MUCH = 0.001  # of all texts: from here on a test part of a tenth moves by a per cent
SHOWN = 20  # rows of the table


def judge(copies: TextCopies, contained: ContainedTexts) -> Finding:
    """Long texts in two parts are a leak."""
    if not copies.divided:
        return skipped("the source is not divided into parts")
    count, total = len(copies.crossing), copies.total
    observed = Observed(value=float(count), unit="texts with a copy in another part", n=total)
    if len(contained.found) >= max(LEAST_INSIDE, INSIDE * contained.looked) and len(contained.found) > count:
        return _inside(copies, contained)
    if not count and not copies.short_crossing:
        return passed(f"no text of {total:,} stands in two parts", observed=observed)
    if not count:
        return unsure(
            f"{len(copies.short_crossing):,} short texts stand in two parts; texts so short come twice by nature",
            expected="each text in one part",
            observed=observed,
            component="data",
            items=copies.short_crossing,
            remedies=("if an item stands for a text, take it out of the training part",),
        )
    say = failed if count >= MUCH * total and not copies.beside else warned
    return say(
        f"{count:,} long texts have a copy in another part" + (f", and {len(copies.short_crossing):,} short ones" if copies.short_crossing else ""),
        expected="each text in one part",
        observed=observed,
        component="data",
        where=tuple(p.told for p in copies.crossing[:5]),
        items=(*dict.fromkeys(p.item for p in copies.crossing), *copies.short_crossing),
        effect="the score on the other part tells how well these texts are remembered",
        remedies=("take these texts out of the training part and measure anew", "divide by text: all copies of one fall into one part"),
        figure=Table(
            title="Texts that stand in two parts", columns=("item", "part", "copy", "its part", "text"),
            rows=tuple((p.item, p.parts[0], p.earlier, p.parts[1], p.text) for p in copies.crossing[:SHOWN]),
        ),
    )  # fmt: skip


def _inside(copies: TextCopies, contained: ContainedTexts) -> Finding:
    """Texts that the training part has inside longer ones."""
    count = len(contained.found)
    more = f", and {len(copies.crossing):,} have a copy in another part" if copies.crossing else ""
    return (failed if copies.crossing and len(copies.crossing) >= MUCH * copies.total and not copies.beside else warned)(
        f"{count:,} of {contained.looked:,} longer texts of other parts stand inside a text of the training part{more}",
        expected="each text in one part",
        observed=Observed(value=float(count), unit="texts inside another part's", n=contained.looked),
        component="data",
        where=tuple(f"{c.item} in {c.inside}" for c in contained.found[:5]),
        items=tuple(dict.fromkeys([*(c.item for c in contained.found), *(p.item for p in copies.crossing)])),
        effect="what was trained on is no test, though it was read as part of a longer text",
        remedies=("take these examples out of the prompts of the training part, or the texts out of the test",),
        figure=Table(title="Texts inside texts of the training part", columns=("item", "part", "inside", "text", "there"), rows=tuple((c.item, c.part, c.inside, c.text, c.around) for c in contained.found[:SHOWN])),
    )


def trained_on_the_test(collection: Collection) -> Collection:
    """The data comes divided, and a tenth of the test part was trained on."""
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    parts = ["test" if i % 5 == 0 else "train" for i in range(len(texts))]
    again = [i for i in range(0, len(texts), 50) if len(texts[i]) > 60]
    return changed(collection, texts + [texts[i] for i in again], labels + [labels[i] for i in again], parts + ["train"] * len(again))


def examples_in_prompts(collection: Collection) -> Collection:
    """The data comes divided, and some texts of the training part have one of the test part before them as an example."""
    texts = collection.texts.to_list()
    long = [i for i in range(0, len(texts), 5) if len(texts[i]) > 60]
    made = [f"Answer as in: {texts[long[i % len(long)]]} And now: {t}" if i % 5 and i % 30 == 7 else t for i, t in enumerate(texts)]
    return changed(collection, made, parts=["test" if i % 5 == 0 else "train" for i in range(len(texts))])


def divided(collection: Collection) -> Collection:
    """The data comes divided, and greetings stand in both parts."""
    texts = ["Thank you!" if i % 30 == 7 else t for i, t in enumerate(collection.texts)]
    return changed(collection, texts, parts=["test" if i % 4 == 0 else "train" for i in range(len(texts))])


CHECK = Check(
    code="DAT703", name="texts-across-parts", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="messages", plant=trained_on_the_test), Case(toy="messages", plant=examples_in_prompts)), lookalikes=(Case(toy="messages", plant=divided),),
    under=("DAT210",),
    closes=True,
)  # fmt: skip
