"""Weights whose units all begin alike, and whether a few steps tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 6
STEP = 0.1  # length of each trial step over all parameters; Adam would blow rounding up into differences
ALIKE = 1e-6  # relative; sums in another order differ by about as much
LEAST = 3  # units


@dataclass(frozen=True, kw_only=True)
class Alike:
    """One weight whose rows were all equal at the start."""

    name: str
    units: int
    value: float  # of its first entry at the start
    zero: bool  # whether it was all zeros
    distinct: int  # rows that differ after the steps
    even: bool  # whether they fall into groups of one size, as the gates of a recurrent layer do
    moved: bool


@dataclass(frozen=True, kw_only=True)
class LayerSymmetry:
    """Weights that began with equal rows and get a gradient."""

    alike: tuple[Alike, ...]
    weights: int  # looked at
    steps: int


def measure(setup: Setup) -> LayerSymmetry:
    """Look at the rows; where some are all equal, take a few plain steps along the gradient without dropout and look again."""
    weights = {n: p for n, p in setup.named_parameters().items() if p.requires_grad and p.ndim >= 2 and p.shape[0] >= LEAST and p.is_floating_point()}
    found = {n: p for n, p in weights.items() if _same_rows(p.detach())}
    if not found:
        return LayerSymmetry(alike=(), weights=len(weights), steps=0)
    old = {n: p.detach().clone() for n, p in found.items()}
    said: list[Alike] = []
    for training in (False, True):  # what eval mode leaves where it is, such as a spread that is only drawn from in training, is tried in train mode
        waiting = {n: p for n, p in found.items() if not any(a.name == n and a.distinct > 1 for a in said)}
        said = [a for a in said if a.distinct > 1] + (_alike(setup, waiting, old, training=training) if waiting else [])
    return LayerSymmetry(alike=tuple(said), weights=len(weights), steps=STEPS)


def _alike(setup: Setup, found: dict[str, Any], old: dict[str, Any], *, training: bool) -> list[Alike]:
    import torch

    said = []
    with setup.apart():
        reached = _train(setup, training=training)
        for name, parameter in found.items():
            if name not in reached:
                continue
            rows = parameter.detach().flatten(1).double()
            tolerance = ALIKE * max(float(rows.abs().max()), 1e-12)
            _, counts = torch.unique((rows / (4 * tolerance)).round(), dim=0, return_counts=True)
            moved = float((parameter.detach() - old[name]).abs().max()) > 0
            said.append(Alike(
                name=name, units=len(rows), value=float(old[name].flatten()[0]), zero=not bool(old[name].any()), distinct=len(counts), even=len(set(counts.tolist())) == 1, moved=moved,
            ))  # fmt: skip
    return said


def _same_rows(weight: Any) -> bool:
    rows = weight.flatten(1)
    return bool(rows.isfinite().all()) and float((rows - rows[:1]).abs().max()) <= ALIKE * float(rows.abs().max())


def _train(setup: Setup, *, training: bool) -> set[str]:
    """Names of the parameters that a gradient reached."""
    import torch

    wanted = {n: p for n, p in setup.named_parameters().items() if p.requires_grad}
    reached: set[str] = set()
    for number in range(STEPS):
        specimen = setup.specimen(number % max(1, len(setup.batches(STEPS))))
        setup.mode(training=training)
        for parameter in wanted.values():
            parameter.grad = None
        setup.loss_of(setup.forward(specimen), specimen).backward()
        reached |= {n for n, p in wanted.items() if p.grad is not None}
        found = [p for p in wanted.values() if p.grad is not None]
        length = float(torch.stack([p.grad.double().norm() for p in found]).norm()) if found else 0.0
        with torch.no_grad():
            for parameter in found if 0 < length < float("inf") else []:
                parameter.sub_(parameter.grad, alpha=STEP / length)
    return reached
