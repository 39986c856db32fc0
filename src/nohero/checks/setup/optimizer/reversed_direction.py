"""What it asks: does the optimizer go down the loss, and does new gradient reach its steps?

Why it matters: maximize=True or a negative learning rate climbs the loss; a momentum of one never forgets; a dampening of one
shuts out every gradient but the first.

How it is measured: the step runs until the first updates, and the cosine between the gradient and the way gone is read: -1 goes
straight down, +1 straight up. Momentum and dampening are read from the groups.

When it is right to fail: all optimizers go up a known loss; a momentum of one or more; a dampening of one with momentum. Only a
warning where the loss is an own one: it may be meant to grow.

What it cannot see: a loss with the wrong sign; a check of the loss does.

Mend: maximize=False, a learning rate above zero, momentum 0.9, dampening 0.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

UP = 0.3  # cosine; a step down has one below zero


def judge(optimizer: OptimizerFacts) -> Finding:
    """Going up fails, momentum without end and shut-out gradients fail."""
    facts: dict[str, Any] = {"component": "optimizer", "expected": "steps down the gradient, made of recent gradients"}
    for g in optimizer.groups:
        where = (f"optimizer {g.optimizer}, group {g.place}",)
        if g.momentum >= 1 or (g.momentum > 0 and g.dampening >= 1):
            word, value = ("momentum", g.momentum) if g.momentum >= 1 else ("dampening", g.dampening)
            return failed(
                f"{word} is {value:g}: " + ("old gradients are never forgotten" if word == "momentum" else "every gradient after the first is shut out"),
                where=where,
                observed=Observed(value=value, unit=word),
                why="The velocity is momentum times the old one plus (1 - dampening) times the gradient. At one, either the sum grows without end or nothing new comes in.",
                remedies=("momentum=0.9, dampening=0",),
                **facts,
            )
    ways = {place: median(c for o, c in optimizer.directions if o == place and math.isfinite(c)) for place in {o for o, c in optimizer.directions if math.isfinite(c)}}
    up = [place for place, cosine in ways.items() if cosine > UP]
    if not up:
        return passed(f"{len(ways)} optimizers go down the gradient" if ways else "no update was seen")
    facts |= {
        "where": tuple(f"optimizer {place}" for place in up),
        "observed": Observed(value=ways[up[0]], unit="cosine of way and gradient", n=len(optimizer.directions)),
        "why": "The step goes where the loss grows. A loss to be minimised then rises until it overflows.",
        "remedies": ("maximize=False", "a learning rate above zero"),
    }
    told = f"the first updates go up the gradient (cosine {ways[up[0]]:+.2f})"
    if len(up) < len(ways):
        return unsure(f"{told} in {len(up)} of {len(ways)} optimizers; an adversary or a multiplier may be meant to", **facts)
    if optimizer.known_loss:
        return failed(f"{told}, and the loss is {optimizer.known_loss}, which is to fall", **facts)
    if optimizer.first_loss < 0:
        return passed(f"{told}; the loss is an own one and below zero: it may be meant to grow")
    return warned(f"{told}; the loss is an own one", **facts)


def _sgd(given: Given, **settings: Any) -> Given:
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model.parameters(), lr=0.05, **settings), scheduler=None)


def maximised(given: Given) -> Given:
    """maximize=True with cross-entropy."""
    return _sgd(given, maximize=True)


def negative_rate(given: Given) -> Given:
    """The learning rate's sign is turned after the optimizer was made."""
    changed = _sgd(given)
    changed.optimizer.param_groups[0]["lr"] = -0.01
    return changed


def dampened(given: Given) -> Given:
    """A dampening of one."""
    return _sgd(given, momentum=0.9, dampening=1.0)


def endless_momentum(given: Given) -> Given:
    """A momentum of one."""
    return _sgd(given, momentum=1.0)


def nesterov(given: Given) -> Given:
    """Nesterov's momentum."""
    return _sgd(given, momentum=0.9, nesterov=True)


def maximised_likelihood(given: Given) -> Given:
    """The log-likelihood is maximised."""
    from dataclasses import replace

    from torch.nn import functional as F

    return replace(_sgd(given, maximize=True), loss=lambda out, y: -F.cross_entropy(out, y))


CHECK = Check(
    code="SKE421",
    name="reversed-direction",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=maximised), Case(toy="table-mlp", plant=negative_rate), Case(toy="cnn-batch-norm", plant=dampened), Case(toy="cnn-batch-norm", plant=endless_momentum)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=nesterov), Case(toy="table-mlp", plant=maximised_likelihood)),
)
