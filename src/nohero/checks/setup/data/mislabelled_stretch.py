"""What it asks: do the labels of one stretch of the data set belong to its items?

Why it matters: one file joined wrongly, or a row lost in the middle, spoils a part of the set. The average still looks fair.

How it is measured: small probes, each item left out, are right as often in each tenth of the data set as its classes lead to
expect from the others; and whether labels moved by up to three places fit the stretch better.

When it is right to fail: when a stretch is at chance where the others have skill, four standard errors below what is expected,
and its inputs are like the others'.

What it cannot see: wrong labels that lie scattered.

Mend: look at where the stretch came from.

Source: the recipe, the data ("corrupted labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.label_probe import LabelProbe, Stretch
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

ERRORS = 4.0  # standard errors below what is expected
ABOVE = 0.2  # by how much what is expected must lie above chance
NEAR = 0.1  # above chance, that counts as chance
DRIFT = 2.0  # root mean square of the shift of inputs, in standard errors; 1 for a stretch like the others
SERIAL = 0.2  # R2 of an item from the one before: stretches differ by nature


def _wrong(s: Stretch) -> bool:
    error = max(s.expected * (1 - s.expected) / s.n, 0.25 / s.n**2) ** 0.5
    return s.expected - s.chance > ABOVE and s.right < s.expected - ERRORS * error and s.right <= s.chance + NEAR and s.drift < DRIFT


def judge(probe: LabelProbe) -> Finding:
    """Stretches at chance."""
    wrong = [s for s in probe.stretches if _wrong(s)]
    if not wrong or probe.serial > SERIAL or len(wrong) > len(probe.stretches) / 2:
        return passed(f"probes are about as often right in each of {len(probe.stretches)} stretches of the data set")
    n = sum(s.n for s in wrong)
    right, expected = sum(s.right * s.n for s in wrong) / n, sum(s.expected * s.n for s in wrong) / n
    steps = {s.step for s in wrong if s.right_stepped > s.expected - NEAR and s.right_stepped > s.right + ABOVE}
    step = f"; moved by {steps.pop():+d} place its labels fit" if len(steps) == 1 else ""
    places = _joined(wrong)
    return failed(
        f"in items {places} probes are right for {right:.0%}, where {expected:.0%} are to be expected from the other items and {wrong[0].chance:.0%} by chance{step}",
        expected="labels that belong to their items throughout",
        observed=Observed(value=right, unit="right", n=n),
        component="data",
        where=(f"items {places}", "train: target"),
        level=Level.MEASURED,
        effect=f"{n / max(probe.n, 1):.0%} of the labels teach nothing",
        why="Inputs of the stretch are like the others, and what the others teach of labels fails in it completely: its labels are other items'.",
        remedies=("look at the file or the join that the stretch came from, and pair inputs and labels by a key, not by position", "move the labels from the first item named onward" if step else "leave the stretch out until its labels are right"),
        figure=Bars(title="Right answers of a probe along the data set", value_label="share right", bars=tuple(Bar(label=f"{s.first}-{s.last}", value=s.right, note=f"expected {s.expected:.2f}") for s in probe.stretches)),
    )


def _joined(wrong: list[Stretch]) -> str:
    """Neighbouring stretches as one."""
    spans: list[list[int]] = []
    for s in wrong:
        if spans and s.first <= spans[-1][1] + 1:
            spans[-1][1] = s.last
        else:
            spans.append([s.first, s.last])
    return ", ".join(f"{a}-{b}" for a, b in spans)


def one_file_joined_wrongly(given: Given) -> Given:
    """The labels of a fifth of the set are those of other items of it."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        n = len(y)
        y[n // 2 : n // 2 + n // 5] = y[n // 2 : n // 2 + n // 5].roll(n // 9, 0)
        return x, y

    return replanted(given, change)


def a_row_lost_in_the_middle(given: Given) -> Given:
    """From two thirds on, labels are one item late."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        cut = 2 * len(y) // 3
        y[cut:] = y[cut:].roll(1, 0)
        return x, y

    return replanted(given, change)


def a_stretch_of_one_class(given: Given) -> Given:
    """The hardest class stands together at the end."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        order = (y == 1).long().argsort(stable=True)
        return x[order], y[order]

    return replanted(given, change)


CHECK = Check(
    code="DAT364",
    name="mislabelled-stretch",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=one_file_joined_wrongly), Case(toy="huber-regression", plant=a_row_lost_in_the_middle)),
    lookalikes=(Case(toy="table-mlp", plant=a_stretch_of_one_class),),
    under=("DAT360",),
)
