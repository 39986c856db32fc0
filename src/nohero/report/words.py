"""What terminal and page call things: a word and a sign for each status and gate, the order of findings, the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.report.numbers import count, with_interval
from nohero.run.finding import Finding, Observed, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nohero.run.record import Record, StageRecord


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word, the sign beside it and the tone it is coloured in; the word alone says everything."""

    word: str
    sign: str
    tone: str  # good, bad, warn, quiet, busy


STATUS = {
    Status.FAIL: Word(word="error", sign="✗", tone="bad"),
    Status.ERROR: Word(word="broken", sign="!", tone="bad"),
    Status.WARN: Word(word="warning", sign="▲", tone="warn"),
    Status.UNSURE: Word(word="unsure", sign="?", tone="busy"),
    Status.PASS: Word(word="passed", sign="✓", tone="good"),
    Status.SKIP: Word(word="skipped", sign="–", tone="quiet"),
}
GATE = {
    "open": Word(word="open", sign="✓", tone="good"),
    "passed": Word(word="passed", sign="»", tone="warn"),  # by a written reason, not by evidence
    "closed": Word(word="closed", sign="✗", tone="bad"),
    "running": Word(word="running", sign="►", tone="busy"),
    "waiting": Word(word="waiting", sign="○", tone="quiet"),
}
URGENCY = (Status.FAIL, Status.ERROR, Status.WARN, Status.UNSURE)


def gate_word(state: str) -> Word:
    """The word for a stage's state; a state this version does not know keeps its own name."""
    return GATE.get(state) or Word(word=state or "waiting", sign="○", tone="quiet")


def urgency(finding: Finding) -> tuple[bool, int]:
    """What to sort findings by: most urgent first, those a user has answered for last."""
    rank = {Status.FAIL: 0, Status.ERROR: 0, Status.WARN: 1, Status.UNSURE: 2}
    return bool(finding.ignored), rank.get(finding.status, 3)


def telling(findings: Iterable[Finding]) -> list[Finding]:
    """What someone should read: all but PASS and SKIP, most urgent first, then in the order of the stages."""
    return sorted((f for f in findings if f.status in URGENCY), key=urgency)


def observed_text(observed: Observed) -> str:
    """'0.118 [0.094, 0.148] (n = 557; 95 % interval)'."""
    share = observed.unit.startswith("of ") and 0 <= observed.value <= 1
    known = [v if v is None or not share else 100 * v for v in (observed.value, observed.low, observed.high)]
    text = with_interval(known[0] or 0.0, known[1], known[2], f"% {observed.unit}" if share else observed.unit)
    notes = [f"n = {observed.n:,}"] if observed.n is not None else []
    if observed.low is not None and observed.high is not None:
        notes.append("95 % interval")
    return f"{text} ({'; '.join(notes)})" if notes else text


def tally(findings: Iterable[Finding]) -> list[tuple[str, int, str]]:
    """(word in the right number, count, tone) per status that occurs; findings a user answered for are counted apart."""
    known = list(findings)
    ignored = sum(bool(f.ignored) and f.status in URGENCY for f in known)
    counts: list[tuple[str, int, str]] = []
    for status in (Status.PASS, *URGENCY, Status.SKIP):
        size = sum(f.status is status and not (f.ignored and status in URGENCY) for f in known)
        word = STATUS[status].word
        plural = word + "s" if status in (Status.FAIL, Status.WARN) and size != 1 else word
        if size:
            counts.append((plural, size, STATUS[status].tone))
    if ignored:
        counts.append(("ignored", ignored, "quiet"))
    return counts


def tally_text(findings: Iterable[Finding]) -> str:
    """'41 checks: 33 passed, 2 errors, 1 warning'."""
    known = list(findings)
    parts = ", ".join(f"{size:,} {word}" for word, size, _ in tally(known))
    return f"{count(len(known), 'check')}: {parts}" if parts else count(0, "check")


def gate_text(stage: StageRecord) -> str:
    """'closed by DAT110', 'passed: the labels are known to be noisy', 'open'."""
    word = gate_word(stage.state).word
    if stage.state == "closed" and stage.closed_by:
        return f"{word} by {', '.join(stage.closed_by)}"
    if stage.state == "passed" and stage.passed_by:
        return f"{word} with a reason"
    return word


def verdict(record: Record) -> str:
    """The run's own headline, or one made from its gates."""
    if record.headline:
        return record.headline
    closed = next((s for s in record.stages if s.state == "closed"), None)
    if closed is not None:
        by = f" by {', '.join(closed.closed_by)}" if closed.closed_by else ""
        return f"The {closed.name} gate is closed{by}."
    reached = [s for s in record.stages if s.state in ("open", "passed")]
    if record.stages and len(reached) == len(record.stages):
        return "All gates are open."
    if reached:
        return f"{count(len(reached), 'gate')} of {len(record.stages)} open so far, the last of them {reached[-1].name}."
    return "Nothing has been decided yet."


def state_of_run(record: Record) -> str:
    """Whether this is the whole story: 'finished', 'interrupted: …' or 'not finished yet'."""
    if record.interrupted:
        return f"interrupted: {record.interrupted}"
    return "finished" if record.finished else "not finished yet"


def items_beside(finding: Finding) -> tuple[str, ...]:
    """The items concerned, where the places do not name them already."""
    return () if any(item in place for item in finding.items[:1] for place in finding.where) else finding.items
