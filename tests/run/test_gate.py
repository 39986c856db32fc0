"""A gate is closed by what failed or broke, unless someone answered for it in writing."""

from hypothesis import given
from hypothesis import strategies as st

from nohero.run.finding import Finding, Status
from nohero.run.gate import judge_gate


def finding(status, code):
    return Finding(status=status, message="said", code=code)


@given(st.lists(st.tuples(st.sampled_from(Status), st.sampled_from(["A", "B", "C"]))), st.sets(st.sampled_from(["A", "B", "C"])))
def test_exactly_the_unanswered_failures_close_it(pairs, answered):
    reasons = dict.fromkeys(answered, "because")
    gate = judge_gate("data", [finding(s, c) for s, c in pairs], reasons)
    closing = [c for s, c in pairs if s in (Status.FAIL, Status.ERROR)]
    assert gate.closed_by == tuple(c for c in closing if c not in answered)
    assert gate.passed_by == {c: "because" for c in closing if c in answered}
    assert gate.open == (not gate.closed_by)


def test_warnings_and_doubts_leave_it_open():
    gate = judge_gate("data", [finding(s, "A") for s in (Status.PASS, Status.WARN, Status.UNSURE, Status.SKIP)], {})
    assert gate.open


def test_a_broken_check_closes_it():
    assert not judge_gate("data", [finding(Status.ERROR, "A")], {}).open
