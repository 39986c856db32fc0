"""What it asks: are all files of texts in one encoding?

Why it matters: whoever reads all of them as one gets garbled characters or an error in some, and if a class comes from one source
the garbled characters tell the class.

How it is measured: each file is decoded by what its bytes say (a mark, UTF-16's zeros, UTF-8, else cp1252 or latin-1), and line by
line where one file mixes two. Texts of ASCII alone are the same in all and do not count.

When it is right to fail: two encodings are a warning: read here each in its own, they do no harm until somebody reads them as one. One encoding that
is not UTF-8 was guessed from the bytes, and is left open.

What it cannot see: one single-byte encoding taken for another.

Mend: write all files in UTF-8.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_damage import TextDamage
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

UTF8 = "UTF-8"


def judge(damage: TextDamage) -> Finding:
    """More than one encoding among texts that tell it."""
    mixed = any(" and " in name for name, _ in damage.encodings)
    if len(damage.encodings) == 1 and not mixed and damage.encodings[0][0] != UTF8:
        name, count = damage.encodings[0]
        return unsure(
            f"no text beyond ASCII is UTF-8: {count:,} of {damage.total:,} were read as {name}, which nothing in the files says",
            expected="UTF-8", observed=Observed(value=float(count), unit=f"texts read as {name}", n=damage.total), component="data",
            effect="a program that takes UTF-8 breaks off, or drops letters", remedies=("look whether letters beyond ASCII are right as shown here, then write the files anew in UTF-8",),
        )  # fmt: skip
    if len(damage.encodings) < 2 and not mixed:
        return passed(f"one encoding throughout ({damage.beyond_ascii:,} of {damage.total:,} texts tell it)")
    told = ", ".join(f"{name} ({count:,} texts)" for name, count in damage.encodings)
    return warned(
        f"texts are in {len(damage.encodings)} encodings: {told}" if not mixed else f"files mix encodings line by line: {told}",
        expected="one encoding for all files",
        observed=Observed(value=float(len(damage.encodings)), unit="encodings", n=damage.total),
        component="data",
        where=tuple(name for name, _ in damage.encodings[:5]),
        effect="read as one, some of the texts are garbled or the reading breaks off",
        remedies=("write all files anew in UTF-8",),
        figure=Bars(title="Texts beyond ASCII by the encoding of their file", value_label="texts", bars=tuple(Bar(label=n, value=float(c)) for n, c in damage.encodings)),
    )


def _with_encodings(collection: Collection, texts: list[str], encodings: list[str]) -> Collection:
    from nohero.sources.text_files import Text, made

    items = [Text(item=i, text=t, label=label, encoding=e) for i, t, label, e in zip(collection.items, texts, collection.labels.to_list(), encodings, strict=True)]
    return made(items, collection.name, collection.source)


def two_writers(collection: Collection) -> Collection:
    """Half of the files were written on another system."""
    texts = [f"{t} Café." for t in collection.texts]
    return _with_encodings(collection, texts, ["cp1252" if i % 2 else "UTF-8" for i in range(len(texts))])


def plain_files(collection: Collection) -> Collection:
    """Some files are of ASCII alone, which is the same in every encoding."""
    texts = [f"{t} Café." if i % 2 else t for i, t in enumerate(collection.texts)]
    return _with_encodings(collection, texts, ["cp1252" if i % 2 else "UTF-8" for i in range(len(texts))])


CHECK = Check(
    code="DAT706", name="mixed-encodings", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=two_writers),), lookalikes=(Case(toy="messages", plant=plain_files),),
)  # fmt: skip
