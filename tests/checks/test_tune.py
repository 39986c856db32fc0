"""The tune stage's judges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from late_evidence import growth, ladder, search, trials
from nohero.checks.tune import best_at_edge, under_sampled_search
from nohero.run.finding import Status

NUMBER = st.floats(allow_nan=True, allow_infinity=True, width=32)
FALLING = trials(*[(10 ** (-4 + i / 8), 1.0 - 0.05 * i) for i in range(16)])  # the best at the high end, by a margin


def judged(found, champion=None):
    return best_at_edge.judge(found, ladder(champion={"learning_rate": 3e-4} if champion is None else champion), growth()).status


def test_a_valley_inside_is_fine():
    assert judged(search()) is Status.PASS


def test_a_loss_that_falls_to_the_end_is_not():
    assert judged(search(FALLING, at_edge={"learning_rate": "high"}, trends={"learning_rate": -1.0}, champion_loss=0.9)) is Status.WARN


@pytest.mark.parametrize(
    "fields",
    [
        {"trends": {"learning_rate": 0.2}},  # no trend towards that end
        {"champion_loss": 0.25},  # the champion, further in, does as well
        {"edge_gains": {"learning_rate": (0.05, -0.01, 0.11)}},  # within noise over the validation items
    ],
)
def test_an_edge_that_does_not_matter_is_quiet(fields):
    assert judged(search(FALLING, **{"at_edge": {"learning_rate": "high"}, "trends": {"learning_rate": -1.0}, "champion_loss": 0.9} | fields)) is Status.PASS


def test_a_flat_search_is_quiet():
    flat = trials(*[(10 ** (-4 + i / 8), 0.5 - 0.0001 * i) for i in range(16)])
    assert judged(search(flat, at_edge={"learning_rate": "high"}, trends={"learning_rate": -1.0})) is Status.PASS


def test_few_trials_are_unsure():
    assert judged(search(FALLING[-3:], at_edge={"learning_rate": "high"}, trends={"learning_rate": -1.0}, champion_loss=0.9)) is Status.UNSURE


def test_a_champion_outside_that_wins_is_told():
    lost = trials((1e-6, 0.7), (1e-5, 0.69))
    found = search(lost, ranges={"learning_rate": (1e-6, 1e-5)}, champion_loss=0.3, at_edge={"learning_rate": "high"})
    finding = best_at_edge.judge(found, ladder(champion={"learning_rate": 1e-3}), growth())
    assert finding.status is Status.WARN
    assert "0.0001" in finding.remedies[0].text


@pytest.mark.parametrize(("number", "status"), [(0, Status.WARN), (3, Status.WARN), (4, Status.UNSURE), (13, Status.UNSURE), (14, Status.PASS), (60, Status.PASS)])
def test_points_are_counted(number, status):
    finding = under_sampled_search.judge(search(FALLING[:1] * number))
    assert finding.status is status
    assert bool(finding.remedies) == (status is not Status.PASS)


@given(st.lists(st.tuples(st.floats(0, 1), NUMBER), max_size=8), NUMBER, NUMBER, st.sampled_from(["low", "high"]))
def test_judges_are_total(points, champion, trend, side):
    found = search(trials(*points), champion_loss=champion, trends={"learning_rate": trend}, at_edge={"learning_rate": side})
    for constant in (0.7, 0.0, math.nan):
        assert best_at_edge.judge(found, ladder(champion={"learning_rate": champion}), growth(constant_loss=constant)).message
    assert under_sampled_search.judge(found).message
