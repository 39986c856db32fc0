"""Time is shared out over the stages, and what was decided by the clock is never asked of it again."""

import math

import pytest

from nohero.recipe import RECIPE
from nohero.run.journal import Journal
from nohero.training.allowance import HELD_BACK, SHARES, Allowance


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal.jsonl")


def test_every_stage_has_a_share():
    assert list(SHARES) == [stage.name for stage in RECIPE]
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_shares_of_the_budget(journal):
    allowance = Allowance(journal, 1000.0)
    whole = 1000.0 * (1 - HELD_BACK)
    assert allowance.enter("data") == pytest.approx(whole * SHARES["data"], rel=1e-3)
    assert 0 < allowance.left() <= whole * SHARES["data"]
    assert allowance.enter("final") == pytest.approx(whole, rel=1e-3)  # what no stage used is left to the last


def test_earlier_sittings_count(journal):
    allowance = Allowance(journal, 1000.0, spent=900.0)
    assert allowance.spent() >= 900.0
    assert allowance.enter("final") == pytest.approx(50.0, rel=1e-2)
    assert Allowance(journal, 1000.0, spent=2000.0).enter("data") == 0.0


def test_without_a_budget_everything_fits(journal):
    allowance = Allowance(journal, None)
    assert allowance.enter("data") == math.inf
    assert allowance.fits("k", 1e9, "something dear")
    assert allowance.steps("s", cap=700, least=10, trainings=5, step_seconds=1.0) == 700
    assert allowance.afford(1.0) == 10**6


def test_what_the_time_allows(journal):
    allowance = Allowance(journal, 1000.0)
    left = allowance.enter("data")
    assert allowance.afford(1.0) == int(left - 0.01)
    assert allowance.afford(1.0, share=2.0) == int((left - 0.01) / 2)
    assert allowance.afford(0.0) == 10**6
    assert allowance.steps("a", cap=10**6, least=10, trainings=2, step_seconds=0.1) == int((left - 0.01) / 0.2)
    assert allowance.steps("b", cap=10**6, least=10, trainings=2, step_seconds=1e6) == 10
    assert allowance.steps("c", cap=20, least=10, trainings=2, step_seconds=1e-6) == 20


def test_decisions_are_replayed(journal):
    allowance = Allowance(journal, 100.0)
    allowance.enter("data")
    assert allowance.decide("k", lambda: [1, 2]) == [1, 2]
    assert allowance.decide("k", lambda: pytest.fail("asked again")) == [1, 2]
    resumed = Allowance(Journal(journal.path), 1e9, spent=0.0)
    assert resumed.decide("k", lambda: pytest.fail("asked again")) == [1, 2]
    assert len(Journal(journal.path).every("decision")) == 1


def test_what_did_not_fit_is_told_once_and_stays_out(journal):
    poor = Allowance(journal, 1.0)
    poor.enter("data")
    assert not poor.fits("evidence/X", 50.0, "X")
    assert not poor.fits("evidence/X", 50.0, "X")
    rich = Allowance(Journal(journal.path), None)
    assert not rich.fits("evidence/X", 50.0, "X")
    told = Journal(journal.path).every("left_out")
    assert len(told) == 1
    assert "50.0 s" in told[0]["what"]
