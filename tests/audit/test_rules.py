"""Rules between fields and rows that are nearly alike, against plain counting."""

from itertools import combinations

import numpy as np
import polars as pl

from nohero.evidence.audit import near_rows, profile
from nohero.evidence.audit.exchanged_fields import exchanged
from nohero.evidence.audit.field_rules import measure
from nohero.evidence.audit.order_rules import order_rules
from nohero.evidence.audit.sums import reckoned
from nohero.evidence.audit.time_rules import time_rules
from nohero.sources.anything import open_anything


def test_near_pairs_are_all_that_plain_counting_finds():
    generator = np.random.default_rng(2)
    columns = {f"f{i}": generator.integers(0, 60, 300) for i in range(9)}
    table = np.stack(list(columns.values()), 1)
    table[290:] = table[10:20]
    table[290:, 3] += 100
    table[295:, 7] += 100
    collection = open_anything(pl.DataFrame({f"f{i}": table[:, i] for i in range(9)}))
    near = near_rows.measure(collection, profile.measure(collection))
    plain = {(i, j) for i, j in combinations(range(300), 2) if (table[i] != table[j]).sum() <= 2}
    assert set(near.pairs) == plain
    assert len(plain) == 10


def test_exchanged_numbers_are_named_and_no_others():
    generator = np.random.default_rng(4)
    low = generator.normal(0, 5, 1000)
    high = low + generator.gamma(3, 2, 1000)
    rows = [17, 200, 333, 512, 900]
    low[rows], high[rows] = high[rows], low[rows].copy()
    (rule,) = order_rules(open_anything(pl.DataFrame({"low": low, "high": high})))
    assert (rule.low, rule.high, rule.rows, rule.swapped) == ("low", "high", tuple(rows), True)


def test_a_quotient_of_two_decimals_is_found_with_the_row_that_breaks_it():
    generator = np.random.default_rng(6)
    profit, sales = generator.normal(100, 40, 500).round(2), generator.uniform(50, 900, 500).round(2)
    margin = (profit / sales).round(4)
    margin[40] += 0.5
    (rule,) = reckoned(open_anything(pl.DataFrame({"profit": profit, "sales": sales, "margin": margin})))
    assert rule.field == "margin"
    assert rule.formula == "`profit` / `sales`"
    assert rule.rows == (40,)


def parts_of_a_total(total_place):
    generator = np.random.default_rng(5)
    parts = {f"paid_{n}": generator.gamma(2, 50, 800).round(2) for n in ("principal", "interest")}
    parts["paid_fees"] = np.where(generator.random(800) < 0.01, 15.0, 0.0)
    total = sum(parts.values()).round(2)
    total[[30, 400]] += (7.5, -3.2)
    columns = [*parts.items()]
    columns.insert(total_place, ("paid", total))
    columns.insert(2, ("age", generator.integers(20, 70, 800)))
    return open_anything(pl.DataFrame(dict(columns)))


def test_a_sum_of_three_is_found_wherever_its_total_stands_and_not_told_as_one_of_two():
    for place in (0, 1, 3):
        (rule,) = measure(parts_of_a_total(place)).sums
        assert (rule.field, set(rule.of), rule.rows) == ("paid", {"paid_principal", "paid_interest", "paid_fees"}, (30, 400))
        assert rule.sides == (1, 1)


def test_a_sum_of_numbers_that_were_rounded_each_by_itself_breaks_in_no_row():
    generator = np.random.default_rng(8)
    parts = generator.gamma(2, 50, (600, 4))
    frame = pl.DataFrame({**{f"q{i}": parts[:, i].round(2) for i in range(4)}, "year": parts.sum(1).round(2)})
    (rule,) = measure(open_anything(frame)).sums
    assert (rule.field, len(rule.of), rule.rows) == ("year", 4, ())


def test_small_whole_numbers_add_up_to_no_rule():
    generator = np.random.default_rng(8)
    assert measure(open_anything(pl.DataFrame({f"q{i}": generator.integers(0, 3, 900) for i in range(30)} | {"points": generator.integers(0, 40, 900)}))).sums == ()


def test_exchanged_places_are_found_and_places_elsewhere_are_not():
    generator = np.random.default_rng(3)
    latitude, longitude = generator.normal(40, 5, 2000), generator.normal(-95, 14, 2000)
    rows = [4, 90, 911, 1500]
    latitude[rows], longitude[rows] = longitude[rows], latitude[rows].copy()
    latitude[[7, 8, 9, 10]], longitude[[7, 8, 9, 10]] = -34.0, 18.5
    (rule,) = exchanged(open_anything(pl.DataFrame({"latitude": latitude, "longitude": longitude})))
    assert (rule.low, rule.high, rule.rows) == ("longitude", "latitude", tuple(rows))


def test_a_year_that_is_another_events_is_no_part_of_the_time():
    days = np.datetime64("2019-01-01") + np.arange(1500)
    paid = pl.Series("paid", days.astype("datetime64[us]"))
    named = {"bought": (days - np.arange(1500) % 20).astype("datetime64[Y]").astype(int) + 1970}
    collection = open_anything(pl.DataFrame({"paid": paid, "year": named["bought"], "month": paid.dt.month(), "name": paid.dt.strftime("%A")}))
    assert time_rules(collection) == ()
    wrong = collection.frame["name"].scatter([5, 50, 500, 900], ["Monday", "Monday", "Tuesday", "Friday"])
    (rule,) = time_rules(open_anything(collection.frame.with_columns(wrong.alias("weekday"))))
    assert (rule.field, rule.part) == ("weekday", "weekday")
    assert rule.rows == (5, 50, 500, 900)
