"""Which parameters and buffers move in a few of the user's own steps, which are one tensor, which are equal: to be held against what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 4
TRAINED = 4  # steps
STRAY = ("require_grad", "requires_grad", "require_grads", "requires_grads", "requires_gradient", "required_grad", "requries_grad", "requiresGrad", "require_gradient", "requires_grad_")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter, or buffer, by name."""

    name: str
    shape: tuple[int, ...]
    wants_gradient: bool
    held: bool  # by an optimizer
    moved: float  # root mean square of its change, relative to its size (before or after, the larger); 0 where it stayed bit for bit
    numbers: int = 0


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two names declared or found to belong together."""

    first: str
    second: str
    found: bool = True  # both names exist
    same: bool = False  # one tensor, or modules that hold the same tensors
    equal_before: bool = False
    equal_after: bool = False
    shape: tuple[int, ...] = ()
    differ_first: str = ""  # the first tensor that differs, where modules are compared


@dataclass(frozen=True, kw_only=True)
class IntentFacts:
    """`steps` is 0 where no step could be run."""

    parameters: tuple[Parameter, ...]
    buffers: tuple[Parameter, ...]
    steps: int
    frozen: tuple[str, ...] = ()  # names declared so
    trainable: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # declared patterns that fit no parameter
    shared: tuple[Pair, ...] = ()  # as declared
    equal: tuple[Pair, ...] = ()
    twins: tuple[Pair, ...] = ()  # undeclared: an embedding and an output layer, bit-equal at the start, yet two tensors
    stray: tuple[tuple[str, str], ...] = ()  # (where, attribute): set to False where it freezes nothing
    isolated: tuple[str, ...] = ()  # frozen weights behind trainable ones


def measure(setup: Setup) -> IntentFacts:
    """Train a little and compare."""
    from nohero.setup.refusal import Unmeasurable

    named, buffers = setup.named_parameters(), _buffers(setup)
    held = {id(p) for o in setup.optimizers for g in o.param_groups for p in g["params"]}
    old = {n: t.detach().clone() for n, t in (*named.items(), *buffers.items())}
    intent = setup.intent
    wants = {n: p.requires_grad for n, p in named.items()}
    before = [_pair(setup, a, b) for a, b in intent.equal]
    after, steps, moved = before, 0, dict.fromkeys(old, 0.0)
    try:
        with setup.apart(seed=2):
            for batch in setup.train.cycle(TRAINED):
                setup.train_step(batch)
                steps += 1
            moved = {n: _moved(old[n], t) for n, t in (*named.items(), *buffers.items())}
            after = [_pair(setup, a, b) for a, b in intent.equal]
    except Unmeasurable:
        steps = 0
    said = tuple(Parameter(name=n, shape=tuple(p.shape), wants_gradient=wants[n], held=id(p) in held, moved=moved[n], numbers=p.numel()) for n, p in named.items())
    return IntentFacts(
        parameters=said,
        buffers=tuple(Parameter(name=n, shape=tuple(b.shape), wants_gradient=False, held=False, moved=moved[n], numbers=b.numel()) for n, b in buffers.items()),
        steps=steps,
        frozen=tuple(n for n in (*named, *buffers) if intent.is_frozen(n)),
        trainable=tuple(n for n in named if intent.is_trainable(n)),
        unknown=tuple(p for kind in (intent.frozen, intent.trainable) for p in kind if not _fits(p, (*named, *buffers))),
        shared=tuple(_pair(setup, a, b) for a, b in intent.shared),
        equal=tuple(Pair(first=x.first, second=x.second, found=x.found, same=x.same, equal_before=x.equal_before, equal_after=y.equal_before, shape=x.shape, differ_first=x.differ_first or y.differ_first) for x, y in zip(before, after, strict=True)),
        twins=_twins(setup, named),
        stray=_stray(setup, named),
        isolated=_isolated(setup, wants),
    )  # fmt: skip


def _buffers(setup: Setup) -> dict[str, Any]:
    return {".".join(p for p in (root, n) if p): b for root, m in setup.modules.items() for n, b in m.named_buffers()}


def _fits(pattern: str, names: tuple[str, ...]) -> bool:
    from nohero.setup.intent import matches

    return any(matches(n, (pattern,)) for n in names)


def _moved(old: Any, new: Any) -> float:
    import torch

    if old.shape != new.shape or torch.equal(old, new.detach()):
        return 0.0 if old.shape == new.shape else float("inf")
    a, b = old.double(), new.detach().double()
    size = torch.maximum(a.square().mean(), b.square().mean()).sqrt()  # a bias starts at zero
    return float((b - a).square().mean().sqrt() / size.clamp(min=1e-12))


def _held_by(setup: Setup, name: str) -> dict[str, Any]:
    """The tensors below a name: one under '' for a tensor, the state for a module; empty where there is none."""
    modules = {".".join(p for p in (root, inner) if p): m for root, top in setup.modules.items() for inner, m in top.named_modules(remove_duplicate=False)}
    if name in modules:
        return dict(modules[name].state_dict(keep_vars=True))
    parent, _, leaf = name.rpartition(".")
    owner = modules.get(parent)
    found = getattr(owner, leaf, None) if owner is not None else None
    if hasattr(found, "data_ptr"):
        return {"": found}
    return {}


def _pair(setup: Setup, first: str, second: str) -> Pair:
    import torch

    one, two = _held_by(setup, first), _held_by(setup, second)
    if not one or not two:
        return Pair(first=first, second=second, found=False)
    same = one.keys() == two.keys() and all(one[k] is two[k] or (one[k].data_ptr() == two[k].data_ptr() and one[k].numel() == two[k].numel() and one[k].numel() > 0) for k in one)
    differ = next((k or first for k in one if k not in two or one[k].shape != two[k].shape or not torch.equal(one[k], two[k])), "")
    equal = one.keys() == two.keys() and not differ
    return Pair(first=first, second=second, same=same, equal_before=equal, shape=tuple(next(iter(one.values())).shape), differ_first=differ)


def _twins(setup: Setup, named: dict[str, Any]) -> tuple[Pair, ...]:
    """A table that is looked up and another tensor of the same shape and numbers that is multiplied with."""
    import torch

    looked_up = {id(p) for p in _tables(setup)}
    tables = {n: p for n, p in named.items() if id(p) in looked_up}
    found = []
    for name, table in tables.items():
        for other, p in named.items():
            if id(p) not in looked_up and p.shape == table.shape and p.data_ptr() != table.data_ptr() and torch.equal(p, table) and float(p.detach().std()) > 0:
                found.append(Pair(first=name, second=other, equal_before=True, shape=tuple(p.shape)))
    return tuple(found)


def _tables(setup: Setup) -> list[Any]:
    """Parameters that `embedding` was called with."""
    import torch
    from torch.overrides import TorchFunctionMode

    from nohero.setup.refusal import Unmeasurable

    seen: list[Any] = []

    class Mode(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(func, "__name__", "") == "embedding":
                seen.extend(v for v in (*args, *(kwargs or {}).values()) if isinstance(v, torch.nn.Parameter))
            return func(*args, **(kwargs or {}))

    try:
        with setup.apart(), torch.no_grad(), Mode():
            setup.forward(setup.specimen())
    except Unmeasurable:
        return []
    return seen


def _stray(setup: Setup, named: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Attributes that look like a switch for gradients, are False, and switch nothing; only where something below still wants gradients."""
    found = [(n, w) for n, p in named.items() if p.requires_grad for w in STRAY if w in getattr(p, "__dict__", {}) and getattr(p, w) is False]
    for name, module in setup.named_modules().items():
        words = [w for w in STRAY if module.__dict__.get(w, True) is False]
        if words and any(p.requires_grad for p in module.parameters()):
            found.append((name or "the model", words[0]))
    return tuple(found)


def _isolated(setup: Setup, wants: dict[str, bool]) -> tuple[str, ...]:
    """Weights (two axes or more) that are frozen while weights before and after them, in their order, are trainable."""
    named = setup.named_parameters()
    names = [n for n, p in named.items() if p.ndim >= 2]
    free = [k for k, n in enumerate(names) if wants[n]]
    return tuple(n for k, n in enumerate(names) if not wants[n] and free and free[0] < k < free[-1])
