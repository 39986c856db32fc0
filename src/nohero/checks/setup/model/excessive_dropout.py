"""What it asks: does dropout keep most of what it is given?

Why it matters: a rate is what is dropped, not what is kept: 0.9 meant as keep-probability leaves one unit in ten.

How it is measured: the rates that are executed in train mode are read.

When it is right to fail: four fifths or more are dropped.

What it cannot see: rates that are too large for this network.

Mend: nn.Dropout(0.1) drops a tenth.

Source: Srivastava et al. 2014; the recipe, regularise
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.executed_ops import ExecutedOps
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


MOST = 0.8  # of the units; usual rates end at 0.5, some at 0.7
ALL = 0.999  # nothing is left


def judge(ops: ExecutedOps) -> Finding:
    """Four fifths or more warn; all of it fails."""
    large = [(m, p) for m, p in ops.drops_in_training if p >= MOST]
    if not large:
        return passed("no dropout drops four fifths or more")
    module, rate = max(large, key=lambda d: d[1])
    return (failed if rate >= ALL else warned)(
        f"{module or 'forward'} drops {rate:.0%} of its units in training",
        expected="rates up to about 0.5",
        observed=Observed(value=rate, unit="share dropped"),
        component="model",
        where=tuple(m or "forward" for m, _ in large),
        level=Level.MEASURED,
        why="The rate of PyTorch's dropout is the share that is set to zero; 0.9 keeps one unit in ten, ten times enlarged.",
        remedies=(f"if {rate:g} was meant as the share to keep, write {max(0.0, 1 - rate):.2g}",),
    )


def keep_probability(given: Given) -> Given:
    """0.9 meant as what is kept."""
    import torch

    given.model[9] = torch.nn.Dropout(0.9)
    return replace(given, model=given.model)


def half_dropped(given: Given) -> Given:
    """One half, as in the paper."""
    import torch

    given.model[9] = torch.nn.Dropout(0.5)
    return replace(given, model=given.model)


CHECK = Check(
    code="SKE227",
    name="excessive-dropout",
    source="Srivastava et al. 2014; the recipe, regularise",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=keep_probability),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=half_dropped),),
)
