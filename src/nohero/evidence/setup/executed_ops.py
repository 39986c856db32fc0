"""What a forward pass executes: reshapes that regroup axes, dropout and its rate, random draws; and whether two eval passes agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import tensors_of

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 7
SIZES = (7, 5)  # items: two sizes that are no size of a network, so that equal lengths are not mistaken for each other
RESHAPES = ("view", "reshape", "unflatten")
SUMS = ("add", "add_", "__add__", "__iadd__", "__radd__")
LEAST = 4  # numbers: a scalar that is doubled is a sum of losses, say
DROPS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
DRAWS = ("rand", "randn", "rand_like", "randn_like", "normal", "normal_", "bernoulli", "bernoulli_", "multinomial", "uniform_", "poisson", "randint", "randint_like", "randperm", "rsample", "gumbel_softmax")


@dataclass(frozen=True, kw_only=True)
class Regrouping:
    """One reshape in which an axis' length turns up elsewhere although its numbers were not moved."""

    module: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    batch: bool  # the axis that counts the items is among the moved


@dataclass(frozen=True, kw_only=True)
class ExecutedOps:
    """`drops` are (module, rate) as executed."""

    regrouped: tuple[Regrouping, ...]
    self_added: tuple[str, ...]  # modules that add a tensor to itself
    drops_in_training: tuple[tuple[str, float], ...]
    drops_in_evaluation: tuple[tuple[str, float], ...]
    draws_in_evaluation: tuple[tuple[str, str], ...]  # (module, function)
    random_evaluation: bool  # two passes in eval mode differ
    apart: float = 0.0  # largest difference, relative
    by_course: bool = False  # two passes differ under the same random numbers too: the model keeps a state


def measure(setup: Setup) -> ExecutedOps:
    """Trace forward passes in both modes."""
    import torch

    specimen = setup.specimen()
    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        resting = _traced(setup, specimen)
        one, other, again = (_answer(setup, specimen, seed) for seed in (1, 2, 2))
        found = [_traced(setup, specimen.take(range(size)))[0] for size in SIZES if specimen.size > size] or [resting[0]]
    with setup.apart(), torch.no_grad():
        setup.mode(training=True)
        training = _traced(setup, specimen)
    apart = _apart(one, other)
    return ExecutedOps(
        regrouped=tuple(_common(found)),
        self_added=tuple(dict.fromkeys(resting[3])),
        drops_in_training=tuple(dict.fromkeys(training[1])),
        drops_in_evaluation=tuple(dict.fromkeys(resting[1])),
        draws_in_evaluation=tuple(dict.fromkeys(resting[2])),
        random_evaluation=apart > 0,
        apart=apart,
        by_course=_apart(other, again) > 0,
    )


def _answer(setup: Setup, specimen: Any, seed: int) -> list[Any]:
    from nohero.setup.streams import seed_all

    seed_all(seed)
    return [t.detach().clone() for t in tensors_of(setup.forward(specimen)) if t.is_floating_point()]


def _apart(one: list[Any], other: list[Any]) -> float:
    worst = 0.0
    for a, b in zip(one, other, strict=False):
        if a.shape == b.shape and a.numel():
            scale = float(a.abs().nan_to_num().max().clamp_min(1e-12))
            worst = max(worst, float((a - b).abs().nan_to_num().max()) / scale)
    return worst


def _traced(setup: Setup, specimen: Any) -> tuple[list[Regrouping], list[tuple[str, float]], list[tuple[str, str]], list[str]]:
    """(regroupings, executed drops, executed draws, self-additions) of one forward pass."""
    import torch
    from torch.overrides import TorchFunctionMode

    regrouped: list[Regrouping] = []
    drops: list[tuple[str, float]] = []
    draws: list[tuple[str, str]] = []
    doubled: list[str] = []
    place: list[str] = [""]

    class Ear(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            name = getattr(func, "__name__", "")
            if name in SUMS and len(args) == 2 and one_tensor(*args):
                doubled.append(place[-1])
            answer = func(*args, **kwargs)
            first = args[0] if args else None
            if name in RESHAPES and isinstance(first, torch.Tensor) and isinstance(answer, torch.Tensor) and first.is_floating_point():
                moved = regrouping(tuple(first.shape), tuple(answer.shape), specimen.size)
                if moved is not None:
                    regrouped.append(Regrouping(module=place[-1], before=tuple(first.shape), after=tuple(answer.shape), batch=moved))
            elif name in DROPS:
                rate, on = _rate(args, kwargs)
                if on and rate > 0:
                    drops.append((place[-1], rate))
            elif name == "scaled_dot_product_attention" and float(kwargs.get("dropout_p", args[4] if len(args) > 4 else 0.0)) > 0:
                drops.append((place[-1], float(kwargs.get("dropout_p", args[4] if len(args) > 4 else 0.0))))
            elif name in DRAWS:
                draws.append((place[-1], name))
            return answer

    with _places(setup, place), Ear():
        setup.forward(specimen)
    return regrouped, drops, draws, doubled


def one_tensor(a: Any, b: Any) -> bool:
    """Whether both are the very same numbers in memory, more than one of them."""
    import torch

    if not isinstance(a, torch.Tensor) or not isinstance(b, torch.Tensor) or a.numel() < LEAST or not a.is_floating_point():
        return False
    return a.data_ptr() == b.data_ptr() and a.shape == b.shape and a.stride() == b.stride()


def _rate(args: Any, kwargs: Any) -> tuple[float, bool]:
    rate = float(kwargs.get("p", args[1] if len(args) > 1 else 0.5))
    on = kwargs.get("training", kwargs.get("train", args[2] if len(args) > 2 else True))
    return rate, bool(on)


@contextmanager
def _places(setup: Setup, place: list[str]) -> Iterator[None]:
    """Keep the name of the module that is running."""
    handles = []
    for name, module in setup.named_modules().items():
        handles.append(module.register_forward_pre_hook(lambda _, __, name=name: place.append(name)))
        handles.append(module.register_forward_hook(lambda _, __, ___: (place.pop(), None)[1]))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def regrouping(before: tuple[int, ...], after: tuple[int, ...], items: int) -> bool | None:
    """Whether a reshape gives an axis' length to other numbers: None if not, else whether the items' axis is concerned.

    An axis keeps its place where as many numbers stand before it as before. A length above one that occurs once on either side
    and has another number of numbers before it now, was not moved by the reshape: what stands there is something else.
    """
    moved = []
    for length in set(before):
        if length > 1 and before.count(length) == 1 and after.count(length) == 1:
            ahead, now = prod(before[: before.index(length)]), prod(after[: after.index(length)])
            behind, later = prod(before[before.index(length) + 1 :]), prod(after[after.index(length) + 1 :])
            if ahead != now and behind != later:
                moved.append(length)
    return (items in moved) if moved else None


def _common(found: list[list[Regrouping]]) -> list[Regrouping]:
    """Those seen with every number of items, at the same module."""
    if not found:
        return []
    places = set.intersection(*({r.module for r in part} for part in found))
    return [r for r in dict.fromkeys(found[0]) if r.module in places]


