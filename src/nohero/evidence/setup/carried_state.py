"""Whether a module gets, with one batch, what it answered to the batch before: a state that is handed on from step to step."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 2
MOST = 1_000_000  # numbers of a tensor that is remembered


@dataclass(frozen=True, kw_only=True)
class CarriedState:
    """The modules whose answers to one batch come back to them with the next."""

    modules: tuple[str, ...]
    shape: tuple[int, ...]  # of what comes back, of the first of them
    shuffled: bool | None  # the loader draws its items in another order each epoch; None: not known


def measure(setup: Setup) -> CarriedState:
    """Two steps on two batches of equal size, with an ear at every module."""
    batches = setup.batches(2)
    if len(batches) < 2:
        raise Unmeasurable("there are no two batches")
    with setup.apart():
        with _heard(setup) as first:
            setup.train_step(batches[0])
        with _heard(setup) as second:
            setup.train_step(batches[1])
    found = {name: shape for name, (gets, _) in second.items() if (shape := _back(*first.get(name, ([], [])), gets))}
    return CarriedState(modules=tuple(found), shape=next(iter(found.values()), ()), shuffled=setup.train.deals_anew)


@contextmanager
def _heard(setup: Setup) -> Iterator[dict[str, tuple[list[Any], list[Any]]]]:
    """By module: the floating tensors it gets, and those it answers."""
    from nohero.setup.calling import tensors_of

    heard: dict[str, tuple[list[Any], list[Any]]] = {}

    def told(value: Any) -> list[Any]:
        return [t.detach() for t in tensors_of(value) if t.is_floating_point() and t.ndim > 1 and 1 < t.numel() <= MOST]

    def after(name: str) -> Any:
        def note(_: Any, args: Any, kwargs: Any, answer: Any) -> None:
            gets, gives = heard.setdefault(name, ([], []))
            gets.extend(told((args, kwargs)))
            gives.extend(told(answer))

        return note

    handles = [m.register_forward_hook(after(n), with_kwargs=True) for n, m in setup.named_modules().items()]
    try:
        yield heard
    finally:
        for handle in handles:
            handle.remove()


def _back(got: list[Any], given: list[Any], gets: list[Any]) -> tuple[int, ...]:
    """The shape of an answer of the step before that comes back bit for bit.

    What has one value throughout tells nothing, nor what the module got the time before: the same batch again, which it hands through.
    """
    for t in gets:
        if _among(t, given) and not _among(t, got) and float(t.std()) > 0:
            return tuple(t.shape)
    return ()


def _among(t: Any, others: list[Any]) -> bool:
    import torch

    return any(o.shape == t.shape and torch.equal(o, t) for o in others)
