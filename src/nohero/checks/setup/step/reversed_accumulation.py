"""What it asks: where gradients are gathered over several batches, does the update come after the last of them, or after all but the last?

Why it matters: `if i % n:` is true for every number but the multiples of n. The update that should come once in n batches comes n - 1 times
in a row, each with a gradient that was divided by n, and is left out once: the batch is as small as ever and the rate n times too small.

How it is measured: the step is listened to; where single batches and several are behind its updates by turns, it is listened to for longer,
and calls with an update and calls without one are counted in rows.

When it is right to fail: it warns, where rows of two updates or more, all of one length, are parted by single calls without an update,
three times or more, and the update after such a call is made of two batches.

What it cannot see: rhythms longer than a third of the calls listened to; steps with several optimizers.

Mend: if (i + 1) % n == 0.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.update_rhythm import UpdateRhythm
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given


def judge(rhythm: UpdateRhythm) -> Finding:
    """Updates in rows with single gaps warn."""
    if not rhythm.every:
        return passed(f"{rhythm.updates} updates in {rhythm.calls} calls of the step, in no reversed rhythm")
    n = rhythm.every + 1
    return warned(
        f"the optimizer steps in {rhythm.every} of every {n} calls: {rhythm.every} updates in a row of one batch or two, then one batch without",
        expected=f"one update in {n} calls, of {n} batches",
        observed=Observed(value=float(rhythm.every), unit="updates in a row", n=rhythm.updates),
        component="step",
        where=("optimizer.step()",),
        level=Level.VERIFIED,
        why=f"`if i % {n}:` is true for all numbers but the multiples of {n}: the test is the wrong way round.",
        remedies=(f"if (i + 1) % {n} == 0: optimizer.step(); optimizer.zero_grad()",),
    )


def _gathering(given: Given, due: Callable[[int], bool], divide: float) -> Given:
    """A step that goes on where `due(number of the call, from 1)`."""
    seen = [0]

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        value = loss(model(batch[0]), batch[1])
        (value / divide).backward()
        seen[0] += 1
        if due(seen[0]):
            optimizer.step()
            optimizer.zero_grad()
        return float(value.detach())

    return replace(given, step=step)


def all_but_every_fourth(given: Given) -> Given:
    """The test is the wrong way round."""
    return _gathering(given, lambda i: i % 4 != 0, 4)


def every_fourth(given: Given) -> Given:
    """As it is meant."""
    return _gathering(given, lambda i: i % 4 == 0, 4)


def a_short_last_row(given: Given) -> Given:
    """Every fourth, and at the end of an epoch of ten batches with what there is."""
    return _gathering(given, lambda i: i % 10 % 4 == 0, 4)


def a_skipped_update(given: Given) -> Given:
    """One update is left out, as a scaler does after an overflow."""
    return _gathering(given, lambda i: i != 3, 1)


CHECK = Check(
    code="SKE448",
    name="reversed-accumulation",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=all_but_every_fourth),),
    lookalikes=(Case(toy="table-mlp", plant=every_fourth), Case(toy="table-mlp", plant=a_short_last_row), Case(toy="table-mlp", plant=a_skipped_update)),
)
