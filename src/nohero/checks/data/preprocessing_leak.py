"""What it asks: were scales, levels and fillings learnt from the training part alone?

Why it matters: a mean, a list of words or a choice of columns taken from all rows carries validation and test rows into
training. The score is then measured on data that was already looked at.

How it is measured: the transform is fitted afresh on the training part and on all rows, and both are compared with the one in
use, number by number, on the validation part.

When it is right to fail: when the one in use is that of all rows and not that of training. Where the two do not differ, nobody
can tell and nothing has leaked. Where it is neither, it is unsure.

What it cannot see: what was done to the data before it was read.

Mend: fit on the training part, then apply to the others.

Source: Kapoor and Narayanan 2023, pre-processing on training and test set together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.prepared_inputs import PreparedInputs
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.problem import Problem

SAME = 1e-5  # standard deviations: fitting twice on the same rows differs by rounding alone


def judge(prepared: PreparedInputs) -> Finding:
    """Which of the two fits is the one in use?"""
    train, everything, apart = prepared.from_train, prepared.from_all, prepared.apart
    if math.isnan(apart):
        return skipped("the inputs are prepared by the problem's own code, which cannot be fitted again from here")
    if train <= SAME:
        return passed(f"the transform is the one that the training part alone gives ({prepared.num_columns:,} numbers an item)")
    if apart <= SAME:
        return passed("the training part and all rows give the same transform: nothing can have leaked")
    numbers = {"distance from a fit on train": train, "distance from a fit on all rows": everything, "distance between the two": apart}
    if not everything <= SAME:
        return unsure(
            f"the transform in use is neither that of the training part ({train:.3g} away) nor that of all rows ({everything:.3g} away)",
            numbers=numbers,
            component="transform",
            remedies=("say on which rows it was fitted, or fit it on the training part afresh",),
        )
    return failed(
        f"the transform was fitted on all rows: it equals that fit, and differs from the training part's by up to {train:.3g}",
        expected="fitted on the training part alone",
        observed=Observed(value=train, unit="largest difference in prepared units", n=prepared.num_columns),
        numbers=numbers,
        component="transform",
        where=("transform",),
        level=Level.VERIFIED,
        why="Scales, levels and fillings taken from all rows carry the evaluated rows into training, so the score is measured on data already looked at.",
        remedies=("fit the transform on the training rows, then apply it to validation and test", "select columns and build word lists on the training rows too"),
    )


def fitted_on_all_rows(problem: Problem) -> Problem:
    """Scales and levels of all rows."""
    import numpy as np

    from nohero.checks.plant import with_transform
    from nohero.data.transforms import fit_transforms

    return with_transform(problem, fit_transforms(problem.raw, np.arange(len(problem.raw)), problem.task.name).inputs)


def fitted_twice(problem: Problem) -> Problem:
    """Fitted a second time on the training part, in another object."""
    from nohero.checks.plant import with_transform
    from nohero.data.transforms import fit_transforms

    return with_transform(problem, fit_transforms(problem.raw, problem.split.train, problem.task.name).inputs)


CHECK = Check(
    code="DAT240",
    name="preprocessing-leak",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="table", plant=fitted_on_all_rows), Case(toy="numbers", plant=fitted_on_all_rows)),
    lookalikes=(Case(toy="table", plant=fitted_twice),),
)
