"""What every module of the model answers in one call, and the first module at which two calls part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen


@dataclass
class Trace:
    """Calls of modules in the order they ended: name, tensors in, tensors out."""

    calls: list[tuple[str, list[Tensor], list[Tensor]]] = field(default_factory=list)
    attended: set[int] = field(default_factory=set)  # lengths over which self-attention was executed


def traced(setup: Setup, specimen: Specimen, seed: int = 0) -> Trace:
    """One call, recorded."""
    from nohero.setup.calling import tensors_of
    from nohero.setup.streams import seed_all

    trace, handles = Trace(), []

    def heard(name: str) -> Any:
        def hook(_: Any, args: Any, kwargs: Any, out: Any) -> None:
            kept = [[t.detach().clone() for t in tensors_of(v) if t.is_floating_point() and t.ndim] for v in ((args, kwargs), out)]
            trace.calls.append((name, kept[0], kept[1]))

        return hook

    try:
        for name, module in setup.single.named_modules():
            handles.append(module.register_forward_hook(heard(name), with_kwargs=True))
        seed_all(setup.seed + seed)
        with _attention(trace.attended):
            setup.forward(specimen)
    finally:
        for handle in handles:
            handle.remove()
    return trace


def first_parting(one: Trace, other: Trace, parted: Callable[[Tensor, Tensor], bool]) -> str:
    """The innermost module that first answers otherwise though it was asked the same; code between modules goes by its parent's name."""
    for (name, asked, said), (other_name, other_asked, other_said) in zip(one.calls, other.calls, strict=False):
        if name != other_name:
            return ""
        if _any(said, other_said, parted):
            if _any(asked, other_asked, parted):
                parent = name.rpartition(".")[0]
                return f"{parent or 'the model itself'}, before {name}" if name else "the model itself"
            return name or "the model itself"
    return ""


def _any(ones: list[Tensor], others: list[Tensor], parted: Callable[[Tensor, Tensor], bool]) -> bool:
    return len(ones) == len(others) and any(a.shape == b.shape and parted(a, b) for a, b in zip(ones, others, strict=True))


@contextmanager
def _attention(lengths: set[int]) -> Iterator[None]:
    """Listen for attention of a sequence to itself: torch's own, or a soft-max over a square of scores."""
    from torch.overrides import TorchFunctionMode

    class Ear(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = func(*args, **(kwargs or {}))
            name = getattr(func, "__name__", "")
            if name == "multi_head_attention_forward" and args[0].shape[0] == args[1].shape[0]:
                lengths.add(int(args[0].shape[0]))
            elif name == "scaled_dot_product_attention" and args[0].shape[-2] == args[1].shape[-2]:
                lengths.add(int(args[0].shape[-2]))
            elif name in ("softmax", "sigmoid") and getattr(result, "ndim", 0) >= 3 and result.shape[-1] == result.shape[-2]:
                lengths.add(int(result.shape[-1]))
            return result

    with Ear():
        yield


@contextmanager
def axes_swapped(module: Any, size: int) -> Iterator[None]:
    """The module asked and heard with its first two axes swapped, where the first counts `size` items."""
    from nohero.setup.calling import mapped

    def swap(t: Any) -> Any:
        return t.transpose(0, 1) if t.ndim == 3 and t.shape[0] == size and t.is_floating_point() else t

    def back(t: Any) -> Any:
        return t.transpose(0, 1) if t.ndim == 3 and t.shape[1] == size and t.is_floating_point() else t

    before = module.register_forward_pre_hook(lambda _, args, kwargs: mapped((args, kwargs), swap), with_kwargs=True)
    after = module.register_forward_hook(lambda _, __, out: mapped(out, back))
    try:
        yield
    finally:
        before.remove()
        after.remove()
