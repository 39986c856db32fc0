"""Where copies of a network are: in what the step and the evaluation can reach, and beside the network among the models themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.gradient_parts import sample
from nohero.evidence.setup.reachable import reachable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

Pairs = list[tuple[Any, Any]]  # (the copy's tensor, the model's)


@dataclass
class Copy:
    """One copy of `root`, by how it is reached."""

    path: str
    name: str  # of the model
    root: Any  # the module it is a copy of
    module: Any  # the copy, where it is a module
    holder: Any
    read: Callable[[], Pairs]
    inner: bool = False  # it is one of the models, or a part of them
    held: bool = False  # an optimizer holds it


def copies(setup: Setup) -> list[Copy]:
    """Modules and mappings with the names and shapes of a model's parameters; then networks among the models that are alike."""
    import torch

    mine = {id(m) for root in setup.modules.values() for m in root.modules()}
    tensors = {id(p) for p in setup.named_parameters().values()}
    found: list[Copy] = []
    taken: set[int] = set()
    things = list(reachable(setup.given.step, setup.given.evaluate))
    for path, thing in things:
        if id(thing) in mine or id(thing) in taken:
            continue
        for name, root in setup.modules.items():
            names = dict(root.named_parameters())
            if isinstance(thing, torch.nn.Module):
                other = dict(thing.named_parameters())
                fits = len(other) > 0 and other.keys() == names.keys() and all(other[k].shape == names[k].shape for k in names) and not any(id(m) in mine for m in thing.modules())
            else:
                fits = isinstance(thing, dict) and _mapping_fits(thing, names, tensors)
            if fits:
                taken |= {id(m) for m in thing.modules()} if isinstance(thing, torch.nn.Module) else {id(thing)}
                holder = next((h for _, h in things if isinstance(getattr(h, "__dict__", None), dict) and any(v is thing for v in (*vars(h).values(), *getattr(h, "_modules", {}).values()))), None)
                found.append(Copy(path, name, root, thing if isinstance(thing, torch.nn.Module) else None, holder, _reader(thing, root)))
                break
    return [*found, *_inner(setup)]


def _inner(setup: Setup) -> Iterator[Copy]:
    """Among the models: a network that no optimizer holds beside its like that one does; two that are both held, where they begin equal."""
    held = {id(p) for o in setup.optimizers for g in o.param_groups for p in g["params"]}
    parts = [(n, m, dict(m.named_parameters())) for n, m in setup.named_modules().items() if n]
    parts = sorted((p for p in parts if len(p[2]) > 1), key=lambda p: p[0].count("."))
    done: set[int] = set()
    for name, module, mine in parts:
        if id(module) in done:
            continue
        for other, root, names in parts:
            if root is module or id(root) in done or not _alike(mine, names) or not any(id(p) in held for p in names.values()):
                continue
            both = any(id(p) in held for p in mine.values())
            equal = all(bool((mine[k] == names[k]).all()) for k in names)
            if (equal and (not both or "." not in name + other)) or (not both and "." not in name + other):
                done |= {id(m) for m in module.modules()} if not both else set()
                yield Copy(name, other, root, module, None, _reader(module, root), inner=True, held=both)
                break


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether names and shapes are the same, and no tensor is shared."""
    return one.keys() == other.keys() and all(one[k].shape == other[k].shape for k in one) and not {id(p) for p in one.values()} & {id(p) for p in other.values()}


def _mapping_fits(mapping: dict[Any, Any], names: dict[str, Any], tensors: set[int]) -> bool:
    import torch

    held = [k for k in names if isinstance(mapping.get(k), torch.Tensor)]
    wanted = [k for k, p in names.items() if p.requires_grad]
    return bool(held) and set(wanted) <= set(held) and all(mapping[k].shape == names[k].shape for k in held) and not any(id(mapping[k]) in tensors for k in held)


def _reader(thing: Any, root: Any) -> Callable[[], Pairs]:
    import torch

    def read() -> Pairs:
        names = {k: p for k, p in root.named_parameters() if p.requires_grad}
        held = dict(thing.named_parameters()) if isinstance(thing, torch.nn.Module) else thing
        return [(held[k].detach(), p.detach()) for k, p in names.items() if k in held]

    return read


def values(pairs: Pairs) -> tuple[Any, Any]:
    """The copy's numbers and the model's, sampled."""
    import torch

    if not pairs:
        return torch.zeros(0), torch.zeros(0)
    return torch.cat([sample(a) for a, _ in pairs]), torch.cat([sample(b) for _, b in pairs])


def equal(one: Any, other: Any) -> bool:
    """Bit for bit."""
    import torch

    return one.shape == other.shape and torch.equal(one, other)
