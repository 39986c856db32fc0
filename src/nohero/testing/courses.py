"""A small healthy training under watch, and the switches by which faults are planted in it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.evidence.watched_course import WatchedCourse

ROWS, COLUMNS, CLASSES, BATCH = 240, 6, 3, 24


@dataclass(frozen=True, kw_only=True)
class Loop:
    """How the training loop is written; as it stands, it is right."""

    rate: float = 5e-3
    momentum: bool = False  # SGD with momentum in place of Adam
    epochs: int = 6
    train_mode: str = "each epoch"  # or once, or never
    eval_mode: bool = True
    clear: str = "before backward"  # or never, or after step, or every second
    keep_best: str = "copy"  # or alias, or always
    average: str = "moving"  # or still, buffers left, a mere alias of the model, none
    batches: str = "all"  # or the first for ever
    schedule: str = "cosine"  # or none, or never, or short
    zeroed: bool = False  # inputs
    spoilt_at: int = -1  # the step whose batch holds an infinity
    detached: bool = False  # the first layer's output
    frozen_declared: bool = False
    dropout: float = 0.1


def healthy() -> Loop:
    """The loop as it should be."""
    return Loop()


COURSES: dict[str, Callable[[], Loop]] = {"loop": healthy}


def watched(loop: Loop) -> WatchedCourse:
    """Train as the loop says, under watch."""
    import torch
    from torch import nn

    from nohero.watching import watch

    generator = torch.Generator().manual_seed(3)
    x = torch.randn(ROWS, COLUMNS, generator=generator)
    y = (x[:, :CLASSES] + 0.3 * torch.randn(ROWS, CLASSES, generator=generator)).argmax(1)
    torch.manual_seed(4)
    model = nn.Sequential(nn.Linear(COLUMNS, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(loop.dropout), nn.Linear(24, CLASSES))
    if loop.detached:
        model[0].register_forward_hook(lambda _, __, out: out.detach())
    optimizer = torch.optim.SGD(model.parameters(), loop.rate, momentum=0.9) if loop.momentum else torch.optim.Adam(model.parameters(), loop.rate)
    steps = loop.epochs * (ROWS * 3 // 4 // BATCH)
    scheduler = _scheduler(loop, optimizer, steps)
    average = {"none": None, "alias": model}.get(loop.average, copy.deepcopy(model))
    expect = {"frozen": ["0.*"]} if loop.frozen_declared else None
    with watch(model, optimizer, scheduler=scheduler, loss=nn.functional.cross_entropy, average=average, higher_is_better=True, epochs=loop.epochs, expect=expect) as w:
        _train(loop, (model, optimizer, scheduler, average), (x, y), w)
    return w.course()


def _scheduler(loop: Loop, optimizer: Any, steps: int) -> Any:
    import torch

    made = {
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps),
        "never": lambda: torch.optim.lr_scheduler.StepLR(optimizer, steps * 10),
        "short": lambda: torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.7),
    }
    return made[loop.schedule]() if loop.schedule in made else None


def _train(loop: Loop, parts: tuple[Any, Any, Any, Any], data: tuple[Any, Any], w: Any) -> None:
    import torch

    (model, optimizer, scheduler, average), (x, y) = parts, data
    cut = ROWS * 3 // 4
    best: dict[str, Any] = {}
    top, step = -1.0, 0
    model.train(loop.train_mode != "never")
    for _ in range(loop.epochs):
        if loop.train_mode == "each epoch":
            model.train()
        for rows in torch.randperm(cut)[: cut // BATCH * BATCH].reshape(-1, BATCH):
            chosen = torch.arange(BATCH) if loop.batches == "first" else rows
            inputs = torch.zeros_like(x[chosen]) if loop.zeroed else x[chosen].clone()
            if step == loop.spoilt_at:
                inputs[0, 0] = float("inf")
            loss = torch.nn.functional.cross_entropy(model(inputs), y[chosen])
            if loop.clear == "before backward" or (loop.clear == "every second" and step % 2 == 0):
                optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if loop.clear != "every second" or step % 2 == 1:
                optimizer.step()
            if loop.clear == "after step":
                optimizer.zero_grad(set_to_none=False)
            if scheduler is not None:
                scheduler.step()
            _follow(loop, average, model)
            w.step(loss, batch=(inputs, y[chosen]))
            step += 1
        model.train(not loop.eval_mode)
        with torch.no_grad():
            score = float((model(torch.zeros_like(x[cut:]) if loop.zeroed else x[cut:]).argmax(1) == y[cut:]).float().mean())
        if score > top or loop.keep_best == "always" or not best:
            top = max(top, score)
            best = model.state_dict() if loop.keep_best == "alias" else copy.deepcopy(model.state_dict())
        w.epoch(score, best=best)


def _follow(loop: Loop, average: Any, model: Any) -> None:
    """An exponential moving average of weights and buffers."""
    import torch

    if average is None or average is model or loop.average == "still":
        return
    with torch.no_grad():
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.lerp_(p, 0.1)
        if loop.average != "buffers left":
            for a, b in zip(average.buffers(), model.buffers(), strict=True):
                a.copy_(b)
