"""What it asks: does every part hold the same classes?

Why it matters: a class that training lacks cannot be answered; one that the evaluated part lacks is not examined. Sorted data
cut by position gives both.

How it is measured: the classes of each part, with the number of items that training's shares lead to expect.

When it is right to fail: it warns, when three items or more of a class that training lacks are evaluated, or when ten items
of a class were to be expected and there is none. Parts without any common class may be meant so, unless the model has an answer for each: unsure.

What it cannot see: classes in targets with a label for every position.

Mend: divide by class (stratified), or shuffle before dividing.

Source: the recipe, the data ("distributions").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.split_comparison import SplitComparison
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

UNKNOWN = 3  # items of a class that training lacks
SHARE = 0.01  # of the part
EXPECTED = 10  # items of a class that the part should have: none of ten is a chance of 1 in 20,000


def judge(split: SplitComparison) -> Finding:
    """Name the classes."""
    unknown = [(c.part, v, n) for c in split.classes for v, n in c.unknown if v >= 0 and n >= UNKNOWN and n >= SHARE * c.n]
    missing = [(c.part, v, n) for c in split.classes for v, n in c.missing if n >= EXPECTED and v >= 0]  # below zero no label is known
    if not unknown and not missing:
        return passed("all parts hold the same classes" if split.classes else "there are no classes to compare")
    apart = all(not c.common and not c.room for c in split.classes)
    words = [f"class {v:g} has {n} items in {p} and none in training" for p, v, n in unknown[:3]] + [f"class {v:g} has no item in {p}, where {n} were to be expected" for p, v, n in missing[:3]]
    return (unsure if apart else warned)(
        "; ".join(words) + ("; the parts have no class in common" if apart else ""),
        expected="the same classes in all parts",
        observed=Observed(value=float(len(unknown) + len(missing)), unit="classes"),
        component="data",
        where=tuple(dict.fromkeys(f"{p}: class {v:g}" for p, v, _ in (*unknown, *missing))),
        level=Level.MEASURED,
        effect="some classes cannot be answered, or are not examined",
        why="A split at random gives every common class to every part. A part without one was cut from sorted data, or filtered, or numbered by a map of its own.",
        remedies=("shuffle before dividing, or divide class by class (stratify)", "look whether the parts number their classes by one map", *(("if new classes are what is to be recognised, nothing need be done",) if apart else ())),
        figure=Table(title="Classes that parts lack", columns=("part", "class", "items"), rows=tuple((p, v, n) for p, v, n in (*unknown, *missing))),
    )


def sorted_then_cut(given: Given) -> Given:
    """The file was sorted by class and cut by position: training lacks the last one."""
    from dataclasses import replace

    import torch

    from nohero.checks.setup.replanted import rebuilt, tensors

    both = [torch.cat(pair) for pair in zip(tensors(given.train), tensors(given.val), strict=True)]
    order = both[1].argsort(stable=True)
    cut = int((both[1] < 2).sum())
    train, val = (tuple(b[part] for b in both) for part in (order[:cut], order[cut - 40 :]))
    return replace(given, train=rebuilt(given.train, train), val=rebuilt(given.val, val))


def a_filter_in_validation(given: Given) -> Given:
    """Validation lost a class."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x[y != 1], y[y != 1]

    return replanted(given, change, "val")


def a_rare_class_by_chance(given: Given) -> Given:
    """Of a class with four items, none is in validation."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        keep = (y != 1) | ((y == 1).cumsum(0) <= 4)
        return x[keep], y[keep]

    def without(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x[y != 1], y[y != 1]

    return replanted(replanted(given, change), without, "val")


CHECK = Check(
    code="DAT356",
    name="absent-class",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=sorted_then_cut), Case(toy="cnn-batch-norm", plant=a_filter_in_validation)),
    lookalikes=(Case(toy="table-mlp", plant=a_rare_class_by_chance),),
)
