"""What it asks: are some texts of a column in another language than all others?

Why it matters: a net sees too few of them to learn from, and a translation into the wrong language is learned as a translation.

How it is measured: by the small words (the, of, is; le, des, est) of twelve languages in Latin letters. A text is of another language
where it has three different small words of that one, three times as many as of the usual one, and these are a fifth of its words.

When it is right to fail: where nine of ten texts that tell their language have one, five texts and one in a thousand of another are left
open. Where the columns of one table have different languages, as translations do, they are a warning.

What it cannot see: languages beyond the twelve, and texts of few words or of names and terms: of short messages it names about one in three.

Mend: read them; leave them out, or say that they belong to the task.

Source: Kreutzer et al. 2022, Quality at a glance: an audit of web-crawled multilingual datasets (arXiv:2103.12028).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_languages import LEAST_TOLD, TextLanguages
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST, LEAST_SHARE = 5, 0.001  # texts, in all and of those that tell their language: of 5,585 messages two are mistaken, of 32,777 lines of plays one
SHOWN = 20  # rows of the table


def judge(found: TextLanguages) -> Finding:
    """Texts of another language, column by column."""
    usual = {c.languages[0][0] for c in found.columns if c.told >= LEAST_TOLD}
    worst = max(found.columns, key=lambda c: len(c.foreign))
    named = ", ".join(f"{name} ({count:,})" for name, count in worst.languages[:5])
    if len(worst.foreign) < max(LEAST, LEAST_SHARE * worst.told):
        return passed(f"{worst.told:,} texts tell their language: {named}" if worst.told else "no text tells its language", items=tuple(f[0] for f in worst.foreign))
    of = f" of `{worst.field}`" if worst.field else ""
    items = tuple(dict.fromkeys(f[0] for c in found.columns for f in c.foreign))
    return (warned if len(usual) > 1 else unsure)(
        f"{len(worst.foreign):,} of {worst.told:,} texts{of} that tell their language are of another: {named}",
        expected=f"texts{of} in {worst.languages[0][0]}",
        observed=Observed(value=float(len(worst.foreign)), unit="texts", n=worst.told),
        component="data",
        where=tuple(item for item, *_ in worst.foreign[:5]),
        items=items,
        effect="a net learns little from so few, and what is a translation into another language is wrong",
        remedies=("do they belong to the task? If not, leave them out; look for more of them, as only some tell their language",),
        figure=Table(title="Texts of another language", columns=("item", "language", "text"), rows=tuple(f for c in found.columns for f in c.foreign[:SHOWN])),
    )


FRENCH = "Je ne sais pas si cette lampe est pour moi, mais elle est très bien et je la garde dans ma chambre avec les autres."


def french_translations(collection: Collection) -> Collection:
    """Sentences and their translations, some of them into another language."""
    from nohero.sources.text_column import with_texts

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = list(zip(columns["town"], columns["trade"], columns["income"], strict=True))
        return {
            "en": [f"The {trade} is from {town} and has an income of {income} with which they can live." for town, trade, income in rows],
            "de": [f"{FRENCH} {income}" if i % 50 == 7 else f"Das ist ein {trade} aus {town}, und er hat {income} im Jahr, von dem sie leben." for i, (town, trade, income) in enumerate(rows)],
        }

    return with_texts(recelled(collection, change, label=""))


def quotations(collection: Collection) -> Collection:
    """Some texts begin with a line of another language."""
    return changed(collection, [f"C'est la vie, as they say in the shop. {t}" if i % 10 == 3 else t for i, t in enumerate(collection.texts)])


def many_languages(collection: Collection) -> Collection:
    """A third of the texts are French."""
    return changed(collection, [f"{FRENCH} {i}" if i % 3 == 1 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT718", name="foreign-language-texts", source="Kreutzer et al. 2022, Quality at a glance: an audit of web-crawled multilingual datasets (arXiv:2103.12028)", judge=judge,
    sabotages=(Case(toy="people", plant=french_translations),), lookalikes=(Case(toy="messages", plant=quotations), Case(toy="messages", plant=many_languages)),
)  # fmt: skip
