"""One run of the user's own step with an ear at the model and the loss: what they are called with, and what they answer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nohero.setup.calling import main_output, tensors_of


@dataclass
class Recording:
    """Calls in the order they were made."""

    calls: list[tuple[tuple[Any, ...], dict[str, Any], Any]] = field(default_factory=list)  # args, kwargs, answer of the model
    losses: list[tuple[tuple[Any, ...], Any]] = field(default_factory=list)  # arguments, value of the loss


@contextmanager
def listening(models: tuple[Any, ...], loss: Any) -> Iterator[tuple[Recording, Any]]:
    """(what is recorded, the loss to hand over in place of `loss`); hooks are gone afterwards."""
    import torch

    heard = Recording()

    def called(_: Any, args: Any, kwargs: Any, answer: Any) -> None:
        heard.calls.append((args, kwargs, answer))

    def lost(_: Any, args: Any, value: Any) -> None:
        heard.losses.append((args, value))

    ear = loss
    handles = [model.register_forward_hook(called, with_kwargs=True) for model in models]
    if isinstance(loss, torch.nn.Module):
        handles.append(loss.register_forward_hook(lost))
    elif callable(loss):

        @functools.wraps(loss, updated=())
        def ear(*args: Any, **kwargs: Any) -> Any:
            value = loss(*args, **kwargs)
            heard.losses.append(((*args, *kwargs.values()), value))
            return value

    try:
        yield heard, ear
    finally:
        for handle in handles:
            handle.remove()


def bridge_between(raw: Any, given: Any) -> Callable[[Any], Any] | None:
    """How the step gets from the model's answer `raw` to what the loss was `given`: itself, one of its tensors, reshaped; or None."""
    import torch

    if given is raw:
        return as_it_is
    if not isinstance(given, torch.Tensor):
        return None
    main = main_output(raw)
    for place, tensor in enumerate(tensors_of(raw)):
        if tensor is given:
            return functools.partial(_picked, place=place)
    for place, tensor in enumerate(tensors_of(raw)):
        if tensor.numel() == given.numel() and torch.equal(tensor.reshape(given.shape).to(given.dtype), given):
            return functools.partial(_picked, place=place, old=tensor.shape, new=given.shape)
    if main is not None and main.ndim == given.ndim and main.numel() == given.numel():
        for a in range(main.ndim):
            for b in range(a + 1, main.ndim):
                if main.transpose(a, b).shape == given.shape and torch.equal(main.transpose(a, b), given):
                    return functools.partial(_transposed, a=a, b=b)
    return None


def as_it_is(answer: Any) -> Any:
    """The bridge of a loss that gets the model's answer unchanged."""
    return answer


def _picked(answer: Any, *, place: int, old: Any = None, new: Any = None) -> Any:
    tensor = list(tensors_of(answer))[place]
    return tensor if old is None else _fold(tensor, old, new)


def _transposed(answer: Any, *, a: int, b: int) -> Any:
    return main_output(answer).transpose(a, b)


def _fold(tensor: Any, old: Any, new: Any) -> Any:
    """`tensor` reshaped as `old` was to `new`, for another number of items."""
    if tensor.shape == old:
        return tensor.reshape(new)
    if tensor.numel() == 0 or len(old) == 0:
        return tensor
    if len(new) and new[0] == old[0]:
        return tensor.reshape(tensor.shape[0], *new[1:])
    if len(new) == 1 or tensor.numel() % max(1, int(new[1:].numel())) == 0:
        return tensor.reshape(-1, *new[1:])
    return tensor


def same(one: Any, other: Any) -> bool:
    """Whether two nests hold the same tensors, bit for bit."""
    import torch

    left, right = list(tensors_of(one)), list(tensors_of(other))
    return len(left) == len(right) and all(a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b) for a, b in zip(left, right, strict=True))
