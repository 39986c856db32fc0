"""Rules between fields and rows that are nearly alike, against plain counting."""

from itertools import combinations

import numpy as np
import polars as pl

from nohero.evidence.audit import near_rows, profile
from nohero.evidence.audit.order_rules import order_rules
from nohero.evidence.audit.sums import reckoned
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
