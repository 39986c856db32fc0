"""What it asks: do wrong labels lie together: in a stretch of the rows, a part, a file, an annotator's share?

Why it matters: labels that are a row off from some place on, a batch with two classes exchanged, or one labeller who read the scale the
other way round are one mistake, mended in one stroke; taken for noise they cost as much as so many mistakes.

How it is measured: a small model says the label of each item that it has not seen. Items of one label of which it is as sure should be
contradicted as often everywhere: in each stretch of the rows, and for each value of part, group, file and of fields that the model does
not see, contradictions are counted against that.

When it is right to fail: it warns where contradictions are more than a third more than expected, by 20 at least and by eight standard
deviations (a stretch is chosen among many), and twice as many as elsewhere.

What it cannot see: labels that are wrong everywhere alike; a place that the model recognises by the features, and learns.

Mend: look at the first and the last rows of the place: shift the labels back, exchange the classes, or ask who labelled them.

Source: the recipe, the data; Northcutt et al. 2021, Confident learning (arXiv:1911.00068): how many contradictions are to be expected is told by the model's own probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.doubt_places import DoubtPlaces, Place
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

TIMES, MORE, DEVIATIONS = 1.33, 20.0, 8.0  # contradictions against those expected: their ratio, their difference, standard deviations; of some thousand stretches chance alone reaches four
APART = 2.0  # times the ratio of all other places: the place's own mistakes raise what is expected everywhere
SHOWN = 20  # places in the table


def judge(told: DoubtPlaces) -> Finding:
    """Places whose labels are not those of the others."""
    loud = [p for p in told.places if _stands_out(p)]
    if not loud:
        return passed(f"labels that a small model contradicts lie in no one place ({told.n:,} items, {len(told.places):,} places)")
    worst = loud[0]
    return warned(
        f"labels are contradicted in one place: {worst.contrary:,} of {worst.items:,} {worst.name}, {worst.expected:.0f} to be expected",
        expected="labels contradicted as often in every place",
        observed=Observed(value=worst.contrary / max(worst.expected, 1.0), unit="times as many as expected", n=worst.items),
        component="data",
        where=tuple(dict.fromkeys(p.name for p in loud)),
        items=worst.named,
        effect="these labels teach the opposite of the others",
        remedies=("look at the first and the last rows of the place: are the labels a row off, or two classes exchanged?", "ask who labelled them, and how; leave them out until that is known"),
        figure=Table(
            title="Places and contradicted labels", columns=("place", "items", "contradicted", "expected", "standard deviations beyond"),
            rows=tuple((p.name, p.items, p.contrary, round(p.expected, 1), round(p.deviations, 1)) for p in told.places[:SHOWN]),
        ),
    )  # fmt: skip


def _stands_out(place: Place) -> bool:
    beyond = place.contrary >= TIMES * place.expected and place.contrary - place.expected >= MORE and place.deviations >= DEVIATIONS
    return beyond and place.contrary >= APART * place.elsewhere * place.expected


def _by_age(columns: dict[str, list[str]]) -> list[str]:
    return ["yes" if int(a) > 45 else "no" for a in columns["age"]]


def a_row_off(collection: Collection) -> Collection:
    """From the middle on, each label is that of the row before."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        labels = _by_age(columns)
        half = len(labels) // 2
        columns["returned"] = [*labels[:half], *labels[half - 1 : -1]]
        return columns

    return recelled(collection, change)


def exchanged_in_test(collection: Collection) -> Collection:
    """In the test part yes means no."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 6 == 0 else "train" for i in range(len(columns["age"]))]
        columns["returned"] = [{"yes": "no", "no": "yes"}[v] if p == "test" else v for v, p in zip(_by_age(columns), columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


def hard_at_the_end(collection: Collection) -> Collection:
    """Rows stand in the order of age, and those near the limit, in the midst, go either way; elsewhere a few labels are wrong."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        order = sorted(range(len(columns["age"])), key=lambda i: int(columns["age"][i]))
        columns = {name: [values[i] for i in order] for name, values in columns.items()}
        columns["returned"] = [("yes" if i % 2 else "no") if abs(int(a) - 45) < 6 else v for i, (a, v) in enumerate(zip(columns["age"], _by_age(columns), strict=True))]
        columns["returned"][::50] = ["yes" if v == "no" else "no" for v in columns["returned"][::50]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT536", name="misplaced-labels", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_row_off), Case(toy="people", plant=exchanged_in_test)), lookalikes=(Case(toy="people", plant=hard_at_the_end),),
    under=("DAT572", "DAT764"),
)  # fmt: skip
