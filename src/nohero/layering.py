"""One layer or function of the user's own, on a copy, with the inputs it is tried on (`nohero.check_layer`)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nohero.run.errors import UsageError, UserCodeError
from nohero.setup.calling import main_output, shapes

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A module or a function, and the inputs it is tried on."""

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    name: str
    module: Any = None
    seed: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        """By name; none for a function."""
        return dict(self.module.named_parameters()) if self.module is not None else {}

    def call(self, inputs: tuple[Tensor, ...]) -> Any:
        """The tensor of answers, in the mode the module is in."""
        return main_output(self.function(*inputs))

    def evaluated(self, inputs: tuple[Tensor, ...], dtype: Any = None) -> Any:
        """In eval mode; with `dtype`, on a copy of that precision."""
        if self.module is None:
            return self.call(inputs)
        module = self.module if dtype is None else copy.deepcopy(self.module).to(dtype)
        with resting(module):
            return main_output(module(*inputs))

    def doubled(self) -> Layer | None:
        """A copy in float64."""
        return self if self.module is None else self.with_module(copy.deepcopy(self.module).double())

    def with_module(self, module: Any) -> Layer:
        """The same layer with another module."""
        return replace(self, module=module, function=module)


@contextmanager
def resting(module: Any) -> Iterator[None]:
    """Eval mode, and each part back in its own afterwards."""
    modes = [(m, m.training) for m in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def layer_of(layer: Any, inputs: tuple[Any, ...], seed: int = 0) -> Layer:
    """The layer on a copy, called once to see that it can be."""
    import torch

    if not callable(layer):
        raise UsageError(f"the layer is a {type(layer).__name__}", expected="a module or a function", mend="nohero.check_layer(MyLayer(), x)")
    if not inputs:
        raise UsageError("no inputs were handed over", expected="tensors as in real use", mend="nohero.check_layer(layer, torch.randn(4, 8))")
    tensors = tuple(v.detach().clone() if isinstance(v, torch.Tensor) else torch.as_tensor(v) for v in inputs)
    module = copy.deepcopy(layer) if isinstance(layer, torch.nn.Module) else None
    made = Layer(function=module if module is not None else layer, inputs=tensors, name=getattr(layer, "__name__", type(layer).__name__), module=module, seed=seed)
    try:
        made.call(tensors)
    except Exception as error:
        raise UserCodeError(f"{made.name} raised {type(error).__name__} on inputs {shapes(tensors)}: {error}", expected="inputs that the layer takes", mend="hand over tensors as in real use") from error
    return made
