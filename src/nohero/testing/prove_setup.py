"""Proving the checks of the second door: every check on every healthy set-up, on every sabotage and on every lookalike.

A row is one set-up, measured once and judged by all checks that are asked for. The rows go into the same matrix as the recipe's.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check, setup_checks
from nohero.run.finding import Status
from nohero.testing.prove import HEALTHY, LOOKALIKE, SABOTAGE, Cells, Matrix, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nohero.setup.given import Given

Job = tuple[Row, "Case | None", "tuple[str, ...]"]


def matrix(checks: Iterable[Check] | None = None, *, own: bool = False, workers: int | None = None, told: Callable[[int, int, Cells], None] | None = None) -> Matrix:
    """Every check on every row; with `own`, planted rows are judged by their own check alone, which is much quicker."""
    chosen = tuple(checks or setup_checks())
    return in_processes(row_of, jobs_of(chosen, _names(), own=own), tuple(c.code for c in chosen), workers, told)


def jobs_of(checks: tuple[Check, ...], toys: Iterable[str], *, own: bool) -> list[Job]:
    """Every toy as it is, judged by all checks; every case, by all or by its own."""
    codes = tuple(c.code for c in checks)
    jobs: list[Job] = [(Row(toy=name, kind=HEALTHY), None, codes) for name in toys]
    for check in checks:
        for kind, cases in ((SABOTAGE, check.sabotages), (LOOKALIKE, check.lookalikes)):
            jobs += [(Row(toy=case.toy, kind=kind, case=case.name, code=check.code), case, (check.code,) if own else codes) for case in cases]
    return jobs


def in_processes(work: Callable[[Job], Cells], jobs: list[Job], codes: tuple[str, ...], workers: int | None, told: Callable[[int, int, Cells], None] | None) -> Matrix:
    """The matrix of `work(job)` over all jobs, side by side; in the order of the jobs."""
    done: dict[Row, Cells] = {}
    for number, cells in enumerate(_run(work, jobs, workers or os.cpu_count() or 1), start=1):
        done[cells.row] = cells
        if told is not None:
            told(number, len(jobs), cells)
    return Matrix(codes=codes, rows=tuple(done[row] for row, _, _ in jobs))


def _names() -> tuple[str, ...]:
    from nohero.testing.setups import setups

    return tuple(setups())


def _run(work: Callable[[Job], Cells], jobs: list[Job], workers: int) -> Iterable[Cells]:
    if workers == 1:
        yield from (work(job) for job in jobs)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread) as pool:
        for future in as_completed([pool.submit(work, job) for job in jobs]):
            yield future.result()


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def row_of(job: Job) -> Cells:
    """One row: the set-up is made, the fault planted, measured and judged."""
    from nohero.checkup import examine
    from nohero.testing.setups import setups

    row, case, codes = job
    began = time.monotonic()
    given: Given = setups()[row.toy]()
    if case is not None:
        given = case.plant(given)
    checked = examine(given, budget=None, checks=[c for c in setup_checks() if c.code in codes])
    return Cells(
        row=row,
        statuses={f.code: str(f.status) for f in checked.findings},
        messages={f.code: f.message for f in checked.findings if f.status not in (Status.PASS, Status.SKIP)},
        mended={f.code: bool(f.remedies) for f in checked.findings},
        seconds=round(time.monotonic() - began, 2),
    )
