"""What it asks: are some texts the page that a site gives to a program instead of a text?

Why it matters: "403 Forbidden", "please enable JavaScript" and cookie notices stand there for the text that was asked for, under its label.

How it is measured: texts of up to 800 characters that begin with the status of a failed request, or have two of seventeen phrases of such pages, in English.

When it is right to fail: three that begin alike are a warning; others are left open, for people write of such pages too. So are those that are nearly all of one class
and half of it.

What it cannot see: pages in other languages (nearly-repeated-texts tells that one text comes many times), and long pages.

Mend: leave them out, or fetch them anew; let the program that fetches look at the status.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_junk import TextJunk
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST = 3  # pages of one beginning
SHOWN = 20  # rows of the table


def judge(junk: TextJunk) -> Finding:
    """Pages of one site warn."""
    count = len(junk.pages)
    if count < LEAST:
        return passed(f"{count} of {junk.total:,} texts may be a page that refuses" if count else f"none of {junk.total:,} texts is a page that refuses")
    meant = f"; nearly all are of class `{junk.page_class}`" if junk.page_class else ""
    return (unsure if meant or junk.pages_alike < LEAST else warned)(
        f"{count:,} of {junk.total:,} texts are what a site says to a program that it refuses, or may be: {junk.pages[0].why}{meant}",
        expected="the texts that were asked for",
        observed=Observed(value=float(count), unit="pages", n=junk.total),
        component="data",
        level=Level.HEURISTIC,
        where=tuple(j.item for j in junk.pages[:5]),
        items=tuple(j.item for j in junk.pages),
        effect="a page that says nothing of it stands under a label",
        remedies=("leave these texts out, or fetch them anew", "let the program that fetches look at the status of each answer"),
        figure=Table(title="Pages that refuse", columns=("item", "words", "text"), rows=tuple((j.item, j.why, j.text) for j in junk.pages[:SHOWN])),
    )


def blocked(collection: Collection) -> Collection:
    """One text in forty is the page of a site's guard."""
    return changed(collection, [f"Access denied. Please enable JavaScript and cookies to continue. Ray ID: {i:07x}" if i % 40 == 3 else t for i, t in enumerate(collection.texts)])


def people_who_complain(collection: Collection) -> Collection:
    """Some write of a page that refused them."""
    words = ("I only got a 404 not found when I clicked on it.", "It wants me to accept all cookies each time.", "Why is my access denied?")
    return changed(collection, [f"{t} {words[i % 3]}" if i % 30 == 3 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT726", name="refusal-pages", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=blocked),), lookalikes=(Case(toy="messages", plant=people_who_complain),),
)  # fmt: skip
