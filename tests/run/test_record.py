"""A journal folds into one record in which the newest word on each thing counts."""

from nohero.run.figure import Bar, Bars, Text
from nohero.run.finding import Status, failed, passed
from nohero.run.journal import Journal
from nohero.run.record import StageRecord, read_record
from nohero.run.stages import STAGES

FIGURE = Text(title="t", lines=("a",))


def begun(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    options = {"until": None}
    journal.append("started", name="0001-wine", source="wine.csv", command="nohero run wine.csv", seed=3, budget=60.0, options=options)
    journal.append("facts", task="binary", facts={"items": "178"})
    return journal


def stage(journal, name, **rest):
    journal.append("stage", **vars(StageRecord(name=name, question="Why?", **rest)))


def test_an_empty_journal_is_a_run_that_has_not_begun():
    record = read_record([], "0001-x")
    assert record.name == "0001-x"
    assert [s.name for s in record.stages] == list(STAGES)
    assert {s.state for s in record.stages} == {"waiting"}
    assert not record.finished


def test_what_was_started_and_found(tmp_path):
    journal = begun(tmp_path)
    stage(journal, "data", state="open", seconds=1.5, findings=(passed("fine", code="DAT110"),), figures=(FIGURE,))
    ladder = Bars(title="l", value_label="v", bars=(Bar(label="b", value=1.0),))
    journal.append("summary", headline="good", next_step="go on", ladder=ladder)
    record = read_record(Journal(journal.path).events, "0001-wine")
    assert (record.source, record.seed, record.budget, record.task, record.facts) == ("wine.csv", 3, 60.0, "binary", {"items": "178"})
    assert record.started == journal.events[0]["at"]
    assert record.stages[0].findings[0].status is Status.PASS
    assert record.stages[0].figures == (FIGURE,)
    assert record.ladder == ladder
    assert (record.headline, record.next_step, record.seconds) == ("good", "go on", 1.5)
    assert record.count(Status.PASS) == 1


def test_the_newest_stage_event_counts(tmp_path):
    journal = begun(tmp_path)
    stage(journal, "data", state="closed", closed_by=("DAT110",), findings=(failed("bad", code="DAT110"),), seconds=1.0)
    stage(journal, "data", state="passed", passed_by={"DAT110": "known"}, findings=(failed("bad", code="DAT110", ignored="known"),), seconds=2.0)
    record = read_record(journal.events, "r")
    assert record.stages[0].state == "passed"
    assert record.stages[0].closed_by == ()
    assert record.stages[0].passed_by == {"DAT110": "known"}
    assert len(record.findings) == 1
    assert record.seconds == 2.0


def test_an_interruption_is_over_when_the_run_goes_on(tmp_path):
    journal = begun(tmp_path)
    journal.append("interrupted", reason="stopped by the user")
    assert read_record(journal.events, "r").interrupted == "stopped by the user"
    journal.append("resumed", options={"until": None})
    assert read_record(journal.events, "r").interrupted == ""
    journal.append("finished", until=None)
    assert read_record(journal.events, "r").finished


def test_a_finished_run_that_goes_further_is_unfinished_until_it_gets_there(tmp_path):
    journal = begun(tmp_path)
    journal.append("finished", until="data")
    journal.append("resumed", options={"until": "data"})
    assert read_record(journal.events, "r").finished
    journal.append("resumed", options={"until": "tune"})
    assert not read_record(journal.events, "r").finished
    journal.append("finished", until="tune")
    assert read_record(journal.events, "r").finished


def test_events_of_other_kinds_are_passed_over(tmp_path):
    journal = begun(tmp_path)
    before = read_record(journal.events, "r")
    journal.append("training", key="k")
    journal.append("something new", name="later")
    assert read_record(journal.events, "r") == before
