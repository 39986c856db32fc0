"""The audit within a run: the data stage asks the audit's checks of the run's own source, once, with the time that is left to it.

What a check of the recipe has decided is not asked again. A FAIL closes the gate where it is a leak or takes items away; any other is told.
"""

from __future__ import annotations

import json
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.checks.check import audit_checks
from nohero.run.checked import folded
from nohero.run.errors import NoheroError
from nohero.run.figure import Figure
from nohero.run.finding import Finding, Status
from nohero.run.values import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nohero.engine import Engine
    from nohero.problem import Problem
    from nohero.sources.collection import Collection
    from nohero.training.allowance import Allowance

STAGE = "data"
SHOWN = frozenset({"Profile", "LabelTells", "PictureClasses"})  # evidence whose pictures the stage's own evidence has already
OF_KIND = {"pictures": "picture", "texts": "text", "sounds": "sound", "marks": "marked picture"}  # families that ask of one kind of items; no run has marks
OF_TARGET = {"DAT515": "DAT180"}  # the audit's check of any field -> the recipe's of the target, which speaks where the target alone is meant
DECIDED = (Status.PASS, Status.WARN, Status.FAIL, Status.UNSURE)


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What the audit found: findings of the checks that fit the source, and what the evidence has to show."""

    findings: tuple[Finding, ...] = ()
    figures: tuple[Figure, ...] = ()


def stage_findings(engine: Engine, stage: str) -> tuple[Finding, ...]:
    """Every finding of a stage by its code; of the data stage with those of the audit that is stored, no fault told twice."""
    own = engine.judge_stage(stage)
    found = stored(engine).findings if stage == STAGE else ()
    if not found:
        return own
    told = folded((*own, *found), {c.code: c.under for c in audit_checks()}, frozenset())
    followers = {code for finding in told for code in finding.also}
    return tuple(sorted((f for f in told if f.code not in followers), key=lambda f: f.code))


def advisory(findings: Iterable[Finding]) -> frozenset[str]:
    """Codes of the audit's findings that are told and close no gate: a broken check of the audit, and what is no leak and takes no item away."""
    closes = {c.code: c.closes for c in audit_checks()}
    return frozenset(f.code for f in findings if f.code in closes and not (closes[f.code] and f.status is Status.FAIL))


def stored(engine: Engine) -> Audited:
    """What the audit of this run found; nothing where it was not done."""
    like = {"fingerprint": engine.fingerprint} if engine.fingerprint else {}
    event = engine.directory.journal.last("audit", **like)
    if event is None:
        return Audited()
    plain = json.loads((engine.directory.path / event["file"]).read_text(encoding="utf-8"))
    return from_plain(Audited, plain)  # type: ignore[no-any-return]


def audit(engine: Engine, allowance: Allowance, *, drop: Sequence[str] = (), decisions: str | None = None) -> None:
    """Do the audit unless it was done, and store what it found; nothing that breaks in it ends the run."""
    journal, problem = engine.directory.journal, engine.problem
    if problem is None or journal.last("audit", fingerprint=engine.fingerprint) is not None:
        return
    began = time.monotonic()
    try:
        collection = _collection(problem, allowance, drop, decisions)
        found = _examined(engine, collection, allowance.left()) if collection is not None else Audited()
        text = json.dumps(to_plain(found), ensure_ascii=False, allow_nan=False)
    except NoheroError as error:
        _left_out(engine, f"the audit: {error.what}")
        return
    except Exception as error:  # noqa: BLE001 (what breaks in the audit is told, and the recipe goes on)
        journal.append("broken", type="Audit", trace=traceback.format_exc(limit=-6))
        _left_out(engine, f"the audit: it broke ({type(error).__name__}: {error})")
        return
    file = f"evidence/Audit-{engine.fingerprint}.json"
    engine.directory.write(file, text.encode("utf-8", "backslashreplace"))
    journal.append("audit", fingerprint=engine.fingerprint, file=file, seconds=round(time.monotonic() - began, 3))


def _collection(problem: Problem, allowance: Allowance, drop: Sequence[str], decisions: str | None) -> Collection | None:
    """The files where they can be opened in time, else what is in memory."""
    from nohero.sources.as_read import from_files, from_memory, opening_price

    raw, seed = problem.raw, problem.seed
    price = opening_price(raw)
    if price < float("inf") and allowance.decide("audit/files", lambda: price <= allowance.left()):
        try:
            if (found := from_files(raw, drop=drop, decisions=decisions, seed=seed)) is not None:
                return found
        except NoheroError:  # the run has read it, so that what the run holds can be looked at
            pass
    return from_memory(raw, seed=seed)


def _examined(engine: Engine, collection: Collection, seconds: float) -> Audited:
    from nohero.checkup import Checkup
    from nohero.sources.as_read import until

    decided = {f.code for f in engine.judge_stage(STAGE) if f.status in DECIDED}
    foreign = [f".{family}." for family, kind in OF_KIND.items() if collection.kind != kind]
    asked = [c for c in audit_checks() if not decided & set(c.said_by) and not any(f in c.judge.__module__ for f in foreign)]
    told = engine.told
    checkup = Checkup(until(collection, seconds), told=None if told is None else lambda name, _done, _of: told(f"audit {name}"))
    found = tuple(f for f in checkup.judge_all(asked) if f.status is not Status.SKIP and not (OF_TARGET.get(f.code) in decided and f.where == (collection.label,)))
    for what in checkup.left_out:
        _left_out(engine, what)
    return Audited(findings=found, figures=checkup.pictures(aside=SHOWN))


def _left_out(engine: Engine, what: str) -> None:
    if not any(e["what"] == what for e in engine.directory.journal.every("left_out")):
        engine.directory.journal.append("left_out", key="audit", what=what)
