"""Order, counts and verdicts, as terminal and page both tell them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nohero.report.words import GATE, STATUS, gate_text, gate_word, observed_text, state_of_run, tally, tally_text, telling, verdict
from nohero.run.finding import Observed, Status, broken, failed, passed, skipped, unsure, warned
from nohero.run.record import Record, StageRecord
from report.example_record import example, sound, stamped


def test_every_status_has_a_word_and_a_sign_of_its_own():
    assert set(STATUS) == set(Status)
    assert len({w.word for w in STATUS.values()}) == len(STATUS)
    assert len({w.sign for w in STATUS.values()}) == len(STATUS)
    assert len({w.sign for w in GATE.values()}) == len(GATE)


def test_the_urgent_come_first_the_ignored_last_and_the_quiet_not_at_all():
    found = [passed("p"), unsure("u"), warned("w1"), skipped("s"), failed("f", ignored="known"), broken("b"), warned("w2"), failed("g")]
    assert [f.message for f in telling(found)] == ["b", "g", "w1", "w2", "u", "f"]


def test_ignored_findings_are_counted_apart():
    found = [failed("a"), failed("b", ignored="known"), passed("c"), passed("d", ignored="never mind")]
    assert tally(found) == [("passed", 2, "good"), ("error", 1, "bad"), ("ignored", 1, "quiet")]
    assert tally_text(found) == "4 checks: 2 passed, 1 error, 1 ignored"


def test_counts_add_up():
    record = example()
    assert sum(size for _, size, _ in tally(record.findings)) == len(record.findings)


def test_no_check_is_none():
    assert tally_text([]) == "0 checks"
    assert tally_text([failed("a"), failed("b"), warned("c"), warned("d")]) == "4 checks: 2 errors, 2 warnings"


@pytest.mark.parametrize(
    ("observed", "said"),
    [
        (Observed(value=0.118, n=557, low=0.094, high=0.148), "0.118 [0.094, 0.148] (n = 557; 95 % interval)"),
        (Observed(value=21.5, unit="nats"), "21.5 nats"),
        (Observed(value=3, n=1200), "3 (n = 1,200)"),
        (Observed(value=float("nan")), "not a number"),
    ],
)
def test_observed(observed, said):
    assert observed_text(observed) == said


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (StageRecord(name="data", state="open"), "open"),
        (StageRecord(name="data", state="closed", closed_by=("DAT110", "DAT120")), "closed by DAT110, DAT120"),
        (StageRecord(name="data", state="closed"), "closed"),
        (StageRecord(name="data", state="passed", passed_by={"DAT110": "known"}), "passed with a reason"),
        (StageRecord(name="data", state="of a later version"), "of a later version"),
        (StageRecord(name="data", state=""), "waiting"),
    ],
)
def test_gate(stage, said):
    assert gate_text(stage) == said
    assert gate_word(stage.state).sign


def test_the_verdict_is_the_headline_if_there_is_one():
    assert verdict(example()) == example().headline


def test_else_it_is_made_from_the_gates():
    assert verdict(sound()) == "All gates are open."
    assert verdict(replace(example(), headline="")) == "The data gate is closed by DAT110."
    assert verdict(Record(name="x", source="y")) == "Nothing has been decided yet."
    half = (StageRecord(name="data", state="open"), StageRecord(name="skeleton"))
    assert verdict(Record(name="x", source="y", stages=half)) == "1 gate of 2 open so far, the last of them data."


def test_whether_the_story_is_whole():
    assert state_of_run(sound()) == "finished"
    assert state_of_run(example()) == "not finished yet"
    assert state_of_run(replace(example(), interrupted="by the keyboard")) == "interrupted: by the keyboard"


def test_an_ignored_finding_still_says_what_it_is():
    assert telling([stamped(failed("x"), "DAT110", "n", "data", ignored="y")])[0].status is Status.FAIL
