"""What it asks: are there rows that break what the fields say of each other everywhere else?

Why it matters: a least above the greatest, a distance that its two places do not have, a total that is not the sum: one of the cells is wrong there, and each looks well by itself.

How it is measured: four kinds of rules, which hold in 95 or 97 rows of a hundred and would not if the cells were shuffled. An order of two numbers of which the broken rows look as if the two had
changed places, and of two times; a field that follows from one or two others, where the broken rows fall on the values as all rows do; a sum, a product or a quotient of two numbers, or a sum of
three to eight neighbours; a field that is the year, month, day, hour, minute or weekday of a time, in its zone or another.

When it is right to fail: never more than a warning. Sums that miss to one side alone are left open, for a third number may belong to them; so are times that are out of order but not exchanged, fewer than five exchanged rows, and parts of times whose
names do not say so.

What it cannot see: other rules of more than three fields, fields that follow from others in no way that the first 10,000 rows show, and exceptions that heap up at a few values: there the world has two kinds.

Mend: look at these rows at their source.

Source: the recipe, the data ("look for bugs in the data"); Fan and Geerts 2012, Foundations of Data Quality Management (functional dependencies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.field_rules import FieldRules
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.sums import Reckoned
    from nohero.sources.collection import Collection

SEVERAL = 5  # exchanged rows: of fewer, chance may have made the differences alike
ONE_SIDE = 4  # rows that all miss a sum to one side, from which it is no accident

Broken = tuple[str, tuple[str, ...], tuple[int, ...], int, bool, tuple[tuple[str, ...], ...]]  # rule, fields, rows, of how many, whether it is left open, first rows


def judge(rules: FieldRules) -> Finding:
    """The rule that most rows break, of those that are not left open."""
    if not rules.num_fields:
        return skipped("the items are no rows of a table")
    broken = sorted((*_orders(rules), *_told(rules), *_sums(rules), *_times(rules)), key=lambda b: (b[4], -len(b[2])))
    if not broken:
        return passed(f"no row of {len(rules.items):,} breaks an order, a sum, a part of a time or what else holds among {rules.num_fields:,} fields")
    said, fields, rows, n, left_open, shown = broken[0]
    others = len({b[0] for b in broken[1:]})
    return (unsure if left_open else warned)(
        f"{said} in all but {len(rows):,} of {n:,} rows" + (f"; {others:,} more rules are broken" if others else ""),
        expected="a rule that holds in nearly all rows holds in all",
        observed=Observed(value=float(len(rows)), unit="rows that break it", n=n),
        component="data",
        where=tuple(dict.fromkeys(f for b in broken for f in b[1])) if not left_open else fields,
        items=tuple(rules.items[i] for i in sorted({i for b in broken if b[4] == left_open for i in b[2]})),
        effect="one of the cells is wrong there, though each looks well by itself",
        remedies=("look at these rows at their source: exchange, mend or leave out what is wrong", "if they are right, the fields do not mean what they seem to: note it beside the data"),
        figure=Table(title=f"Rows that break it: {said}", columns=("row", "there", "by the rule"), rows=tuple((rules.items[i], *s) for i, s in zip(rows, shown, strict=False))),
    )


def _orders(rules: FieldRules) -> list[Broken]:
    return [(f"`{o.low}` is at most `{o.high}`", (o.low, o.high), o.rows, o.n, not o.swapped or len(o.rows) < SEVERAL, tuple((f"{a}, {b}", "exchanged" if o.swapped else "the second is later") for a, b in o.shown)) for o in rules.orders]


def _told(rules: FieldRules) -> list[Broken]:
    return [(f"`{t.field}` follows from {' and '.join(f'`{b}`' for b in t.by)}", (t.field, *t.by), t.rows, t.n, False, tuple((f"{a}: {b}", c) for a, b, c in t.shown)) for t in rules.told]


def _sums(rules: FieldRules) -> list[Broken]:
    return [(f"`{s.field}` is {s.formula}", (s.field, *s.of), s.rows, s.n, _one_sided(s), tuple((f"{a}: {b}", c) for a, b, c in s.shown)) for s in rules.sums if s.rows]


def _times(rules: FieldRules) -> list[Broken]:
    return [(f"`{t.field}` is the {t.part} of `{t.time}`{_moved(t.hours)}", (t.field, t.time), t.rows, t.n, not t.named, tuple((f"{a}: {b}", c or "another") for a, b, c in t.shown)) for t in rules.times]


def _moved(hours: int) -> str:
    return f" {abs(hours)} {'hour' if abs(hours) == 1 else 'hours'} {'later' if hours > 0 else 'earlier'}" if hours else ""


def _one_sided(told: Reckoned) -> bool:
    return len(told.rows) >= ONE_SIDE and told.sides in ((len(told.rows), 0), (0, len(told.rows)))


def hour_of_another_zone(collection: Collection) -> Collection:
    """A time in UTC and the hour on the wall, five hours earlier; for a week both are those on the wall."""
    return recelled(collection, lambda c: _hours(c, 60))


def places(collection: Collection) -> Collection:
    """Longitudes are far below latitudes; every eightieth pair is exchanged."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        pairs = [(28 + i * 7919 % 2000 / 100, -70 - i * 104_729 % 5000 / 100) for i in range(len(columns["age"]))]
        turned = [(b, a) if i % 80 == 3 else (a, b) for i, (a, b) in enumerate(pairs)]
        return {**columns, "latitude": [f"{a:.2f}" for a, _ in turned], "longitude": [f"{b:.2f}" for _, b in turned]}

    return recelled(collection, change)


def places_of_two_worlds(collection: Collection) -> Collection:
    """Every fortieth place lies in the south of Africa."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        pairs = [(-34.5 + i % 7, 18.4 + i % 11) if i % 40 == 3 else (28 + i * 7919 % 2000 / 100, -70 - i * 104_729 % 5000 / 100) for i in range(len(columns["age"]))]
        return {**columns, "latitude": [f"{a:.2f}" for a, _ in pairs], "longitude": [f"{b:.2f}" for _, b in pairs]}

    return recelled(collection, change)


def _hours(columns: dict[str, list[str]], wrong: int) -> dict[str, list[str]]:
    """A row every four hours; the clock is put forward in the midst."""
    from datetime import UTC, datetime, timedelta

    times = [datetime(2024, 1, 8, tzinfo=UTC) + timedelta(hours=4 * i) for i in range(len(columns["age"]))]
    walls = [t - timedelta(hours=5 if i < 400 else 4) for i, t in enumerate(times)]
    written = [w if 200 <= i < 200 + wrong else t for i, (t, w) in enumerate(zip(times, walls, strict=True))]
    return {**columns, "at": [f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in written], "hour": [str(w.hour) for w in walls], "day": [str(w.day) for w in walls]}


def summer_time(collection: Collection) -> Collection:
    """The same, and all of them right."""
    return recelled(collection, lambda c: _hours(c, 0))


def years_of_seasons(collection: Collection) -> Collection:
    """Matches from August to January: the year of the season is that of its autumn; and bills that are paid a few days after the year's end."""
    from datetime import date, timedelta

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        played = [date(2015 + i // 180, 8, 1) + timedelta(days=i % 180) for i in range(len(columns["age"]))]
        return {**columns, "played": [f"{d}" for d in played], "year": [str(d.year - (d.month == 1)) for d in played]}

    return recelled(collection, change)


def _weather(columns: dict[str, list[str]], change: int) -> dict[str, list[str]]:
    """A coldest and a warmest hour of each day; every `change`th day they are exchanged."""
    import numpy as np

    generator, n = np.random.default_rng(7), len(columns["age"])
    coldest = generator.normal(8, 6, n)
    warmest = coldest + generator.gamma(4, 2, n)
    low, high = [f"{v:.1f}" for v in coldest], [f"{v:.1f}" for v in warmest]
    for i in range(5, n, change) if change else ():
        low[i], high[i] = high[i], low[i]
    return {**columns, "coldest": low, "warmest": high}


def exchanged(collection: Collection) -> Collection:
    """Every ninetieth day the coldest stands where the warmest should."""
    return recelled(collection, lambda c: _weather(c, 90))


def other_distance(collection: Collection) -> Collection:
    """Each trip of two towns has its distance, but for every thirtieth, which is in other units."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        to = [f"T{(i * 37 + i // 7) % 6}" for i in range(n)]
        far = [40 + (hash_of(a) * 31 + hash_of(b) * 17) % 97 for a, b in zip(columns["town"], to, strict=True)]
        return {**columns, "to": to, "distance": [f"{d * (1.609 if i % 30 == 3 else 1):.2f}" for i, d in enumerate(far)]}

    return recelled(collection, change)


def hash_of(word: str) -> int:
    """A number of the word's own."""
    return sum(ord(c) * (k + 3) for k, c in enumerate(word))


def wrong_total(collection: Collection) -> Collection:
    """A total that is not the sum in eight rows."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        bonus = [(i * 7919) % 5000 for i in range(len(columns["age"]))]
        total = [int(c) + b + ((1000 if i % 220 else -1000) if i % 110 == 0 else 0) for i, (c, b) in enumerate(zip(columns["income"], bonus, strict=True))]
        return {**columns, "bonus": [str(b) for b in bonus], "total": [str(t) for t in total]}

    return recelled(collection, change)


def right_weather(collection: Collection) -> Collection:
    """No day is exchanged."""
    return recelled(collection, lambda c: _weather(c, 0))


def before_and_after(collection: Collection) -> Collection:
    """Weights that mostly rise a little, and fall in one row of fifty: the thin end of a spread, no rule."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(9), len(columns["age"])
        before = generator.normal(70, 12, n)
        after = before + generator.normal(4, 2, n)
        return {**columns, "before": [f"{v:.1f}" for v in before], "after": [f"{v:.1f}" for v in after]}

    return recelled(collection, change)


def two_kinds_of_a_shop(collection: Collection) -> Collection:
    """Each shop has its owner; two shops changed hands."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        shop = [(i * 7) % 30 for i in range(n)]
        owner = [f"owner {s % 12}" if s not in (4, 9) or i < 0.8 * n else "owner 99" for i, s in enumerate(shop)]
        return {**columns, "shop": [f"shop {s}" for s in shop], "owner": owner}

    return recelled(collection, change)


CHECK = Check(
    code="DAT526", name="broken-rules", source=sources.DATA, judge=judge,
    sabotages=tuple(Case(toy="people", plant=p) for p in (exchanged, other_distance, wrong_total, hour_of_another_zone, places)),
    lookalikes=(Case(toy="people", plant=right_weather), Case(toy="people", plant=before_and_after), Case(toy="people", plant=two_kinds_of_a_shop), *(Case(toy="people", plant=p) for p in (summer_time, years_of_seasons, places_of_two_worlds))),
)  # fmt: skip
