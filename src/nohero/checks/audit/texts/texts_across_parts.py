"""What it asks: does a text of one part stand in another?

Why it matters: what was trained on is no test; the score tells how well the net remembers.

How it is measured: texts of different parts are compared with case, blanks and the width of characters made equal. Short texts
(under 40 characters and 6 words) are counted apart.

When it is right to fail: long texts in two parts, a hundredth of the smaller part or more; fewer warn, as do all
where other fields beside the texts may tell them apart. Short texts in two parts are
left open, as everybody writes them.

What it cannot see: edited copies, which nearly-repeated-texts names, and texts of one author in both parts.

Mend: take them out of the training part, and measure anew.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis.
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

MUCH = 0.001  # of all texts: from here on a test part of a tenth moves by a per cent
SHOWN = 20  # rows of the table


def judge(copies: TextCopies) -> Finding:
    """Long texts in two parts are a leak."""
    if not copies.divided:
        return skipped("the source is not divided into parts")
    count, total = len(copies.crossing), copies.total
    observed = Observed(value=float(count), unit="texts with a copy in another part", n=total)
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


def trained_on_the_test(collection: Collection) -> Collection:
    """The data comes divided, and a tenth of the test part was trained on."""
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    parts = ["test" if i % 5 == 0 else "train" for i in range(len(texts))]
    again = [i for i in range(0, len(texts), 50) if len(texts[i]) > 60]
    return changed(collection, texts + [texts[i] for i in again], labels + [labels[i] for i in again], parts + ["train"] * len(again))


def divided(collection: Collection) -> Collection:
    """The data comes divided, and greetings stand in both parts."""
    texts = ["Thank you!" if i % 30 == 7 else t for i, t in enumerate(collection.texts)]
    return changed(collection, texts, parts=["test" if i % 4 == 0 else "train" for i in range(len(texts))])


CHECK = Check(
    code="DAT703", name="texts-across-parts", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="messages", plant=trained_on_the_test),), lookalikes=(Case(toy="messages", plant=divided),),
    under=("DAT210",),
    closes=True,
)  # fmt: skip
