"""What a user hands over to `nohero.check`, as it was handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Given:
    """A training set-up in the user's own objects; all but `model` and `train` may be missing."""

    model: Any  # a module, several in a tuple, list or dict, or a factory of these
    loss: Any = None  # (output, target) -> scalar; None where the model returns its own
    train: Any = None  # a loader, a dataset, tensors, a list of batches, or a factory of an iterable
    val: Any = None
    test: Any = None
    optimizer: Any = None  # an optimizer, several, or a factory taking parameters
    scheduler: Any = None  # a scheduler, or a factory taking the optimizer
    scheduler_steps: str = "epoch"  # or "batch": when scheduler.step() is called
    step: Callable[..., Any] | None = None  # (model, batch, loss, optimizer) -> float
    evaluate: Callable[..., Any] | None = None  # (model, batches) -> float
    epochs: int | None = None
    task: str | None = None
    classes: Any = None  # a number or names
    expect: dict[str, Any] = field(default_factory=dict)
    unpack: Callable[..., Any] | None = None  # batch -> (inputs, target)
