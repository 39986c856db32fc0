"""What it asks: are there texts that are nearly an earlier one?

Why it matters: a text that was edited, cut or filled in from a form is a copy that no test for equality finds; divided at random it
lies on both sides.

How it is measured: MinHash signatures of 4-grams of characters name the candidates; a pair is a near copy where the cosine of
their 4-grams, rare ones counted more, is above .75. Texts under 40 characters are left out.

When it is right to fail: near copies of a hundredth of the texts, or across the parts, are a warning; fewer are named and left open.

What it cannot see: the same thing said in other words, and translations.

Mend: keep one of each group, or divide by group.

Source: Lee et al. 2022, Deduplicating training data makes language models better (arXiv:2107.06499).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_copies import TextCopies
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.text_copies import Pair
    from nohero.sources.collection import Collection

MUCH = 0.01  # of the texts: 100 in 10,000; a few turns of phrase are alike in any large set
LEAST = 5  # of them, so that one pair of a small set does not warn
LEAST_ACROSS = 0.005  # of the texts, with a near copy in another part
FORM = 6  # texts that are one but for details
SHOWN = 20  # rows of the table


def judge(copies: TextCopies) -> Finding:
    """Near copies by number, and by where they lie."""
    if not copies.near:
        return passed(f"none of {copies.compared:,} longer texts is nearly another one")
    across = [p for p in copies.near if p.crosses]
    much = len(copies.near) >= max(LEAST, MUCH * copies.total) or len(across) >= max(LEAST, LEAST_ACROSS * copies.total)
    say = warned if much else unsure
    size, sample = _largest(copies.near)
    ordered = sorted(copies.near, key=lambda p: (not p.crosses, -p.similarity))
    return say(
        f"{len(copies.near):,} of {copies.compared:,} longer texts are nearly an earlier one" + (f", {len(across):,} of them across the parts" if copies.divided else "") + (f"; the largest group, of {size:,}, is like `{sample[:60].strip()}`" if size >= FORM else ""),
        expected="texts that differ in more than a few words",
        observed=Observed(value=float(len(copies.near)), unit="near copies", n=copies.compared),
        component="data",
        level=Level.HEURISTIC,
        where=tuple(p.told for p in ordered[:5]),
        items=tuple(dict.fromkeys(p.item for p in ordered)),
        effect="a text and its edited copy on both sides of a division let the score look better than it is",
        remedies=("look at the pairs: keep one of each group, or divide by group",),
        figure=Table(
            title="Texts that are nearly the same", columns=("item", "earlier", "cosine", "text", "earlier text"),
            rows=tuple((p.item, p.earlier, round(p.similarity, 2), p.text, p.earlier_text) for p in ordered[:SHOWN]),
        ),
    )  # fmt: skip


def _largest(near: tuple[Pair, ...]) -> tuple[int, str]:
    """(how many texts, one of them) of the largest group that pairs hold together."""
    first: dict[str, str] = {}

    def root(item: str) -> str:
        while first.get(item, item) != item:
            item = first[item]
        return item

    for pair in near:
        first[root(pair.item)] = root(pair.earlier)
    groups = Counter(root(item) for item in {name for p in near for name in (p.item, p.earlier)})
    top, size = groups.most_common(1)[0]
    return size, next(p.earlier_text if p.earlier == top else p.text for p in near if top in (p.item, p.earlier))


def edited_copies(collection: Collection) -> Collection:
    """A tenth of the longer texts stands again with a word changed."""
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    again = [i for i in range(len(texts)) if len(texts[i]) > 150][::10]
    return changed(collection, texts + [texts[i].replace(" it ", " she ", 1).replace("The ", "This ", 1) + " Sent today." for i in again], labels + [labels[i] for i in again])


def one_form(collection: Collection) -> Collection:
    """All texts begin and end alike, as letters do, and differ between."""
    return changed(collection, [f"Dear all, {t} Kind regards" for t in collection.texts])


CHECK = Check(
    code="DAT702", name="nearly-repeated-texts", source="Lee et al. 2022, Deduplicating training data makes language models better (arXiv:2107.06499)", judge=judge,
    sabotages=(Case(toy="messages", plant=edited_copies),), lookalikes=(Case(toy="messages", plant=one_form),),
)  # fmt: skip
