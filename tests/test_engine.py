"""The engine measures once, stores, reads back the same, and survives what breaks."""

import json
from dataclasses import dataclass, replace

import pytest

from evidence.measured import EFFORT, toy
from nohero.checks.check import Check, all_checks
from nohero.engine import Engine
from nohero.evidence.catalogue import SUPPLIES, chain, measurements
from nohero.recipe import RECIPE
from nohero.run.directory import RunDirectory, create
from nohero.run.errors import DataError
from nohero.run.finding import Status, passed
from nohero.training.allowance import Allowance
from nohero.training.runs import Runs


@pytest.fixture
def folder(tmp_path):
    return create(tmp_path, "test")


def engine(folder, problem=None, seconds=None, told=None):
    """An engine as a sitting makes it, on a folder read afresh."""
    run = RunDirectory(folder.path)
    problem = problem or replace(toy("table"), effort=EFFORT)
    allowance = Allowance(run.journal, seconds)
    allowance.enter("skeleton")
    return Engine(run, problem, Runs(run), allowance, told=told)


def check_of(judge, code="DAT999"):
    return Check(code=code, name="made-up", source="", judge=judge, sabotages=())


def test_evidence_is_measured_once_stored_and_read_back_equal(folder):
    told = []
    first = engine(folder, told=told.append)
    value = first.evidence("DataFacts")
    assert first.evidence("DataFacts") is value
    again = engine(folder, told=told.append)
    assert repr(again.evidence("DataFacts")) == repr(value)
    assert told == ["DataFacts"]
    assert len(again.directory.journal.every("evidence")) == 1
    reader = Engine(RunDirectory(folder.path))
    assert repr(reader.evidence("DataFacts")) == repr(value)
    assert reader.evidence("SplitFacts") is None
    assert reader.why_missing("SplitFacts") == "not measured in this run"


def test_other_problems_have_their_own_evidence(folder):
    told = []
    problem = replace(toy("table"), effort=EFFORT)
    for other in (problem, replace(problem, seed=1), replace(problem, name="other"), replace(problem, written="changed code")):
        engine(folder, other, told=told.append).evidence("SplitFacts")
    assert told == ["SplitFacts"] * 4


def test_what_it_rests_on_comes_first(folder):
    told = []
    engine(folder, told=told.append).evidence("SkeletonRun")
    assert told == list(chain(("SkeletonRun",)))
    for name in told:
        needs = [need for need in measurements()[name].needs if need not in SUPPLIES]
        assert all(told.index(need) < told.index(name) for need in needs)


def no_outputs(problem):
    """Every network raises when it is asked."""

    def make(settings, seed):
        model = problem.make_model(settings, seed)
        model.forward = lambda x: 1 / 0
        return model

    return replace(problem, make_model=make)


def test_a_broken_measurement_gives_errors_and_the_rest_goes_on(folder):
    brought = engine(folder, no_outputs(replace(toy("table"), effort=EFFORT)))
    for name in ("DataFacts", "SeenInputs", "Baselines", "SkeletonRun"):
        brought.evidence(name)
    findings = {check.code: brought.judge(check) for check in all_checks() if check.stage in ("data", "skeleton")}
    for check in all_checks():
        if check.code in findings:
            broke = any(name in ("SeenInputs", "SkeletonRun") for name in check.needs)
            if broke:
                assert findings[check.code].status is Status.ERROR
                assert "ZeroDivisionError" in findings[check.code].message
            if set(check.needs) <= {"DataFacts", "SplitFacts"}:
                assert findings[check.code].status is not Status.ERROR
    assert "ZeroDivisionError" in brought.why_missing("SeenInputs")
    broken = brought.directory.journal.every("broken")
    assert "ZeroDivisionError" in broken[0]["trace"]


def test_what_rests_on_broken_evidence_says_why(folder):
    problem = replace(toy("table"), effort=EFFORT)

    def task_that_breaks(outputs, targets):
        raise RuntimeError("no score today")

    broken = replace(problem, loss=task_that_breaks)
    brought = engine(folder, broken)
    assert brought.evidence("SkeletonRun") is None
    assert "no score today" in brought.why_missing("SkeletonRun")


def test_a_fault_of_the_user_ends_the_run(folder):
    def make(settings, seed):
        raise DataError("what", expected="that", mend="so")

    with pytest.raises(DataError):
        engine(folder, replace(toy("table"), make_model=make)).evidence("SeenInputs")


def test_over_budget_is_left_out_with_its_price(folder):
    brought = engine(folder, seconds=1e-6)
    assert brought.evidence("SeenInputs") is None
    finding = brought.judge(next(check for check in all_checks() if "SeenInputs" in check.needs))
    assert finding.status is Status.SKIP
    assert f"{measurements()['SeenInputs'].price:g} s" in finding.message
    rich = engine(folder)  # what was decided stays decided
    assert rich.evidence("SeenInputs") is None


def test_what_the_later_stages_rest_on_is_measured_however_little_time_is_left(folder):
    brought = engine(folder, seconds=1e-6)
    assert brought.evidence("DataFacts") is not None
    assert brought.evidence("SkeletonRun") is not None
    assert [b.name for b in brought.evidence("Baselines").baselines] == ["best constant"]


def test_a_check_that_breaks_is_an_error_of_its_own(folder):
    from nohero.evidence.data_facts import DataFacts

    def judge(facts: "DataFacts"):
        raise KeyError("oops")

    def fine(facts: "DataFacts"):
        return passed(f"{facts.num_items} items")

    brought = engine(folder)
    finding = brought.judge(check_of(judge))
    assert (finding.status, finding.code, finding.stage) == (Status.ERROR, "DAT999", "data")
    assert "KeyError" in finding.message
    assert brought.judge(check_of(fine)).status is Status.PASS


@dataclass(frozen=True, kw_only=True)
class Odd:
    """A value that JSON cannot hold."""

    value: object = object()


def test_a_value_that_cannot_be_stored_is_a_broken_measurement(folder, monkeypatch):
    from nohero.evidence import catalogue

    real = dict(measurements())
    odd = replace(real["SplitFacts"], measure=lambda problem: Odd())
    monkeypatch.setattr("nohero.engine.measurements", lambda: {**real, "SplitFacts": odd})
    brought = engine(folder)
    assert brought.evidence("SplitFacts") is None
    assert "not a plain value" in brought.why_missing("SplitFacts")
    assert catalogue.measurements() == real


def test_stored_evidence_is_plain_json(folder):
    brought = engine(folder)
    brought.evidence("SplitFacts")
    (event,) = brought.directory.journal.every("evidence")
    plain = json.loads((folder.path / event["file"]).read_text())
    assert plain["kind"] == "SplitFacts"


def test_figures_and_sentences_of_what_is_there(folder):
    brought = engine(folder)
    brought.evidence("DataFacts")
    names = RECIPE[0].evidence
    assert len(brought.sentences(names)) == 1
    assert brought.figures(names)
    assert brought.figures(("SkeletonRun",)) == ()
