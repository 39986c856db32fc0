"""What it asks: is there markup among the words?

Why it matters: `&lt;#&gt;` and `<br />` become words of their own; where they come from one source they tell it.

How it is measured: HTML entities that stand for a character, and HTML tags by name; other angle brackets and ampersands do not count.
Line breaks and letters that are written as a program writes them (a backslash and an n), and texts that are base64 as a whole, count too.

When it is right to fail: a half of a per cent of the texts or more is a warning. Where more than half have markup it is left open:
the texts may be meant as markup.

What it cannot see: markup of other kinds (wiki, LaTeX, Markdown).

Mend: `html.unescape(text)`, and take tags out with an HTML parser.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_damage import TextDamage
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST, LEAST_SHARE = 5, 0.005  # texts with markup, in all and of the texts: a few come with any text of the web
MEANT = 0.5  # of the texts: then markup may be what the texts are about
SHOWN = 20  # rows of the table


def judge(damage: TextDamage) -> Finding:
    """By how many texts have it."""
    count = len(damage.markup)
    observed = Observed(value=float(count), unit="texts with markup", n=damage.total)
    if count < max(LEAST, LEAST_SHARE * damage.total):
        named = f" ({count:,}: {', '.join(d.item for d in damage.markup[:5])})" if count else ""
        return passed(f"hardly any of {damage.total:,} texts have markup{named}", observed=observed, items=tuple(d.item for d in damage.markup))
    say = unsure if count > MEANT * damage.total else warned
    return say(
        f"{count:,} of {damage.total:,} texts have markup such as `{damage.markup[0].found}`: HTML entities in {damage.entities:,}, tags in {damage.tags:,}"
        + "".join(f", {what} in {n:,}" for what, n in (("written line breaks or letters", damage.escapes), ("base64", damage.encoded)) if n),
        expected="the characters that a reader saw" if say is warned else "either markup that is meant, or none",
        observed=observed,
        component="data",
        where=tuple(d.item for d in damage.markup[:5]),
        items=tuple(d.item for d in damage.markup),
        effect="entities and tags become words, and tell the source that a text was taken from",
        remedies=("html.unescape(text), and take tags out with an HTML parser, for training and for use alike", *(("decode what was encoded, and write line breaks as such",) if damage.escapes or damage.encoded else ())),
        figure=Table(title="Markup", columns=("item", "found", "there", "without it"), rows=tuple((d.item, d.found, d.around, d.mended) for d in damage.markup[:SHOWN])),
    )


def scraped(collection: Collection) -> Collection:
    """Some texts were taken from pages as they stand."""
    return changed(collection, [t.replace(". ", ".<br /><br />").replace(" and ", " &amp; ") + "&nbsp;" if i % 12 == 3 else t for i, t in enumerate(collection.texts)])


def as_programs_write(collection: Collection) -> Collection:
    """In some texts a line break is a backslash and a letter, some are base64."""
    import base64

    written = [t.replace(". ", ".\\nThen ") if i % 60 == 3 else t for i, t in enumerate(collection.texts)]
    return changed(collection, [base64.b64encode(t.encode()).decode() if i % 60 == 33 else t for i, t in enumerate(written)])


def brackets(collection: Collection) -> Collection:
    """Ampersands, angle brackets, addresses and comparisons that are no markup."""
    signs = ("AT&T; R&D;", "5 < 7 and 9 > 3", "<anna@example.org>", "Q&A", "x <- y", "<3 <3", "me & you; him", r"C:\new\temp", "SomeLongName0fAThingWithoutBlank")
    return changed(collection, [f"{t} {signs[i % len(signs)]}" if i % 2 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT707", name="markup-in-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=scraped), Case(toy="messages", plant=as_programs_write)), lookalikes=(Case(toy="messages", plant=brackets),),
)  # fmt: skip
