"""What a mere forward pass does to parameters, how often a module that stands several times runs, and attributes that do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 4
KEPT = 0.05  # share of a change that must outlast a forward pass; overwritten parameters keep 0, all others 0.9 and more
NUDGE = 0.05  # of a parameter's spread
FLAGS = ("requires_grad", "require_grad", "requires_grads", "required_grad", "requiresgrad", "trainable")  # what people write


@dataclass(frozen=True, kw_only=True)
class Overwritten:
    """A trainable parameter that keeps nothing of a change after a forward pass in train mode."""

    name: str
    size: int
    kept: float  # share of the change that is left


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """One module with parameters that stands several times in a container."""

    names: tuple[str, ...]
    parameters: tuple[str, ...]  # its parameters' names, by the first place
    calls: int  # in one forward pass
    trainable: bool


@dataclass(frozen=True, kw_only=True)
class Stray:
    """An attribute that looks like `requires_grad` and says something else than the parameters do."""

    owner: str
    attribute: str
    says: bool
    parameters: tuple[str, ...]  # those that do the opposite
    declared: bool  # expect says the same as the attribute


@dataclass(frozen=True, kw_only=True)
class ForwardState:
    """Names of parameters and modules."""

    parameters: int
    forward: bool  # the model could be called on its own
    remade: tuple[str, ...] = ()  # another object, or no longer there, after a forward pass
    fresh: tuple[tuple[int, ...], ...] = ()  # shapes of parameters that are made in forward, and are in the graph of the answer
    overwritten: tuple[Overwritten, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    stray: tuple[Stray, ...] = ()


def measure(setup: Setup) -> ForwardState:
    """Call the model a few times in train mode; read the attributes."""
    from nohero.setup.refusal import Unmeasurable

    names = setup.named_parameters()
    try:
        remade, fresh = _remade(setup)
        overwritten, forward = _overwritten(setup), True
    except Unmeasurable:
        remade, fresh, overwritten, forward = (), (), (), False
    return ForwardState(
        parameters=len(names), forward=forward, remade=remade, fresh=fresh, overwritten=overwritten,
        repeated=tuple(_repeated(setup)), stray=tuple(_stray(setup)),
    )  # fmt: skip


def _remade(setup: Setup) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Compare the objects after a first, a second and a third forward pass; what the first makes lazily is no fault."""
    import torch

    from nohero.evidence.setup.gradient_flow import leaves
    from nohero.setup.calling import tensors_of

    specimen, graphs, objects = setup.specimen(), [], []
    with setup.apart():
        setup.mode(training=True)
        for _ in range(3):
            raw = setup.forward(specimen)
            graphs.append([leaf for t in tensors_of(raw) for leaf in leaves(t)])
            objects.append(dict(setup.named_parameters()))
    changed = tuple(n for n, p in objects[2].items() if objects[1].get(n) is not p)
    known = {id(p) for o in objects for p in o.values()} | {id(x) for x in graphs[1]} | {id(x) for x in graphs[0]}
    fresh = {id(x): x for x in graphs[2] if id(x) not in known and isinstance(x, torch.nn.Parameter)}
    return changed, tuple(tuple(x.shape) for x in fresh.values())


def _overwritten(setup: Setup) -> tuple[Overwritten, ...]:
    """Change every trainable parameter a little and see what is left of the change after a forward pass."""
    import torch

    specimen = setup.specimen()
    own = _alone({n: p for n, p in setup.named_parameters().items() if p.requires_grad and p.is_floating_point()})
    generator = torch.Generator().manual_seed(setup.seed)
    nudges = {n: (NUDGE * (p.detach().float().std(unbiased=False) + 0.01) * torch.randn(p.shape, generator=generator).to(p.device)).to(p.dtype) for n, p in own.items()}

    def after(nudged: bool) -> dict[str, Any]:  # noqa: FBT001
        with setup.apart(), torch.no_grad():
            setup.mode(training=True)
            setup.forward(specimen)  # what is set by the first batch is set now
            for n, p in own.items():
                if nudged:
                    p.add_(nudges[n])
            setup.forward(specimen)
            now = setup.named_parameters()
            return {n: now[n].detach().clone() for n in own if n in now and now[n].shape == nudges[n].shape}

    one, other = after(nudged=False), after(nudged=True)
    found = []
    for name in one.keys() & other.keys():
        kept = float(((other[name] - one[name]) * nudges[name]).double().sum() / nudges[name].double().square().sum().clamp_min(1e-30))
        if kept < KEPT:
            found.append(Overwritten(name=name, size=int(one[name].numel()), kept=kept))
    return tuple(sorted(found, key=lambda o: o.name))


def _alone(parameters: dict[str, Any]) -> dict[str, Any]:
    """Those that share their memory with no other."""
    places = [p.data_ptr() for p in parameters.values()]
    return {n: p for n, p in parameters.items() if places.count(p.data_ptr()) == 1 and p.numel()}


def _repeated(setup: Setup) -> list[Repeated]:
    import torch

    from nohero.setup.refusal import Unmeasurable

    containers = (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)
    groups: dict[tuple[str, int], list[str]] = {}
    modules = setup.named_modules()
    for name, module in modules.items():
        if isinstance(module, containers):
            for key, child in module._modules.items():
                if child is not None and any(True for _ in child.parameters()):
                    groups.setdefault((name, id(child)), []).append(f"{name}.{key}" if name else key)
    found = []
    for names in (g for g in groups.values() if len(g) > 1):
        module = next(m for n, m in modules.items() if n == names[0] or id(m) == next(k[1] for k, v in groups.items() if v is names))
        calls: list[int] = []
        handle = module.register_forward_hook(lambda *_, calls=calls: calls.append(1))
        try:
            with setup.apart():
                setup.forward(setup.specimen())
        except Unmeasurable:
            pass
        finally:
            handle.remove()
        inner = tuple(f"{names[0]}.{n}" for n, _ in module.named_parameters())
        found.append(Repeated(names=tuple(names), parameters=inner, calls=len(calls), trainable=any(p.requires_grad for p in module.parameters())))
    return found


def _stray(setup: Setup) -> list[Stray]:
    import torch

    found = []
    for name, parameter in setup.named_parameters().items():
        for key, value in vars(parameter).items() if hasattr(parameter, "__dict__") else ():
            if _means_gradients(key) and isinstance(value, bool) and value != parameter.requires_grad:
                found.append(_as_stray(setup, name, key, value, (name,)))
    names = {id(p): n for n, p in setup.named_parameters().items()}
    for name, module in setup.named_modules().items():
        for key, value in vars(module).items():
            if key != "training" and _means_gradients(key) and isinstance(value, bool | torch.Tensor | int) and not isinstance(value, torch.Tensor):
                parameters = [p for p in module.parameters() if p.numel()]
                if parameters and all(p.requires_grad != bool(value) for p in parameters):
                    found.append(_as_stray(setup, name, key, bool(value), tuple(names[id(p)] for p in parameters if id(p) in names)))
    return found


def _as_stray(setup: Setup, owner: str, key: str, says: bool, parameters: tuple[str, ...]) -> Stray:  # noqa: FBT001
    agrees = setup.intent.is_trainable if says else setup.intent.is_frozen
    return Stray(owner=owner, attribute=key, says=says, parameters=parameters, declared=any(agrees(p) for p in parameters))


def _means_gradients(key: str) -> bool:
    return key in FLAGS or (len(key) > 9 and "grad" in key and bool(get_close_matches(key, ("requires_grad",), cutoff=0.85)))
