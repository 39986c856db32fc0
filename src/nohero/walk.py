"""Walking the recipe: stage after stage, each judged, each gate kept, everything in the journal once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero import stage_audit
from nohero.engine import Engine
from nohero.recipe import RECIPE, Stage
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Status
from nohero.run.gate import judge_gate
from nohero.run.human import beside
from nohero.run.journal import content
from nohero.run.record import StageRecord, read_record
from nohero.run.score import Score
from nohero.run.values import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nohero.run.gate import Gate
    from nohero.run.journal import Journal
    from nohero.training.allowance import Allowance

DONE = ("open", "passed")


class Walk:
    """One walk through the stages of one run."""

    def __init__(
        self, engine: Engine, allowance: Allowance, reasons: Mapping[str, str], told: Callable[[str, str], None] | None = None,
        *, drop: Sequence[str] = (), decisions: str | None = None,
    ) -> None:  # fmt: skip
        """`reasons`: code -> why its FAIL is passed; `told(stage, state)` hears of each stage's begin and end; `drop`, `decisions`: as the data was read."""
        self.engine, self.allowance, self.reasons = engine, allowance, reasons
        self.drop, self.decisions = drop, decisions
        self.told = told or (lambda *_: None)

    def go(self, until: str | None = None) -> Gate | None:
        """Walk to the end, to `until`, or to the first closed gate, which is returned."""
        for stage in RECIPE:
            gate = self._stage(stage)
            if gate is not None and not gate.open:
                return gate
            if stage.name == until:
                break
        return None

    def _stage(self, stage: Stage) -> Gate | None:
        journal = self.engine.directory.journal
        done = journal.last("stage", name=stage.name)
        if done is not None and done["state"] in DONE:
            return None
        began = time.monotonic()
        self.allowance.enter(stage.name)
        self.told(stage.name, "running")
        for name in stage.evidence:
            self.engine.evidence(name)
        if stage.name == stage_audit.STAGE:
            stage_audit.audit(self.engine, self.allowance, drop=self.drop, decisions=self.decisions)
        findings = tuple(answered(f, self.reasons) for f in stage_audit.stage_findings(self.engine, stage.name))
        gate = judge_gate(stage.name, findings, self.reasons, advisory=stage_audit.advisory(findings))
        record = self._record(stage, findings, gate, time.monotonic() - began)
        append_once(journal, "stage", {"name": stage.name}, **vars(record))
        self.told(stage.name, record.state)
        return gate

    def _record(self, stage: Stage, findings: tuple[Finding, ...], gate: Gate, seconds: float) -> StageRecord:
        engine = self.engine
        events = engine.directory.journal.every("stage")
        known = {what for event in events if event["state"] in DONE for what in event["left_out"]}
        left_out = [e["what"] for e in engine.directory.journal.every("left_out") if e.get("stage", stage.name) == stage.name]
        told = stage.evidence[:1] if stage.name == "data" else stage.evidence[-1:]
        figures = (*engine.figures(stage.evidence), *(stage_audit.stored(engine).figures if stage.name == stage_audit.STAGE else ()))
        return StageRecord(
            name=stage.name, question=stage.question, state=state_of(gate), sentence="; ".join(engine.sentences(told)),
            closed_by=gate.closed_by, passed_by=gate.passed_by or {}, seconds=round(seconds, 3),
            left_out=tuple(what for what in left_out if what not in known), findings=findings, figures=figures,
        )  # fmt: skip


def state_of(gate: Gate) -> str:
    """The state of a stage with this gate."""
    return "closed" if not gate.open else "passed" if gate.passed_by else "open"


def answered(finding: Finding, reasons: Mapping[str, str]) -> Finding:
    """The finding with the reason a user gave for passing it, where there is something to pass."""
    reason = reasons.get(finding.code, "")
    return replace(finding, ignored=reason) if reason and finding.status not in (Status.PASS, Status.SKIP) else finding


def append_once(journal: Journal, event: str, like: Mapping[str, Any], **fields: Any) -> None:
    """Append an event unless the newest one that is `like` it says the same already: resuming repeats nothing."""
    last = journal.last(event, **like)
    if last is None or content([last]) != content([{"event": event, **to_plain(fields)}]):
        journal.append(event, **fields)


def summary(engine: Engine, gate: Gate | None) -> dict[str, Any]:
    """The headline, the next step and the ladder, from the evidence that is stored; nothing is measured for it."""
    stored = Engine(engine.directory)
    ladder, headline = _ladder(stored)
    final = stored.evidence("TestOpening")
    so_far = f"; so far: {headline}" if headline else ""
    if final is not None:
        headline = _verdict(final, human_of(engine.directory.journal))
    elif engine.directory.journal.last("stage", name="final") is not None:
        headline = f"The test set was not opened, for want of time or of a model{so_far}"
    if gate is not None:
        headline = f"Stopped at the {gate.stage} gate, closed by {', '.join(gate.closed_by)}{so_far}"
    return {"headline": headline, "next_step": _next(engine, gate, opened=final is not None), "ladder": ladder}


def _ladder(stored: Engine) -> tuple[Bars | None, str]:
    """From the best constant upwards, and the last rung on the validation set in words."""
    bars: list[Bar] = []
    metric, headline = "", ""
    if (baselines := stored.evidence("Baselines")) is not None:
        metric = baselines.best.score.metric
        bars += [_rung(b.name, b.score, "baseline", "validation") for b in baselines.baselines]
    for name, label in (("SkeletonRun", "dullest network"), ("Ensemble", "tuned and squeezed")):
        if (value := stored.evidence(name)) is not None:
            bars.append(_rung(label, value.score, "ours", "validation"))
            headline = f"{label}: validation {value.score.metric} {value.score}"
    if (final := stored.evidence("TestOpening")) is not None:
        bars.append(_rung("test set, opened once", final.score, "good", "test"))
    return Bars(title="From the best constant to the final model", value_label=metric, bars=tuple(bars), start=None) if bars else None, headline


def _rung(label: str, score: Score, role: str, note: str) -> Bar:
    return Bar(label=label, value=score.value, low=score.low, high=score.high, role=role, note=note)


def human_of(journal: Journal) -> Score | None:
    """A person's score, where the run was told one."""
    event = journal.last("human")
    return None if event is None else from_plain(Score, event["score"])


def _verdict(final: Any, human: Score | None = None) -> str:
    said = _against_baselines(final)
    return said if human is None else f"{said} {beside(final.score, human)}"


def _against_baselines(final: Any) -> str:
    s = final.score
    said = f"The model reaches {s.metric} {s} on {s.n:,} test items"
    if not final.baselines:
        return f"{said}; no baseline was measured there."
    best = max(final.baselines, key=lambda b: b.score.value)
    said += f"; the best baseline there is {best.name} with {best.score}"
    if best.low > 0:
        return f"{said}: the model is better, beyond noise."
    if best.high < 0:
        return f"{said}: the baseline wins, so use the baseline."
    return f"{said}: the difference is within noise, so the simpler one will do."


def _next(engine: Engine, gate: Gate | None, *, opened: bool) -> str:
    from nohero.checks.check import find_check

    if gate is not None:
        code = gate.closed_by[0]
        return f'The {gate.stage} gate is closed by {code} ({find_check(code).name}): mend it, or pass it with --pass {code}="reason".'
    findings = read_record(engine.directory.journal.events, "").findings
    for finding in findings:
        if finding.status is Status.WARN and finding.remedies and not finding.ignored:
            return f"{finding.code} ({finding.name}): {finding.remedies[0].text}."
    if opened:
        return "Look at the worst items."
    ended = engine.directory.journal.last("stage", name="final") is not None
    return "Run again with a larger --budget." if ended else "Go on: nohero run --resume --until final."
