"""Proving checks: every check runs on every healthy toy, every sabotage and every lookalike; the matrix says who fires where.

Evidence is measured once a row and judged by all. A planted fault is measured up to the stage of its own check and through
the skeleton at least; cells of later stages stay blank, as not measured. Healthy toys are measured to the end. Gates are
passed by. Cases are handed to other processes by pickle: plants are functions of a module, not lambdas.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check, all_checks
from nohero.run.finding import Finding, Status
from nohero.run.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nohero.problem import Problem

ALARMS = (Status.FAIL, Status.WARN, Status.ERROR)
MARKS = {"PASS": "·", "SKIP": "-", "UNSURE": "?", "WARN": "W", "FAIL": "F", "ERROR": "E", "": " "}
LEAST = "skeleton"  # every row is measured at least so far
HEALTHY, SABOTAGE, LOOKALIKE = "healthy", "sabotage", "lookalike"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One problem: a toy, healthy or with a case of the check `code` planted."""

    toy: str
    kind: str  # healthy, sabotage or lookalike
    case: str = ""
    code: str = ""
    until: str = STAGES[-1]

    @property
    def title(self) -> str:
        """What stands before the row."""
        return self.toy if self.kind == HEALTHY else f"{self.code} {self.case} ({self.toy})"


@dataclass(frozen=True, kw_only=True)
class Cells:
    """One row's findings by code."""

    row: Row
    statuses: dict[str, str]
    messages: dict[str, str] = field(default_factory=dict)
    mended: dict[str, bool] = field(default_factory=dict)  # whether the finding has a remedy
    seconds: float = 0.0

    @property
    def caught(self) -> bool:
        """A sabotage: its own check fires and says what to do."""
        return self.statuses.get(self.row.code) in (Status.FAIL, Status.WARN) and self.mended.get(self.row.code, False)

    @property
    def alarms(self) -> tuple[str, ...]:
        """Codes that must be quiet and are not: all on a healthy toy, its own on a lookalike."""
        return tuple(c for c in self._fired if self.row.kind == HEALTHY or (self.row.kind == LOOKALIKE and c == self.row.code))

    @property
    def strays(self) -> tuple[str, ...]:
        """Codes that fire on the lookalike of another check: odd in their eyes, perhaps rightly."""
        return tuple(c for c in self._fired if self.row.kind == LOOKALIKE and c != self.row.code)

    @property
    def _fired(self) -> tuple[str, ...]:
        return tuple(c for c, s in self.statuses.items() if s in ALARMS)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All rows, and the codes of the columns."""

    codes: tuple[str, ...]
    rows: tuple[Cells, ...]

    @property
    def missed(self) -> tuple[Cells, ...]:
        """Sabotages that their own check does not catch."""
        return tuple(cells for cells in self.rows if cells.row.kind == SABOTAGE and not cells.caught)

    @property
    def false_alarms(self) -> tuple[tuple[str, str, str], ...]:
        """(row, code, message) of each."""
        return tuple((cells.row.title, code, cells.messages.get(code, "")) for cells in self.rows for code in cells.alarms)

    @property
    def broken(self) -> tuple[tuple[str, str, str], ...]:
        """(row, code, message) of each check that broke, anywhere."""
        return tuple((c.row.title, code, c.messages.get(code, "")) for c in self.rows for code, s in c.statuses.items() if s == Status.ERROR)

    @property
    def counts(self) -> dict[str, int]:
        """The matrix in five numbers."""
        kinds = Counter(cells.row.kind for cells in self.rows)
        return {
            "sabotages": kinds[SABOTAGE],
            "caught": kinds[SABOTAGE] - len(self.missed),
            "healthy toys": kinds[HEALTHY],
            "lookalikes": kinds[LOOKALIKE],
            "false alarms": len(self.false_alarms),
        }

    def text(self, width: int = 120) -> str:
        """A letter a cell: F fails, W warns, ? unsure, - skipped, E broken, a dot passes, blank not measured."""
        most = max(10, width - len(self.codes) - 2)
        lines = [f"{'':{most}}  {''.join(code[i] for code in self.codes)}" for i in range(6)]
        for cells in self.rows:
            marks = "".join(MARKS[cells.statuses.get(code, "")] for code in self.codes)
            lines.append(f"{cells.row.kind[0]} {cells.row.title}"[:most].ljust(most) + "  " + marks)
        return "\n".join([*lines, "", self.sentence()])

    def markdown(self) -> str:
        """The same as a table; columns that say nothing but PASS and SKIP anywhere are kept, as blanks tell too."""
        lines = ["| | planted | " + " | ".join(self.codes) + " |", "|---|---|" + "---|" * len(self.codes)]
        for cells in self.rows:
            marks = (f"**{MARKS[s]}**" if s in ALARMS else MARKS[s] for s in (cells.statuses.get(c, "") for c in self.codes))
            lines.append(f"| {cells.row.kind} | {cells.row.title} | " + " | ".join(marks) + " |")
        return "\n".join([*lines, "", self.sentence()])

    def sentence(self) -> str:
        """The counts in one line."""
        c = self.counts
        quiet = f"{c['false alarms']} false alarms on {c['healthy toys']} healthy toys and {c['lookalikes']} lookalikes"
        return f"{c['caught']} of {c['sabotages']} sabotages caught by their own check, {quiet}"


@dataclass(frozen=True, kw_only=True)
class ProofResult:
    """One check on its own cases and on the toys these are planted in."""

    code: str
    matrix: Matrix

    @property
    def holds(self) -> bool:
        """It fires on each of its sabotages and stays quiet elsewhere."""
        return bool(self.matrix.counts["sabotages"]) and not self.matrix.missed and not self.matrix.false_alarms


def prove(check: Check, toys: Mapping[str, Callable[[], Problem]] | None = None) -> ProofResult:
    """Run one check on its sabotages, its lookalikes and their healthy toys."""
    from nohero.testing.toys import TOYS

    known = toys or TOYS
    used = {case.toy: known[case.toy] for case in (*check.sabotages, *check.lookalikes)}
    return ProofResult(code=check.code, matrix=matrix((check,), used, workers=1))


def matrix(
    checks: Iterable[Check] | None = None,
    toys: Mapping[str, Callable[[], Problem]] | None = None,
    workers: int | None = None,
    told: Callable[[int, int, Cells], None] | None = None,
) -> Matrix:
    """Every check on every row; `told(done, of, cells)` hears of each row as it is finished."""
    from nohero.testing.toys import TOYS

    chosen, known = tuple(checks or all_checks()), dict(toys or TOYS)
    jobs = _jobs(chosen, known)
    count = workers or os.cpu_count() or 1
    done: dict[Row, Cells] = {}
    for number, cells in enumerate(_run(jobs, chosen, count), start=1):
        done[cells.row] = cells
        if told is not None:
            told(number, len(jobs), cells)
    return Matrix(codes=tuple(c.code for c in chosen), rows=tuple(done[row] for row, _, _ in jobs))


Job = tuple[Row, "Callable[[], Problem]", Case | None]


def _jobs(checks: tuple[Check, ...], toys: Mapping[str, Callable[[], Problem]]) -> list[Job]:
    last = max((STAGES.index(c.stage) for c in checks), default=0)
    jobs: list[Job] = [(Row(toy=name, kind=HEALTHY, until=STAGES[last]), make, None) for name, make in toys.items()]
    for check in checks:
        until = STAGES[min(last, max(STAGES.index(check.stage), STAGES.index(LEAST)))]
        for kind, cases in ((SABOTAGE, check.sabotages), (LOOKALIKE, check.lookalikes)):
            jobs += [(Row(toy=c.toy, kind=kind, case=c.name, code=check.code, until=until), toys[c.toy], c) for c in cases]
    return jobs


def _run(jobs: list[Job], checks: tuple[Check, ...], workers: int) -> Iterable[Cells]:
    """The dearest rows first, so that no process is left alone with one at the end."""
    ordered = sorted(jobs, key=lambda job: -STAGES.index(job[0].until))
    if workers == 1:
        yield from (_measured(job, checks) for job in ordered)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread) as pool:
        for future in as_completed([pool.submit(_measured, job, checks) for job in ordered]):
            yield future.result()


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _measured(job: Job, checks: tuple[Check, ...]) -> Cells:
    """One row: the problem is made, measured in a directory that is thrown away, and judged."""
    import time

    began = time.monotonic()
    row, make, case = job
    problem = make() if case is None else case.plant(make())
    reached = STAGES[: STAGES.index(row.until) + 1]
    findings = {c.code: f for c, f in _judged(problem, [c for c in checks if c.stage in reached])}
    return Cells(
        row=row, statuses={code: str(f.status) for code, f in findings.items()},
        messages={code: f.message for code, f in findings.items() if f.status not in (Status.PASS, Status.SKIP)},
        mended={code: bool(f.remedies) for code, f in findings.items()}, seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip


def _judged(problem: Problem, checks: list[Check]) -> list[tuple[Check, Finding]]:
    import tempfile
    from pathlib import Path

    from nohero.engine import Engine
    from nohero.run.directory import create
    from nohero.run.errors import NoheroError
    from nohero.run.finding import broken
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

    def judged(engine: Any, check: Check) -> Finding:
        try:
            return engine.judge(check)  # type: ignore[no-any-return]
        except NoheroError as error:  # the engine passes a user's own errors on; here they are a row's result
            return check.stamp(broken(f"{type(error).__name__}: {error.what}"))

    with tempfile.TemporaryDirectory(prefix="nohero-proof-", dir=_fast()) as folder:
        directory = create(Path(folder), problem.name)
        engine = Engine(directory, problem, Runs(directory), Allowance(directory.journal, None))
        return [(check, judged(engine, check)) for check in checks]


def _fast() -> str | None:
    """A folder in memory where there is one: a proof writes much and keeps nothing."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (a fresh folder is made in it)
