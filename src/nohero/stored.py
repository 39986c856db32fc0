"""What can be said of a run from its folder alone: its record, its options, and its evidence judged again; no torch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nohero.engine import Engine
from nohero.options import Options
from nohero.run.directory import find
from nohero.run.errors import RunError
from nohero.run.finding import Status
from nohero.run.gate import judge_gate
from nohero.run.record import read_record
from nohero.run.values import from_plain
from nohero.stage_audit import advisory, stage_findings
from nohero.walk import answered, state_of, summary

if TYPE_CHECKING:
    from nohero.run.directory import RunDirectory
    from nohero.run.gate import Gate
    from nohero.run.record import Record, StageRecord

SITTINGS = ("started", "resumed")  # the events that hold options
GATE_CLOSED, BROKE = 1, 3  # exit codes


def read_run(run: str | Path, out: str | Path = "runs") -> Record:
    """The record of a run, by its path, its folder's name or its number."""
    return record_of(find(Path(out), str(run)))


def record_of(directory: RunDirectory) -> Record:
    """The run as its journal tells it."""
    return read_record(directory.journal.events, directory.name)


def options_of(directory: RunDirectory) -> Options:
    """The options the run was last taken up with."""
    events = [event for event in directory.journal.events if event["event"] in SITTINGS and "options" in event]
    if not events:
        raise RunError(
            f"the journal of {directory.name} does not say how the run was started",
            expected="a journal that begins with the event `started`",
            mend="start the run again: it ended before it had begun",
        )
    return from_plain(Options, events[-1]["options"])  # type: ignore[no-any-return]


def judge_again(directory: RunDirectory) -> Record:
    """The record with every stage that was reached judged anew by the checks as they are now."""
    record = record_of(directory)
    reasons = options_of(directory).passes
    engine = Engine(directory)
    stages: list[StageRecord] = []
    shut: list[Gate] = []
    for stage in record.stages:
        if stage.state == "waiting":
            stages.append(stage)
            continue
        findings = tuple(answered(f, reasons) for f in stage_findings(engine, stage.name))
        gate = judge_gate(stage.name, findings, reasons, advisory=advisory(findings))
        shut += [] if gate.open else [gate]
        stages.append(replace(stage, findings=findings, state=state_of(gate), closed_by=gate.closed_by, passed_by=gate.passed_by or {}))
    return replace(record, stages=tuple(stages), **summary(engine, shut[0] if shut else None))


def exit_code(record: Record) -> int:
    """0, or 1 where a FAIL stands unanswered that may close a gate, or 3 where a check broke."""
    left = [f for f in record.findings if not f.ignored]
    told = advisory(left)
    return GATE_CLOSED if any(f.status is Status.FAIL and f.code not in told for f in left) else BROKE if any(f.status is Status.ERROR for f in left) else 0
