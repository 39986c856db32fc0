"""What it asks: are some texts the excuse of a language model that it will not answer?

Why it matters: "As an AI language model, I cannot" stands there for the answer. It tells that a model wrote the texts, and whoever is trained on
it learns to refuse questions that have an answer.

How it is measured: texts that within 200 characters say that they are a language model's or an assistant's, or begin with an excuse and that it
cannot help, answer, provide or comply; in English; in each column of texts, short answers too.

When it is right to fail: from three on that say they are a model's, a warning; refusals that do not say so, five and a half of a per cent, are left open,
for people write so too, and so is all where it is more than a fifth of the texts: then refusals may be what the set is about.

What it cannot see: refusals in other languages and words; whether a refusal is meant there.

Mend: leave these out, or have them answered; keep those that are meant, and say so in the data card.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.model_refusals import ModelRefusals
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST = 3  # texts that say they are a model's
UNSAID, UNSAID_SHARE = 5, 0.005  # refusals that do not say so, in all and of the texts: of 5,585 messages of people three begin so
MEANT = 0.2  # of the texts: more are what the set is about
SHOWN = 20  # rows of the table


def judge(found: ModelRefusals) -> Finding:
    """Texts that say they are a model's warn."""
    rows = (*found.as_model, *found.refusing)
    if len(found.as_model) < LEAST and len(rows) < max(UNSAID, UNSAID_SHARE * found.total):
        return passed(f"{len(rows) or 'none'} of {found.total:,} texts {'refuses' if len(rows) == 1 else 'refuse'} to answer as a language model does")
    of = f" of `{found.field}`" if found.field else ""
    items = tuple(item for item, _ in rows)
    own = f", and {len(found.as_model):,} of them say that they are a model's" if found.as_model else ""
    return (warned if len(found.as_model) >= LEAST and len(rows) <= MEANT * found.total else unsure)(
        f"{len(rows):,} of {found.total:,} texts{of} refuse to answer as a language model does{own}: `{rows[0][1][:80]}`",
        expected="a text that answers, or a refusal that is meant",
        observed=Observed(value=float(len(rows)), unit="refusals", n=found.total),
        component="data",
        level=Level.HEURISTIC,
        where=items[:5],
        items=items,
        effect="a net that is trained on them refuses what it could answer",
        remedies=("read them: leave out those that refuse what has an answer", "where refusals are meant, say so in the data card"),
        figure=Table(title="Refusals", columns=("item", "text"), rows=rows[:SHOWN]),
    )


def refused(collection: Collection) -> Collection:
    """A fortieth of the texts was written by a model that would not."""
    said = ("As an AI language model, I do not have access to that.", "I'm sorry, but as an AI assistant I cannot answer this question.", "I apologize, but I am unable to provide an answer to this question.", "Sorry, I can't assist with that request.")
    return changed(collection, [said[i // 40 % 4] if i % 40 == 9 else t for i, t in enumerate(collection.texts)])


def people_who_excuse_themselves(collection: Collection) -> Collection:
    """People say that they are sorry, that they cannot come, and what they think of AI."""
    said = ("I'm sorry, but I cannot come on Monday.", "Sorry, I can't find the receipt.", "I cannot recommend this lamp to anybody.", "Artificial intelligence is in every lamp now, and as an engineer I ask why.")
    return changed(collection, [f"{said[i % 4]} {t}" if i % 10 == 3 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT720", name="model-refusals", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=refused),), lookalikes=(Case(toy="messages", plant=people_who_excuse_themselves),),
)  # fmt: skip
