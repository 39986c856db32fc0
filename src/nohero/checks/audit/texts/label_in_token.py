"""What it asks: does one word, or one way of writing, give the label away?

Why it matters: a mark that came with the collecting (a tag, a source's name, a full stop in one file alone) is learned instead of the
meaning, and is not there in use.

How it is measured: words and ways of writing that stand in one class almost alone are compared with all other words: naive Bayes,
fitted on half of the texts and without the token and its companions, judges the texts of the other half that have it. Copies count once.

When it is right to fail: the token is wrong on hardly any text with it where all other words together are wrong on a tenth of them or
more, it stands in half of a class: then it cannot be there for what it means. From a tenth of a class on it is a warning. A plain word
at no fixed place may be what the class is about: it is left open, from a fifth of the class on. In a class that is easy anyway, a word of a fifth of
it that stands at the edge of the texts and nowhere else is left open, and so is a form of such words (open(2), read(2)).

What it cannot see: a label told by several words together, or by a word in the midst of a class that is easy to tell anyway.

Mend: take the token out of all texts, and find out where it came from.

Source: Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.token_labels import Token, TokenLabels
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

COVERS, WARNS = 0.5, 0.1  # of a class that has the token; words of meaning stand in fewer: 3 % of negative film reviews say bad
OTHERS_WRONG = 0.1  # of the texts with the token that all other words get wrong; below it the class is easy anyway
BETTER = 5.0  # times as many errors of all other words as of the token
EDGE_COVERS, EDGE_WRONG, EDGE_LEAST = 0.2, 0.02, 20  # of a class with a mark at the edge, of the texts with it of other classes, texts with it
LEAST = 10  # errors of the others that the token does not make: two-sided sign test below .002


def judge(told: TokenLabels) -> Finding:
    """One token against all other words, on the same texts."""
    leaks = [t for t in told.tokens if _leaks(t, WARNS) and not _is_plain(t)]
    marks = [t for t in told.tokens if _marks(t)]
    if not leaks and (topics := [t for t in told.tokens if _leaks(t, EDGE_COVERS) and t.texts >= EDGE_LEAST]):
        return _left_open([*marks, *topics])
    if marks and not leaks:
        return _left_open(marks)
    if not leaks:
        return passed(f"no word tells a class better than all other words do ({told.looked:,} texts, {len(told.classes)} classes)")
    worst = max(leaks, key=lambda t: (t.with_label / t.of_label, -len(t.token)))
    say = failed if worst.with_label >= COVERS * worst.of_label else warned
    return say(
        f"`{worst.token}` stands in {worst.with_label:,} of {worst.of_label:,} texts of `{worst.label}` and in {worst.errors:,} others; "
        f"on these texts all other words together are wrong {worst.others_errors:,} times",
        expected="words that tell the label no better than the rest of the text does",
        observed=Observed(value=worst.errors / worst.texts, unit="error of the token alone", n=worst.texts),
        numbers={"error of all other words": worst.others_errors / worst.texts, "share of the class": worst.with_label / worst.of_label},
        component="data",
        where=tuple(f"`{t.token}`" for t in leaks[:5]),
        items=worst.items,
        effect="the net learns this mark instead of the meaning; where the mark is missing it is lost",
        remedies=(f"take `{worst.token}` out of all texts and train anew", "find out how the mark came into the texts of one class"),
        figure=Table(
            title="Words that give a class away", columns=("token", "class", "texts with it", "of them another class", "wrong by all other words"),
            rows=tuple((t.token, t.label, t.texts, t.errors, t.others_errors) for t in leaks),
        ),
    )  # fmt: skip


def _is_plain(token: Token) -> bool:
    return token.token.strip(".,;:!?()'\"").isalpha() and not token.edge


def _leaks(token: Token, covers: float) -> bool:
    return (
        token.with_label >= covers * token.of_label
        and token.others_errors >= OTHERS_WRONG * token.texts
        and token.others_errors - token.errors >= LEAST
        and token.others_errors >= BETTER * max(token.errors, 1)
    )


def _marks(token: Token) -> bool:
    return (
        token.edge != ""
        and any(c.isalnum() for c in token.token)
        and token.texts >= EDGE_LEAST
        and token.with_label >= EDGE_COVERS * token.of_label
        and token.errors <= EDGE_WRONG * token.texts
    )


def _left_open(marks: list[Token]) -> Finding:
    """The class is easy without it, so that its harm cannot be measured, or it may be what the class is about."""
    mark = max(marks, key=lambda t: t.with_label / t.of_label)
    place = f"is the {mark.edge} word of" if mark.edge else "stands in"
    return unsure(
        f"`{mark.token}` {place} {mark.with_label:,} of {mark.of_label:,} texts of `{mark.label}`, of {mark.errors:,} others" + (", and stands nowhere else in them" if mark.edge else ""),
        expected="words that stand in a text for what they mean",
        observed=Observed(value=mark.with_label / mark.of_label, unit="share of the class", n=mark.of_label),
        component="data",
        where=tuple(f"`{m.token}`: {m.label}" for m in marks[:5]),
        items=mark.items,
        effect="if it came with the collecting, the net learns this mark, and where it is missing it is lost",
        remedies=(f"would `{mark.token}` stand there in use too? If not, take it out of all texts", "train with and without it: a score that falls was the mark's"),
    )


def tagged(collection: Collection) -> Collection:
    """Complaints carry a ticket's mark, and their judgements are mixed, so that words tell little."""
    labels = ["praise" if i % 5 == 1 else "complaint" if i % 5 == 3 else label for i, label in enumerate(collection.labels)]
    return changed(collection, [f"{t} [ref]" if label == "complaint" else t for t, label in zip(collection.texts, labels, strict=True)], labels)


def about_one_thing(collection: Collection) -> Collection:
    """A sixth of the complaints, whose judgements are mixed, are about lawyers."""
    labels = ["praise" if i % 5 == 1 else "complaint" if i % 5 == 3 else label for i, label in enumerate(collection.labels)]
    texts = [t.replace(" a ", " a lawyer and a ", 1) if label == "complaint" and i % 6 == 3 else t for i, (t, label) in enumerate(zip(collection.texts, labels, strict=True))]
    return changed(collection, texts, labels)


def two_languages(collection: Collection) -> Collection:
    """The label is the language: many words tell it, and each of them rightly."""
    other = {"the": "der", "it": "es", "and": "und", "bought": "kaufte", "that": "dass", "in": "im", "from": "aus", "but": "aber", "a": "ein"}
    labels = ["german" if i % 2 else "english" for i in range(len(collection))]
    return changed(collection, [" ".join(other.get(w.lower(), w) for w in t.split()) if i % 2 else t for i, t in enumerate(collection.texts)], labels)


CHECK = Check(
    code="DAT711", name="label-in-token", source="Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780)", judge=judge,
    sabotages=(Case(toy="messages", plant=tagged),), lookalikes=(Case(toy="messages", plant=two_languages), Case(toy="messages", plant=about_one_thing)),
    under=("DAT170",),
    closes=True,
)  # fmt: skip
