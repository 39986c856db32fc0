"""What it asks: do rows that belong together stand on both sides of the split?

Why it matters: rows of one patient, customer or film resemble each other. With some of them in training, the others are
recognised instead of understood, and the score does not hold for the next patient.

How it is measured: groups with members in more than one part, where a group column was named.

When it is right to fail: when any group has members in two parts.

What it cannot see: groups that nobody named; a column that repeats is not taken for a group unasked.

Mend: divide by group.

Source: Kapoor and Narayanan 2023, leakage by dependence between training and test items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.split_facts import SplitFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.problem import Problem


def judge(split: SplitFacts) -> Finding:
    """Any group in two parts fails."""
    if not split.num_groups:
        return skipped("no group column was named; where rows belong together (patients, customers, films), name it with --group")
    if not split.groups_across:
        return passed(f"each of {split.num_groups:,} groups stands wholly in one part")
    share = split.groups_across / split.num_groups
    return failed(
        f"{split.groups_across:,} of {split.num_groups:,} groups have rows in more than one part (split {split.method})",
        expected="each group wholly in one part",
        observed=Observed(value=share, unit="of the groups", n=split.num_groups),
        numbers={"groups in several parts": float(split.groups_across), "groups": float(split.num_groups)},
        component="data",
        where=(split.method,),
        effect="the score holds for further rows of known groups, not for new ones",
        why="Rows of one group resemble each other. The network recognises the group it was trained on, and the score says nothing about the next one.",
        remedies=("divide by group: name the column with --group and let the split be made anew", "if the parts were given, move each group to one side"),
    )


def divided_by_row(problem: Problem) -> Problem:
    """Groups are known, and the split takes no notice."""
    import numpy as np

    from nohero.checks.plant import posed

    order, n = np.random.default_rng(3).permutation(len(problem.raw)), len(problem.raw)
    a, b = int(0.7 * n), int(0.9 * n)
    return posed(problem, problem.raw, {"train": np.sort(order[:a]), "val": np.sort(order[a:b]), "test": np.sort(order[b:]), "method": "random"})


def one_large_group(problem: Problem) -> Problem:
    """One group holds a fifth of the rows, and stands in one part all the same."""
    from dataclasses import replace

    import numpy as np

    from nohero.checks.plant import posed

    groups = np.asarray(problem.raw.groups).copy()
    groups[: len(groups) // 5] = "person 00"
    return posed(problem, replace(problem.raw, groups=groups))


CHECK = Check(
    code="DAT220",
    name="straddling-groups",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="grouped", plant=divided_by_row),),
    lookalikes=(Case(toy="grouped", plant=one_large_group),),
)
