"""Properties of the judges of data and skeleton: total on any evidence, findings that are whole, short, and the same after a trip through JSON."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.evidence_values import wild
from nohero.checks.check import all_checks
from nohero.run.finding import Finding, Status
from nohero.run.values import dumps, loads

CHECKS = {check.code: check for check in all_checks() if check.stage in ("data", "skeleton")}
MOST_WORDS = 60  # of `why`
COMPONENTS = {"data", "transform", "loader", "model", "loss", "optimizer", "schedule", "step", "evaluation", "search"}
NUMBERS = [0.0, 1.0, -1.0, 0.5, 1e-12, 1e30, math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(("count", "length"), [(0, 0), (1, 1), (3, 2), (0, 3), (1000, 0), (40, 30)])
def test_a_judge_answers_whatever_the_evidence_holds(code, number, count, length):
    check = CHECKS[code]
    _whole(check.stamp(check.judge(*wild(check.needs, number, count, length))))


@pytest.mark.parametrize("code", CHECKS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck), derandomize=True)
@given(number=st.floats(), count=st.integers(0, 10**9), length=st.integers(0, 4))
def test_a_judge_answers_drawn_evidence(code, number, count, length):
    check = CHECKS[code]
    _whole(check.stamp(check.judge(*wild(check.needs, number, count, length))))


@pytest.mark.parametrize("code", CHECKS)
def test_a_judge_is_pure(code):
    check = CHECKS[code]
    evidence = wild(check.needs, 0.5, 3, 2)
    before = [dumps(e) for e in evidence]
    assert dumps(check.judge(*evidence)) == dumps(check.judge(*evidence))
    assert [dumps(e) for e in evidence] == before


def _whole(finding: Finding) -> None:
    assert finding.status in set(Status) - {Status.ERROR}
    assert finding.message
    assert finding.code
    assert finding.source
    if finding.status in (Status.FAIL, Status.WARN):
        assert finding.remedies, finding
        assert finding.expected, finding
        assert finding.observed is not None, finding
        assert finding.component in COMPONENTS, finding
        assert finding.why, finding
    if finding.status is Status.UNSURE:
        assert finding.remedies, "an unsure finding says what would decide"
    assert len(finding.why.split()) <= MOST_WORDS
    text = dumps(finding)
    assert dumps(loads(Finding, text)) == text
