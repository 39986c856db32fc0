"""Derivatives that are made in the course of a loss (`torch.autograd.grad`), and whether those that have no graph of their own become a part of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import among, functions
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
PRODUCTS = ("mul", "__mul__", "__rmul__", "__imul__", "mul_", "multiply", "matmul", "__matmul__", "__rmatmul__", "dot", "einsum", "div", "__truediv__")
NORMS = ("norm", "vector_norm", "linalg_vector_norm", "linalg_norm")
PICTURE = 4  # axes: items, channels, height, width
CUTS = ("detach", "detach_", "item", "tolist", "numpy", "data")  # said in so many words: no gradient is wanted


@dataclass(frozen=True, kw_only=True)
class DerivativesUsed:
    """Derivatives by something other than parameters, in one step."""

    made: int
    graphless: int  # of these, made without create_graph, of what parameters in training have a part in
    by_pixel: tuple[tuple[int, ...], ...]  # of pictures' derivatives, those whose length is taken over the channels alone: its shape
    in_loss: int  # losses whose value is made of graphless ones, other than as a weight or by way of the model's inputs


def measure(setup: Setup) -> DerivativesUsed:
    """One step, or one loss, with an ear; what is made of a graphless derivative is followed to the backward pass."""
    trained = {id(p) for o in setup.optimizers for g in o.param_groups for p in g["params"]} or {id(p) for p in setup.named_parameters().values() if p.requires_grad}
    follow = _Follow({id(p) for p in setup.named_parameters().values()}, trained)
    with setup.apart(), functions(follow.told), _asked(setup, follow):
        follow.ended(run_once(setup))
    if not follow.made:
        raise Unmeasurable("no derivative is made in the course of the loss")
    return DerivativesUsed(made=follow.made, graphless=follow.graphless, by_pixel=tuple(follow.by_pixel), in_loss=follow.in_loss)


class _Follow:
    """Which tensors are made of graphless derivatives."""

    def __init__(self, parameters: set[int], trained: set[int]) -> None:
        self.parameters, self.trained = parameters, trained
        self.of: dict[int, Any] = {}  # by identity; the tensors are kept alive, so that none is mistaken for another
        self.slopes: list[Any] = []  # with a graph, of inputs that are pictures
        self.by_pixel: list[tuple[int, ...]] = []
        self.made = self.graphless = self.in_loss = 0

    def told(self, name: str, args: Any, kwargs: Any, result: Any) -> None:
        """After one torch function."""
        from nohero.setup.calling import tensors_of

        if name == "grad" and isinstance(result, tuple):
            self._grad(args, kwargs, result)
        elif name in NORMS and args and among(args[0], self.slopes) and tuple(result.shape) in _by_pixel(args[0]):
            self.by_pixel.append((len(result), *result.shape[-2:]))
        elif name == "backward" and args:
            self.ended(args[0])
        elif self.of and name not in CUTS and any(id(t) in self.of for t in tensors_of((args, kwargs))) and not self._weighs(name, args):
            self.of |= {id(t): t for t in tensors_of(result)}

    def _weighs(self, name: str, args: Any) -> bool:
        """Whether a derivative only multiplies what is trained: weights of losses by their pull are plain numbers on purpose."""
        from nohero.setup.calling import tensors_of

        return name in PRODUCTS and any(t.requires_grad and id(t) not in self.of for t in tensors_of(args))

    def _grad(self, args: Any, kwargs: Any, result: Any) -> None:
        from nohero.setup.calling import tensors_of

        by = list(tensors_of(args[1] if len(args) > 1 else kwargs.get("inputs", ())))
        if any(id(t) in self.parameters for t in by):
            return  # steps on copies of the weights, and weights of terms by their pull
        self.made += 1
        self.slopes += [t for t in tensors_of(result) if t.ndim == PICTURE and t.requires_grad]
        graph = kwargs.get("create_graph", args[4] if len(args) > 4 else False)
        if not graph and any(_reaches(t, self.trained) for t in tensors_of(args[:1] or kwargs.get("outputs", ()))):
            self.graphless += 1
            self.of |= {id(t): t for t in tensors_of(result)}

    def ended(self, value: Any) -> None:
        """At a loss."""
        self.in_loss += int(id(value) in self.of)


def _by_pixel(slope: Any) -> tuple[tuple[int, ...], ...]:
    """The shapes of a length that is taken over the channels alone."""
    items, _, *pixels = slope.shape
    return (items, *pixels), (items, 1, *pixels)


def _reaches(value: Any, trained: set[int]) -> bool:
    """Whether a parameter in training has a part in this value."""
    waiting, seen = [value.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if id(getattr(node, "variable", None)) in trained:
            return True
        waiting += [n for n, _ in node.next_functions]
    return False


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
