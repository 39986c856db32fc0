"""Derivatives that are made in the course of a loss (`torch.autograd.grad`), and whether those that have no graph of their own become a part of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
CUTS = ("detach", "detach_", "item", "tolist", "numpy", "data")  # said in so many words: no gradient is wanted


@dataclass(frozen=True, kw_only=True)
class DerivativesUsed:
    """Derivatives of something other than parameters, in one step."""

    made: int
    graphless: int  # of these, made without create_graph
    in_loss: int  # losses with a gradient of their own whose value is made of graphless ones, other than by way of the model's inputs


def measure(setup: Setup) -> DerivativesUsed:
    """One step, or one loss, with an ear; what is made of a graphless derivative is followed to the backward pass."""
    follow = _Follow({id(p) for p in setup.named_parameters().values()})
    with setup.apart(), functions(follow.told), _asked(setup, follow):
        follow.ended(run_once(setup))
    if not follow.made:
        raise Unmeasurable("no derivative is made in the course of the loss")
    return DerivativesUsed(made=follow.made, graphless=follow.graphless, in_loss=follow.in_loss)


class _Follow:
    """Which tensors are made of graphless derivatives."""

    def __init__(self, parameters: set[int]) -> None:
        self.parameters = parameters
        self.of: dict[int, Any] = {}  # by identity; the tensors are kept alive, so that none is mistaken for another
        self.made = self.graphless = self.in_loss = 0

    def told(self, name: str, args: Any, kwargs: Any, result: Any) -> None:
        """After one torch function."""
        from nohero.setup.calling import tensors_of

        if name == "grad" and isinstance(result, tuple):
            self._grad(args, kwargs, result)
        elif name == "backward" and args:
            self.ended(args[0])
        elif self.of and name not in CUTS and any(id(t) in self.of for t in tensors_of((args, kwargs))):
            self.of |= {id(t): t for t in tensors_of(result)}

    def _grad(self, args: Any, kwargs: Any, result: Any) -> None:
        from nohero.setup.calling import tensors_of

        by = list(tensors_of(args[1] if len(args) > 1 else kwargs.get("inputs", ())))
        if any(id(t) in self.parameters for t in by):
            return  # steps on copies of the weights, and weights of terms by their pull
        self.made += 1
        graph = kwargs.get("create_graph", args[4] if len(args) > 4 else False)
        if not graph:
            self.graphless += 1
            self.of |= {id(t): t for t in tensors_of(result)}

    def ended(self, value: Any) -> None:
        """At a loss."""
        self.in_loss += int(id(value) in self.of)


@contextmanager
def _asked(setup: Setup, follow: _Follow) -> Iterator[None]:
    """What the model is asked with is an input like any other, however it was made: adversarial examples, samples drawn along a slope."""
    from nohero.setup.calling import tensors_of

    def asked(_: Any, args: Any, kwargs: Any) -> None:
        for t in tensors_of((args, kwargs)):
            follow.of.pop(id(t), None)

    handles = [m.register_forward_pre_hook(asked, with_kwargs=True) for m in setup.named_modules().values()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
