"""What it asks: do the inputs arrive at the network near mean 0 and deviation 1?

Why it matters: initialisation, learning rate and decay are made for inputs of about that size. Bytes of 0 to 255 or incomes in
the ten thousands make the first layer explode and one column drown all others.

How it is measured: the tensor at the network's door: mean and deviation of each column or channel over the first 2,000
training items.

When it is right to fail: it warns when a column lies or spreads beyond 10, or when all inputs together hardly vary. Inputs of
0 to 1 are near enough.

What it cannot see: a scale that differs between training and evaluation.

Mend: subtract the training part's mean and divide by its deviation.

Source: the recipe, the skeleton ("visualize just before the net"); LeCun et al. 1998, Efficient BackProp, section 4.3.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.seen_inputs import SeenInputs
from nohero.run import sources
from nohero.run.figure import Bar, Bars, Rule
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

FAR = 10.0  # standard units: inputs prepared by nohero are clipped there, so only unprepared ones lie or spread beyond
SQUEEZED = 0.01  # deviation of all inputs together: bytes divided by 255 twice have 0.001
DRAWN = 20  # columns


def judge(seen: SeenInputs) -> Finding:
    """Look at each column's mean and deviation, then at the whole."""
    columns = [(n, m, s) for n, m, s in zip(seen.column_names, seen.column_means, seen.column_stds, strict=False) if math.isfinite(m + s)]
    if not columns or not math.isfinite(seen.mean + seen.std):
        return skipped("the inputs hold no finite numbers to compare")
    wide = sorted((c for c in columns if abs(c[1]) > FAR or c[2] > FAR), key=lambda c: -max(abs(c[1]), c[2]))
    squeezed = seen.std < SQUEEZED
    numbers = {"mean": seen.mean, "standard deviation": seen.std, "least": seen.low, "greatest": seen.high}
    if not wide and not squeezed:
        return passed(f"inputs arrive with mean {seen.mean:.2f} and deviation {seen.std:.2f}, from {seen.low:.3g} to {seen.high:.3g}", numbers=numbers)
    if wide:
        name, mean, std = wide[0]
        many = f"{len(wide)} of {len(columns)} columns arrive unscaled, `{name}` first:" if len(columns) > 1 else f"`{name}` arrives unscaled:"
        said = f"{many} mean {mean:.4g}, deviation {std:.4g}; the batch reaches from {seen.low:.4g} to {seen.high:.4g}"
    else:
        said = f"all inputs together have a deviation of {seen.std:.2g}: they were scaled twice, or hardly vary"
    return warned(
        said,
        expected="mean near 0 and deviation near 1 in each column or channel",
        observed=Observed(value=wide[0][2] if wide else seen.std, unit="standard deviation", n=seen.shape[0] if seen.shape else 0),
        numbers=numbers,
        component="transform",
        where=tuple(c[0] for c in wide) or tuple(c[0] for c in columns[:1]),
        why="Initialisation and learning rates are made for inputs of size one. Larger ones make the first layer explode, and one column drowns the others.",
        remedies=(
            "subtract the training part's mean and divide by its standard deviation, column by column",
            "for pictures in bytes: divide by 255, then standardise each channel",
            "for long tails: take the logarithm first",
        ),
        figure=Bars(
            title="Spread of the inputs at the network's door",
            value_label="standard deviation",
            bars=tuple(Bar(label=n, value=s, role="bad" if s > FAR or abs(m) > FAR else "plain") for n, m, s in (wide or columns)[:DRAWN]),
            rules=(Rule(label="expected", value=1.0),),
        ),
    )


def pictures_in_bytes(problem: Problem) -> Problem:
    """0..255 as they come from the file."""
    return replace(problem, to_input=lambda x: x.float())


def scaled_twice(problem: Problem) -> Problem:
    """Divided by 255 once more."""
    return replace(problem, to_input=lambda x: problem.to_input(x) / 255)


def columns_as_read(problem: Problem) -> Problem:
    """Columns in units of their own, such as ages of 45 and 12 to either side."""
    return replace(problem, to_input=lambda x: 45 + 12 * problem.to_input(x))


def pictures_from_zero_to_one(problem: Problem) -> Problem:
    """Divided by 255 and no more: near enough."""
    return replace(problem, to_input=lambda x: x.float() / 255)


CHECK = Check(
    code="SKE120",
    name="unscaled-input",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="pictures", plant=pictures_in_bytes), Case(toy="numbers", plant=columns_as_read), Case(toy="table", plant=scaled_twice)),
    lookalikes=(Case(toy="pictures", plant=pictures_from_zero_to_one),),
)
