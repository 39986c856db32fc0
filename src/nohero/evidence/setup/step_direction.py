"""Whether one of the user's own steps goes down the loss or up it: the way that is gone, held against the loss's gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.02  # seconds
STEPS = 2
UP = 0.1  # cosine; Adam's first step, which knows only signs, has some 0.5 in size


@dataclass(frozen=True, kw_only=True)
class StepDirection:
    """The cosine between the step and the gradient of the loss: below zero it goes down; not-a-number where it is not known."""

    cosine: float

    @property
    def climbs(self) -> bool:
        """Whether the loss is maximised, by the optimizer's setting or by a sign in the step."""
        return self.cosine > UP


def measure(setup: Setup) -> StepDirection:
    """The gradient on the first batch, then a step on it."""
    try:
        return StepDirection(cosine=_cosine(setup))
    except Unmeasurable:
        return StepDirection(cosine=float("nan"))


def _cosine(setup: Setup) -> float:
    named = setup.named_parameters()
    with setup.apart():
        setup.mode(training=True)
        for p in named.values():
            p.grad = None
        specimen = setup.specimen()
        setup.loss_of(setup.forward(specimen), specimen).backward()
        slopes = {n: p.grad.detach().to_dense().clone() for n, p in named.items() if p.grad is not None}
    with setup.apart():
        old = {n: named[n].detach().clone() for n in slopes}
        setup.train_step(specimen.batch)
        dot = way = steep = 0.0
        for name, slope in slopes.items():
            moved = (named[name].detach() - old[name]).double()
            dot += float((moved * slope).sum())
            way += float(moved.norm()) ** 2
            steep += float(slope.double().norm()) ** 2
    return dot / (way * steep) ** 0.5 if way > 0 and steep > 0 else float("nan")
