"""Walking the recipe: stage after stage, each judged, each gate kept, everything in the journal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nohero.recipe import RECIPE, Stage
from nohero.run.finding import Finding, Status
from nohero.run.gate import judge_gate
from nohero.run.record import StageRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nohero.engine import Engine
    from nohero.run.gate import Gate
    from nohero.training.allowance import Allowance


class Walk:
    """One walk through the stages of one run."""

    def __init__(self, engine: Engine, allowance: Allowance, reasons: Mapping[str, str], told: Callable[[str, str], None] | None = None) -> None:
        """`reasons`: code -> why its FAIL is passed; `told(stage, state)` hears of each stage's begin and end."""
        self.engine, self.allowance, self.reasons = engine, allowance, reasons
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
        if done is not None and done["state"] in ("open", "passed"):
            return None
        began = time.monotonic()
        self.told(stage.name, "running")
        self.allowance.enter(stage.name)
        for name in stage.evidence:
            self.engine.evidence(name)
        findings = tuple(self._answered(f) for f in self.engine.judge_stage(stage.name))
        gate = judge_gate(stage.name, findings, self.reasons)
        record = self._record(stage, findings, gate, time.monotonic() - began)
        journal.append("stage", **vars(record))
        self.told(stage.name, record.state)
        return gate

    def _answered(self, finding: Finding) -> Finding:
        reason = self.reasons.get(finding.code, "")
        if not reason or finding.status in (Status.PASS, Status.SKIP):
            return finding
        return Finding(**{**vars(finding), "ignored": reason})

    def _record(self, stage: Stage, findings: tuple[Finding, ...], gate: Gate, seconds: float) -> StageRecord:
        engine = self.engine
        earlier = [e["name"] for e in engine.directory.journal.every("stage") if e["state"] != "closed"]
        left_out = [e["what"] for e in engine.directory.journal.every("left_out") if e.get("stage", stage.name) == stage.name]
        known = {w for e in engine.directory.journal.every("stage") if e["name"] in earlier for w in e["left_out"]}
        return StageRecord(
            name=stage.name, question=stage.question, state="closed" if not gate.open else "passed" if gate.passed_by else "open",
            sentence="; ".join(engine.sentences(stage.evidence[-1:] if stage.name != "data" else stage.evidence[:1])), closed_by=gate.closed_by,
            passed_by=gate.passed_by or {}, seconds=round(seconds, 3), left_out=tuple(w for w in left_out if w not in known), findings=findings,
            figures=engine.figures(stage.evidence),
        )  # fmt: skip


def summary(engine: Engine, gate: Gate | None) -> dict[str, Any]:
    """The headline, the next step and the ladder, from the evidence there is."""
    from nohero.run.figure import Bar, Bars

    bars: list[Bar] = []
    metric, headline = "", ""
    if (baselines := engine.evidence("Baselines")) is not None:
        metric = baselines.best.score.metric
        bars += [Bar(label=b.name, value=b.score.value, low=b.score.low, high=b.score.high, role="baseline", note="validation") for b in baselines.baselines]
    for name, label in (("SkeletonRun", "dullest network"), ("Ensemble", "tuned and squeezed")):
        if (value := engine.evidence(name)) is not None:
            s = value.score
            bars.append(Bar(label=label, value=s.value, low=s.low, high=s.high, role="ours", note="validation"))
            headline = f"{label}: validation {s.metric} {s}"
    if (final := engine.evidence("TestOpening")) is not None:
        s = final.score
        bars.append(Bar(label="test set, opened once", value=s.value, low=s.low, high=s.high, role="good", note="test"))
        headline = _verdict(final)
    ladder = Bars(title="From the best constant to the final model", value_label=metric, bars=tuple(bars), start=None) if bars else None
    return {"headline": headline, "next_step": _next(engine, gate), "ladder": ladder}


def _verdict(final: Any) -> str:
    s = final.score
    best = max(final.baselines, key=lambda b: b.score.value)
    said = f"The model reaches {s.metric} {s} on {s.n:,} test items; the best baseline there is {best.name} with {best.score}"
    if best.low > 0:
        return f"{said}: the model is better, beyond noise."
    if best.high < 0:
        return f"{said}: the baseline wins, so use the baseline."
    return f"{said}: the difference is within noise, so the simpler one will do."


def _next(engine: Engine, gate: Gate | None) -> str:
    from nohero.checks.check import find_check

    if gate is not None:
        code = gate.closed_by[0]
        return f"The {gate.stage} gate is closed by {code} ({find_check(code).name}): mend it, or pass it with --pass {code}=\"reason\"."
    return "Look at the findings and at the worst items." if engine.evidence("TestOpening") is not None else ""
