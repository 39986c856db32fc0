"""The gradient of the answers on an input, also on whole numbers: on the first floating tensors that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

SHAPE_ONLY = ("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "__get__", "size", "dim")
FIRST_ONLY = ("expand_as", "view_as", "reshape_as", "type_as", "to")


def influence(setup: Setup, specimen: Specimen, name: str, seed: int = 0) -> Tensor | None:
    """|gradient| of randomly weighted answers on the input, in the input's shape (whole numbers: summed over what each became); None where it cannot be told."""
    import torch

    from nohero.setup.calling import tensors_of
    from nohero.setup.streams import seed_all

    seed_all(setup.seed + seed)
    t = specimen.inputs[name]
    for parameter in setup.named_parameters().values():
        parameter.requires_grad_(False)  # so that only what comes of the input asks for a gradient
    leaves: list[Tensor] = []
    with torch.enable_grad():
        if t.is_floating_point():
            leaf = t.detach().clone().requires_grad_()
            leaves.append(leaf)
            raw = setup.forward(specimen.with_input(name, leaf.clone()))
        else:
            asked = t.clone()
            with _catching(asked, leaves):
                raw = setup.forward(specimen.with_input(name, asked))
        outs = [o for o in tensors_of(raw) if o.is_floating_point() and o.requires_grad]
        if not outs or not leaves:
            return None
        generator = torch.Generator().manual_seed(seed)
        total = sum((o * torch.randn(o.shape, generator=generator).to(o)).sum() for o in outs)
        grads = torch.autograd.grad(total, leaves, allow_unused=True)
    found = None
    for leaf, grad in zip(leaves, grads, strict=True):
        if leaf.shape[: t.ndim] != t.shape:
            return None
        size = torch.zeros(t.shape) if grad is None else grad.abs().double().reshape(*t.shape, -1).sum(-1).cpu()
        found = size if found is None else found + size
    return found


def _catching(asked: Tensor, leaves: list[Tensor]) -> Any:
    """While it lasts, floating tensors made of the whole numbers `asked` become leaves."""
    import torch
    from torch.overrides import TorchFunctionMode

    made = {id(asked): asked}

    class Catch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = func(*args, **(kwargs or {}))
            name = getattr(func, "__name__", "")
            if name in SHAPE_ONLY or not isinstance(result, torch.Tensor):
                return result
            sources = args[:1] if name in FIRST_ONLY else (*args, *(kwargs or {}).values())
            if not any(id(v) in made for v in _flat(sources)):
                return result
            if result.is_floating_point():
                if not result.requires_grad and torch.is_grad_enabled():
                    leaves.append(result.detach().requires_grad_())
                    result = leaves[-1].clone()  # what follows may add to it in place
            else:
                made[id(result)] = result  # held, so that its id stays its own
            return result

    return Catch()


def _flat(values: Any) -> Any:
    for v in values:
        if isinstance(v, tuple | list):
            yield from _flat(v)
        else:
            yield v
