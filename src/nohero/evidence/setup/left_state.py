"""What a model keeps from one batch to the next: tensors among its attributes that a call changes, and whether answers hang on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable, UserRaised

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 4
MOST = 6  # attributes that are tried


@dataclass(frozen=True, kw_only=True)
class LeftState:
    """Names of attributes, such as `encoder.h`."""

    counted: tuple[str, ...]  # that a call in eval mode changes, a number or row for every item, and on which the next answer hangs
    move: float  # of the answer, relative to its size, when what was left is other numbers
    shuffled: bool | None  # the loader deals the items anew; None: not known
    reset: bool  # the step, or a method that it calls, sets them back: two steps begin alike


def measure(setup: Setup) -> LeftState:
    """One batch, another, and the first again after what was left has been exchanged."""
    import torch

    from nohero.evidence.setup.trials import answer, awaken, moved

    one, other = setup.specimen(0), setup.specimen(min(1, len(setup.batches(2)) - 1))
    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        awaken(setup)
        answer(setup, one)
        if not any(one.size in t.shape[:2] for _, _, _, t in _held(setup)):
            return LeftState(counted=(), move=0.0, shuffled=setup.train.deals_anew, reset=False)
        before = {n: t.detach().clone() for n, _, _, t in _held(setup)}
        answer(setup, other)
        by_item = [(n, t) for n, _, _, t in _held(setup) if other.size in t.shape[:2]]  # a queue or a codebook has a length of its own
        changed = [n for n, t in by_item if n not in before or t.shape != before[n].shape or not torch.equal(t, before[n])][:MOST]
        answer(setup, one)
        counted, most = [], 0.0
        for name in changed:
            base = _again(setup, one, name, 0.0)
            shaken = _again(setup, one, name, 1.0)
            if base is not None and shaken is not None and base.shape == shaken.shape and bool(moved(base, shaken).any()):
                counted.append(name)
                most = max(most, float((base - shaken).abs().max() / base.abs().max().clamp_min(1e-12)))
    return LeftState(counted=tuple(counted), move=most, shuffled=setup.train.deals_anew, reset=bool(counted) and _reset(setup, counted))


def _held(setup: Setup) -> Iterator[tuple[str, Any, Any, Tensor]]:
    """(name, where it is held, under which key, the tensor): floating tensors that are no parameters, in attributes, tuples and lists of them."""
    import torch

    for name, module in setup.named_modules().items():
        for key, value in (*vars(module).items(), *module._buffers.items()):
            owner = module._buffers if key in module._buffers else vars(module)
            if key in ("_parameters", "_buffers", "_modules"):
                continue
            for t in [value] if isinstance(value, torch.Tensor) else value if isinstance(value, tuple | list) else ():
                if isinstance(t, torch.Tensor) and not isinstance(t, torch.nn.Parameter) and t.is_floating_point() and t.numel():
                    yield f"{name}.{key}" if name else key, owner, key, t
                    break


def _again(setup: Setup, specimen: Any, name: str, size: float) -> Tensor | None:
    """The answer when what was left in `name` is zeros, or noise of this size; None where the model refuses."""
    import torch

    from nohero.evidence.setup.trials import answer
    from nohero.setup.calling import mapped

    held = next((h for h in _held(setup) if h[0] == name), None)
    if held is None:
        return None
    _, owner, key, _ = held
    old = owner[key]
    generator = torch.Generator().manual_seed(12)
    owner[key] = mapped(old, lambda t: size * torch.randn(t.shape, generator=generator).to(t) if isinstance(t, torch.Tensor) and t.is_floating_point() else t)
    try:
        return answer(setup, specimen)
    except UserRaised:
        return None
    finally:
        owner[key] = old


def _reset(setup: Setup, counted: list[str]) -> bool:
    """Whether two of the user's steps on one batch find the same in what was left: it is set back at each step."""
    import torch

    if setup.step is None:
        return False
    seen: list[list[Tensor]] = []

    def look(*_: Any) -> None:
        seen.append([t.detach().clone() for n, _, _, t in _held(setup) if n in counted])

    batch = setup.batches(1)[0]
    handles = [m.register_forward_pre_hook(look) for m in setup.modules.values()]
    try:
        with setup.apart():
            setup.train_step(batch)
            first = len(seen)
            setup.train_step(batch)
    except Unmeasurable:
        return False
    finally:
        for handle in handles:
            handle.remove()
    pairs = list(zip(seen[:1], seen[first : first + 1], strict=False))
    return bool(pairs) and all(len(a) == len(b) and all(x.shape == y.shape and torch.equal(x, y) for x, y in zip(a, b, strict=True)) for a, b in pairs)
