"""One batch as the model and the loss get it: arguments, target, and which axis counts the items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import mapped, tensors_of

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One call of the model and of the loss."""

    batch: Any  # as the loader gave it
    args: tuple[Any, ...]  # what the model is called with
    kwargs: dict[str, Any] = field(default_factory=dict)
    target: Any = None  # what the loss gets beside the answer
    rest: tuple[Any, ...] = ()  # what the loss gets besides (weights, lengths ...)
    size: int = 0  # items of the batch
    bridge: Callable[[Any], Any] | None = None  # from the model's answer to what the loss gets; None: not known

    @property
    def inputs(self) -> dict[str, Tensor]:
        """Every tensor the model is called with, by name: `inputs.0`, or `inputs.` and the keyword."""
        import torch

        found: dict[str, Tensor] = {}
        for key, value in (*enumerate(self.args), *self.kwargs.items()):
            if isinstance(value, torch.Tensor):
                found[f"inputs.{key}"] = value
            elif isinstance(value, Mapping):
                found |= {f"inputs.{key}.{k}": v for k, v in value.items() if isinstance(v, torch.Tensor)}
            elif isinstance(value, tuple | list):
                found |= {f"inputs.{key}.{i}": v for i, v in enumerate(value) if isinstance(v, torch.Tensor)}
        return found

    @property
    def main(self) -> Tensor | None:
        """The input that most likely carries the items: the first with an axis for them, floating or integer ids."""
        fitting = [t for t in self.inputs.values() if t.ndim > 0 and self.axis(t) is not None]
        return max(fitting, key=lambda t: (t.ndim > 1, t.is_floating_point() and t.ndim > 2), default=None)

    @property
    def main_name(self) -> str:
        """The name of `main`."""
        main = self.main
        return next((name for name, t in self.inputs.items() if t is main), "")

    def axis(self, tensor: Tensor) -> int | None:
        """The axis of `tensor` that counts the items: 0 where it fits, else 1 where that fits."""
        return next((a for a in (0, 1) if tensor.ndim > a and tensor.shape[a] == self.size), None)

    def with_input(self, name: str, tensor: Tensor) -> Specimen:
        """The same call with one input replaced."""
        old = self.inputs[name]
        args, kwargs = mapped((self.args, self.kwargs), lambda t: tensor if t is old else t)
        return replace(self, args=args, kwargs=kwargs)

    def changed(self, change: Callable[[Tensor], Tensor]) -> Specimen:
        """The same call with `change` done to every input tensor."""
        args, kwargs = mapped((self.args, self.kwargs), change)
        return replace(self, args=args, kwargs=kwargs)

    def take(self, index: Any) -> Specimen:
        """The call with the chosen items alone (a list or tensor of positions), inputs and target alike."""
        import torch

        chosen = torch.as_tensor(index, dtype=torch.long)

        def pick(t: Tensor) -> Tensor:
            axis = self.axis(t)
            return t if axis is None else t.index_select(axis, chosen.to(t.device))

        args, kwargs, target, rest = mapped((self.args, self.kwargs, self.target, self.rest), pick)
        return replace(self, args=args, kwargs=kwargs, target=target, rest=rest, size=len(chosen))


def count_items(args: Any, kwargs: Any, target: Any, hint: int | None) -> int:
    """How many items a call holds: the loader's word where an axis agrees, else the length that most tensors share."""
    import torch

    found = [t for t in tensors_of((args, kwargs)) if t.ndim > 0]
    labels = [t for t in tensors_of(target) if isinstance(t, torch.Tensor) and t.ndim > 0]
    if hint and any(t.shape[0] == hint for t in found):
        return hint
    if labels and found and labels[0].shape[0] == found[0].shape[0] and (labels[0].ndim == 1 or labels[0].shape[1] != hint):
        return int(labels[0].shape[0])  # a short last batch, of which another axis may have the length of a full one
    if hint and any(hint in t.shape[:2] for t in found):
        return hint
    if labels and found and labels[0].shape[0] in found[0].shape[:2]:
        return int(labels[0].shape[0])
    return int(found[0].shape[0]) if found else 0
