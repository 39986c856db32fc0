"""Soft-maxes over one value, activations of activations, and losses of constants: heard while a step, or the model and its loss, run once."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import among, functions, place, users_line
from nohero.evidence.setup.trials import run_once

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
SQUEEZES = frozenset({"softmax", "sigmoid", "sigmoid_"})
AGAIN = frozenset({"softmax", "log_softmax", "sigmoid", "sigmoid_", "cross_entropy", "binary_cross_entropy_with_logits", "logsigmoid"})
SAME = frozenset({"__getitem__", "select", "narrow", "view", "reshape", "squeeze", "unsqueeze", "flatten", "permute", "transpose", "contiguous", "movedim", "float", "to", "clone"})
LOSSES = frozenset({"kl_div", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "cosine_similarity"})
KEPT = 64  # results of activations that are waited for
SUMS = frozenset({"add", "__add__", "__radd__", "__iadd__", "add_", "sub", "__sub__", "__rsub__", "rsub", "__isub__", "sub_", "subtract"})
SCALED = frozenset({"mul", "__mul__", "__rmul__", "div", "__truediv__", "mean", "sum", *SAME})


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One function on the result of another."""

    first: str
    second: str
    line: str  # of the user's code, or the module


@dataclass(frozen=True, kw_only=True)
class HeardActivations:
    """What was heard of one batch."""

    single: tuple[tuple[str, str], ...]  # (function, line or module) of soft-maxes over an axis of one, where that place has no other
    chains: tuple[Chain, ...]
    constants: tuple[tuple[str, str], ...]  # (loss, line or module) of what no parameter moves and is added to what some do


@dataclass
class _Ear:
    """Tensors are kept while they are listened for: an id alone may be given again."""

    place: list[str]  # names of the modules that are running
    single: dict[tuple[str, str, str], bool] = field(default_factory=dict)  # (function, where, module) -> whether all there are over one value
    chains: list[Chain] = field(default_factory=list)
    constants: list[tuple[str, str]] = field(default_factory=list)
    squeezed: deque[tuple[Any, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    still: list[tuple[Any, str, str]] = field(default_factory=list)  # losses without a gradient: result, function, line

    def told(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """One call."""
        import torch

        first = args[0] if args else kwargs.get("input")
        if name in ("softmax", "log_softmax"):
            self._over(name, first, args, kwargs)
        elif name == "scaled_dot_product_attention" and len(args) > 1:
            self._count(name, args[1].shape[-2] == 1)
        squeeze = next((s for t, s in self.squeezed if t is first), "")
        if squeeze and name in AGAIN and isinstance(first, torch.Tensor) and first.requires_grad:
            self.chains.append(Chain(first=squeeze, second=name, line=self._where()))
        if name in SQUEEZES:
            self.squeezed.append((result, name.rstrip("_")))
        elif squeeze and name in SAME:
            self.squeezed.append((result, squeeze))
        self._constant(name, args, result)

    def _over(self, name: str, first: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        axis = kwargs.get("dim", args[1] if len(args) > 1 else None)
        if isinstance(axis, int) and first.requires_grad and first.ndim:
            self._count(name, first.shape[axis] == 1)

    def _where(self) -> str:
        return users_line() or (self.place[-1] if self.place else "")

    def _count(self, name: str, one: bool) -> None:  # noqa: FBT001 (a fact, and no switch)
        key = (name, self._where(), self.place[-1] if self.place else "")
        self.single[key] = self.single.get(key, True) and one

    def _constant(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        import torch

        if not isinstance(result, torch.Tensor):
            return
        if name in LOSSES and not result.requires_grad and torch.is_grad_enabled() and result.is_floating_point():
            self.still.append((result, name, self._where()))
            return
        known = next(((f, line) for t, f, line in self.still if among(t, args)), None)
        if known is None:
            return
        if name in SCALED and not result.requires_grad:
            self.still.append((result, *known))
        elif name in SUMS and result.requires_grad and result.numel() == 1:
            self.constants.append(known)


def measure(setup: Setup) -> HeardActivations:
    """One step, or one loss, with an ear."""
    with setup.apart(), place(setup.named_modules()) as stack:
        ear = _Ear(stack)
        with functions(ear.told):
            run_once(setup)
    return HeardActivations(single=tuple(dict.fromkeys((name, where) for (name, where, _), one in ear.single.items() if one)), chains=tuple(dict.fromkeys(ear.chains)), constants=tuple(dict.fromkeys(ear.constants)))
