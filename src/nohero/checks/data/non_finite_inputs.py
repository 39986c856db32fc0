"""What it asks: does a not-a-number or an infinity reach the network?

Why it matters: one such number makes the loss, then every weight, not a number. Training goes on in silence and learns nothing
more.

How it is measured: the numbers of a training batch at the network's door, the sums of each column over the first training
items, and the prepared validation part.

When it is right to fail: at a single one.

What it cannot see: such numbers in training items beyond those looked at, and those that an augmentation makes.

Mend: fill or mark gaps before the network, and keep divisions and logarithms away from zero.

Source: the recipe, becoming one with the data; the skeleton ("visualize just before the net").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.prepared_inputs import PreparedInputs
from nohero.evidence.seen_inputs import SeenInputs
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.problem import Problem

NAMED = 8  # columns named


def judge(seen: SeenInputs, prepared: PreparedInputs) -> Finding:
    """Any one fails."""
    names = [n for n, mean, std in zip(seen.column_names, seen.column_means, seen.column_stds, strict=False) if not math.isfinite(mean + std)]
    if not seen.num_nonfinite and not prepared.val_nonfinite and not names:
        return passed(f"all numbers of a batch {list(seen.shape)} and of the validation part are finite")
    size = math.prod(seen.shape)
    places = [f"{seen.num_nonfinite:,} of {size:,} numbers of a training batch"] if seen.num_nonfinite else []
    places += [f"{prepared.val_nonfinite:,} numbers of the validation part"] if prepared.val_nonfinite else []
    places += [f"`{'`, `'.join(names[:NAMED])}` somewhere in the training part"] if names else []
    return failed(
        "not finite: " + "; ".join(places),
        expected="every number finite",
        observed=Observed(value=float(seen.num_nonfinite), unit="numbers of a batch", n=size),
        numbers={"in a batch": float(seen.num_nonfinite), "in validation": float(prepared.val_nonfinite), "columns": float(len(names))},
        component="transform",
        where=tuple(names) or ("validation",),
        why="One not-a-number makes the loss, then every weight, not a number. Training goes on in silence and learns nothing more.",
        remedies=(
            "fill gaps with the training part's median and mark them in a column of their own",
            "guard divisions and logarithms in the transform against zero and negative numbers",
        ),
    )


def gaps_left_open(problem: Problem) -> Problem:
    """Empty cells reach the network as not-a-number."""
    from dataclasses import replace

    import torch

    parts = {}
    for name in ("train", "val", "test"):
        items = getattr(problem, name)
        x = items.x.clone()
        x[::40, 1] = torch.nan
        parts[name] = replace(items, x=x)
    return replace(problem, **parts)


def divided_by_zero(problem: Problem) -> Problem:
    """A scale of zero on the way to the network."""
    from dataclasses import replace

    return replace(problem, to_input=lambda x: problem.to_input(x) / (x != 0).float())


def many_gaps_filled(problem: Problem) -> Problem:
    """Half of a column is missing, and filled."""
    from nohero.checks.plant import with_columns

    income = [value if i % 2 else None for i, value in enumerate(problem.raw.frame["income"].to_list())]
    return with_columns(problem, income=income)


CHECK = Check(
    code="DAT250",
    name="non-finite-inputs",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table", plant=gaps_left_open), Case(toy="pictures", plant=divided_by_zero)),
    lookalikes=(Case(toy="table", plant=many_gaps_filled),),
)
