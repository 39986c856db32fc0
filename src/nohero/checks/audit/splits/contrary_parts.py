"""What it asks: does a label mean the same in every part, and with everybody who labelled?

Why it matters: where yes and no are the wrong way round in one part, the best model scores worst on it; with one labeller of eight, an eighth of
the labels teaches the opposite.

How it is measured: a small model tells every item's classes out of fold. Two classes that it tells apart elsewhere and puts the wrong way round
within one part, or with one value of a field, were swapped there. Of two classes, the shares with one value of a field are looked at where they
are alike with all its other values, and just the wrong way round with that one. And the shares of each part are compared with the first's.

When it is right to fail: a part whose labels run against all others is a warning; one value of another field, and a part whose classes come in
quite other shares, are left open: training parts are balanced on purpose, too.

What it cannot see: swaps in more than half of the items, in plain tables values with which classes of like shares were swapped, and classes that no small model tells.

Mend: look at twenty items of that part by hand; where they are swapped, swap them back.

Source: Hanley and McNeil 1982, The meaning and use of the area under a ROC curve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.part_labels import PartLabels
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.part_labels import Within
    from nohero.sources.collection import Collection

TOLD = 0.6  # area under the curve elsewhere, from which on the model tells the two classes
SURE, SURELY = 3.0, 4.0  # standard errors below chance, of a part, and of one of the many values of other fields
HALF = 0.5  # how far below, of what it is above elsewhere
AWAY = 0.25  # of a part's labels that would have to change; random parts stay below chance's bound
SHOWN = 30  # rows of the table


def judge(labels: PartLabels) -> Finding:
    """Swapped labels first."""
    swapped = sorted((w for w in labels.within if _is_swapped(w, SURE if w.field == labels.split else SURELY)), key=lambda w: (w.field != labels.split, -w.items))
    away = [a for a in labels.away if a[1] >= max(AWAY, a[2])]
    if swapped:
        return _told(swapped, labels)
    if away:
        part, share, _, name, there, first = max(away, key=lambda a: a[1])
        return unsure(
            f"`{name}` of `{labels.label}` is {there:.0%} of {part} and {first:.0%} of {labels.first}",
            expected="classes in like shares, or a part that was balanced on purpose",
            observed=Observed(value=share, unit="of the labels would have to change"),
            component="data",
            where=tuple(a[0] for a in away),
            effect="probabilities and thresholds that fit one part do not fit the other",
            remedies=(f"if {labels.first} was balanced on purpose, keep {part} as it is in use, and say so", "else divide anew, class by class"),
        )
    if labels.mirrored:
        odd = labels.mirrored[0]
        return unsure(
            f"`{odd.label}` of `{labels.label}` is {odd.share:.0%} where `{odd.field}` is {odd.value} ({odd.items:,} items) and {odd.others:.0%} with each of the {odd.values - 1} others: the two classes' shares are the wrong way round",
            expected="like shares with all of them",
            observed=Observed(value=odd.share, unit="share", n=odd.items),
            component="data",
            where=tuple(f"{m.field}={m.value}" for m in labels.mirrored),
            effect="if the labels are swapped there, these items teach the opposite",
            remedies=(f"look at twenty items of {odd.value} by hand; if the labels are swapped there, swap them back", "else leave them: it is what sets them apart"),
        )
    return passed(f"labels run the same way in all {len({(w.field, w.value) for w in labels.within})} groups that are large enough" if labels.within else "the parts have the classes in like shares")


def _is_swapped(one: Within, sure: float) -> bool:
    return one.elsewhere >= TOLD and 0.5 - one.auc >= max(sure * one.error, HALF * (one.elsewhere - 0.5))


def _told(swapped: list[Within], labels: PartLabels) -> Finding:
    worst = swapped[0]
    one, other = worst.classes
    return (warned if worst.field == labels.split else unsure)(
        f"where `{worst.field}` is {worst.value} ({worst.items:,} items) `{one}` and `{other}` run the wrong way round: a model that did not see them has an area under the curve of {worst.auc:.2f} there "
        f"and {worst.elsewhere:.2f} elsewhere; `{one}` is {worst.shares[0]:.0%} there and {worst.shares[1]:.0%} elsewhere",
        expected="an area above 0.5 in every part",
        observed=Observed(value=worst.auc, unit="area under the ROC curve", n=worst.items, low=worst.auc - 2 * worst.error, high=worst.auc + 2 * worst.error),
        component="data",
        where=tuple(f"{w.field}={w.value}" for w in swapped),
        effect="what is learned from one part is counted as wrong on the other",
        remedies=(f"look at twenty items of {worst.value} by hand; if the labels are swapped there, swap them back", "else the label means something else there: keep it apart"),
        figure=Table(
            title="Where labels run against those elsewhere", columns=("field", "value", "classes", "items", "area there", "area elsewhere"),
            rows=tuple((w.field, w.value, " / ".join(w.classes), w.items, round(w.auc, 3), round(w.elsewhere, 3)) for w in swapped[:SHOWN]),
        ),
    )  # fmt: skip


def _divided(collection: Collection, label: object = None, *, every: int = 4) -> Collection:
    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % every == 0 else "train" for i in range(len(columns["age"]))]
        if callable(label):
            columns["returned"] = [label(i, v, columns) for i, v in enumerate(columns["returned"])]
        return columns

    return recelled(collection, change, split="part")


def _other(label: str) -> str:
    return {"yes": "no", "no": "yes"}.get(label, label)


def swapped_in_test(collection: Collection) -> Collection:
    """Who came often returned; yes and no are the wrong way round in the test part."""
    return _divided(collection, lambda i, _, columns: "yes" if (int(columns["visits"][i]) > 2) != (i % 4 == 0) else "no")


def swapped_by_one_of_six(collection: Collection) -> Collection:
    """One of six annotators has praise and complaint the wrong way round."""
    import polars as pl

    who = [f"A{(i * 7 + i // 5) % 6}" for i in range(len(collection))]
    swap = {"praise": "complaint", "complaint": "praise"}
    labels = [swap.get(str(v), str(v)) if w == "A3" else str(v) for v, w in zip(collection.labels, who, strict=True)]
    return collection.with_(frame=collection.frame.with_columns(pl.Series("annotator", who), pl.Series(collection.label, labels)))


def mirrored_by_one_annotator(collection: Collection) -> Collection:
    """One of six has yes and no the wrong way round, and who came often returned."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["annotator"] = [f"A{(i * 7 + i // 5) % 6}" for i in range(len(columns["age"]))]
        columns["returned"] = ["yes" if (int(v) > 3) != (a == "A3") else "no" for v, a in zip(columns["visits"], columns["annotator"], strict=True)]
        return columns

    return recelled(collection, change)


def like_parts(collection: Collection) -> Collection:
    """A random division."""
    return _divided(collection)


def some_test_labels_wrong(collection: Collection) -> Collection:
    """A third of the test part's labels is noise."""
    return _divided(collection, lambda i, v, _: _other(v) if i % 12 == 0 else v)


CHECK = Check(
    code="DAT572", name="contrary-parts", source="Hanley and McNeil 1982, The meaning and use of the area under a receiver operating characteristic curve", judge=judge,
    sabotages=(Case(toy="people", plant=swapped_in_test),), lookalikes=(Case(toy="people", plant=like_parts), Case(toy="people", plant=some_test_labels_wrong), Case(toy="messages", plant=swapped_by_one_of_six), Case(toy="people", plant=mirrored_by_one_annotator)),
)  # fmt: skip
