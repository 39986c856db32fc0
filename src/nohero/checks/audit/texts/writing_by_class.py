"""What it asks: are the texts of all parts and classes written in one way?

Why it matters: texts that were lower-cased, stripped of marks or cut into words in one part alone are strange to a net that was trained on
the other; in one class alone, the way of writing is learned instead of the meaning.

How it is measured: of the texts of six words and more, how many of each part and class have a capital, a mark such as a full stop, a
blank before a comma, a digit, a character beyond ASCII, a line break, or a question mark within a word, as lost letters leave it. And
whether some texts have a blank before every comma and full stop, others before none.

When it is right to fail: what hardly any text of one part has, and half of another: a warning. Of classes capitals, marks and blanks
alone are told, and left open, as some people write so; question marks within words are a warning. Two ways of setting
marks in one set, each in a tenth of the texts and hardly both in one, are left open.

What it cannot see: whether the way of writing is what tells the classes apart in use too.

Mend: prepare all texts alike, in training and in use, or get the untouched ones.

Source: Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_writing import BLANK, CAPITAL, GONE, MARK, TextWriting, Tokenised, Written
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

NEVER, OFTEN = 0.02, 0.5  # of the texts of a group: in no set of texts at hand are parts of one source so far apart
LOST = 0.1  # of the texts, with a question mark within a word: of messages written in haste 2 % have one, where a blank was left out
LEAST = 20  # texts of a group: a share of fewer is noise
OF_CLASSES = (CAPITAL, MARK, BLANK)  # digits, letters of a language and lines may be what a class is about
BOTH, BETWEEN = 0.1, 0.1  # of the texts set in either way, at least, and with both in one, at most


def judge(writing: TextWriting) -> Finding:
    """Parts first, then classes, then two ways in one set."""
    parts = [w for w in writing.ways if (w.by == "part" and _gap(w) > 0) or (w.way == GONE and _gap(w) > 0)]
    classes = [w for w in writing.ways if w.by == "class" and w.way in OF_CLASSES and _gap(w) > 0]
    mixed = [t for t in writing.tokenised if _two_ways(t)]
    if not parts and not classes and not mixed:
        return passed(f"{writing.total:,} texts of some length are written in one way")
    if not parts and not classes:
        return _mixed(mixed[0])
    found = sorted(parts or classes, key=lambda w: -_gap(w))
    first, effect = found[0], "a net learns the way of writing, and texts that are written in another are strange to it"
    remedies = ("prepare all texts alike, in training and in use",) if parts else ("would these classes be written so in use too? If not, prepare all texts alike",)
    return (warned if parts else unsure)(
        _said(first) + "".join(f"; {_said(w)}" for w in found[1:3]),
        expected="parts and classes that are written in one way",
        observed=Observed(value=_gap(first), unit="difference of shares", n=writing.total),
        component="data",
        where=tuple(f"{w.by} {name}: {w.way}" for w in found[:5] for name in _odd(w)),
        effect=effect,
        remedies=remedies,
        figure=Table(title="Texts written in one way", columns=("way", "by", "group", "texts with it", "texts"), rows=tuple((w.way, w.by, *g) for w in found for g in w.groups[:10])),
    )


def _share(group: tuple[str, int, int]) -> float:
    return group[1] / group[2]


def _large(written: Written) -> list[tuple[str, int, int]]:
    return [g for g in written.groups if g[2] >= LEAST]


def _gap(written: Written) -> float:
    """Between the group that hardly ever has it and the one that often does; 0 where there are no such two."""
    shares = [_share(g) for g in _large(written)]
    often = LOST if written.way == GONE else OFTEN
    return max(shares) - min(shares) if len(shares) > 1 and min(shares) <= NEVER and max(shares) >= often else 0.0


def _odd(written: Written) -> list[str]:
    """The groups without it, but with question marks within words those that have them."""
    return [g[0] for g in _large(written) if (_share(g) >= LOST if written.way == GONE else _share(g) <= NEVER)][:5]


def _said(written: Written) -> str:
    ordered = sorted(_large(written), key=_share)
    of = f" in `{written.field}`" if written.field else ""
    (low, a, n), (high, b, m) = ordered[0], ordered[-1]
    return f"{written.way} stands{of} in {a:,} of {n:,} texts of {written.by} `{low}` and in {b:,} of {m:,} of `{high}`"


def _two_ways(told: Tokenised) -> bool:
    a, b = len(told.apart), len(told.behind)
    return min(a, b) >= max(LEAST, BOTH * (a + b + told.between)) and told.between <= BETWEEN * (a + b + told.between)


def _mixed(told: Tokenised) -> Finding:
    of = f" of `{told.field}`" if told.field else ""
    fewer = min(told.apart, told.behind, key=len)
    return unsure(
        f"{len(told.apart):,} texts{of} have a blank before every comma and full stop, {len(told.behind):,} before none, {told.between:,} before some: the set was made in two ways",
        expected="texts that are written in one way",
        observed=Observed(value=float(len(fewer)), unit="texts in the rarer way", n=len(told.apart) + len(told.behind)),
        component="data",
        where=fewer[:5],
        items=fewer,
        effect="the words are the same, and their tokens are not",
        remedies=("cut all texts into words by one program, or put them together again", "look where the two kinds come from: if classes or parts have them unequally, it is a shortcut"),
    )


def lower_cased_test(collection: Collection) -> Collection:
    """The test part was lower-cased and lost its marks."""
    parts = ["test" if i % 4 == 0 else "train" for i in range(len(collection))]
    texts = ["".join(c for c in t.lower() if c.isalnum() or c == " ") if p == "test" else t for t, p in zip(collection.texts, parts, strict=True)]
    return changed(collection, texts, parts=parts)


def lost_letters(collection: Collection) -> Collection:
    """The letters beyond ASCII of one class became question marks."""
    texts = [t.replace("o", "ö") for t in collection.texts]
    return changed(collection, [t.replace("ö", "?") if label == "praise" else t for t, label in zip(texts, collection.labels, strict=True)])


def written_in_haste(collection: Collection) -> Collection:
    """Some people write without capitals and marks, more of them where they complain; parts are alike."""
    texts = [t.lower().replace(".", " ") if i % (3 if label == "complaint" else 5) == 0 else t for i, (t, label) in enumerate(zip(collection.texts, collection.labels, strict=True))]
    return changed(collection, texts, parts=["test" if i % 4 == 0 else "train" for i in range(len(texts))])


def blanks_left_out(collection: Collection) -> Collection:
    """Two in a hundred write on behind a question mark, without a blank, one class alone."""
    return changed(collection, [f"Why?it {t}" if i % 25 == 0 and label == "praise" else t for i, (t, label) in enumerate(zip(collection.texts, collection.labels, strict=True))])


CHECK = Check(
    code="DAT714", name="writing-by-class", source="Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780)", judge=judge,
    sabotages=(Case(toy="messages", plant=lower_cased_test), Case(toy="messages", plant=lost_letters)),
    lookalikes=(Case(toy="messages", plant=written_in_haste), Case(toy="messages", plant=blanks_left_out)),
)  # fmt: skip
