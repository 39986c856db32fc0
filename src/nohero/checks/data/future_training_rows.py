"""What it asks: is the network trained on rows later than those it is evaluated on?

Why it matters: whoever predicts tomorrow cannot have seen the day after. Trained on later rows, the network knows how things
went on, and the score will not be met again.

How it is measured: training rows later than the earliest evaluated row, where a time column was named.

When it is right to fail: when there is any such row. Where the rows are divided by group as well, groups may overlap in time;
then it warns.

What it cannot see: a time that nobody named, or a column that was filled in later than the row's time says.

Mend: divide by time.

Source: Kapoor and Narayanan 2023, temporal leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.split_facts import SplitFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem


def judge(split: SplitFacts) -> Finding:
    """Any later training row fails, unless groups force it."""
    if not split.timed:
        return skipped("no time column was named; where the model will predict what comes later, name it with --time")
    n = split.sizes.get("train", 0)
    if not split.late_training:
        return passed(f"all {n:,} training rows come before the evaluated ones")
    grouped = split.num_groups > 0 and not split.groups_across
    share = split.late_training / max(n, 1)
    return (warned if grouped else failed)(
        f"{split.late_training:,} of {n:,} training rows ({share:.1%}) are later than the earliest evaluated row (split {split.method})",
        expected="training ends before evaluation begins",
        observed=Observed(value=share, unit="of the training rows", n=n),
        numbers={"late training rows": float(split.late_training), "training rows": float(n)},
        component="data",
        where=(split.method,),
        effect="the score is that of filling gaps in the past, not of predicting",
        why="Whoever predicts tomorrow cannot have seen the day after. Trained on later rows, the network knows how things went on.",
        remedies=(
            "divide by time: name the column with --time and let the split be made anew",
            "if groups overlap in time, cut each group's rows at one date" if grouped else "if the parts were given, cut them at two dates",
        ),
    )


def divided_at_random(problem: Problem) -> Problem:
    """Times are known, and the split takes no notice."""
    import numpy as np

    from nohero.checks.plant import posed

    order, n = np.random.default_rng(3).permutation(len(problem.raw)), len(problem.raw)
    a, b = int(0.7 * n), int(0.9 * n)
    return posed(problem, problem.raw, {"train": np.sort(order[:a]), "val": np.sort(order[a:b]), "test": np.sort(order[b:]), "method": "random"})


def several_rows_a_day(problem: Problem) -> Problem:
    """Many rows share one time: rows of one moment stay together."""
    from dataclasses import replace

    from nohero.checks.plant import posed

    return posed(problem, replace(problem.raw, times=problem.raw.times.astype("datetime64[M]").astype("datetime64[D]")))


CHECK = Check(
    code="DAT230",
    name="future-training-rows",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="timed", plant=divided_at_random),),
    lookalikes=(Case(toy="timed", plant=several_rows_a_day),),
)
