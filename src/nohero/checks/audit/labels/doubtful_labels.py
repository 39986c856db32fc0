"""What it asks: which labels do the items speak against, and about how many labels are wrong?

Why it matters: wrong labels set a ceiling to every score, and are learnt by heart by a network that is large enough.

How it is measured: probabilities of a small model for each item that was left out of its fitting (trees for tables, ridge on cheap features for texts, both in folds; exact leave-one-out ridge for pictures and sounds), ranked by the probability of the label that it has. Among the items of which the model is surest its own errors go to nothing; the share labelled otherwise that stays is about the share of wrong labels. Of more than two classes the same is asked of each: the items of which the model is surest may all be of classes that nobody mistakes.

When it is right to fail: never more than a warning: the ranking names candidates. It warns where at least a sixtieth of the surest items is labelled otherwise, by three standard errors, and no larger share of twice as many; by fewer, and where the share grows, it is unsure. So it warns where a share of what is surely one class that does not grow, a thirtieth at least, bears the name of one other, and the other way round; one way alone is left open.

What it cannot see: mistakes that all labellers make; hard classes, of which no small model is sure; whether an outcome was written down wrongly, or is in part a matter of chance, as who falls ill: numbers alone do not tell the two apart.

Mend: look at the candidates, most doubtful first; relabel by hand, never at once.

Source: Northcutt et al. 2021, Pervasive label errors (arXiv:2103.14749): about half of what is flagged is wrong.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.label_doubts import LabelDoubts
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.class_doubts import Exchanged
    from nohero.sources.collection import Collection

ENOUGH = 200  # items of which the model is surest
LEAST = 8  # of them labelled otherwise
NOISE = 0.015  # of them, at the lower end of the interval: adult's tenth has 0.0003, with 3 % flipped 0.0295; SMS 0 and 0.0164
FLAT, SLACK = 1.3, 0.005  # times the share, and beyond, among twice as many: adult with 3 % flipped 1.0, CIFAR-10's hard classes 2, white wine 1.4
SURELY = 3.0  # standard errors by which the share is above NOISE for a warning: one set in two orders had 9 and 15 of 500
GROWS = 2.0  # times the share, among the next as many: so it grows towards a boundary
FIFTHS = 0.84  # standard errors: below GROWS with four fifths' confidence, or the numbers cannot tell
MOST = 0.12  # of the surest: more is a label that nothing tells well, such as a taster's mark for wine (0.21 with 3 % flipped)
OF_TWO, MOSTLY = 0.03, 0.8  # of the items that are surely one class, labelled otherwise: at the lower end of the interval, or the other way round; and of these, labelled as one other class
SKILL = 0.05  # accuracy above the commonest class
LISTED = 50  # candidates named in any case


def judge(doubts: LabelDoubts) -> Finding:
    """A share of contrary labels that stays the same warns; the candidates are listed in any case."""
    rate = Observed(value=doubts.noise, unit="of the items of which the model is surest", n=doubts.sure, low=doubts.low, high=doubts.high)
    listed = doubts.items[: max(doubts.contrary, round(doubts.noise * doubts.n), LISTED)]
    if doubts.sure < ENOUGH or doubts.right < doubts.constant + SKILL:
        return passed(f"a small model says {doubts.right:.1%} of the labels, {doubts.constant:.1%} by the commonest: too little, or of too few items, to speak against any", items=listed)
    told = f"of the {doubts.sure:,} items of which a small model is surest, {doubts.contrary:,} are labelled otherwise"
    two = next((e for e in doubts.exchanged if _stays(e)), None)
    if two is not None and (doubts.contrary < LEAST or doubts.low < NOISE):
        return _of_two(two, rate, listed)
    if doubts.contrary < LEAST or doubts.low < NOISE:
        return passed(f"{told}: {doubts.noise:.2%}", observed=rate, items=listed)
    if doubts.wider > FLAT * doubts.noise + SLACK or doubts.noise > MOST or _may_grow(doubts):
        return unsure(
            f"{told} ({doubts.noise:.1%}), and {doubts.wider:.1%} of twice as many: the classes are hard to tell, and some labels may be wrong",
            observed=rate, component="data", items=listed, remedies=("look at the first ten of the list by hand: they decide",),
        )  # fmt: skip
    if doubts.noise < NOISE + SURELY * math.sqrt(NOISE * (1 - NOISE) / doubts.sure):
        return unsure(
            f"{told} ({doubts.noise:.1%}): some labels may be wrong, and too few are contrary to be sure that it is more than {NOISE:.1%}",
            observed=rate, component="data", items=listed, remedies=("look at the first ten of the list by hand: they decide",),
        )  # fmt: skip
    return warned(
        f"about {doubts.noise:.1%} of the labels are likely to be wrong, or left to chance by all that the items show: {told}, and {doubts.wider:.1%} of twice as many",
        expected=f"less than {NOISE:.1%}",
        observed=rate,
        component="data",
        where=tuple(f"{item}: {given}, more likely {other}" for item, given, other, _ in doubts.shown[:5]),
        items=listed,
        level=Level.MEASURED,
        effect="no score can be trusted beyond that, and a large network learns the mistakes by heart",
        remedies=("look at the candidates, most doubtful first, and correct by hand what is wrong", "keep the evaluated part's labels cleanest: ten wrong ones in a hundred hide any progress"),
    )


def _stays(two: Exchanged) -> bool:
    """Whether the share of contrary labels of two classes is no boundary between them, where it would grow."""
    return two.contrary >= LEAST and two.low >= OF_TWO and two.one >= MOSTLY * two.contrary and two.after <= FLAT * two.contrary + SLACK * two.sure and two.contrary <= MOST * two.sure


def _of_two(two: Exchanged, rate: Observed, listed: tuple[str, ...]) -> Finding:
    """Exchanged both ways it warns."""
    return (warned if two.back >= OF_TWO else unsure)(
        f"of the {two.sure:,} items that are most surely `{two.said}` {two.contrary:,} are labelled otherwise ({two.contrary / two.sure:.1%}), {two.one:,} of them `{two.given}`, and {two.after:,} of as many that are next: labels of the two may be exchanged",
        expected=f"less than {NOISE:.1%}",
        observed=rate,
        component="data",
        where=(two.said, two.given),
        items=listed,
        remedies=(f"look at the candidates between `{two.said}` and `{two.given}`, most doubtful first, and correct by hand what is wrong",),
    )


def _may_grow(doubts: LabelDoubts) -> bool:
    """Whether too few are contrary to say that their share stays the same among the items that are told less surely."""
    next_shell = max(0, round(2 * doubts.sure * doubts.wider) - doubts.contrary)
    both = next_shell + doubts.contrary
    share = next_shell / both
    return share + FIFTHS * math.sqrt(share * (1 - share) / both) > GROWS / (1 + GROWS)


def labels_flipped(collection: Collection) -> Collection:
    """A twelfth of the labels is the other one, of a label that is easily told."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes" if int(a) > 45 else "no" for a in columns["age"]]
        columns["returned"][::12] = ["no" if c == "yes" else "yes" for c in columns["returned"][::12]]
        return columns

    return recelled(collection, change)


def a_hard_label(collection: Collection) -> Collection:
    """A label that nothing tells."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes" if i * 7919 % 31 > 15 else "no" for i in range(len(columns["returned"]))]
        return columns

    return recelled(collection, change)


def an_easy_label(collection: Collection) -> Collection:
    """A label that one field tells without a mistake."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes" if int(a) > 45 else "no" for a in columns["age"]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT531", name="doubtful-labels", source="Northcutt et al. 2021, Pervasive label errors in test sets destabilize machine learning benchmarks (arXiv:2103.14749)", judge=judge,
    sabotages=(Case(toy="people", plant=labels_flipped),),
    lookalikes=(Case(toy="people", plant=a_hard_label), Case(toy="people", plant=an_easy_label)),
)  # fmt: skip
