"""What it asks: does clipping leave enough of the gradient to learn from?

Why it matters: a limit far below every gradient turns clipping into a second, hidden learning rate. With plain gradient descent
the parameters then hardly move.

How it is measured: the norm of the gradient is read before and after every clipping while the step runs on a few batches, and
the way the parameters go is compared with their size; for optimizers that divide by the gradient's size, with the learning rate.

When it is right to fail: never more than a warning: every clipping leaves less than a hundredth, and the parameters hardly move.

What it cannot see: limits that are too low only later in training.

Mend: set the limit near the usual norm of the gradient, 1.0 or above; clip after unscaling, where gradients are scaled.

Source: Pascanu et al. 2013, On the difficulty of training recurrent neural networks (arXiv:1211.5063).
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

LEFT = 0.01  # of the gradient's norm, at every clipping; a limit that is meant to cut the largest cuts some, not all, by a hundred
STILL = 2e-5  # way per update over the parameters' norm; usual training goes 1e-3, slow fine-tuning 1e-5 without clipping
SLOW = 0.03  # way per update over learning rate times root of the count; Adam's first steps go about 1


def judge(replay: StepReplay) -> Finding:
    """Little left and hardly any way warns."""
    clips = [e for e in replay.events if e.kind == "clip" and e.count and e.before > 0]
    if not clips or not replay.updates:
        return skipped("the step calls none of torch's clipping functions on gradients")
    left = [e.after / e.before for e in clips]
    way = replay.travelled / len(replay.updates)
    held = [f for f in replay.fates if f.held and f.wanted]
    count, rate = sum(f.size for f in held), median([f.rate for f in held] or [0.0])
    still = way / rate / max(1, count) ** 0.5 < SLOW if replay.adaptive and rate > 0 else way < STILL * replay.size
    if max(left) >= LEFT or not still:
        return passed(f"clipping leaves {median(left):.3g} of the gradient's norm; an update goes {way / max(replay.size, 1e-30):.2g} of the parameters' norm")
    return warned(
        f"clipping leaves {median(left):.2g} of the gradient's norm (limit {clips[0].about:g}, norm {median(e.before for e in clips):.3g}), and an update moves the parameters by {way / max(replay.size, 1e-30):.1g} of their norm",
        expected="a limit near the gradient's usual norm",
        observed=Observed(value=median(left), unit="of the norm is left", n=len(clips)),
        component="step",
        where=("clip_grad_norm_",),
        why="The limit lies so far below every gradient that it sets the step by itself, far smaller than the learning rate says. The parameters hardly move.",
        remedies=(f"set the limit near the usual norm, {max(1.0, median(e.before for e in clips)):.2g}", "with a GradScaler, call scaler.unscale_(optimizer) before clipping"),
        figure=Bars(
            title="Gradient's norm",
            value_label="norm",
            bars=(Bar(label="before clipping", value=median(e.before for e in clips)), Bar(label="after", value=median(e.after for e in clips), role="bad")),
            sentence=f"clipping leaves {median(left):.2g} of the gradient's norm",
        ),
    )


def _clipped(given: Given, limit: float, *, value: bool = False) -> Given:
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        cost = loss(model(batch[0]), batch[1])
        cost.backward()
        if value:
            torch.nn.utils.clip_grad_value_(model.parameters(), limit)
        else:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=limit)
        optimizer.step()
        return float(cost.detach())

    return replace(given, step=step)


def tiny_norm(given: Given) -> Given:
    """A limit of one in a hundred thousand, with plain gradient descent."""
    return _clipped(given, 1e-5)


def tiny_value(given: Given) -> Given:
    """Every number of the gradient is cut at one in ten million."""
    return _clipped(given, 1e-7, value=True)


def tiny_norm_with_adam(given: Given) -> Given:
    """A limit so low that Adam's epsilon is larger than the gradient."""
    return _clipped(given, 1e-9)


def usual_norm(given: Given) -> Given:
    """A limit below the usual norm."""
    return _clipped(given, 0.1)


def small_norm_with_adam(given: Given) -> Given:
    """Adam divides by the gradient's size, so that a low limit does no harm."""
    return _clipped(given, 1e-3)


CHECK = Check(
    code="SKE404",
    name="gradients-clipped-to-nothing",
    source="Pascanu et al. 2013, On the difficulty of training recurrent neural networks (arXiv:1211.5063)",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=tiny_norm), Case(toy="cnn-batch-norm", plant=tiny_value), Case(toy="table-mlp", plant=tiny_norm_with_adam)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=usual_norm), Case(toy="table-mlp", plant=small_norm_with_adam)),
)
