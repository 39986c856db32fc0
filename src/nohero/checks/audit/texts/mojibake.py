"""What it asks: were characters read in the wrong encoding?

Why it matters: `cafÃ©` is another word than `café` to every tokenizer, and whether a text is garbled often tells its source, which may tell its label.

How it is measured: runs of characters that are UTF-8's bytes read as cp1252 or latin-1, where the bytes decode to a character;
control characters of 80 to 9F, which cp1252 uses for quotation marks; and U+FFFD, which stands for a lost character; question marks, two characters in five and eight at least, where half of the texts are in another script
than ASCII's.

When it is right to fail: a hundredth of the texts or more; fewer warn, as each is certain.

What it cannot see: other wrong readings than those of cp1252 and latin-1, and single letters lost to question marks.

Mend: read the file in its own encoding; `text.encode("cp1252").decode("utf-8")` mends one wrong reading.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_damage import TextDamage
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.01  # of the texts: then the fault lies in how the set was read, not in a text
SHOWN = 20  # rows of the table


def judge(damage: TextDamage) -> Finding:
    """Every garbled text is one too many."""
    known = {d.item for d in damage.mojibake}
    garbled = (*damage.mojibake, *(d for d in damage.control if d.item not in known and "U+0080" <= d.found[:6] <= "U+009F"))
    count = len(garbled)
    if not count:
        return passed(f"no text of {damage.total:,} is garbled ({damage.beyond_ascii:,} have characters beyond ASCII)")
    say = failed if count >= MUCH * damage.total else warned
    lost = f"; {damage.lost:,} have U+FFFD, whose character is lost" if damage.lost else ""
    asked = f"{damage.asked:,} of {damage.total:,} texts are made of question marks, where others are in a script beyond ASCII: their letters are lost"
    wrong = f"{count - damage.asked:,} of {damage.total:,} texts have characters read in the wrong encoding, as `{garbled[0].found}` in {garbled[0].item}{lost}"
    return say(
        "; ".join(part for part, there in ((wrong, count > damage.asked), (asked, damage.asked)) if there),
        expected="characters as they were written",
        observed=Observed(value=float(count), unit="garbled texts", n=damage.total),
        component="data",
        where=tuple(d.item for d in garbled[:5]),
        items=tuple(d.item for d in garbled),
        effect="one word becomes two, and what is garbled tells where a text comes from",
        remedies=('read the source in its own encoding; text.encode("cp1252").decode("utf-8") mends UTF-8 that was read as cp1252',),
        figure=Table(title="Garbled characters", columns=("item", "found", "there", "as meant"), rows=tuple((d.item, d.found, d.around, d.mended) for d in garbled[:SHOWN])),
    )


def lost_to_question_marks(collection: Collection) -> Collection:
    """Texts in Cyrillic letters, some of which went through an encoding that has none."""
    cyrillic = str.maketrans("abcdefghijklmnoprstuvyz", "абцдефгхийклмнопрстувыз")
    texts = [t.lower().translate(cyrillic) for t in collection.texts]
    return changed(collection, [t.encode("latin-1", "replace").decode("latin-1") if i % 30 == 3 else t for i, t in enumerate(texts)])


def read_as_latin(collection: Collection) -> Collection:
    """A source in UTF-8 was read as latin-1."""
    garbled = "It’s the café’s own – “très bien”".encode().decode("latin-1")
    return changed(collection, [f"{t} {garbled}" if i % 30 == 3 else t for i, t in enumerate(collection.texts)])


def read_as_windows(collection: Collection) -> Collection:
    """A source in UTF-8 was read as cp1252."""
    return changed(collection, [t.replace(".", " à l’été.").encode().decode("cp1252", errors="replace") if i % 40 == 3 else t for i, t in enumerate(collection.texts)])


def foreign_words(collection: Collection) -> Collection:
    """Words of many languages, in capitals too, and quotation marks of all kinds."""
    words = ("« ÉTÉ » À NOËL", "São João, IRMÃ… e irmão", "Ångström, “Ærø”", "Ελληνικά", "100 £ / 90 € ½", "Các bạn Ấn Độ", "Žluťoučký kůň", "Â propos, Ïle", "naïve café – déjà vu")
    return changed(collection, [f"{t} {words[i % len(words)]}" if i % 3 == 1 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT705", name="mojibake", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=read_as_latin), Case(toy="messages", plant=read_as_windows), Case(toy="messages", plant=lost_to_question_marks)), lookalikes=(Case(toy="messages", plant=foreign_words),),
)  # fmt: skip
