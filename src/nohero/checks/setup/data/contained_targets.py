"""What it asks: do targets of several numbers stand among their own inputs?

Why it matters: a window that is cut one horizon too late holds what is to be forecast. The network copies it, the error is next to
nothing, and in use, where the future is not there yet, nothing is left of it.

How it is measured: each number of the targets against each number of the inputs, bit for bit, over all items.

When it is right to fail: every number of the targets stands in the inputs in every item, and they are the last steps of one input that
is a window of a sequence. Elsewhere they may be a part that is to be rebuilt: unsure. Inputs that are rebuilt as a whole are left in peace.

What it cannot see: targets that were scaled otherwise than the inputs; targets that are there in part, as where every step of a row is to
tell the next.

Mend: let the window end where the horizon begins: x = s[i - steps : i], y = s[i : i + horizon].

Source: Kapoor and Narayanan 2023, leakage by illegitimate features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.contained_targets import ContainedTargets
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(targets: ContainedTargets) -> Finding:
    """Targets that are the last steps of their inputs fail; those that stand elsewhere in them are unsure."""
    if targets.whole:
        return passed("the targets are an input as a whole: it is to be rebuilt")
    if len(targets.found) < targets.columns:
        return passed(f"{len(targets.found)} of the targets' {targets.columns} numbers stand in the inputs")
    named = targets.found[0] if len(targets.found) == 1 else f"{targets.found[0]} to {targets.found[-1]}"
    tell = failed if targets.sequence and targets.newest else unsure
    return tell(
        f"all {targets.columns} numbers of the targets stand in the inputs, bit for bit in all {targets.n:,} items ({named})",
        expected="inputs that are known before the targets are",
        observed=Observed(value=float(len(targets.found)), unit="numbers of the target", n=targets.n),
        component="data",
        where=targets.found[:8],
        level=Level.VERIFIED,
        effect="the network copies what it should forecast, and the score praises it for that",
        why="The window reaches over the horizon: what is to be told is in it already.",
        remedies=("let the window end where the horizon begins: x = s[i - steps : i], y = s[i : i + horizon]", "if a part of the input is to be rebuilt on purpose, nothing need be done"),
    )


def _windows(given: Given, late: int, *, steps: int = 8, horizon: int = 3) -> Given:
    """Windows of a series; they end `late` steps after the horizon begins."""
    import torch
    from torch import nn

    draw = torch.Generator().manual_seed(3)
    t = torch.arange(400.0)
    series = torch.sin(t / 5) + 0.5 * torch.sin(t / 2.3) + 0.2 * torch.randn(400, generator=draw)
    starts = range(400 - steps - horizon)
    x = torch.stack([series[i + late : i + late + steps] for i in starts])
    y = torch.stack([series[i + steps : i + steps + horizon] for i in starts])
    return _trained_on(given, x, y, nn.Sequential(nn.Linear(steps, 16), nn.ReLU(), nn.Linear(16, horizon)))


def _trained_on(given: Given, x: Any, y: Any, model: Any) -> Given:
    from dataclasses import replace

    import torch
    from torch.utils.data import DataLoader, TensorDataset

    cut = 3 * len(x) // 4
    train, val = (DataLoader(TensorDataset(x[part], y[part]), batch_size=32, shuffle=part.start is None) for part in (slice(None, cut), slice(cut + 12, None)))
    return replace(given, model=model, loss=torch.nn.MSELoss(), train=train, val=val, test=None, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), step=None, evaluate=None, scheduler=None, unpack=None, expect={}, task=None, classes=None)


def windows_over_the_horizon(given: Given) -> Given:
    """The window ends where the horizon ends."""
    return _windows(given, 3)


def windows_before_the_horizon(given: Given) -> Given:
    """The window ends where the horizon begins."""
    return _windows(given, 0)


def windows_that_share_a_step(given: Given) -> Given:
    """Each step of the window is to tell the next: all but the last of the targets stand in the inputs."""
    return _windows(given, 2)


def a_part_to_rebuild(given: Given) -> Given:
    """The condition stands before the row that is rebuilt."""
    import torch
    from torch import nn

    x = torch.randn(300, 6, generator=torch.Generator().manual_seed(1)) @ torch.randn(6, 6, generator=torch.Generator().manual_seed(2))
    return _trained_on(given, x, x[:, 2:].clone(), nn.Sequential(nn.Linear(6, 3), nn.Linear(3, 4)))


def rows_to_rebuild(given: Given) -> Given:
    """Rows that are compressed and rebuilt."""
    import torch
    from torch import nn

    x = torch.randn(300, 6, generator=torch.Generator().manual_seed(1)) @ torch.randn(6, 6, generator=torch.Generator().manual_seed(2))
    return _trained_on(given, x, x.clone(), nn.Sequential(nn.Linear(6, 3), nn.Linear(3, 6)))


CHECK = Check(
    code="DAT465",
    name="contained-targets",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=windows_over_the_horizon),),
    lookalikes=(Case(toy="huber-regression", plant=windows_before_the_horizon), Case(toy="huber-regression", plant=windows_that_share_a_step), Case(toy="huber-regression", plant=rows_to_rebuild), Case(toy="huber-regression", plant=a_part_to_rebuild)),
)
