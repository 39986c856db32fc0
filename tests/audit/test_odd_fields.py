"""Codes, zeros, blanks, totals, rows out of place, and marks: what is told of fields, and what looks like it and is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from nohero.data.tally import tally_of
from nohero.evidence.audit import (
    cell_facts,
    date_facts,
    earthly_places,
    exchanged_in_parts,
    lost_signs,
    rater_effects,
    row_places,
    total_rows,
)
from nohero.evidence.audit.alike_names import alike
from nohero.evidence.audit.decimal_tells import _shortened
from nohero.evidence.audit.lost_zeros import lost_zeros
from nohero.evidence.audit.natural_zeros import ends_a_tail, of_a_count
from nohero.evidence.audit.order_rules import order_rules
from nohero.evidence.audit.piles import decimals_of, piles_of
from nohero.evidence.audit.unit_groups import unit_of
from nohero.evidence.audit.value_limits import limits_of
from nohero.setup.refusal import Unmeasurable
from nohero.sources.edge_blanks import edge_blanks
from nohero.sources.opening import open_source
from nohero.sources.table import of_cells


def cells(**columns):
    return of_cells(pl.DataFrame({name: [str(v) for v in values] for name, values in columns.items()}), "t")


def draw(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("bridge", "told"), [(0, True), (30, False)])
def test_a_tail_that_ends_in_a_heap_is_no_second_unit(bridge, told):
    """Two thirds of a foot in metres, and temperatures that run on to a second heap."""
    bulk, group = np.exp(draw(1).normal(6, 0.1, 900)), np.exp(draw(2).normal(6 + np.log(3.28084), 0.1, 60))
    values = np.concatenate([bulk, group, np.geomspace(560, 980, bridge)])
    assert (unit_of(tally_of(pl.Series(values)), values) is not None) is told


def test_letters_in_padded_codes_are_no_stray_words_and_other_codes_are_left_open():
    numbers = [f"{i % 95 + 1:02d}" for i in range(190)]
    found = {n: cell_facts.measure(cells(code=[*numbers, *odd])).of("mixed") for n, odd in (("padded", ("2A", "2B")), ("longer", ("2A 7", "12 kg")))}
    assert found["padded"] == ()
    assert set(found["longer"][0].values) == {"12 kg", "2A 7"}
    diagnoses = cell_facts.measure(cells(code=[*(f"{250 + i % 90}.{i % 7}" for i in range(190)), "V57", "E909"])).of("mixed")
    assert diagnoses[0].codes
    assert not cell_facts.measure(cells(code=[*(str(i) for i in range(190)), "12K"])).of("mixed")[0].codes


def test_ratios_that_cross_by_their_spread_are_no_order():
    n, generator = 318, draw(3)
    uncertainty = np.exp(generator.normal(-5, 1.5, n))
    share = uncertainty * np.exp(generator.normal(2, 0.9, n))
    assert order_rules(cells(uncertainty=uncertainty, share=share)) == ()


def test_a_zero_ends_a_tail_or_goes_with_a_count_of_none():
    winds = np.array([0.0, 0.4, 0.9, 1.3, 2.2])
    assert ends_a_tail(winds, np.array([1, 21, 63, 67, 88]))
    assert not ends_a_tail(winds, np.array([30, 21, 63, 67, 88]))
    assert not ends_a_tail(np.array([0.0, 950.0, 951.0, 952.0, 953.0]), np.array([1, 4, 9, 9, 9]))
    counts = [0 if i == 7 else 25 + 31 * i for i in range(100)]
    collection = cells(spoilt=counts, share=[c / 4000 for c in counts], pressure=[0 if i == 7 else 1000 + i / 10 for i in range(100)], size=[900 + i for i in range(100)])
    assert of_a_count(collection, (7,), "share") == "spoilt"
    assert of_a_count(collection, (8,), "share") == ""


def test_a_mean_among_fine_measurements_is_a_filling_and_noise_about_the_end_is_none():
    fine = np.round(np.arange(40, 240) / 2000, 4)
    values = np.sort(np.append(fine, 0.06971234567))
    assert piles_of(values, np.where(values == 0.06971234567, 100, 2)) == [("fill", 0.06971234567)]
    flat = np.array([-1.6e-8, 0.0, *np.linspace(0.02, 3, 300)])
    assert piles_of(flat, np.array([1, 49, *[1] * 300])) == []


def test_counts_that_leap_are_classes():
    assert limits_of(np.arange(16.0), np.array([99, 107, 27, 19, 32, 56, 61, 171, 108, 605, 57, 781, 155, 137, 33, 523])) == []


def test_zeros_before_codes_are_lost_in_some_rows():
    def found(codes):
        series = pl.Series("code", codes)
        return lost_zeros(series, series.unique())

    width, short, both = found([f"{i % 61 + 1:03d}" if i % 4 else str(i % 61 + 1) for i in range(240)])
    assert (width, both) == (3, True)
    assert "1" in short
    assert found([f"{i % 95 + 1:02d}" for i in range(190)] + ["971"] * 9) is None
    assert found([str(i) for i in range(200)]) is None
    assert found([f"{i % 9:0{1 + i % 4}d}" for i in range(200)]) is None  # of many lengths


def test_blanks_at_the_ends_of_words_are_noted(tmp_path):
    path = tmp_path / "towns.csv"
    path.write_text("number,town\n" + "".join(f"{i},{('Malmö', 'Cork')[i % 2]}{chr(160) if i % 20 == 3 else ''}\n" for i in range(80)), encoding="utf-8")
    note = cell_facts.measure(open_source(str(path))).blanks
    assert "end 4 cells (lines 5, 25, 45 and more)" in note
    assert edge_blanks("title,year\nGaviÃ\u00a0,1990\n5\u00a0,7\n".encode()) == ()
    assert edge_blanks(b"a,b\n1,2\n") == ()


def test_births_to_come_are_told_and_other_days_to_come_are_not():
    today = datetime.now(UTC).date()
    days = [*(str(today - timedelta(days=3000 + 37 * i)) for i in range(300)), *(str(today + timedelta(days=400 + 37 * i)) for i in range(40))]
    told = date_facts.measure(cells(dob=days, due=days)).of("unborn")
    assert [(o.field, o.count) for o in told] == [("dob", 40)]


def people(n=200):
    return {"id": [f"p{i}" for i in range(n)], "town": [("Cork", "Delft", "Bergen")[i % 3] for i in range(n)], "height": [150 + i % 45 for i in range(n)], "pay": [900 + 7 * i for i in range(n)], "trade": [("cook", "nurse")[i % 2] for i in range(n)]}


def test_headers_amid_the_rows_and_slipped_rows():
    columns = people()
    for name, values in columns.items():
        values[60] = name
    names = list(columns)
    for i in (20, 90):
        row = [columns[n][i] for n in names]
        for name, value in zip(names, [row[0], "", *row[1:-1]], strict=True):
            columns[name][i] = value
    found = row_places.measure(cells(**columns))
    assert found.headers == (60,)
    assert [(s.rows, s.by) for s in found.slipped] == [((20, 90), 1)]
    columns = people()
    columns["height"][7] = columns["height"][9] = "tall"
    found = row_places.measure(cells(**columns))
    assert (found.headers, found.slipped) == ((), ())


def test_totals_by_two_fields_and_by_their_word():
    rows = [(f"s{k}", y, 20 + (k * 7919 + y * 31 + j * 104_729) % 90) for k in range(6) for y in (2001, 2002) for j in range(5)]
    totals = [(k, y, sum(v for s, t, v in rows if (s, t) == (k, y))) for k, y in dict.fromkeys((s, t) for s, t, _ in rows)]
    state, year, sold = zip(*rows, *totals, strict=True)
    found = total_rows.measure(cells(state=state, year=year, sold=sold))
    assert set(found.by) == {"state", "year"}
    assert found.rows == tuple(range(60, 72))
    assert total_rows.measure(cells(state=state[:60], year=year[:60], sold=sold[:60])).rows == ()
    assert total_rows.measure(cells(state=["a"] * 50 + ["Total"], n=range(51))).said == (50,)


def test_equal_pairs_among_zeros_are_no_totals():
    """A sum of two equal ones is twice either."""
    values = [40 if j < 2 else 0 for _ in range(30) for j in range(5)]
    assert total_rows.measure(cells(shop=[f"s{i // 5}" for i in range(150)], sold=values, other=range(150))).rows == ()


@pytest.mark.parametrize(("exchanged", "told"), [(True, 1), (False, 0)])
def test_two_numbers_that_changed_places_in_one_file(exchanged, told):
    generator = draw(5)
    dew = generator.normal(10, 2, 600)
    temperature = dew + 1 + generator.gamma(4, 1.5, 600)
    turned = exchanged & (np.arange(600) % 3 == 1)
    frame = pl.DataFrame({"a": np.where(turned, dew, temperature), "b": np.where(turned, temperature, dew), "c": generator.normal(0, 1, 600), "file": [f"f{i % 3}" for i in range(600)]})
    found = exchanged_in_parts.exchanged_in_parts(frame, "file", ["a", "b", "c"])
    assert [(e.part, e.fields) for e in found] == [("f1", ("a", "b"))] * told


def test_decimals_are_compared_among_numbers_of_like_size():
    generator, inside = draw(6), np.arange(400) % 2 == 0
    values = generator.normal(5, 1, 400).round(2)
    known = np.ones(400, dtype=bool)
    assert _shortened(values, decimals_of(values), inside, known) is None
    short = np.where(inside, values.round(1), values)
    most, finer, _ = _shortened(short, decimals_of(short), inside, known)
    assert most == 1
    assert finer > 0.8
    apart = np.where(inside, (100 * values).round(0), values)
    assert _shortened(apart, decimals_of(apart), inside, known) is None


def test_a_rater_who_was_given_other_items_is_known_by_them():
    generator = draw(7)
    rater = [("A", "B", "C", "D")[i % 4] for i in range(800)]
    mark = generator.normal(5, 1, 800) + np.array([r == "B" for r in rater])
    plain = pl.DataFrame({"rater": rater, "x": generator.normal(0, 1, 800), "mark": mark})
    (one,) = rater_effects.measure(of_cells(plain.cast(pl.String), "t", label="mark")).found
    assert (one.name, one.apart) == ("B", "")
    assert one.mean - one.others == pytest.approx(1, abs=0.3)
    other = plain.with_columns(pl.when(pl.col("rater") == "B").then(pl.col("x") + 3).otherwise(pl.col("x")).alias("x"))
    assert rater_effects.measure(of_cells(other.cast(pl.String), "t", label="mark")).found[0].apart == "x"


def test_a_double_letter_written_once_is_a_slip():
    assert alike({"grass": 300, "gras": 8}) == {("grass", "gras"): "slip"}
    assert alike({"grass": 300, "glass": 8}) == {}


def test_signs_are_lost_where_the_rest_keep_away_from_zero():
    west = [f"{-160 + 0.8 * i % 90:.1f}" for i in range(200)]
    for i in (5, 50, 150, 180):
        west[i] = west[i].removeprefix("-")
    east = [f"{10 + i % 60}.5" for i in range(200)]
    (one,) = lost_signs.measure(cells(country=["US"] * 200 + ["IN"] * 200, lon=west + east)).found
    assert (one.kind, one.rows) == ("US", (5, 50, 150, 180))
    near = [v if i % 10 else f"{-20 + i % 38}" for i, v in enumerate(west)]
    assert lost_signs.measure(cells(country=["US"] * 200 + ["IN"] * 200, lon=near + east)).found == ()


def test_places_that_are_none():
    latitude, longitude = [28 + i % 20 for i in range(100)], [-120 + i % 50 for i in range(100)]
    latitude[7], longitude[7] = -117, 35
    latitude[9] = 900
    latitude[11] = longitude[11] = 0
    found = earthly_places.measure(cells(lat=latitude, lon=longitude))
    assert (found.beyond, found.exchanged, found.zeros) == ((7, 9), (7,), (11,))
    with pytest.raises(Unmeasurable, match="no degrees"):
        earthly_places.measure(cells(lat=[1000 * v for v in latitude], lon=longitude))
    with pytest.raises(Unmeasurable, match="no fields"):
        earthly_places.measure(cells(flat=latitude, salon=longitude))
