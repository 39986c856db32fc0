"""What was seen of a real training while it ran: losses, gradients, modes, rates, averages and the best checkpoint, as plain series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nohero.run.figure import Lines, Rule, Series

PRICE = 0.0  # seconds: it was paid in the training


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One evaluation."""

    step: int  # training steps so far
    score: float
    loss: float  # mean training loss since the last evaluation
    rate: float  # of the first group
    best_is_live: tuple[str, ...] = ()  # names under which the user keeps "best" weights that are the live ones
    best_is_current: bool = False  # the kept best weights equal the current ones
    average_moved: bool = True
    average_buffers_moved: bool = True
    average_equals_model: bool = False
    buffers_moved: bool = True  # of the model


@dataclass(frozen=True, kw_only=True)
class WatchedCourse:
    """Series have one entry a step, as far as they were kept."""

    steps: int
    losses: tuple[float, ...]
    gradient_norms: tuple[float, ...]
    rates: tuple[float, ...]
    epochs: tuple[Epoch, ...] = ()
    non_finite_step: int = -1  # the first step with a loss or gradient that is not finite
    non_finite_where: tuple[str, ...] = ()  # "loss", or parameters
    uncleared: int = 0  # backward passes that added to gradients the optimizer had used already
    backwards: int = 0
    unmoved: tuple[str, ...] = ()  # trainable parameters with gradients that never changed
    ungraded: tuple[str, ...] = ()  # trainable parameters that never got a gradient
    eval_steps: tuple[int, ...] = ()  # steps whose forward ran with mode-sensitive layers in eval mode
    eval_layers: tuple[str, ...] = ()
    train_evaluations: int = 0  # forwards without gradient between a step and an epoch's end, in train mode
    evaluations: int = 0
    train_layers: tuple[str, ...] = ()
    repeated_batches: int = 0  # steps whose batch equals the one before
    seen_batches: int = 0
    frozen_moved: tuple[str, ...] = ()  # declared frozen, moved all the same
    unequal: tuple[str, ...] = ()  # declared equal, apart at the end
    target_entropy: float = float("nan")  # nats, of the targets seen, where they are classes
    target_variance: float = float("nan")
    loss_known: str = ""  # cross-entropy or mse, where the loss given equals it
    best_direction: int = 0  # 1 where a higher score is better, -1 lower, 0 not known
    has_average: bool = False
    scheduler: bool = False
    planned_steps: int = 0
    own_seconds: float = 0.0
    seconds: float = 0.0

    def sentence(self) -> str:
        """How far it came, and what watching cost."""
        share = self.own_seconds / self.seconds if self.seconds else 0.0
        return f"{self.steps:,} steps and {len(self.epochs)} evaluations were watched; watching took {share:.1%} of the time"

    def figures(self) -> tuple[Lines, ...]:
        """The loss by step, with the evaluations as rules."""
        if len(self.losses) < 2:
            return ()
        every = max(1, len(self.losses) // 400)
        x = tuple(float(i) for i in range(0, len(self.losses), every))
        rules = (Rule(label="constant answer", value=self.target_entropy),) if self.loss_known == "cross-entropy" else ()
        return (Lines(title="Training loss", x_label="step", y_label="loss", series=(Series(name="loss", x=x, y=self.losses[::every]),), rules=rules),)


class Watch(Protocol):
    """Whoever watched a training."""

    def course(self) -> WatchedCourse:
        """What was seen so far."""
        ...


def measure(watch: Watch) -> WatchedCourse:
    """What the watch has seen so far."""
    return watch.course()
