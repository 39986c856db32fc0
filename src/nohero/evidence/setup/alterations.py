"""What an experiment may change in a set-up on loan: its inputs, its weights' start, its dropout, its optimizer; and a smaller batch."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nohero.setup.setup import Setup


@contextmanager
def altered(bench: Any, parts: Any) -> Iterator[None]:
    """The model gets its inputs standardised, or dealt to other items."""
    import torch

    if parts.inputs == "own":
        yield
        return
    change = _standard(bench) if parts.inputs == "standard" else _dealt(bench)

    def before(_: Any, args: Any, kwargs: Any) -> Any:
        with torch.no_grad():
            return change(args, kwargs)

    handle = bench.setup.single.register_forward_pre_hook(before, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def _standard(bench: Any) -> Callable[[Any, Any], Any]:
    import torch

    main = bench.specimen(0).main
    if main is None or not main.is_floating_point():
        raise Unmeasurable("the inputs are no numbers")
    axes = (0,) if main.ndim == 2 else tuple(range(main.ndim))
    rows = torch.cat([s.main.reshape(-1, main.shape[-1]) if main.ndim == 2 else s.main.reshape(-1, 1) for s in bench.fixed if s.main is not None])
    mean, spread = rows.mean(0), rows.std(0, unbiased=False)
    spread = torch.where(spread > 1e-9 * (1 + mean.abs()), spread, torch.ones_like(spread))
    kind, last = main.dtype, main.shape[-1]

    def one(t: Any) -> Any:
        fits = isinstance(t, torch.Tensor) and t.dtype == kind and t.ndim == main.ndim and t.shape[-1] == last
        return ((t - mean) / spread).to(kind) if fits and axes else t

    return lambda args, kwargs: (tuple(one(a) for a in args), {k: one(v) for k, v in kwargs.items()})


def _dealt(bench: Any) -> Callable[[Any, Any], Any]:
    from nohero.setup.calling import TARGETS, mapped

    first = bench.specimen(0)
    usual = (first.axis(first.main) if first.main is not None else 0) or 0

    def one(t: Any) -> Any:
        axis = next((a for a in (0, 1) if t.ndim > a and t.shape[a] == first.size), min(usual, t.ndim - 1))
        return t.roll(max(1, t.shape[axis] // 2), axis) if t.ndim else t

    return lambda args, kwargs: (mapped(args, one), {k: v if k in TARGETS else mapped(v, one) for k, v in kwargs.items()})


def stand_in(optimizers: tuple[Any, ...], reference: Any) -> None:
    """The user's step calls its optimizer, and the reference steps in its place."""
    if len(optimizers) != 1:
        raise Unmeasurable("there is not one optimizer to stand in for")
    own = optimizers[0]

    def step(closure: Any = None) -> Any:
        for hook in own._optimizer_step_pre_hooks.values():
            hook(own, (), {})
        return reference.step(closure)

    own.step, own.zero_grad = step, reference.zero_grad


def anew(setup: Setup) -> None:
    """Every module that can initialises itself anew, as torch does by default."""
    for module in setup.named_modules().values():
        if callable(getattr(module, "reset_parameters", None)) and any(p.requires_grad for p in module.parameters(recurse=False)):
            module.reset_parameters()


def awake(setup: Setup) -> None:
    """Dropout off, all else in train mode."""
    import torch

    for module in setup.named_modules().values():
        if isinstance(module, torch.nn.modules.dropout._DropoutNd):
            module.p = 0.0
        elif isinstance(module, torch.nn.RNNBase):
            module.dropout = 0.0


def cut(setup: Setup, batch: Any, most: int, order: Iterable[int]) -> Any:
    """A raw batch of its first `most` items in `order`, or the batch as it is where it cannot be cut."""
    import torch

    from nohero.setup.calling import mapped

    specimen = setup.specimen_of(batch)
    if specimen.size <= most or isinstance(batch, torch.Tensor | str):
        return batch
    chosen = torch.as_tensor(list(order)[:most], dtype=torch.long)

    def pick(t: Any) -> Any:
        axis = specimen.axis(t)
        return t if axis is None else t.index_select(axis, chosen.to(t.device))

    smaller = mapped(batch, pick)
    try:
        with setup.apart():
            setup.mode(training=True)
            small = setup.specimen_of(smaller)
            if small.size != most and small.main is not None and most not in small.main.shape[:2]:
                return batch
            value = setup.loss_of(setup.forward(replace(small, size=most)), small)
            return smaller if math.isfinite(float(value.detach())) else batch
    except Unmeasurable:
        return batch
