"""What it asks: is one feature the target itself?

Why it matters: a column that is known only once the target is known makes every score excellent and the model useless.

How it is measured: each feature against the target: equal up to scale, one-to-one with the classes, in the same order, or
apart by a little noise; and what all other features can do together.

When it is right to fail: when a feature equals the target up to scale or code, and the others cannot; for a window, when the
newest value is the target. Near copies warn. A cut through one continuous feature may be how the data was made: unsure.

What it cannot see: targets spread over several features.

Mend: drop the column; build windows that end before the target.

Source: Kapoor and Narayanan 2023, leakage by illegitimate features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.target_copies import TargetCopies
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

ALSO = 0.98  # skill of the other features from which the copy tells nothing that they do not; a perfect table is easy, not leaking


def judge(copies: TargetCopies) -> Finding:
    """The strongest copy decides."""
    if not copies.copies:
        return passed(f"none of {copies.features} features alone is the target")
    first = copies.copies[0]
    named = ", ".join(c.feature for c in copies.copies[:4])
    if not copies.wide or (copies.others >= ALSO and first.kind not in ("affine", "coded")):
        return passed(f"{named} alone tells the target, and so do the other features, or there are none")
    early = copies.sequence and first.kind in ("affine", "monotone", "near") and not any(c.last_step for c in copies.copies)
    cut = first.kind == "separates"
    tell = unsure if early or cut else failed if first.kind in ("affine", "coded", "monotone") else warned
    how = {"affine": "equals the target up to scale", "coded": "codes the classes one to one", "monotone": "puts the items in the target's own order", "near": "is the target but for a little noise", "separates": "alone separates the classes without a fault"}[first.kind]
    return tell(
        f"{named} {how} in all {copies.n} items; all other features together reach a skill of {copies.others:.2f} (1 is perfect)",
        expected="features that are known before the target is",
        observed=Observed(value=first.left, unit="of the target left over", n=copies.n),
        component="data",
        where=tuple(c.feature for c in copies.copies),
        level=Level.HEURISTIC if cut or first.kind == "near" else Level.MEASURED,
        effect="scores praise a column that is not there when it counts",
        why="No measured quantity agrees with a target in every item by chance. Such a column was made from the target, or written down after it.",
        remedies=(
            "leave the column out in every part, and train again",
            "end the window one step before the target" if copies.sequence else "ask at which moment the column is known in real use",
            *(("if the target is meant to follow from this feature alone, nothing need be done",) if early or cut else ()),
        ),
        figure=Bars(title="Skill", value_label="skill", bars=(Bar(label=first.feature, value=1.0), Bar(label="all others", value=max(0.0, copies.others)))),
    )


def the_label_as_a_column(given: Given) -> Given:
    """The class number stands among the features, scaled."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x[:, 3] = (y.float() - 1) * 1.2
        return x, y

    return replanted(given, change, "train", "val")


def the_target_in_other_units(given: Given) -> Given:
    """The target in cents and from another zero."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x[:, 4] = 3.2 * y[:, 0] - 7
        return x, y

    return replanted(given, change, "train", "val")


def windows_that_end_on_the_target(given: Given) -> Given:
    """The window is one step too late."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.cat([x[:, 1:], y[:, None]], 1), y

    return replanted(given, change, "train", "val")


def measured_afterwards(given: Given) -> Given:
    """The target with a little noise."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x[:, 1] = y[:, 0] + 0.02 * torch.randn(len(y), generator=torch.Generator().manual_seed(2))
        return x, y

    return replanted(given, change, "train", "val")


def a_cut_through_one_feature(given: Given) -> Given:
    """Made data: the class is the sign of the first feature."""

    def change(x: torch.Tensor, _: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, (x[:, 0] > 0).long()

    return replanted(given, change, "train", "val")


def a_strong_feature(given: Given) -> Given:
    """One feature tells most of the target, as good features do."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x[:, 1] = y[:, 0] + 0.25 * torch.randn(len(y), generator=torch.Generator().manual_seed(2))
        return x, y

    return replanted(given, change, "train", "val")


CHECK = Check(
    code="DAT320",
    name="target-in-features",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(
        Case(toy="table-mlp", plant=the_label_as_a_column), Case(toy="huber-regression", plant=the_target_in_other_units),
        Case(toy="forecast-windows", plant=windows_that_end_on_the_target), Case(toy="huber-regression", plant=measured_afterwards),
    ),
    lookalikes=(Case(toy="table-mlp", plant=a_cut_through_one_feature), Case(toy="huber-regression", plant=a_strong_feature)),
)  # fmt: skip
