"""Asking before a CUDA kernel asserts: an index out of range raises on a CPU, but on CUDA it ends every later use of the device by the process.

An experiment that tries how a model is called, or what a loss says to strange answers, must not do that to its user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


@contextmanager
def asked_before(device: Any, modules: Iterable[Any] = ()) -> Iterator[None]:
    """Inside, what would be asserted on the device is raised, as on a CPU, and recurrent layers have gradients in eval mode too, which cuDNN refuses."""
    import torch

    if device.type != "cuda":
        yield
        return
    recurrent = any(isinstance(m, torch.nn.RNNBase) for root in modules for m in root.modules())
    before = torch.backends.cudnn.enabled
    torch.backends.cudnn.enabled = before and not recurrent
    try:
        with _mode("cuda"):
            yield
    finally:
        torch.backends.cudnn.enabled = before


def _mode(kind: str) -> AbstractContextManager[Any]:
    from torch.utils._python_dispatch import TorchDispatchMode

    asked = _asked()

    class Asking(TorchDispatchMode):  # type: ignore[no-untyped-call]
        """Looks at the arguments of the few operations that assert."""

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            ask = asked.get(func.overloadpacket)
            if ask is not None and any(getattr(a, "is_meta", True) is False and a.device.type == kind for a in args):
                ask(*args, **(kwargs or {}))
            return func(*args, **(kwargs or {}))

    return Asking()  # type: ignore[no-untyped-call]


def _asked() -> dict[Any, Callable[..., None]]:
    """Operation -> what asks its arguments."""
    import torch

    aten = torch.ops.aten
    return {
        aten.embedding: lambda weight, index, *_, **__: _within(index, len(weight), "an embedding of"),
        aten._embedding_bag: lambda weight, index, *_, **__: _within(index, len(weight), "an embedding of"),  # noqa: SLF001
        aten.nll_loss_forward: _labels,
        aten.nll_loss2d_forward: _labels,
        aten.nll_loss_nd: _labels,
        aten.nll_loss: _labels,
        aten.binary_cross_entropy: _both_shares,
        **dict.fromkeys((aten.index_select, aten.gather, aten.scatter, aten.scatter_, aten.scatter_add, aten.scatter_add_, aten.index_add, aten.index_add_, aten.index_copy), _along),
        **dict.fromkeys((aten.index, aten.index_put, aten.index_put_), _places),
        aten.multinomial: _weights,
        aten.bernoulli: _shares,
    }


def _within(index: Any, count: int, of: str, low: int = 0) -> None:
    if index.numel() and (int(index.min()) < low or int(index.max()) >= count):
        raise IndexError(f"index out of range: {int(index.min())} to {int(index.max())} in {of} {count}")


def _along(source: Any, axis: int, index: Any, *_: Any, **__: Any) -> None:
    _within(index, source.shape[axis] if source.ndim else 1, "an axis of")


def _labels(answer: Any, target: Any, _weight: Any = None, _reduction: int = 1, ignore_index: int = -100, *_: Any, **__: Any) -> None:
    kept = target[target != ignore_index]
    classes = answer.shape[1 if answer.ndim > 1 else 0]
    if kept.numel() and (int(kept.min()) < 0 or int(kept.max()) >= classes):
        raise IndexError(f"Target {int(kept.max() if int(kept.max()) >= classes else kept.min())} is out of bounds: there are {classes} classes")


def _shares(values: Any, *_: Any, **__: Any) -> None:
    if values.is_floating_point() and not bool(((values >= 0) & (values <= 1)).all()):
        raise RuntimeError("all elements of input should be between 0 and 1")


def _both_shares(answer: Any, target: Any, *_: Any, **__: Any) -> None:
    _shares(answer)
    _shares(target)


def _weights(values: Any, *_: Any, **__: Any) -> None:
    if not bool((values.isfinite() & (values >= 0)).all()) or not bool((values.sum(-1) > 0).all()):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")


def _places(source: Any, indices: Any, *_: Any, **__: Any) -> None:
    import torch

    axis = 0
    for index in indices:
        if index is None:
            axis += 1
        elif index.dtype in (torch.bool, torch.uint8):
            axis += index.ndim
        else:
            _within(index, source.shape[axis], "an axis of", -source.shape[axis])
            axis += 1
