"""What it asks: does a field with a long tail tell more of the label by its logarithm, its place among the others, or in buckets?

Why it matters: where what counts are ratios, a network spends units and steps on bending an axis that a logarithm would straighten, and a few items of the tail pull at all weights.

How it is measured: a linear model on all fields tells each item without it (ridge exactly, logistic regression to second order), with the skewed fields as they are and in each form, one by one and all together; the same items are compared. Values that stand apart as mistakes do are taken for gaps.

When it is right to fail: never more than a warning: it is a suggestion. It warns where the gain is worth a change and beyond noise, by an interval that holds for all trials together.

What it cannot see: what a network gains, which bends axes by itself and may gain less; fields beyond the eight most skewed; gains smaller than the noise of 4,000 items.

Mend: fit the form named on the training part, apply it to all parts, keep it with the model.

Source: Hui 2018, How to start a deep learning project, preprocessing ("bucketise", "log scale"); Rad and Maleki 2020, A scalable estimate of the out-of-sample error (arXiv:1801.10243).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.skew_trials import SkewTrials
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, Remedy, passed, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.skew_trials import Gain
    from nohero.sources.collection import Collection

WORTH = 0.01  # of what the best constant leaves open; in wine, Titanic and Adult most forms of most fields move it by less
NEARLY = 0.8  # of the best gain: a simpler form that has as much is preferred, and forms come simplest first
NAMES = {"logarithm": "Log", "quantile": "Quantile", "buckets": "Bucketise"}
WORDS = {"logarithm": "the logarithm", "quantile": "the place among all values", "buckets": "eight buckets"}


def judge(trials: SkewTrials) -> Finding:
    """The best form of the field that gains most, or of all fields together where that gains more."""
    if not trials.trials:
        return passed(f"none of {trials.fields} numeric fields is skewed or has a long tail")
    alone = sorted(((t.field, g) for t in trials.trials if (g := _best(t.gains)) is not None), key=lambda pair: -pair[1].gain)
    together = _best(tuple(g for g in trials.together if g.form == trials.needed[0][1].form))
    if together is not None and not (alone and together.gain < alone[0][1].gain + WORTH):
        return _suggested(trials, tuple(n for n, _ in sorted(trials.needed, key=lambda pair: -pair[1].gain)), together)
    if alone:
        return _suggested(trials, (alone[0][0],), alone[0][1], others=tuple(n for n, _ in alone[1:]))
    best = max((g for t in trials.trials for g in t.gains), key=lambda g: g.gain)
    return passed(
        f"no other form of {trials.skewed} skewed fields gains a linear model of `{trials.label}` {WORTH:g} or more beyond noise "
        f"(the best: {trials.measure} {best.gain:+.3f} [{best.low:+.3f}, {best.high:+.3f}])"
    )


def _best(gains: tuple[Gain, ...]) -> Gain | None:
    """The simplest form with about the greatest gain, of those that are worth it and beyond noise."""
    good = [g for g in gains if g.low > 0 and g.gain >= WORTH]
    return next((g for g in good if g.gain >= NEARLY * max(other.gain for other in good)), None)


def _suggested(trials: SkewTrials, fields: tuple[str, ...], gain: Gain, others: tuple[str, ...] = ()) -> Finding:
    skews = [t.skew for t in trials.trials if t.field in fields]
    result = f"{trials.measure} {trials.told:.3f} to {trials.told + gain.gain:.3f}"
    self_taken = " (nohero run takes the logarithm by itself where it halves the skew)" if gain.form == "logarithm" else ""
    return warned(
        f"{WORDS[gain.form]} of {', '.join(f'`{n}`' for n in fields)} (skew {'up to ' if len(fields) > 1 else ''}{max(skews, key=abs):.1f}) lets a linear model tell more of "
        f"`{trials.label}`: {result}" + (f"; another form of {len(others)} more fields does too" if others else ""),
        expected="fields on the scale on which they tell most",
        observed=Observed(value=gain.gain, unit=f"{trials.measure} gained", n=trials.n, low=gain.low, high=gain.high),
        numbers={f"{trials.measure} as it is": trials.told, "gained": gain.gain, "at least": gain.low, "at most": gain.high},
        component="data",
        where=(*fields, *others),
        level=Level.MEASURED,
        effect="measured on a linear model; a network that bends the axis by itself may gain less",
        remedies=(
            Remedy(
                text=f"nohero.data.preprocessing.{NAMES[gain.form]}.fit(train[{list(fields)!r}]), then apply it to every part{self_taken}",
                tried=True,
                result=result,
            ),
            "train your own network with it and without, on the same seeds, before it stays",
        ),
        figure=_table(trials),
    )


def _table(trials: SkewTrials) -> Table:
    """Every trial: each field alone, then all together, with what each field adds there."""
    forms, added = tuple(g.form for g in trials.trials[0].gains), {n: _told(g) for n, g in trials.needed}
    rows: list[tuple[str | float | None, ...]] = [
        (t.field, round(t.skew, 1), *map(_told, t.gains), added.get(t.field, "")) for t in trials.trials
    ]
    if trials.together:
        rows.append(("all together", None, *map(_told, trials.together), ""))
    last = f"added by it, {trials.needed[0][1].form} of all" if trials.needed else ""
    return Table(title=f"{trials.measure} gained by a linear model", columns=("field", "skew", *forms, last), rows=tuple(rows))


def _told(gain: Gain) -> str:
    return f"{gain.gain:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"


def incomes_of_all_sizes(collection: Collection) -> Collection:
    """Incomes spread over decades, and who returns goes by their ratio."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [f"{27_000 * (float(c) / 27_000) ** 4:.0f}" for c in columns["income"]]
        return columns

    return recelled(collection, change)


def spending_by_ratio(collection: Collection) -> Collection:
    """What is spent grows by as much with each doubling of the income."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import math

        columns["income"] = [f"{27_000 * (float(c) / 27_000) ** 3:.0f}" for c in columns["income"]]
        columns["spent"] = [f"{100 + 20 * math.log(float(c) + 1) + i * 7919 % 61:.1f}" for i, c in enumerate(columns["income"])]
        return columns

    return recelled(collection, change, label="spent")


def crowding(collection: Collection) -> Collection:
    """Neither rooms nor people tell the rent by their number, but rooms for each of the people do."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import math
        import random

        drawn = random.Random(5)
        size = [math.exp(drawn.gauss(0, 1.2)) for _ in columns["age"]]
        ratio = [drawn.gauss(0, 0.5) for _ in size]
        columns["rooms"] = [f"{300 * s:.0f}" for s in size]
        columns["people"] = [f"{500 * s * math.exp(-r):.0f}" for s, r in zip(size, ratio, strict=True)]
        columns["rent"] = [f"{900 + 200 * r + drawn.gauss(0, 80):.0f}" for r in ratio]
        return columns

    return recelled(collection, change, label="rent")


def a_tail_that_tells_nothing(collection: Collection) -> Collection:
    """A field of many sizes has nothing to do with the label."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        columns["miles"] = [f"{random.Random(i).lognormvariate(3, 1.5):.1f}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def a_share_of_the_amount(collection: Collection) -> Collection:
    """Incomes spread over decades, and the tax is a share of them."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [f"{27_000 * (float(c) / 27_000) ** 3:.0f}" for c in columns["income"]]
        columns["tax"] = [f"{0.3 * float(c) + i * 7919 % 6101:.0f}" for i, c in enumerate(columns["income"])]
        return columns

    return recelled(collection, change, label="tax")


def odds_by_the_amount(collection: Collection) -> Collection:
    """Debts have a long tail, and the odds of returning go by the amount itself."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import math
        import random

        drawn = random.Random(3)
        debts = [drawn.expovariate(1) ** 1.5 for _ in columns["age"]]
        columns["debt"] = [f"{1000 * d:.0f}" for d in debts]
        columns["returned"] = ["yes" if drawn.random() < 1 / (1 + math.exp(1.5 - d)) else "no" for d in debts]
        return columns

    return recelled(collection, change)


def counts_of_a_rare_thing(collection: Collection) -> Collection:
    """Complaints are counted, none for most and at most fifteen; each takes as much off."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(4)
        counts = [min(15, int(drawn.expovariate(1) ** 1.8)) for _ in columns["age"]]
        columns["complaints"] = [str(c) for c in counts]
        columns["spent"] = [f"{500 - 12 * c + drawn.gauss(0, 30):.0f}" for c in counts]
        return columns

    return recelled(collection, change, label="spent")


def one_giant(collection: Collection) -> Collection:
    """One height is a thousand times too large: a mistake, and no skew."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][31] = "171000"
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT524", name="skewed-fields", source=sources.STEPS, judge=judge,
    sabotages=tuple(Case(toy="people", plant=p) for p in (incomes_of_all_sizes, spending_by_ratio, crowding)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (a_tail_that_tells_nothing, a_share_of_the_amount, odds_by_the_amount, counts_of_a_rare_thing, one_giant)),
)  # fmt: skip
