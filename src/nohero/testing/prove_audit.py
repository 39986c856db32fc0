"""Proving the audit's checks: every check on every healthy collection, on every sabotage and on every lookalike."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nohero.checks.check import Check, audit_checks
from nohero.run.finding import Status
from nohero.testing.prove import Cells
from nohero.testing.prove_setup import Job, in_processes, jobs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nohero.testing.prove import Matrix


def matrix(checks: Iterable[Check] | None = None, *, own: bool = False, workers: int | None = None, told: Callable[[int, int, Cells], None] | None = None) -> Matrix:
    """Every check on every row; with `own`, planted rows are judged by their own check alone."""
    from nohero.testing.collections import collections

    chosen = tuple(checks or audit_checks())
    return in_processes(row_of, jobs_of(chosen, collections(), own=own), tuple(c.code for c in chosen), workers, told)


def row_of(job: Job) -> Cells:
    """One row: the collection is made, the fault planted, measured and judged."""
    from nohero.checkup import examine_collection
    from nohero.testing.collections import collections

    row, case, codes = job
    began = time.monotonic()
    collection = collections()[row.toy]()
    if case is not None:
        collection = case.plant(collection)
    checked = examine_collection(collection, checks=[c for c in audit_checks() if c.code in codes])
    return Cells(
        row=row,
        statuses={f.code: str(f.status) for f in checked.findings},
        messages={f.code: f.message for f in checked.findings if f.status not in (Status.PASS, Status.SKIP)},
        mended={f.code: bool(f.remedies) for f in checked.findings},
        seconds=round(time.monotonic() - began, 2),
    )
