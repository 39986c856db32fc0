"""Whether an answer sees the very token it has to tell: tokens among the inputs are altered step by step, and the loss's targets and answers are watched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 8
ITEMS = 6
PROBED = 6  # steps that are altered one by one
SHIFT = 2  # steps by which targets may be moved the wrong way
LEAST = 4  # steps of a row
LOSSES = ("cross_entropy", "nll_loss")
NEAR = 1e-5  # relative: sums in another order


@dataclass(frozen=True, kw_only=True)
class Fed:
    """One input of tokens that the loss's targets are made of."""

    name: str
    probed: int  # steps whose alteration changes some targets
    seen: int  # of these, steps where the answers at all those targets move
    earlier: int  # steps where answers well before them move as well, as where a whole row is read first
    before: int  # steps where any answer before them moves
    helped: bool  # the model gets another input that may tell the answer, such as a source to translate


@dataclass(frozen=True, kw_only=True)
class FedTargets:
    """Every input of tokens that turns up among the targets."""

    fed: tuple[Fed, ...]


def measure(setup: Setup) -> FedTargets:
    """Eval mode, a few items, one step of one input at a time."""
    from nohero.evidence.setup.trials import awaken, calm, some

    if not any(_tokens(t, setup.specimen().size) for t in setup.specimen().inputs.values()):
        raise Unmeasurable("no input is rows of tokens")
    with setup.apart(), calm():
        setup.mode(training=False)
        awaken(setup)
        few = some(setup, setup.specimen(), ITEMS)
        base = _heard(setup, few)
        found = [_fed(setup, few, name, base) for name, t in few.inputs.items() if _tokens(t, few.size) and _among(t, base[1])]
    if not any(found):
        raise Unmeasurable("no input of tokens turns up among the loss's targets")
    return FedTargets(fed=tuple(f for f in found if f is not None))


def _tokens(t: Tensor, size: int) -> bool:
    return not t.is_floating_point() and t.ndim == 2 and t.shape[0] == size and t.shape[1] >= LEAST


def _heard(setup: Setup, specimen: Specimen) -> tuple[Tensor, Tensor]:
    """(answers, one row a target; targets) of the one loss over tokens, in the loss's own order."""
    import torch

    from nohero.setup.streams import seed_all

    calls: list[tuple[Any, Any]] = []

    def told(name: str, args: Any, kwargs: Any, _: Any) -> None:
        if name in LOSSES:
            answer, target = args[0] if args else kwargs["input"], args[1] if len(args) > 1 else kwargs["target"]
            if not target.is_floating_point() and target.numel() >= LEAST * specimen.size:
                calls.append((answer.detach(), target.detach()))

    seed_all(setup.seed)
    with torch.no_grad(), functions(told):
        setup.loss_of(setup.forward(specimen), specimen)
    if len(calls) != 1:
        raise Unmeasurable(f"{len(calls)} losses over tokens are called")
    answer, target = calls[0]
    return answer.movedim(1, -1).reshape(target.numel(), -1), target.flatten()


def _among(t: Tensor, target: Tensor) -> bool:
    """Whether the targets are this input's tokens, the first or last of a row perhaps left out."""
    import torch

    for cut in (t, t[:, 1:], t[:, :-1]):
        if cut.numel() == target.numel():
            counted = target >= 0
            if bool(counted.any()) and torch.equal(cut.flatten()[counted], target[counted]):
                return True
    return False


def _fed(setup: Setup, few: Specimen, name: str, base: tuple[Tensor, Tensor]) -> Fed | None:
    import torch

    from nohero.evidence.setup.trials import other_values

    t = few.inputs[name]
    other, length = other_values(t), len(base[1]) // few.size
    probed = seen = earlier = before = 0
    for step in sorted({round(i * (t.shape[1] - 1) / (PROBED - 1)) for i in range(PROBED)}):
        new = t.clone()
        new[:, step] = other[:, step]
        changed = few.with_input(name, new)
        if isinstance(few.target, torch.Tensor) and few.target.shape == t.shape and torch.equal(few.target, t):
            changed = replace(changed, target=new)
        answer, target = _heard(setup, changed)
        if answer.shape != base[0].shape:
            return None
        places = (target != base[1]).nonzero().flatten()
        moved = (answer - base[0]).abs().amax(1) > NEAR * base[0].abs().amax().clamp_min(1e-12)
        if not len(places):
            continue
        first = int((places % length).min())
        rows = moved.reshape(few.size, length)
        probed, seen = probed + 1, seen + int(bool(moved[places].all()))
        earlier, before = earlier + int(bool(rows[:, : max(0, first - SHIFT)].any())), before + int(bool(rows[:, :first].any()))
    return Fed(name=name, probed=probed, seen=seen, earlier=earlier, before=before, helped=any(n != name and _tells(t, base[1]) for n, t in few.inputs.items())) if probed else None


def _tells(t: Tensor, target: Tensor) -> bool:
    """Whether an input has content of its own for each item: no mask, no length, no place, no copy of the targets."""
    return t.ndim > 1 and len(t) > 1 and len(t.unique()) > 2 and bool((t != t[:1]).any()) and not (not t.is_floating_point() and t.ndim == 2 and _among(t, target))
