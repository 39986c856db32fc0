"""What it asks: are some texts written in another script than the rest, or words in two scripts at once?

Why it matters: a tokenizer made for one script cuts another into bytes; a word with one Cyrillic letter looks right and is unknown.

How it is measured: each text's commonest script by the Unicode names of its letters; and words that mix Latin, Cyrillic or Greek
letters.

When it is right to fail: where one script has 95 % of the texts, others are a warning from three texts on. Sets of several scripts
pass, and so do texts whose script goes with their class or another field, as a language does. Three texts with words of mixed scripts are a warning.

What it cannot see: another language in the same script.

Mend: leave them out, or say that they belong; write words in one script.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_scripts import TextScripts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST = 3  # texts; one or two quotations are no fault
SHOWN = 20  # rows of the table


def judge(found: TextScripts) -> Finding:
    """Texts of other scripts in a set of one, and words of two."""
    foreign = found.foreign
    of = f"of `{found.field}` " if found.field else ""
    names = ", ".join(f"{name} ({count:,})" for name, count in found.scripts[:5])
    if len(foreign) < LEAST and len(found.mixed) < LEAST:
        return passed(f"scripts: {names}" if found.scripts else "no text has letters enough to tell its script")
    words = f"{len(found.mixed):,} texts have words of two scripts, as `{found.mixed[0][1]}`" if len(found.mixed) >= LEAST else ""
    texts = f"{len(foreign):,} of {found.told:,} texts {of}are of another script: {names}" if len(foreign) >= LEAST else ""
    rows = (*((item, script, text) for item, script, text in foreign[:SHOWN]), *((item, "two in one word", word) for item, word in found.mixed[:SHOWN]))
    return warned(
        "; ".join(part for part in (texts, words) if part),
        expected=f"texts in {found.scripts[0][0]}, each word in one script",
        observed=Observed(value=float(len(foreign) + len(found.mixed)), unit="texts", n=found.told),
        component="data",
        where=tuple(item for item, *_ in rows[:5]),
        items=(*(item for item, *_ in foreign), *(item for item, _ in found.mixed)),
        effect="a tokenizer made for one script cuts the other into bytes, and a word with a foreign letter is unknown to it",
        remedies=("leave these texts out, or say that they belong to the task", "write mixed words in one script (unicodedata does not do it: it takes a table of look-alikes)"),
        figure=Table(title="Texts of another script", columns=("item", "script", "text"), rows=rows),
    )


def other_alphabets(collection: Collection) -> Collection:
    """A few texts are in Russian and Chinese."""
    texts = {20: "Очень хорошая лампа, всем советую.", 90: "这个水壶很好用，推荐。", 300: "Пришло поздно и сломалось.", 411: "Не работает совсем."}
    return changed(collection, [texts.get(i, t) for i, t in enumerate(collection.texts)])


def false_letters(collection: Collection) -> Collection:
    """In some texts an o is Cyrillic."""
    return changed(collection, [t.replace("ou", "оu") if i % 20 == 3 else t for i, t in enumerate(collection.texts)])


def a_class_of_its_own(collection: Collection) -> Collection:
    """A small class is Russian."""
    chosen = range(7, len(collection), 40)
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    for i in chosen:
        texts[i], labels[i] = f"Очень хорошая лампа, всем советую. {i}", "russian"
    return changed(collection, texts, labels)


def two_scripts(collection: Collection) -> Collection:
    """A set of two scripts, with quotations, units and formulas."""
    return changed(collection, ["Очень хорошая лампа, всем советую. " + str(i) if i % 5 == 2 else f"{t} 5 µm, π, 10 kΩ" for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT712", name="foreign-script-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=other_alphabets), Case(toy="messages", plant=false_letters)), lookalikes=(Case(toy="messages", plant=two_scripts), Case(toy="messages", plant=a_class_of_its_own)),
)  # fmt: skip
