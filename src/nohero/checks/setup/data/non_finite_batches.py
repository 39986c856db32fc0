"""What it asks: are all numbers in the batches finite?

Why it matters: one value that is not a number makes the loss, every gradient and from then on every weight not a number.

How it is measured: values of inputs and targets that are not finite are counted in every part. On such a batch the loss and
its gradients are computed; where they stay finite, the program masks the values.

When it is right to fail: when there are such values and the loss or a gradient is not finite on them, or cannot be tried.

What it cannot see: batches that were not read because the set is long.

Mend: find the source of the values; fill or drop them before training, by numbers of the training part.

Source: the recipe, the data ("visualize outliers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.feature_facts import FeatureFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(facts: FeatureFacts) -> Finding:
    """Count what is not finite and not handled."""
    open_ = [u for u in facts.unfinite if u.handled != "yes"]
    if not open_:
        masked = sum(u.bad for u in facts.unfinite)
        return passed(f"{masked} values are not finite, and loss and gradients stay finite on them" if masked else "all numbers in the batches are finite")
    worst = max(open_, key=lambda u: u.bad)
    tried = any(u.handled == "no" for u in open_)
    return failed(
        f"{worst.bad:,} of {worst.total:,} values of {worst.name} in {worst.part} are not finite" + ("; the loss or its gradients on such a batch are not finite either" if tried else ""),
        expected="finite numbers, or a program that masks the others",
        observed=Observed(value=worst.bad / max(worst.total, 1), unit="of the values", n=worst.total),
        component="data",
        where=tuple(dict.fromkeys([*(f"{u.part}: {u.name}[..., {j}]" for u in open_ for j in u.features[:3]), *(f"{u.part}: {u.name}" for u in open_), *(f"{worst.part} item {i}" for i in worst.items)])),
        level=Level.VERIFIED if tried else Level.MEASURED,
        effect="loss, gradients and weights become not a number",
        why="Sums with one such value are such a value: it goes through the loss into every gradient, and no later step brings the weights back.",
        remedies=(
            "find where the values arise (missing entries, logarithm of zero, division by zero) and mend it there",
            "fill them with the training part's median, and add a column that tells where",
            "stop at the first such batch: assert torch.isfinite(x).all()",
        ),
        figure=Table(title="Values that are not finite", columns=("part", "array", "values", "of", "first items"), rows=tuple((u.part, u.name, u.bad, u.total, ", ".join(map(str, u.items))) for u in open_)),
    )


def missing_entries(given: Given) -> Given:
    """Two entries of a column are missing in the table."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[[17, 230], 2] = float("nan")  # type: ignore[index]
        return x, y

    return replanted(given, change)


def logarithm_of_zero(given: Given) -> Given:
    """A feature is a logarithm, of zero in some items."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[::40, 4] = float("-inf")  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


def target_not_a_number(given: Given) -> Given:
    """One target was never measured."""

    def change(x: object, y: object) -> tuple[object, object]:
        y[30] = float("nan")  # type: ignore[index]
        return x, y

    return replanted(given, change)


def masked_in_the_loss(given: Given) -> Given:
    """Targets that were never measured are left out by the loss."""
    from dataclasses import replace

    import torch

    def loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        known = target.isfinite()
        return torch.nn.functional.huber_loss(output[known], target[known])

    return replace(target_not_a_number(given), loss=loss)


CHECK = Check(
    code="DAT300",
    name="non-finite-batches",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=missing_entries), Case(toy="wide-table", plant=logarithm_of_zero), Case(toy="huber-regression", plant=target_not_a_number)),
    lookalikes=(Case(toy="huber-regression", plant=masked_in_the_loss),),
)
