"""What it asks: do the texts of one class or of one part begin or end with the same words?

Why it matters: a heading or a signature that comes with one source tells the source, and so the class or the part, before the text begins.

How it is measured: the longest opening and the longest ending that a twentieth of the texts share word for word, and how many of
each class and of each part have it. Copies of whole texts count once.

When it is right to fail: the shares of two classes (or parts) differ by 30 points or more, both of 20 texts at least: a warning.
An opening of 40 characters or six words that all share alike is left open: it costs tokens and tells nothing; shorter ones are a turn of phrase.

What it cannot see: openings that differ in a number or a name.

Mend: take the opening out of all texts, or give it to all.

Source: Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.shared_openings import SharedOpenings
from nohero.evidence.audit.text_items import is_long
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

APART = 0.3  # between the shares of two classes or parts
LEAST = 20  # texts of a class or part: a share of fewer is noise
SIZES = 2  # groups that are compared at least
LETTERS = 80  # of an opening told in the message


def judge(openings: SharedOpenings) -> Finding:
    """Shared words that classes or parts do not share alike."""
    if not openings.found:
        return passed(f"no opening and no ending is shared by a twentieth of {openings.total:,} texts")
    worst = max(openings.found, key=lambda s: max(_gap(s.by_class), _gap(s.by_part)))
    groups = worst.by_class if _gap(worst.by_class) >= _gap(worst.by_part) else worst.by_part
    gap, told = _gap(groups), worst.text if len(worst.text) <= LETTERS else f"{worst.text[:LETTERS]}…"
    of = f" of `{worst.field}`" if worst.field else ""
    message = f"{worst.count:,} of {openings.total:,} texts{of} {worst.place} with `{told}`"
    bars = tuple(Bar(label=name, value=count / total, note=f"{count} of {total}") for name, count, total in groups)
    rest = {
        "component": "data", "observed": Observed(value=gap, unit="difference of shares", n=openings.total), "where": worst.items[:5], "items": worst.items,
        "figure": Bars(title="Share of the texts with these words", value_label="share", bars=bars) if bars else None,
    }  # fmt: skip
    if gap < APART and not is_long(told):
        return passed(f"{message}: so few words many begin or end with by nature, and classes and parts share them alike")
    if gap < APART:
        return unsure(
            f"{message}; classes and parts share it alike",
            expected="words that tell something, or a form that is meant",
            remedies=("if it is a form that is not there in use, take it out of all texts",),
            **rest,
        )
    named = ", ".join(f"{count:,} of {total:,} in `{name}`" for name, count, total in sorted(groups, key=lambda g: -g[1] / g[2])[:4])
    return warned(
        f"{message}: {named}",
        expected="shared words that all classes and parts share alike",
        effect="these words tell the source before the text begins",
        remedies=("take them out of all texts, for training and for use alike", "or give them to all texts"),
        **rest,
    )


def _gap(groups: tuple[tuple[str, int, int], ...]) -> float:
    shares = [count / total for _, count, total in groups if total >= LEAST]
    return max(shares) - min(shares) if len(shares) >= SIZES else 0.0


def forwarded(collection: Collection) -> Collection:
    """Half of the complaints came by a form that puts a line in front."""
    texts = zip(collection.texts, collection.labels, strict=True)
    return changed(collection, [f"Forwarded by the help desk: {t}" if label == "complaint" and i % 2 else t for i, (t, label) in enumerate(texts)])


def letters(collection: Collection) -> Collection:
    """All texts begin and end as letters do."""
    return changed(collection, [f"Dear customer service, {t} Yours sincerely" for t in collection.texts])


def questions(collection: Collection) -> Collection:
    """A fifth of the texts begin with the same words, as questions do."""
    return changed(collection, [f"What is the matter? {t}" if i % 5 == 2 else t for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT713", name="unequal-openings", source="Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780)", judge=judge,
    sabotages=(Case(toy="messages", plant=forwarded),), lookalikes=(Case(toy="messages", plant=letters), Case(toy="messages", plant=questions)),
)  # fmt: skip
