"""What it asks: do the labels stand beside their own items?

Why it matters: one row dropped from the inputs and not from the labels puts every later label beside its neighbour's item.
Training then learns by heart, and nothing else.

How it is measured: small probes, each item left out, on the labels as given, moved by one to three places either way, and
reversed, in the order of the data set.

When it is right to fail: when another place gives much skill and the labels as given hardly any, and items do not follow from
each other. In series, neighbouring labels fit as well by nature.

What it cannot see: labels shuffled without their items, and labels moved by more than three places.

Mend: keep inputs and labels in one table, and filter them together.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.label_probe import LabelProbe
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

SKILL = 0.35  # of the labels at another place; 80 items without a relation stay below 0.25 in the best of seven
RATIO = 0.25  # of that skill, that the labels as given may have
SERIAL = 0.2  # R2 of an item from the one before, from which order carries the labels along
LEAST = 80  # items


def judge(probe: LabelProbe) -> Finding:
    """The best place against the given one."""
    places = {**{f"moved by {s:+d}": v for s, v in probe.stepped}, "reversed": probe.reversed_skill}
    best = max(places, key=lambda k: places[k])
    if probe.n < LEAST or probe.serial > SERIAL or places[best] < SKILL or probe.given > RATIO * places[best]:
        return passed(f"labels as given have skill {probe.given:.2f}; the best other place ({best}) has {places[best]:.2f}")
    return failed(
        f"labels as given have skill {probe.given:.2f} for a small probe on {probe.n} items; {best} they have {places[best]:.2f}",
        expected="most skill with the labels as given",
        observed=Observed(value=probe.given, unit="skill", n=probe.n),
        component="data",
        where=("train: target", f"labels {best}"),
        level=Level.VERIFIED,
        effect="the model can only learn the items by heart",
        why="Items that do not follow from each other have labels that fit at one place only. When that is not the given one, inputs and labels are out of step.",
        remedies=(
            Remedy(text=f"use the labels {best}", tried=True, result=f"skill {places[best]:.2f} instead of {probe.given:.2f}"),
            "look for a row, a header line or a file that was dropped from inputs or labels alone",
            "sort file names of inputs and labels by one key, and compare the names pair by pair",
        ),
        figure=Bars(title="Skill of a probe by place of the labels", value_label="skill", bars=(Bar(label="as given", value=max(0.0, probe.given)), *(Bar(label=k, value=max(0.0, v)) for k, v in places.items()))),
    )


def one_row_dropped(given: Given) -> Given:
    """The header was taken for the first row of the inputs."""
    return replanted(given, lambda x, y: (x[1:], y[:-1]))


def labels_two_late(given: Given) -> Given:
    """The labels begin two items late."""
    return replanted(given, lambda x, y: (x, y.roll(2, 0)))


def read_from_the_end(given: Given) -> Given:
    """Labels were read in falling order."""
    return replanted(given, lambda x, y: (x, y.flip(0)))


def sorted_by_class(given: Given) -> Given:
    """The items are sorted by class, so that neighbours' labels are the same."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        order = y.argsort(stable=True)
        return x[order], y[order]

    return replanted(given, change)


def labels_at_random(given: Given) -> Given:
    """No relation at any place: data drawn for a speed test."""
    import torch

    return replanted(given, lambda x, y: (torch.randn(x.shape, generator=torch.Generator().manual_seed(7 if len(x) > 200 else 8)), y), "train", "val")


CHECK = Check(
    code="DAT360",
    name="shifted-labels",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=one_row_dropped), Case(toy="huber-regression", plant=labels_two_late), Case(toy="wide-table", plant=read_from_the_end)),
    lookalikes=(Case(toy="table-mlp", plant=sorted_by_class), Case(toy="table-mlp", plant=labels_at_random)),
)
