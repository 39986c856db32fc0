"""What changes along the rows: steps, units, grids, names, and stretches that stand still."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.evidence.audit.breaks import measure as breaks
from nohero.evidence.audit.level_breaks import steps_of
from nohero.evidence.audit.missing_runs import missing_run
from nohero.evidence.audit.spreadsheet_dates import taken_for_dates
from nohero.evidence.audit.stuck_runs import measure as stuck
from nohero.evidence.audit.unit_jumps import unit_jump
from nohero.evidence.audit.unit_pairs import unit_between
from nohero.evidence.audit.value_breaks import coarser, followed, longest, renamed
from nohero.sources.collection import Collection
from nohero.sources.table import of_cells


@pytest.fixture
def drawn() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize(("first", "last"), [(700, 1000), (0, 300), (400, 520)])
def test_a_step_is_found_where_it_is(drawn: np.random.Generator, first: int, last: int) -> None:
    values = drawn.normal(100, 5, 1000)
    values[first:last] *= 2.54
    step = steps_of(values)
    assert step is not None
    assert step.cuts == tuple(c for c in (first, last) if 0 < c < 1000)


def test_a_step_in_many_rows_is_found_to_the_row(drawn: np.random.Generator) -> None:
    values = drawn.normal(100, 5, 90_000)
    values[61_234:] += 80
    step = steps_of(values)
    assert step is not None
    assert step.cuts == (61_234,)


def test_seasons_walks_trends_sorted_rows_and_noise_have_no_step(drawn: np.random.Generator) -> None:
    n = np.arange(4000)
    fields = [
        20 + 15 * np.sin(n / 4000 * 2 * np.pi) + drawn.normal(0, 1, 4000), drawn.normal(0, 1, 4000).cumsum(), n / 100 + drawn.normal(0, 1, 4000), np.sort(drawn.lognormal(0, 2, 4000)),
        *drawn.normal(0, 1, (20, 4000)), np.repeat(drawn.normal(0, 5, 40), 100) + drawn.normal(0, 1, 4000),
    ]  # fmt: skip
    assert [steps_of(f) for f in fields] == [None] * len(fields)


def test_units_are_named_where_the_shapes_agree(drawn: np.random.Generator) -> None:
    degrees, others, glucose = drawn.normal(15, 8, 800), drawn.normal(15, 8, 800), drawn.lognormal(4.8, 0.3, 900)
    assert "Celsius" in unit_between(degrees * 1.8 + 32, others)
    assert "glucose" in unit_between(glucose[:400], glucose[400:] / 18.016)
    assert unit_between(degrees + 70, others) == unit_between(degrees, others) == ""


def test_rounding_is_found_on_either_side(drawn: np.random.Generator) -> None:
    values = drawn.normal(50, 9, 600).round(1)
    assert coarser(values) is None
    rounded = np.concatenate([values[:400], values[400:].round()])
    change = coarser(rounded)
    assert change is not None
    assert (change.after, change.last) == ("1", 599)
    assert 390 <= change.first <= 400
    assert coarser(rounded[::-1].copy()) is not None


def test_a_grid_is_not_seen_in_tiny_numbers(drawn: np.random.Generator) -> None:
    assert coarser(np.concatenate([drawn.normal(0, 1e-9, 200), drawn.normal(5, 1, 200)])) is None


def test_a_category_that_comes_in_season_does_not_hide_one_that_was_renamed(drawn: np.random.Generator) -> None:
    names = drawn.choice(["online", "direct", "groups", "agent"], 2000)
    names[(np.arange(2000) < 300) & (names == "groups")] = "direct"
    assert renamed(pl.Series("segment", names)) == []
    later = np.where((np.arange(2000) >= 1200) & (names == "online"), "On-line", names.astype(object))
    (change,) = renamed(pl.Series("segment", later.tolist()))
    assert (change.before, change.after, change.alike) == ("online", "On-line", True)


def test_a_scale_that_is_counted_from_nought(drawn: np.random.Generator) -> None:
    answers = drawn.integers(1, 7, 1500)
    answers[1200:] -= 1
    (change,) = renamed(pl.Series("A1", answers))
    assert (change.before, change.after) == ("1 to 6", "0 to 5")
    assert renamed(pl.Series("year", np.repeat(np.arange(2000, 2010), 100))) == []


def test_a_field_that_another_follows() -> None:
    frame = pl.DataFrame({"price": [*range(200), *[None] * 100], "unit_price": [*[None] * 200, *range(100)], "remark": [*[None] * 200, *range(100)]})
    assert [(old, new, c.first) for old, new, c in followed(frame)] == [("price", "unit_price", 200)]


def test_longest_run_against_a_plain_count(drawn: np.random.Generator) -> None:
    for _ in range(50):
        on = drawn.random(40) < 0.6
        lengths = [len(r) for r in "".join("x" if v else " " for v in on).split()]
        start, length, rest = longest(on)
        assert sorted([length, rest], reverse=True) == sorted([*lengths, 0, 0], reverse=True)[:2]
        assert on[start : start + length].all()


def test_a_sensor_that_hangs_twice_is_told_row_by_row(drawn: np.random.Generator) -> None:
    values = drawn.normal(20, 2, 800).round(1)
    values[100:160], values[500:530] = 21.5, 19.0
    runs = stuck(of_cells(pl.DataFrame({"t": [f"{v:.1f}" for v in values], "n": [str(i % 7) for i in range(800)]}), "series")).runs
    assert [(r.kind, r.field, r.first, r.last, r.value) for r in runs] == [("still", "t", "row 101", "row 160", 21.5), ("still", "t", "row 501", "row 530", 19.0)]


def test_a_time_that_is_written_as_words_breaks_nothing() -> None:
    frame = pl.DataFrame({"when": [f"{1 + i % 28:02d}/{1 + i // 28 % 12:02d}/2020 or so" for i in range(400)], "level": [float(i * 7919 % 101) for i in range(400)]})
    collection = Collection(name="t", source="t", kind="row", frame=frame, items=tuple(f"row {i}" for i in range(400)), time="when")
    findings = examine_collection(collection, checks=[find_check("DAT570"), find_check("DAT571")]).findings
    assert [f.status for f in findings] == ["PASS", "PASS"]


def test_a_short_stretch_of_a_trend_in_thousandths_is_found_to_the_row(drawn: np.random.Generator) -> None:
    trend = 100 * np.exp(np.cumsum(drawn.normal(0.01, 0.01, 200)))
    for first, last in ((184, 200), (0, 12), (90, 99)):
        values = trend.copy()
        values[first:last] *= 1000
        jump = unit_jump(values)
        assert jump is not None
        assert jump[0] == ((first, last) if last < 200 else (first,))
    assert unit_jump(trend) is None
    crash = trend.copy()
    crash[150:] /= 14
    assert unit_jump(crash) is None


def test_a_field_that_ends_is_told_from_one_that_is_missing_here_and_there(drawn: np.random.Generator) -> None:
    values = drawn.normal(0, 1, 2000).round(3)
    some = [None if drawn.random() < 0.03 else v for v in values]
    assert missing_run(pl.Series("a", some)) is None
    run = missing_run(pl.Series("a", some[:1700] + [None] * 300))
    assert run is not None
    assert run.last == 1999
    assert 1690 <= run.first <= 1700
    assert missing_run(pl.Series("sorted", [*sorted(values[:1700]), *([None] * 300)])) is None
    assert missing_run(pl.Series("past", [*([None] * 60), *values])) is None


@pytest.mark.parametrize(
    ("others", "word", "was"), [(["25-39", "40-54"], "24-Oct", "10-24"), (["3-1", "2-2"], "1-Mar", "3-1"), (["3-1", "0-2"], "3-Jan", "3-1"), ([f"ABC{i}" for i in range(90)], "7-Sep", "SEPT7")]
)
def test_what_a_spreadsheet_made_of_figures_is_read_back(others: list[str], word: str, was: str) -> None:
    found = taken_for_dates(pl.Series("field", [*others, word]))
    assert found == ([len(others)], f"`{word}` may have been `{was}`")
    assert taken_for_dates(pl.Series("field", [*["2020-01-02", "2020-03-04"], word])) is None
    assert taken_for_dates(pl.Series("field", ["red", "green", word])) is None


def test_a_file_in_blocks_is_no_time(drawn: np.random.Generator) -> None:
    language = np.repeat(["de", "en", "fr"], 300)
    topic = np.repeat([f"{w} {i // 30}" for i, w in enumerate(language)], 1)
    level = np.where(np.arange(900) < 700, 10, 20) + drawn.normal(size=900)
    cells = {"language": language.tolist(), "topic": topic.tolist(), "level": [f"{v:.3f}" for v in level], "score": [f"{v:.3f}" for v in drawn.normal(size=900)]}
    frame = pl.DataFrame({k: pl.Series(k, v, dtype=pl.String) for k, v in cells.items()})
    assert not breaks(of_cells(frame, "blocks")).found
    mixed = frame.with_columns(pl.Series("language", drawn.permutation(language)), pl.Series("topic", drawn.permutation(topic)))
    assert [b.field for b in breaks(of_cells(mixed, "mixed")).found] == ["level"]


def test_values_that_come_in_blocks_are_not_renamed() -> None:
    blocks = pl.Series([f"{k // 4}" for k in range(40) for _ in range(30)])
    assert not renamed(blocks)


def test_a_reading_that_hangs_is_seen_beside_nights(drawn: np.random.Generator) -> None:
    light = np.where(np.arange(600) % 48 < 20, 0.0, np.round(drawn.random(600), 4))
    assert not stuck(numbered(light)).runs
    light[73:113] = 0.5052
    (run,) = stuck(numbered(light)).runs
    assert (run.rows, run.value) == (40, 0.5052)


def numbered(values: np.ndarray) -> Collection:
    return of_cells(pl.DataFrame({"light": pl.Series([f"{v:.4f}" for v in values], dtype=pl.String), "row": pl.Series([str(i * 7919 % 601) for i in range(len(values))], dtype=pl.String)}), "light")


def test_one_group_in_thousands_is_told_and_a_habit_of_many_is_not(drawn: np.random.Generator) -> None:
    sums = np.exp(np.cumsum(drawn.normal(0, 0.01, (20, 60)), axis=1)) * 1000
    for many in (1, 20):
        made = sums.copy()
        made[:many, 40:] *= 1000
        cells = {"shop": np.repeat([f"s{i}" for i in range(20)], 60).tolist(), "sum": [f"{v:.2f}" for v in made.ravel()]}
        found = breaks(of_cells(pl.DataFrame({k: pl.Series(k, v, dtype=pl.String) for k, v in cells.items()}), "shops").with_(group="shop")).found
        assert [b.series for b in found if b.series] == (["`shop` s0"] if many == 1 else [])
