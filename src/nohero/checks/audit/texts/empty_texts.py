"""What it asks: does every item have a text?

Why it matters: an empty text still has a label; the net learns the label of nothing, and every such item counts in the score.

How it is measured: a text is empty where it has no visible character. Where texts are prose, a text that is only a word
for missing (nan, null, n/a) counts too, and what is typed for want of a text (lorem ipsum, test test, asdf).

When it is right to fail: a hundredth of the texts; fewer are a warning, as each of them is certain. Where a table has other
fields a row without a text is a row with a gap, and fillers alone are a warning.

What it cannot see: a text that has letters and says nothing.

Mend: leave these items out, or find out why they lost their text.

Source: the recipe, the data ("corrupted labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_lengths import TextLengths
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.01  # of the texts: more than this bends every score that is read to a per cent
SHOWN = 20  # rows of the table


def judge(lengths: TextLengths) -> Finding:
    """Blank texts and words for missing."""
    empty = (*((item, "blank") for item in lengths.blank if not lengths.beside), *((item, f"only `{text}`") for item, text in lengths.placeholders))
    if not empty:
        gaps = f"{len(lengths.blank):,} of {lengths.total:,} rows have no text; their other fields are there" if lengths.blank else ""
        return passed(gaps or f"all {lengths.total:,} texts have something in them")
    say = failed if len(empty) >= MUCH * lengths.total and not lengths.beside else warned
    return say(
        f"{len(empty):,} of {lengths.total:,} texts are empty ({len(empty) - len(lengths.placeholders):,} blank, {len(lengths.placeholders):,} only a word for missing or a filler)",
        expected="a text in every item",
        observed=Observed(value=float(len(empty)), unit="empty texts", n=lengths.total),
        component="data",
        where=tuple(item for item, _ in empty[:5]),
        items=tuple(item for item, _ in empty),
        effect="the net is asked to learn a label from nothing, and is scored on it",
        remedies=("leave these items out before the data is divided, or look where their text was lost",),
        figure=Table(title="Items without a text", columns=("item", "what stands there"), rows=empty[:SHOWN]),
    )


def blanked(collection: Collection) -> Collection:
    """Some texts are blank, zero-width signs, fillers or `nan`."""
    return changed(collection, [("", "Lorem ipsum dolor sit amet", "\u200b", "nan")[i // 90 % 4] if i % 90 == 4 else t for i, t in enumerate(collection.texts)])


def very_short(collection: Collection) -> Collection:
    """Some answers are a word, a sign or a picture."""
    return changed(collection, [("ok", "no!", "👍", ":)")[i // 90 % 4] if i % 90 == 4 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT700", name="empty-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=blanked),), lookalikes=(Case(toy="messages", plant=very_short),),
)  # fmt: skip
