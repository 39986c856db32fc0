"""How cells are written: two encodings in one file, forms of numbers, piles."""

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.data.tally import tally_of
from nohero.evidence.audit import cell_facts, number_styles
from nohero.evidence.audit.piles import BESIDE, _beside, piles_of
from nohero.evidence.audit.unit_groups import unit_of
from nohero.sources.opening import open_source
from nohero.sources.table import of_cells


def test_a_file_of_two_encodings_is_read_line_by_line_and_told_of(tmp_path):
    rows = [f"{i},{('Malmö', 'Cork', 'Århus')[i % 3]}\n" for i in range(60)]
    path = tmp_path / "towns.csv"
    path.write_bytes(b"number,town\n" + "".join(rows[:40]).encode() + "".join(rows[40:]).encode("latin-1"))
    collection = open_source(str(path))
    assert set(collection.frame["town"].to_list()) == {"Malmö", "Cork", "Århus"}
    finding = find_check("DAT516").judge(cell_facts.measure(collection))
    assert str(finding.status).lower().endswith("warn")
    assert "two encodings" in finding.message
    assert "(lines 43, " in finding.message


def test_none_is_a_value_among_words_and_missing_among_numbers():
    frame = of_cells(pl.DataFrame({"belt": ["none", "belted"] * 20, "age": ["None", "31"] * 20}), "t").frame
    assert frame["belt"].null_count() == 0
    assert frame["age"].null_count() == 20
    assert frame["age"].dtype == pl.Int64


@pytest.mark.parametrize(("rare", "usual"), [("1,5", "2.25"), ("1,234", "5678"), ("20%", "0.3")])
def test_two_forms_of_numbers_are_found_and_one_is_not(rare, usual):
    both = number_styles.measure(of_cells(pl.DataFrame({"x": [usual] * 30 + [rare] * 4 + ["-"]}), "t"))
    one = number_styles.measure(of_cells(pl.DataFrame({"x": [usual] * 30}), "t"))
    assert [two.rows for two in both.found] == [(30, 31, 32, 33)]
    assert one.found == ()


def test_what_stands_beside_is_what_a_loop_finds():
    counts = np.random.default_rng(1).integers(1, 50, 40)
    plain = [max(1, *(counts[k] for k in range(max(0, i - BESIDE), min(40, i + BESIDE + 1)) if k != i)) for i in range(40)]
    assert _beside(counts).tolist() == plain


def test_a_mean_among_whole_numbers_is_a_filling_and_a_half_is_none():
    whole = np.arange(20, 80)
    assert piles_of(np.sort(np.append(whole, 49.53)), np.where(np.sort(np.append(whole, 49.53)) == 49.53, 100, 20)) == [("fill", 49.53)]
    assert piles_of(np.sort(np.append(whole, 22.5)), np.full(61, 20)) == []


def test_zeros_do_not_hide_a_group_in_another_unit():
    drawn = np.exp(np.random.default_rng(3).normal(10, 0.4, 2000))
    values = np.concatenate([drawn[:1900], drawn[1900:] / 1000, np.zeros(5)])
    found = unit_of(tally_of(pl.Series(values)), values)
    assert found is not None
    assert found[1] == pytest.approx(1e-3, rel=0.2)
    assert int(found[2].sum()) == 100
