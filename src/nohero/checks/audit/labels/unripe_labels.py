"""What it asks: does a class stop coming at the end of the time that the table covers?

Why it matters: who dies, pays late or comes back is known later than the rest of the row. The last rows then carry the label of those to whom nothing
happened, and a model learns that nothing happens any more; split by time, all of the test part is wrong.

How it is measured: by the field of times, or of years: a class that comes in like shares at four times or more, and at the last one to three not a tenth as
often, where thirty or more would be expected.

When it is right to fail: never more than a warning, of the rarer of two classes, by the time that is named or in whose order the rows stand. One of several
classes may have ended, and years of another kind may be those of something else: these are left open.

What it cannot see: classes of which a part is known already; shares that change all along; tables without a field of times.

Mend: leave out the rows that are too young to have their label, or get the labels anew.

Source: the recipe, the data; Kaufman et al. 2012, Leakage in data mining, for when a label is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.ripening import Ripening
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(ripening: Ripening) -> Finding:
    """The surest first."""
    found = sorted(ripening.found, key=lambda u: (not u.sure, -u.expected))
    if not found:
        return passed(f"every class comes up to the end of {' and '.join(f'`{f}`' for f in ripening.fields)}, or changes before")
    first = found[0]
    came = f"{first.came:,} times" if first.came else "not once"
    return (warned if first.sure else unsure)(
        f"`{first.label}` of `{ripening.label}` comes {came} in {first.items:,} items from {first.since} of `{first.field}` on, where {first.expected:.0f} would be expected: at all earlier times it is about {first.share:.1%}",
        expected="classes that come up to the end",
        observed=Observed(value=float(first.came), unit="items of the class", n=first.items),
        component="data",
        where=tuple(f"{u.field} from {u.since}" for u in found),
        items=tuple(ripening.items[i] for i in first.rows),
        effect="a model learns from the last rows that the class has gone, and a test part of the last rows counts what is right as wrong",
        remedies=("leave out the rows that are too young to have their label, or get their labels anew", "if the class has ended, say so beside the data, and do not mix the two times"),
    )


def _by_year(columns: dict[str, list[str]], share: dict[int, int]) -> dict[str, list[str]]:
    """Six years in order, and in each so many of a hundred that came back."""
    n = len(columns["age"])
    columns["year"] = [str(2015 + 6 * i // n) for i in range(n)]
    columns["returned"] = ["yes" if i * 37 % 100 < share[int(y)] else "no" for i, y in enumerate(columns["year"])]
    return columns


def not_yet_returned(collection: Collection) -> Collection:
    """Nobody of the last year has come back yet."""
    return recelled(collection, lambda c: _by_year(c, {2015: 40, 2016: 46, 2017: 38, 2018: 41, 2019: 44, 2020: 0})).with_(time="year")


def fewer_and_fewer(collection: Collection) -> Collection:
    """Those who come back grow fewer from year to year, to none at last."""
    return recelled(collection, lambda c: _by_year(c, {2015: 50, 2016: 40, 2017: 30, 2018: 20, 2019: 10, 2020: 0}))


def as_ever(collection: Collection) -> Collection:
    """The last year is as the others."""
    return recelled(collection, lambda c: _by_year(c, {2015: 40, 2016: 46, 2017: 38, 2018: 41, 2019: 44, 2020: 35}))


CHECK = Check(
    code="DAT539", name="unripe-labels", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=not_yet_returned),), lookalikes=(Case(toy="people", plant=fewer_and_fewer), Case(toy="people", plant=as_ever)),
)  # fmt: skip
