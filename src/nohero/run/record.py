"""What a run amounts to, read from its journal: the one value that terminal, page and JSON are renderings of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bars, Images, Lines, Table, Text
from nohero.run.finding import Finding, Status
from nohero.run.human import with_line
from nohero.run.score import Score
from nohero.run.stages import STAGES
from nohero.run.values import from_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = 1  # additive changes only


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """One stage: what it asked, what it found, what it hands on."""

    name: str
    question: str = ""
    state: str = "waiting"  # waiting, running, open (gate open), passed (gate passed by a written reason), closed
    sentence: str = ""  # what came out, in one breath
    closed_by: tuple[str, ...] = ()
    passed_by: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    left_out: tuple[str, ...] = ()  # what the budget did not allow, with its price
    findings: tuple[Finding, ...] = ()
    figures: tuple[Lines | Bars | Images | Table | Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record:
    """One run."""

    schema: int = SCHEMA
    name: str
    source: str
    task: str = ""
    command: str = ""
    seed: int = 0
    budget: float | None = None  # seconds
    started: float = 0.0  # Unix time
    seconds: float = 0.0
    finished: bool = False
    interrupted: str = ""
    headline: str = ""  # the best result beside the baselines, in one sentence
    next_step: str = ""
    facts: dict[str, str] = field(default_factory=dict)  # items, fields, target …
    environment: dict[str, str] = field(default_factory=dict)
    card: dict[str, str] = field(default_factory=dict)  # where the data came from, as it was stated
    human: Score | None = None  # a person's score, drawn as a line in every picture of that score
    ladder: Bars | None = None  # from the constant baseline to the final score
    stages: tuple[StageRecord, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the stages."""
        return tuple(f for stage in self.stages for f in stage.findings)

    def count(self, status: Status) -> int:
        """How many findings have this status."""
        return sum(f.status is status for f in self.findings)


def read_record(events: Iterable[dict[str, Any]], name: str) -> Record:
    """Fold a journal's events into one record; the newest word on each thing counts."""
    stages = {stage: StageRecord(name=stage) for stage in STAGES}
    record = Record(name=name, source="")
    until = None  # the stage that the newest finish was asked to reach
    for event in events:
        kind = event["event"]
        if kind == "started":
            known = {k: v for k, v in event.items() if k in Record.__dataclass_fields__}
            record = replace(record, **known, started=event["at"])
        elif kind == "facts":
            record = replace(record, task=event["task"], facts={**record.facts, **event["facts"]})
        elif kind == "card":
            record = replace(record, card=event["card"])
        elif kind == "human":
            record = replace(record, human=from_plain(Score, event["score"]), facts={**record.facts, "a person": event["said"]})
        elif kind == "stage":
            stages[event["name"]] = from_plain(StageRecord, {**_kept(stages[event["name"]]), **event})
        elif kind == "summary":
            record = from_plain(Record, {**_shallow(record), **event})
        elif kind == "interrupted":
            record = replace(record, interrupted=event["reason"])
        elif kind == "finished":
            record, until = replace(record, finished=True, interrupted=""), event.get("until")
        elif kind == "resumed":
            goes_on = event.get("options", {}).get("until", until) != until
            record = replace(record, finished=record.finished and not goes_on, interrupted="")
    seconds = sum(stage.seconds for stage in stages.values())
    return _with_human(replace(record, stages=tuple(stages.values()), seconds=seconds))


def _with_human(record: Record) -> Record:
    """The record with the person's line in every picture of that score."""
    human = record.human
    if human is None:
        return record

    def drawn(stage: StageRecord) -> StageRecord:
        findings = tuple(f if f.figure is None else replace(f, figure=with_line(f.figure, human)) for f in stage.findings)
        return replace(stage, findings=findings, figures=tuple(with_line(figure, human) for figure in stage.figures))

    ladder: Any = None if record.ladder is None else with_line(record.ladder, human)
    return replace(record, stages=tuple(drawn(stage) for stage in record.stages), ladder=ladder)


def _kept(stage: StageRecord) -> dict[str, Any]:
    return {"name": stage.name, "question": stage.question}


def _shallow(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__dataclass_fields__ if name != "stages"}
