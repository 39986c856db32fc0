"""Series of groups: which is another, whose label comes earlier, whose unit breaks; each against a slow twin."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.evidence.audit import label_leads, series_twins, shared_stretches
from nohero.evidence.audit.group_breaks import within_groups
from nohero.evidence.audit.group_rows import groups_in_time
from nohero.evidence.audit.unit_jumps import unit_jump
from nohero.setup.refusal import Unmeasurable
from nohero.sources.objects import open_objects

DAYS = [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(500)]


def panel(groups, rows, **columns):
    """Shuffled, so that the order of time is not that of the file."""
    frame = pl.DataFrame({"who": [f"g{i // rows}" for i in range(groups * rows)], "day": [DAYS[i % rows] for i in range(groups * rows)], **columns})
    return open_objects(frame[np.random.default_rng(7).permutation(len(frame))]).with_(group="who", time="day")


def test_the_rows_of_each_group_stand_in_time():
    collection = panel(5, 20, x=np.arange(100.0))
    frame = collection.frame
    found = {frame["who"][int(g[0])]: frame["x"].gather(g).to_list() for g in groups_in_time(collection)}
    assert found == {f"g{k}": [float(20 * k + i) for i in range(20)] for k in range(5)}


@pytest.mark.parametrize("step", [lambda g, i: i, lambda g, i: 1000 * g + i, lambda g, i: 3.7 * i + (g == 3 and i == 5)])
def test_a_counter_makes_no_series_another(step):
    collection = panel(40, 30, step=[float(step(i // 30, i % 30)) for i in range(1200)])
    with pytest.raises(Unmeasurable):
        series_twins.measure(collection)


def test_a_counter_hides_no_copy_and_series_that_are_usually_the_same_are_none():
    draw = np.random.default_rng(1)
    walks = np.cumsum(draw.normal(size=(40, 30)), axis=1)
    walks[31] = walks[4]
    found = series_twins.measure(panel(40, 30, x=walks.ravel(), row=np.arange(1200.0)))
    assert (found.fields, [(t.one, t.other) for t in found.twins]) in ((("x",), [("g4", "g31")]), (("x",), [("g31", "g4")]))
    pairs = np.repeat(np.cumsum(draw.normal(size=(20, 30)), axis=1), 2, axis=0)
    assert series_twins.measure(panel(40, 30, x=pairs.ravel())).twins == ()


def slow_leads(label, field, groups):
    """Rows later at which the field is the label, and by no row earlier as often; row by row."""
    def shares(by):
        told = [(field[i] == label[i + by], label[i] != label[i + by]) for i in range(len(label)) if 0 <= i + by < len(label) and groups[i] == groups[i + by] and field[i] is not None]
        moved = [fits for fits, moved in told if moved]
        return (sum(f for f, _ in told) / len(told), sum(moved) / len(moved)) if len(moved) >= (30 if by > 0 else 15) else (0, 0)

    for later in label_leads.LATER:
        if min(ahead := shares(later)) >= 0.98:
            return 0 if any(all(a >= b for a, b in zip(shares(-k), ahead, strict=True)) for k in range(1, 53)) else later
    return 0


@pytest.mark.parametrize("by", [1, 3, 12, -1])
def test_a_lead_is_the_one_that_a_walk_over_all_rows_finds(by):
    draw = np.random.default_rng(by + 1)
    label = draw.integers(0, 5, (3, 80))
    field = [int(label[g, i + by]) if 0 <= i + by < 80 else None for g in range(3) for i in range(80)]
    collection = panel(3, 80, y=label.ravel(), before=field).with_(label="y")
    expected = slow_leads(label.ravel().tolist(), field, [g for g in range(3) for _ in range(80)])
    found = label_leads.measure(collection).leads
    assert [lead.later for lead in found] == ([expected] if expected else []) == ([by] if by > 0 else [])
    for name, here, there in (s for lead in found for s in lead.shown):
        assert here == there
        assert str(collection.frame["before"][list(collection.items).index(name)]) == here


def test_yesterday_of_a_week_is_no_lead():
    closed = [int(d.weekday() == 0 or d == dt.date(2020, 7, 25)) for d in DAYS]
    frame = pl.DataFrame({"date": DAYS, "closed_yesterday": [0, *closed[:-1]], "closed_tomorrow": [*closed[1:], 0], "closed": closed})
    found = label_leads.measure(open_objects(frame).with_(label="closed", time="date"))
    assert [(lead.field, lead.later) for lead in found.leads] == [("closed_tomorrow", 1)]
    told = find_check("DAT565").judge(found)
    assert "row row" not in str(told.remedies)
    assert told.figure.columns[2] == "closed, a row later"


def test_a_unit_that_breaks_in_one_group_is_the_one_found_group_by_group():
    sums = np.exp(np.cumsum(np.random.default_rng(2).normal(0.003, 0.02, (4, 300)), axis=1)) * 40_000
    sums[1, 180:] /= 1000
    collection = panel(4, 300, sum=sums.ravel())
    (found,) = within_groups(collection, ["sum"])
    assert [k for k in range(4) if unit_jump(sums[k]) is not None] == [1]
    assert (found.series, found.rows, found.to_end) == ("`who` g1", 120, True)
    assert [collection.frame["day"][i] for i in (found.first, found.last)] == [DAYS[180], DAYS[299]]


def test_rows_of_many_zeros_are_compared_at_little_cost(monkeypatch):
    tried = []
    checked = shared_stretches._checked
    monkeypatch.setattr(shared_stretches, "_checked", lambda *a: tried.append(a) or checked(*a))
    draw = np.random.default_rng(0)
    rows = np.zeros((60, 200))
    rows[:, 60:140] = (draw.random((60, 80)) < 0.3) * draw.random((60, 80))
    walked = []
    plain = shared_stretches._found_within
    monkeypatch.setattr(shared_stretches, "_found_within", lambda *a: [walked.append(p) or p for p in plain(*a)])
    assert shared_stretches._pairs([shared_stretches._keys(r) for r in rows]) == []
    assert len(walked) + len(tried) < 100
    monkeypatch.setattr(shared_stretches, "TRIES", 50)
    wave = np.sin(np.arange(2000) / 16 * 2 * np.pi).round(6)
    shared_stretches._pairs([shared_stretches._keys(wave[k : k + 48]) for k in range(0, 1900, 4)])
    assert len(tried) < 1000


def test_the_windows_named_are_those_of_the_two_parts():
    """Windows of training lie over one another, and one of the test part over one of them."""
    signal = np.random.default_rng(4).normal(size=3000)
    starts = [*range(0, 480, 16), 476, *range(600, 1400, 40)]
    part = ["train"] * 30 + ["test"] * 21
    frame = pl.DataFrame({f"x{k}": [signal[s + k] for s in starts] for k in range(32)} | {"y": [i % 2 for i in range(51)], "part": part})
    told = find_check("DAT566").judge(shared_stretches.measure(open_objects(frame, split="part").with_(label="y")))
    assert told.status.name in ("WARN", "FAIL")
    assert set(told.items) == {"row 31", "row 30"}
    assert "row 31 are those of row 30" in told.message
    assert len(told.figure.rows) == 1
