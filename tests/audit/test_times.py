"""Times of a table: how they are read, which rows are out of order, what stands twice or is missing, and parts interleaved in time."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.evidence.audit import time_cells, time_order, time_parts, time_steps
from nohero.run.finding import Status
from nohero.setup.refusal import Unmeasurable
from nohero.sources.moments import lasting, moments, read, time_field
from nohero.sources.table import of_cells

START = datetime(2021, 3, 1)  # noqa: DTZ001


def hourly(n=400, step=timedelta(hours=1)):
    return [str(START + i * step) for i in range(n)]


def table(time, **columns):
    cells = {"at": time, "value": [str(i * 7 % 100) for i in range(len(time))], **columns}
    return of_cells(pl.DataFrame({k: pl.Series(k, v, dtype=pl.String) for k, v in cells.items()}), "series")


def judged(code, collection):
    check = find_check(code)
    kinds = {"TimeCells": time_cells, "TimeOrder": time_order, "TimeSteps": time_steps, "TimeParts": time_parts}
    return check.judge(*(kinds[n].measure(collection) for n in check.needs))


def fewest_out(values):
    best = [1] * len(values)
    for i, value in enumerate(values):
        best[i] = 1 + max((best[j] for j in range(i) if values[j] <= value), default=0)
    return len(values) - max(best)


def test_the_rows_out_of_order_are_the_fewest():
    rng = np.random.default_rng(0)
    for _ in range(60):
        values = rng.integers(0, 12, rng.integers(2, 25))
        out = time_order._out(values)
        assert len(out) == fewest_out(values.tolist())
        assert (np.diff(np.delete(values, out)) >= 0).all()


def test_zones_are_read_and_a_summer_is_no_gap():
    stamps = [f"2022-03-{d:02d}T{h:02d}:30:00{'+02:00' if (d, h) >= (27, 3) else '+01:00'}" for d in range(25, 31) for h in range(24) if (d, h) != (27, 2)]
    steps = moments(table(stamps).with_(time="at"), "at").diff().drop_nulls()
    assert steps.unique().to_list() == [3600 * 10**6]
    assert moments(table(["2022-03-01T12:00:00-05:30"] * 30), "at")[0] == moments(table(["2022-03-01T17:30:00"] * 30), "at")[0]


def test_the_time_is_found_where_one_field_of_dates_is_in_order():
    assert time_field(table(hourly())) == "at"
    assert time_field(table(hourly()[::-1])) == "at"
    assert time_field(table([hourly()[i * 171 % 400] for i in range(400)])) == ""
    assert time_field(table(hourly(), until=hourly())) == ""
    with pytest.raises(Unmeasurable):
        time_order.measure(table(["a", "b"] * 40))


def test_files_of_one_form_and_blocks_of_one_town_are_each_in_order():
    in_files = table(hourly(100) * 3, file=[f"{k}.csv" for k in "abc" for _ in range(100)])
    assert judged("DAT561", in_files.with_(time="at")).status is Status.PASS
    in_blocks = table(hourly(190) + hourly(10), town=["Cork"] * 190 + ["Delft"] * 10)
    assert judged("DAT561", in_blocks).status is Status.PASS
    assert judged("DAT561", table(hourly(190) + hourly(10))).status is Status.WARN


def test_a_gap_that_several_series_share_counts_once_and_weekends_are_none():
    kept = [t for i, t in enumerate(hourly(500)) if not 200 <= i < 260]
    found = judged("DAT563", table([t for t in kept for _ in range(8)], town=list("abcdefgh") * len(kept)).with_(time="at", group="town"))
    assert found.status is Status.WARN
    assert len(found.items) == 1
    days = [t[:10] for i, t in enumerate(hourly(400, timedelta(days=1))) if i % 7 < 5]
    assert judged("DAT563", table(days)).status is Status.PASS


def test_cells_in_another_form_are_named_and_numbers_are_times():
    other = [t if i % 10 else t[8:10] + "." + t[5:7] + "." + t[:4] for i, t in enumerate(hourly())]
    found = judged("DAT560", table(other).with_(time="at"))
    assert found.status is Status.WARN
    assert len(found.items) == 40
    assert judged("DAT560", table([str(i) for i in range(400)]).with_(time="at")).status is Status.PASS
    assert judged("DAT560", table([f"week {i // 10:02d}" for i in range(400)]).with_(time="at")).status is Status.UNSURE


def test_months_quarters_and_weeks_are_read_as_their_first_day():
    first = {
        "1970 Q1": "1970-01-01", "1974Q4": "1974-10-01", "3Q2001": "2001-07-01", "Q2/2001": "2001-04-01", "1991 Jul": "1991-07-01", "Sept 2004": "2004-09-01", "jan-91": "1991-01-01",
        "Jan-2-1995": "1995-01-02", "2001M07": "2001-07-01", "07/2001": "2001-07-01", "2001-W05": "2001-01-29", "2009-W01": "2008-12-29", "2001-W05-3": "2001-01-31", "2020W537": "2021-01-03", "2021-W53": None, "2021-W53-1": None, "13/2001": None, "Maybe 2001": None, "Q5 2001": None,
    }  # fmt: skip
    assert [str(t)[:10] if t else None for t in read(pl.Series(list(first))).to_list()] == list(first.values())
    quarters = [f"{1900 + i // 4} Q{1 + i % 4}" for i in range(400)]
    assert time_field(table(quarters)) == "at"
    assert judged("DAT560", table(quarters).with_(time="at")).status is Status.PASS
    assert judged("DAT563", table([q for i, q in enumerate(quarters) if not 200 <= i < 250])).status is Status.WARN


def test_milliseconds_among_seconds_are_told():
    times = [str((1_600_000_000 + 60 * i) * (1000 if i % 25 == 3 else 1)) for i in range(400)]
    found = judged("DAT561", table(times).with_(time="at"))
    assert found.status is Status.WARN
    assert "divided by 1,000" in found.message


def test_a_trend_is_left_open_and_people_are_not_a_series():
    rng = np.random.default_rng(1)
    part = ["test" if i % 5 == 2 else "train" for i in range(1500)]
    slow, noise = np.linspace(0, 2.6, 1500) + rng.normal(size=1500), rng.normal(size=1500)
    walk = np.cumsum(noise)
    for values, status in ((walk, Status.WARN), (slow, Status.UNSURE), (noise, Status.PASS)):
        found = table(hourly(1500), y=[f"{v:.3f}" for v in values], part=part).with_(time="at", label="y", split="part")
        assert judged("DAT564", found).status is status


def test_the_hour_that_clocks_go_back_and_the_one_they_skip_are_told():
    clock = hourly(480, step=timedelta(minutes=30))
    moved = clock[:98] + clock[96:200] + clock[202:]
    still = {"value": ["0"] * len(moved)}
    found = judged("DAT562", table(moved, **still).with_(time="at"))
    assert found.status is Status.WARN
    assert "clocks are set back" in found.message
    assert judged("DAT563", table(moved, **still).with_(time="at")).status is Status.UNSURE
    copied = judged("DAT562", table([*clock, clock[-1]], value=["0"] * 481).with_(time="at"))
    assert copied.status is Status.PASS
    assert "but for 1" in copied.message


@pytest.mark.parametrize(("minutes", "lost"), [(60, "2021-03-28 02"), (60, "2021-03-14 02"), (5, "2021-03-28 01"), (30, "2021-03-28 03")])
def test_the_hour_that_a_clock_skips_in_spring_is_no_gap(minutes, lost):
    clock = hourly(40 * 24 * 60 // minutes, timedelta(minutes=minutes))
    found = judged("DAT563", table([t for t in clock if t[:13] != lost]).with_(time="at"))
    assert found.status is Status.PASS
    assert lost in found.message


@pytest.mark.parametrize("lost", [["2021-03-28 12"], ["2021-03-27 02"], ["2021-03-21 02"], ["2021-03-14 02", "2021-03-28 02"], ["2021-03-28 01", "2021-03-28 02"]])
def test_another_hour_is_a_gap(lost):
    assert judged("DAT563", table([t for t in hourly(40 * 24) if t[:13] not in lost]).with_(time="at")).status is Status.UNSURE


def test_days_of_weeks_are_told_apart():
    days = ["{}-W{:02d}-{}".format(*(START + timedelta(days=i)).isocalendar()) for i in range(400)]
    assert judged("DAT562", table(days).with_(time="at")).status is Status.PASS
    assert np.unique(np.diff(moments(table(days).with_(time="at"), "at").to_numpy())).tolist() == [86_400_000_000]


def test_rows_sent_again_are_told_from_several_rows_a_time():
    again = hourly(400) + hourly(400)[340:]
    assert judged("DAT562", table(again).with_(time="at")).status is Status.WARN
    scattered = sorted(hourly(400) + hourly(400)[::7])
    assert judged("DAT562", table(scattered).with_(time="at")).status is Status.PASS


def test_lengths_are_said_in_their_largest_unit():
    assert lasting(86_400e6, dated=True) == "day"
    assert lasting(5_400e6, dated=True) == "1.5 hours"
    assert lasting(20_000, dated=True) == "20 milliseconds"
    assert lasting(960, dated=False) == "960"
