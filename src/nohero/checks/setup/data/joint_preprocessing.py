"""What it asks: were means, ranges or directions taken from training and validation together?

Why it matters: what is held out then shapes what is trained on. The score is a little too good, much too good on small data.

How it is measured: training and the evaluated parts together have means of zero, or ranges from 0 to 1, that are exact to
rounding in four features of five, while training alone does not. No random split gives that.

When it is right to fail: never; what it finds is a warning, and unsure where features were merely standardised by parts so alike that it moves
no score.

What it cannot see: features chosen, filled in or encoded by all data together; parts that were not read to their end.

Mend: fit scalers on the training part, and use them on the others.

Source: Kapoor and Narayanan 2023, leakage by preprocessing on all data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import rebuilt, replanted, tensors
from nohero.evidence.setup.split_comparison import SplitComparison
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from nohero.setup.given import Given


MOVED = 0.1  # of a spread: how far training's means lie from those of all parts together, for standardised features; less is common and moves no score


def judge(split: SplitComparison) -> Finding:
    """Name what is exact over which parts."""
    if not split.prepared:
        return passed("no statistic of the features is exact over training and evaluated parts together")
    first = split.prepared[0]
    small = first.standard and first.alone < MOVED
    return (unsure if small else warned)(
        f"{first.features} of {first.of} features of {first.name} have {first.what} exactly over {first.over} together, and not in training alone (off by {first.alone:.3g} there)",
        expected="statistics of the training part alone",
        observed=Observed(value=first.features / max(first.of, 1), unit="of the features", n=first.of),
        component="transform",
        where=tuple(dict.fromkeys(p.name for p in split.prepared)),
        level=Level.MEASURED,
        effect="the evaluated items have shaped the inputs of training",
        why="A mean that is exactly zero over several parts together was taken over them together: the scaler, or the projection, has seen what was to be held out.",
        remedies=(
            *((f"means that are {first.alone:.2g} of a spread apart hardly move a score; to be clean all the same:",) if small else ()),
            "divide first; fit the scaler on the training part; apply it to all parts",
            "put the scaler into a pipeline that is fitted on training",
        ),
    )


def _together(given: Given, change: Callable[[torch.Tensor], torch.Tensor], *parts: str) -> Given:
    """`change` done to the inputs of several parts in one piece."""
    from dataclasses import replace

    import torch

    fields = {p: tensors(getattr(given, p)) for p in parts}
    whole = change(torch.cat([f[0].double() for f in fields.values()])).float()
    pieces = torch.tensor_split(whole, [len(f[0]) for f in fields.values()][:-1])
    return replace(given, **{p: rebuilt(getattr(given, p), (piece, *fields[p][1:])) for p, piece in zip(parts, pieces, strict=True)})


def scaled_before_the_split(given: Given) -> Given:
    """Standardised by all rows, which are many and alike: untidy, and of no effect."""
    return _together(given, lambda x: (x - x.mean(0)) / x.std(0), "train", "val")


def scaled_with_later_rows(given: Given) -> Given:
    """Standardised by all rows, of which the later ones lie a spread and a half higher."""
    later = replanted(given, lambda x, y: (x + 1.5, y), "val")
    return _together(later, lambda x: (x - x.mean(0)) / x.std(0), "train", "val")


def ranges_of_all_rows(given: Given) -> Given:
    """Brought to 0..1 by the least and greatest of all rows."""
    return _together(given, lambda x: (x - x.amin(0)) / (x.amax(0) - x.amin(0)), "train", "val")


def directions_of_all_rows(given: Given) -> Given:
    """Principal components of all rows."""
    import torch

    return _together(given, lambda x: (x - x.mean(0)) @ torch.linalg.svd(x - x.mean(0), full_matrices=False).Vh.T, "train", "val")


def scaled_by_training(given: Given) -> Given:
    """Standardised by the training rows."""
    cut = len(tensors(given.train)[0])
    return _together(given, lambda x: (x - x[:cut].mean(0)) / x[:cut].std(0), "train", "val")


CHECK = Check(
    code="DAT340",
    name="joint-preprocessing",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=scaled_with_later_rows), Case(toy="huber-regression", plant=ranges_of_all_rows), Case(toy="multi-label", plant=directions_of_all_rows)),
    lookalikes=(Case(toy="table-mlp", plant=scaled_by_training), Case(toy="table-mlp", plant=scaled_before_the_split)),
    under=("DAT332",),
)
