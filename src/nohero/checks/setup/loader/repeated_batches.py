"""What it asks: does the loader give another batch each time?

Why it matters: one batch for ever is learnt by heart within a minute; the rest is never seen.

How it is measured: the tensors of each batch of an epoch are compared with those before.

When it is right to fail: most batches equal the one before.

What it cannot see: batches that repeat at a distance.

Mend: iterate the loader; do not call next(iter(loader)) each time.

Source: the recipe, overfit
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


MOST = 0.5  # of the batches


def judge(reading: LoaderReading) -> Finding:
    """The same batch again and again fails."""
    if reading.batches < 3:
        return skipped("fewer than three batches")
    share = reading.repeated / (reading.batches - 1)
    if share < MOST:
        return passed(f"{reading.batches} batches differ")
    return failed(
        f"{reading.repeated} of {reading.batches} training batches equal the one before",
        expected="another batch each time",
        observed=Observed(value=share, unit="share of the batches", n=reading.batches),
        component="loader",
        where=("train",),
        level=Level.MEASURED,
        why="The network learns these items by heart and sees no others.",
        remedies=("write `for batch in loader`; next(iter(loader)) begins anew each time",),
    )


def first_batch_for_ever(given: Given) -> Given:
    """A generator that begins the loader anew for each batch."""
    loader = given.train
    first = next(iter(loader))

    def batches() -> Any:
        for _ in range(10):
            yield first

    return replace(given, train=batches)


def listed_batches(given: Given) -> Given:
    """A list of different batches."""
    return replace(given, train=list(given.train))


CHECK = Check(
    code="DAT451",
    name="repeated-batches",
    source="the recipe, overfit",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=first_batch_for_ever),),
    lookalikes=(Case(toy="table-mlp", plant=listed_batches),),
)
