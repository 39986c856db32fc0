"""What it asks: do many texts end at one length because they were cut there?

Why it matters: what decided the label may stand behind the cut, and a later model with a longer limit is trained on halves all the same.

How it is measured: the texts of the greatest length, in characters and in words, and those of the length that stands out most, are counted
beside those of each length near it; and how many of them end as a sentence ends, beside how many of all others do.

When it is right to fail: ten times as many as of any length below, ten at least, and half as many of them end as a sentence ends:
a warning. Where they end as all others do it is left open: people write up to a limit. So many of another length than the greatest are a warning
where they break off as well, in words, and begin and end each in its own way: some were cut, by another program than the rest.

What it cannot see: a cut at tokens, and texts that are cut at different lengths.

Mend: get the texts anew, uncut; or say the limit where the scores are told.

Source: the recipe, the data ("look at the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_lengths import Pile, TextLengths
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

TIMES, LEAST = 10.0, 10  # as many as of the lengths below, and texts: chance alone makes no such pile
ALIKE = 0.5  # of the texts of one length: then they are made to that length, unless they break off
ENDED = 0.5  # of the share of others that end as a sentence ends


def judge(lengths: TextLengths) -> Finding:
    """A pile at the greatest length whose texts break off."""
    piled = [p for p in lengths.piles if p.count >= max(LEAST, TIMES * max(p.neighbours, 1.0)) and (_breaks_off(p, lengths.total) or (p.count < ALIKE * lengths.total and not p.longer))]
    if not piled:
        return passed(f"texts do not pile up at one length (the longest has {lengths.greatest:,} characters)")
    pile: Pile = min(piled, key=lambda p: p.finished)
    cut = _breaks_off(pile, lengths.total)
    say = warned if cut else unsure
    return say(
        f"{pile.count:,} of {lengths.total:,} texts have exactly {pile.length:,} {pile.unit}" + (f", as no length about it, and {pile.longer:,} have more; " if pile.longer else " and none has more; ")
        + f"{pile.finished:.0%} of them end as a sentence ends, of the others {pile.others_finished:.0%}",
        expected="lengths that thin out towards the greatest",
        observed=Observed(value=float(pile.count), unit=f"texts of {pile.length} {pile.unit}", n=lengths.total),
        numbers={"finished": pile.finished, "others finished": pile.others_finished},
        component="data",
        level=Level.HEURISTIC,
        where=pile.items[:5],
        items=pile.items,
        effect="what stood behind the cut is lost, for a model with a longer limit too",
        remedies=("get the texts anew, uncut" if cut else "look at the ends: cut texts break off in a sentence; people who write up to a limit end theirs",),
        figure=Table(title="Texts at the greatest length", columns=("which", "item", "characters", "text"), rows=lengths.samples[-3:]),
    )


def _breaks_off(pile: Pile, total: int) -> bool:
    return total - pile.count >= LEAST and pile.finished < ENDED * pile.others_finished


def cut_by_characters(collection: Collection) -> Collection:
    """All texts are cut at 300 characters."""
    return changed(collection, [t[:300] for t in collection.texts])


def cut_short(collection: Collection) -> Collection:
    """All texts are cut at 60 characters, and most are longer."""
    return changed(collection, [t[:60] for t in collection.texts])


def cut_by_words(collection: Collection) -> Collection:
    """All texts are cut at 60 words."""
    return changed(collection, [" ".join(t.split()[:60]) for t in collection.texts])


def some_cut(collection: Collection) -> Collection:
    """One text in eight is cut at 120 characters, the others are longer or shorter."""
    return changed(collection, [t[:120] if i % 8 == 3 else t for i, t in enumerate(collection.texts)])


def one_form(collection: Collection) -> Collection:
    """One text in eight is a notice of one length, with a number in it."""
    return changed(collection, [f"Your parcel with the number {i:08d} is on its way to you and comes on day {i % 7}" if i % 8 == 3 else t for i, t in enumerate(collection.texts)])


def codes_of_one_length(collection: Collection) -> Collection:
    """Nearly all texts are made to one length."""
    return changed(collection, [t[:40].ljust(40, "x") for t in collection.texts])


CHECK = Check(
    code="DAT710", name="truncated-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=cut_by_characters), Case(toy="messages", plant=cut_short), Case(toy="messages", plant=cut_by_words), Case(toy="messages", plant=some_cut)),
    lookalikes=(Case(toy="messages", plant=codes_of_one_length), Case(toy="messages", plant=one_form)),
)  # fmt: skip
