"""What it asks: are the numbers of all parts on one scale, and alive in each?

Why it matters: a part that went through another preparation, such as values divided by 255 or standardised there alone, or a field that
is all zeros there, is scored by chance; what is learnt on the other parts says nothing of it.

How it is measured: each part beside the first, field by field; of series, all steps of a channel together. A field is on another scale
where both distributions have one shape once mean and deviation are made equal, and one spreads four times as far or is standardised (mean
0 and deviation 1) while the other is not.

When it is right to fail: it warns where the factor is one in use (10, 60, 100, 255, 1000 ...) or three fields share it; where half of the fields are
standardised in one part alone, or one is so to three figures; and where a field of many values is of one value in a part. Other factors are left open.

What it cannot see: factors below four; a shift alone; a part that is divided by the field itself.

Mend: prepare all parts by one function, with numbers from the training part.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.part_scales import PartScales
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.evidence.audit.part_scales import Scale
    from nohero.sources.collection import Collection

USED = (10, 12, 60, 100, 127.5, 128, 255, 256, 1000, 1024, 3600, 4095, 32768, 65535, 1e4, 1e6)  # factors of units and of scales of storage
CLOSE = 0.05  # of a factor: middles of some thousand values are known so well
FAR = 50  # a factor by which no part moves less than another about zero
SHARED = 3  # fields of one factor: chance does not repeat it
RAW = 4.0  # times the deviation, or a fourth: less may be drift, where the training part's numbers standardise all
HALF = 0.5  # of the fields are standardised


def judge(found: PartScales) -> Finding:
    """Warn of what has one cause; leave open what may be another population."""
    standard = [s for s in found.scales if s.kind == "standard" and (s.part != found.parts[0] or abs(math.log(s.value)) >= math.log(RAW))]
    standard = standard if len(standard) > 1 and len(standard) >= HALF * found.fields else [s for s in standard if s.exact]
    factors = [s for s in found.scales if s.kind == "factor"]
    sure = [s for s in factors if (_is_used(s.value) and (s.value >= FAR or not s.centred)) or sum(abs(math.log(s.value / f.value)) <= CLOSE for f in factors) >= SHARED]
    still = [s for s in found.scales if s.kind == "constant"]
    if any(s.value for s in still if not s.many):
        still = [s for s in still if s.many]
    other = [s for s in factors if s not in sure and not s.centred]
    told = [*standard, *sure, *still] or other
    if not told:
        return passed(f"{found.fields} numeric fields are on one scale in {len(found.parts)} parts")
    first = told[0]
    return (unsure if told is other else warned)(
        _said(first) + (f"; so are {len(told) - 1} more fields apart" if len(told) > 1 else ""),
        expected="one scale in all parts",
        observed=Observed(value=float(len(told)), unit="fields", n=found.fields),
        component="data",
        level=Level.HEURISTIC,
        where=tuple(f"{s.part}: {s.field}" for s in told),
        effect="what is learnt on one part says nothing of the other",
        remedies=(
            f"find out where `{first.field}` of {first.part} went: it is not told there" if first.kind == "constant" else f"look for the step that prepares {first.part} and not {first.other}, or one of them twice",
            "prepare all parts by one function, with numbers from the training part",
        ),
        figure=Table(
            title="Fields on another scale in one part", columns=("field", "part", "what", "median", "deviation", "beside", "its median", "its deviation"),
            rows=tuple((s.field, s.part, s.kind, s.middle, s.spread, s.other, s.other_middle, s.other_spread) for s in told[:30]),
        ),
    )  # fmt: skip


def _is_used(factor: float) -> bool:
    return any(abs(math.log(factor / used)) <= CLOSE for used in USED)


def _said(one: Scale) -> str:
    name = f"series `{one.field}`" if one.of_series else f"`{one.field}`"
    if one.kind == "constant":
        return f"{name} is {one.value:g} in all of {one.part}, and spreads about {one.other_middle:.3g} by {one.other_spread:.3g} in {one.other}"
    if one.kind == "standard":
        return f"{name} is standardised in {one.part} (its deviation is {one.spread:.3g}) and not in {one.other} (median {one.other_middle:.3g}, deviation {one.other_spread:.3g})"
    return f"{name} of {one.part} has the shape of {one.other}, divided by about {one.value:.3g} (deviation {one.spread:.3g} beside {one.other_spread:.3g})"


def _parted(change: Callable[[dict[str, list[str]], list[bool]], None]) -> Callable[[Collection], Collection]:
    """A quarter of the rows is the test part; `change(columns, which are of it)`."""

    def plant(collection: Collection) -> Collection:
        def cells(columns: dict[str, list[str]]) -> dict[str, list[str]]:
            inside = [i % 4 == 0 for i in range(len(columns["age"]))]
            change(columns, inside)
            columns["part"] = ["test" if t else "train" for t in inside]
            return columns

        return recelled(collection, cells, split="part")

    return plant


def in_metres(collection: Collection) -> Collection:
    """Heights of the test part are in metres."""

    def change(columns: dict[str, list[str]], inside: list[bool]) -> None:
        columns["height"] = [f"{float(c) / 100:.3f}" if c and t else c for c, t in zip(columns["height"], inside, strict=True)]

    return _parted(change)(collection)


def standardised_alone(collection: Collection) -> Collection:
    """Ages and heights of the test part were standardised."""

    def change(columns: dict[str, list[str]], inside: list[bool]) -> None:
        columns["age"] = [f"{(float(c) - 42) / 13:.3f}" if c and t else c for c, t in zip(columns["age"], inside, strict=True)]
        columns["height"] = [f"{(float(c) - 172) / 9:.3f}" if c and t else c for c, t in zip(columns["height"], inside, strict=True)]

    return _parted(change)(collection)


def dead_in_test(collection: Collection) -> Collection:
    """Incomes of the test part are zero."""

    def change(columns: dict[str, list[str]], inside: list[bool]) -> None:
        columns["income"] = ["0" if t else c for c, t in zip(columns["income"], inside, strict=True)]

    return _parted(change)(collection)


def later_times(collection: Collection) -> Collection:
    """Numbers of orders and days go on in the test part, which is shorter; one shop and one day's weather there alone; movements are weaker."""

    def change(columns: dict[str, list[str]], inside: list[bool]) -> None:
        place, after = 0, sum(not t for t in inside)
        orders, moves = [], []
        for i, t in enumerate(inside):
            place, after = (place, after + 1) if t else (place + 1, after)
            orders.append(str(50_000 + 3 * (after if t else place)))
            moves.append(f"{((i * 7919) % 1000 - 500) / (450 if t else 100):.3f}")
        columns["order"], columns["movement"] = orders, moves
        columns["shop"] = ["7" if t else str(i % 30) for i, t in enumerate(inside)]

    return _parted(change)(collection)


CHECK = Check(
    code="DAT555", name="parted-scales", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=in_metres), Case(toy="people", plant=standardised_alone), Case(toy="people", plant=dead_in_test)),
    lookalikes=(Case(toy="people", plant=later_times),),
)  # fmt: skip
