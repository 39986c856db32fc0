"""What it asks: are some texts one phrase over and over?

Why it matters: a language model that has lost its way ends so, and so does a broken export; a model that is trained on them learns to loop.

How it is measured: the longest stretch of each text in which a phrase of 2 to 40 words (characters, where no blanks are written) follows on itself, five times or
more, and is half of the text or more.

When it is right to fail: three such texts, and one in a thousand. Where nearly all are of one class, and half of that class are so, it is left open.

What it cannot see: loops that change a word each time; one word over and over.

Mend: leave them out; where they were generated, generate them anew with a penalty for repetition.

Source: Holtzman et al. 2020, The curious case of neural text degeneration (arXiv:1904.09751).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_junk import TextJunk
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST, SHARE = 3, 0.001  # texts, and of the texts: a song or a joke in a large set is none
SHOWN = 20  # rows of the table


def judge(junk: TextJunk) -> Finding:
    """Name them."""
    count = len(junk.loops)
    if count < max(LEAST, SHARE * junk.total):
        return passed(f"{count:,} of {junk.total:,} texts are one phrase over and over" if count else f"none of {junk.total:,} texts is one phrase over and over")
    first = max(junk.loops, key=lambda j: j.times)
    return (unsure if junk.loop_class else warned)(
        f"{count:,} of {junk.total:,} texts are one phrase over and over, such as `{first.why}` {first.times:,} times in {first.item}" + (f"; nearly all are of class `{junk.loop_class}`" if junk.loop_class else ""),
        expected="texts that go on",
        observed=Observed(value=float(count), unit="texts of one phrase", n=junk.total),
        component="data",
        where=tuple(j.item for j in junk.loops[:5]),
        items=tuple(j.item for j in junk.loops),
        effect="a model that is trained on them learns to repeat itself",
        remedies=("leave these texts out", "if they were generated, generate them anew with a penalty for repetition"),
        figure=Table(title="Texts of one phrase", columns=("item", "times", "phrase", "text"), rows=tuple((j.item, j.times, j.why, j.text) for j in junk.loops[:SHOWN])),
    )


def lost_its_way(collection: Collection) -> Collection:
    """One text in fifty ends in a loop."""
    return changed(collection, [f"{t[:40]} " + "and then it was the same again, " * 12 if i % 50 == 3 else t for i, t in enumerate(collection.texts)])


def refrains_and_laughter(collection: Collection) -> Collection:
    """Some laugh, draw lines, or say a sentence three times."""
    return changed(collection, [("ha ha ha ha ha ha ha ha ha ha ha ha ha ha", "- - - - - - - - - - - - - - - -", f"{t} {t} {t}")[i % 3] if i % 20 == 3 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT725", name="looping-texts", source="Holtzman et al. 2020, The curious case of neural text degeneration (arXiv:1904.09751)", judge=judge,
    sabotages=(Case(toy="messages", plant=lost_its_way),), lookalikes=(Case(toy="messages", plant=refrains_and_laughter),),
)  # fmt: skip
