"""What it asks: are there characters in the texts that no reader sees?

Why it matters: a zero-width blank inside a word makes another word of it, and a NUL ends a text for some programs; both pass every look.

How it is measured: control characters but tab and line breaks, zero-width blanks, marks of direction, byte-order marks inside a text,
and private characters are counted. Joiners of emoji and of Persian and Indic scripts are not.

When it is right to fail: three texts or more are a warning. Those from U+0080 to U+009F are mojibake's business.

What it cannot see: visible characters that look like others, which foreign-script-texts names.

Mend: take them out, for training and for use alike.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_damage import TextDamage
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST = 3  # texts: one or two come with any text that was copied from a page
SHOWN = 20  # rows of the table


def judge(damage: TextDamage) -> Finding:
    """By the number of texts that have one."""
    found = [d for d in damage.control if not "U+0080" <= d.found[:6] <= "U+009F"]
    observed = Observed(value=float(len(found)), unit="texts with unseen characters", n=damage.total)
    if len(found) < LEAST:
        named = f" ({', '.join(f'{d.item}: {d.found}' for d in found)})" if found else ""
        return passed(f"hardly any of {damage.total:,} texts have characters that cannot be seen{named}", observed=observed, items=tuple(d.item for d in found))
    kinds = ", ".join(f"{name} in {count:,}" for name, count in damage.kinds[:4])
    return warned(
        f"{len(found):,} of {damage.total:,} texts have characters that cannot be seen: {kinds}",
        expected="characters that a reader can see, blanks and line breaks",
        observed=observed,
        component="data",
        where=tuple(d.item for d in found[:5]),
        items=tuple(d.item for d in found),
        effect="words with such a character inside are other words to a tokenizer",
        remedies=("take these characters out, for training and for use alike",),
        figure=Table(title="Characters that cannot be seen (shown as ·)", columns=("item", "character", "there"), rows=tuple((d.item, d.found, d.around) for d in found[:SHOWN])),
    )


def unseen(collection: Collection) -> Collection:
    """Zero-width blanks, NULs and marks of direction stand inside words."""
    signs = "\u200b\0\u202e\x07"
    return changed(collection, [t.replace("o", f"o{signs[i // 25 % 4]}", 1) if i % 25 == 3 else t for i, t in enumerate(collection.texts)])


def joined_signs(collection: Collection) -> Collection:
    """Families of emoji, Persian words with joiners, tabs and line breaks."""
    signs = ("👩\u200d👩\u200d👧", "می\u200cخواهم", "a\tb", "one\r\ntwo")
    return changed(collection, [f"{t} {signs[i % 4]}" if i % 10 == 3 else t for i, t in enumerate(collection.texts)])


def marks_of_direction(collection: Collection) -> Collection:
    """Hebrew and Arabic with the marks that put a full stop or a number on its side."""
    signs = ("שלום!\u200f 12", "مرحبا \u200f0 كتاب", "(אבג)\u200f", "C++\u200e בעברית")
    return changed(collection, [f"{t} {signs[i % 4]}" if i % 10 == 3 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT708", name="control-characters", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=unseen),), lookalikes=(Case(toy="messages", plant=joined_signs), Case(toy="messages", plant=marks_of_direction)),
)  # fmt: skip
