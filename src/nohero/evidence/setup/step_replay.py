"""What the user's step does on a few batches: calls in order, what every update's gradient is made of, and which parameters move."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.step_ears import Ears, Event, Update
from nohero.setup.parts import each

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.2  # seconds
STEPS = 12
LEAST, MOST = 5, 40  # calls of the step
ENOUGH = 4  # updates after which it ends
SECONDS = 4.0  # after which it ends
IDLE = 5  # steps of a schedule that begins at zero


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of one parameter."""

    name: str
    size: int
    half: bool  # 16 bits
    wanted: bool  # asks for a gradient
    held: bool  # by an optimizer that was handed over
    rate: float  # of its group; 0 where it is in none
    reached: float  # largest gradient of any pass; not a number where it is
    moved: float  # share of its numbers that changed


@dataclass(frozen=True, kw_only=True)
class StepReplay:
    """A few calls of the step, heard."""

    own: bool  # the user's own step
    calls: int
    events: tuple[Event, ...]
    updates: tuple[Update, ...]
    fates: tuple[Fate, ...]
    losses: tuple[tuple[float, ...], ...]  # values of the loss in every call
    twice: int  # passes that repeat the one before, bit for bit
    adaptive: bool  # the optimizer divides by the gradient's size
    mean_loss: float  # the loss of a batch given twice over that of the batch: 1 for a mean, 2 for a sum; not a number where unknown
    size: float  # norm of all trainable parameters
    travelled: float  # how far they went in all


def measure(setup: Setup) -> StepReplay:
    """Run the step with ears; schedules that are stepped per batch are stepped."""
    batches = setup.batches(8)
    parameters = setup.named_parameters()
    with setup.apart():
        for p in parameters.values():
            p.grad = None
        _begin_above_zero(setup)
        start = {n: p.detach().clone() for n, p in parameters.items()}
        began = time.monotonic()
        with Ears(setup) as ears:
            for number in range(MOST):
                ears.next_call()
                setup.train_step(batches[number % len(batches)])
                if setup.scheduler is not None and setup.given.scheduler_steps == "batch":
                    _next_rate(setup.scheduler)
                if (number + 1 >= LEAST and len(ears.heard.updates) >= ENOUGH) or time.monotonic() - began > SECONDS:
                    break
        fates = tuple(_fate(setup, n, p, start[n], ears.heard.touched.get(ears.place[id(p)], 0.0)) for n, p in parameters.items())
        travelled = sum(float((p.detach() - start[n]).double().norm()) ** 2 for n, p in parameters.items()) ** 0.5
    heard = ears.heard
    return StepReplay(
        own=setup.step is not None,
        calls=ears.call + 1,
        events=tuple(heard.events),
        updates=tuple(heard.updates),
        fates=fates,
        losses=tuple(tuple(v) for v in heard.losses),
        twice=heard.twice,
        adaptive=adaptive(setup, batches[0]),
        mean_loss=_mean_loss(setup),
        size=sum(float(start[n].double().norm()) ** 2 for n, p in parameters.items() if p.requires_grad) ** 0.5,
        travelled=travelled,
    )


def _begin_above_zero(setup: Setup) -> None:
    """A warm-up that begins at zero is helped over its first steps; where a schedule has come to its end, the rate is that of its beginning."""
    over = setup.scheduler is not None and any(getattr(s, "last_epoch", 0) > 0 for s in each(setup.scheduler))
    for group in (g for o in setup.optimizers for g in o.param_groups if over and g["lr"] == 0):
        group["lr"] = group.get("initial_lr", 0.0)
    for _ in range(IDLE):
        if setup.scheduler is None or any(g["lr"] > 0 for o in setup.optimizers for g in o.param_groups):
            return
        _next_rate(setup.scheduler)


def _next_rate(scheduler: Any) -> None:
    for one in each(scheduler):
        try:
            one.step()
        except (TypeError, ValueError):  # wants a score, or is past its end
            return


def _fate(setup: Setup, name: str, parameter: Any, start: Any, reached: float) -> Fate:
    groups = [g for o in setup.optimizers for g in o.param_groups if any(p is parameter for p in g["params"])]
    return Fate(
        name=name,
        size=parameter.numel(),
        half=parameter.element_size() < 4,
        wanted=parameter.requires_grad,
        held=bool(groups),
        rate=float(groups[0]["lr"]) if groups and "lr" in groups[0] else 0.0,
        reached=reached,
        moved=float((parameter.detach() != start).double().mean()) if parameter.numel() else 0.0,
    )


def adaptive(setup: Setup, batch: Any) -> bool:
    """Whether the optimizer's update keeps its size when gradients shrink: it keeps a running square of them."""
    from nohero.setup.refusal import Unmeasurable

    with setup.apart():
        with suppress(Unmeasurable):
            setup.train_step(batch)
        held = [s for o in setup.optimizers for s in o.state.values() if isinstance(s, dict)]
        known = any(k in s for s in held for k in ("exp_avg_sq", "square_avg", "exp_inf", "sum"))
        return known or any("betas" in g for o in setup.optimizers for g in o.param_groups)


def _mean_loss(setup: Setup) -> float:
    """The loss of a batch given twice, over the loss of the batch."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    try:
        specimen = setup.specimen()
        doubled = specimen.take([*range(specimen.size), *range(specimen.size)])
        with setup.apart(), torch.no_grad():
            setup.mode(training=False)
            one = float(setup.loss_of(setup.forward(specimen), specimen))
            two = float(setup.loss_of(setup.forward(doubled), doubled))
    except (Unmeasurable, RuntimeError, IndexError, ValueError, TypeError):
        return float("nan")
    return two / one if one else float("nan")
