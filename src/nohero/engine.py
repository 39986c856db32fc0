"""The engine: brings evidence in order, each measured once and stored; asks the judges; keeps the gate.

Evidence is stored under its type and the problem's fingerprint, so that resuming, caching and judging again are one thing.
A measurement or a judge may break: it is caught here, and becomes an ERROR finding of the checks that needed it.
"""

from __future__ import annotations

import json
import time
import traceback
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Check, all_checks
from nohero.evidence.catalogue import SUPPLIES, chain, measurements
from nohero.run.errors import NoheroError
from nohero.run.finding import Finding, broken, skipped
from nohero.run.values import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nohero.problem import Problem
    from nohero.run.directory import RunDirectory
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs


class Engine:
    """Evidence and findings of one run directory. Without a problem it only reads what is stored."""

    def __init__(
        self,
        directory: RunDirectory,
        problem: Problem | None = None,
        runs: Runs | None = None,
        allowance: Allowance | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        """`told(name)` hears which measurement is under way."""
        self.directory = directory
        self.told = told
        self._supplies: dict[str, Any] = dict(zip(SUPPLIES, (problem, runs, allowance), strict=True))
        self.problem = problem
        self.fingerprint = problem.fingerprint if problem is not None else ""
        self._known: dict[str, Any] = {}
        self._missing: dict[str, str] = {}  # evidence that is not there -> why
        self._broken: dict[str, str] = {}

    def evidence(self, name: str) -> Any:  # an instance of the class called `name`, or None
        """The evidence called `name`: remembered, read, or measured now with all it rests on."""
        for link in chain((name,)):
            if link not in self._known and link not in self._missing and link not in self._broken:
                self._bring(link)
        return self._known.get(name)

    def why_missing(self, name: str) -> str:
        """Why that evidence is not there."""
        return self._missing.get(name, "") or self._broken.get(name, "")

    def judge(self, check: Check) -> Finding:
        """What `check` says to the evidence there is."""
        found = {name: self.evidence(name) for name in check.needs}
        for name in check.needs:
            if found[name] is None:
                if name in self._broken:
                    return check.stamp(broken(f"the measurement it rests on broke: {self._broken[name]}", remedies=["run again with -v to see where"]))
                return check.stamp(skipped(self._missing.get(name, "not measured")))
        try:
            return check.stamp(check.judge(*found.values()))
        except Exception as error:  # noqa: BLE001 (a broken check is its own finding)
            return check.stamp(broken(f"the check broke: {type(error).__name__}: {error}"))

    def judge_stage(self, stage: str) -> tuple[Finding, ...]:
        """Every finding of one stage, in the order of the codes."""
        return tuple(self.judge(check) for check in all_checks() if check.stage == stage)

    def figures(self, names: Iterable[str]) -> tuple[Any, ...]:
        """The pictures of the evidence that is there."""
        values = [self._known[name] for name in names if name in self._known]
        return tuple(figure for value in values if hasattr(value, "figures") for figure in value.figures())

    def sentences(self, names: Iterable[str]) -> tuple[str, ...]:
        """What the evidence that is there says in one breath each."""
        return tuple(self._known[name].sentence() for name in names if name in self._known and hasattr(self._known[name], "sentence"))

    def _bring(self, name: str) -> None:
        stored = self.directory.journal.last("evidence", type=name, **({"fingerprint": self.fingerprint} if self.fingerprint else {}))
        if stored is not None:
            plain = json.loads((self.directory.path / stored["file"]).read_text(encoding="utf-8"))
            self._known[name] = from_plain(measurements()[name].kind, plain)
        elif self._supplies["Problem"] is None:
            self._recall(name)
        else:
            self._measure(name)

    def _recall(self, name: str) -> None:
        """Why evidence that is not stored is not there, as the journal has it."""
        journal = self.directory.journal
        if (fault := journal.last("broken", type=name)) is not None:
            self._broken[name] = f"{name}: {fault['trace'].strip().splitlines()[-1]}"
        elif (left := journal.last("left_out", key=f"evidence/{name}")) is not None:
            self._missing[name] = f"left out: {left['what']}"
        else:
            self._missing[name] = "not measured in this run"

    def _measure(self, name: str) -> None:
        measurement = measurements()[name]
        needs = [self._supplies[n] if n in SUPPLIES else self._known.get(n) for n in measurement.needs]
        lacking = [n for n, value in zip(measurement.needs, needs, strict=True) if value is None]
        if lacking:
            self._missing[name] = f"needs {lacking[0]}: {self.why_missing(lacking[0]) or 'not measured'}"
            return
        allowance: Allowance = self._supplies["Allowance"]
        if not measurement.always and not allowance.fits(f"evidence/{name}", measurement.price, name):
            self._missing[name] = f"left out: costs about {measurement.price:g} s, more than was left of the stage's share of the budget"
            return
        if self.told is not None:
            self.told(name)
        began = time.monotonic()
        try:
            text = json.dumps(to_plain(measurement.measure(*needs)), ensure_ascii=False, allow_nan=False)
        except NoheroError:
            raise
        except Exception as error:  # noqa: BLE001
            self._broken[name] = f"{name}: {type(error).__name__}: {error}"
            trace = traceback.format_exc(limit=-6)
            if self.directory.journal.last("broken", type=name, trace=trace) is None:  # said once, however often it is resumed
                self.directory.journal.append("broken", type=name, trace=trace)
            return
        self._store(name, text, time.monotonic() - began)

    def _store(self, name: str, text: str, seconds: float) -> None:
        file = f"evidence/{name}-{self.fingerprint}.json"
        self.directory.write(file, text.encode("utf-8", "backslashreplace"))
        self.directory.journal.append("evidence", type=name, fingerprint=self.fingerprint, file=file, seconds=round(seconds, 3))
        self._known[name] = from_plain(measurements()[name].kind, json.loads(text))  # as it will be read again
