"""Whether the user's step trains on the batch it is given: what the models are called with, on two batches in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable, UserRaised

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 3
NEAR = 0.3  # of the values' deviation: two draws that differ by less are the same item, a little shaken
SHAKEN = -1.5  # times the parameters: answers of another sign and size
FEW = 0.05  # of whole numbers
MOVED = 1e-3  # of the values' size: float32 rounds a thousand times finer
VALUES = 8  # of a channel
LINE = 0.9999  # correlation of values with themselves on another scale


@dataclass(frozen=True, kw_only=True)
class StepInputs:
    """The same inputs twice although the batches differ?"""

    same_in_turn: bool  # the second batch gives the models the inputs of the first
    same_elsewhere: bool  # so does it under other random numbers
    like_a_batch: bool  # the inputs have the shapes of a batch's tensors
    inputs: int  # tensors that were compared


def measure(setup: Setup) -> StepInputs:
    """Two different batches in turn, and the second once more under another seed."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    one, other = _two(setup)
    with setup.apart():
        first, second = _inputs(setup, one), _inputs(setup, other)
    if not first:
        raise Unmeasurable("the step does not call a model with tensors")
    same = _same(first, second)
    elsewhere = False
    if same:
        with setup.apart(seed=1):
            elsewhere = _same(first, _inputs(setup, other))
    return StepInputs(same_in_turn=same, same_elsewhere=elsewhere, like_a_batch=_like(first, other), inputs=len(first))


def drawn(setup: Setup, batch: Any) -> bool:
    """Whether the step makes up what the models or the loss get: other random numbers, other values (not the same in another order)."""
    from nohero.setup.calling import tensors_of

    if setup.step is None:
        return False
    heard = [setup.listen(batch, seed) for seed in (0, 1)]
    one, other = ([t.detach() for t in tensors_of(([call[:2] for call in h.calls], [given[1:] for given, _ in h.losses])) if not t.requires_grad] for h in heard)
    return len(one) == len(other) and any(_far(a, b) for a, b in zip(one, other, strict=True))


def rescaled(setup: Setup) -> bool:
    """Whether the step brings the inputs to another scale before the model gets them: the same values, channel by channel, up to a factor and a sum."""
    import torch

    if setup.step is None:
        return False
    from nohero.setup.calling import tensors_of

    try:
        batch = setup.batches(1)[0]
        calls = setup.listen(batch, 0).calls
    except (Unmeasurable, IndexError):
        return False
    held = [t for t in tensors_of(batch) if t.ndim > 1 and t.numel()]
    for given in (t.detach() for call in calls for t in tensors_of(call[:2]) if t.is_floating_point()):
        mine = [t for t in held if t.shape == given.shape]
        if mine and not any(torch.equal(given, t.to(given)) for t in mine):
            return any(_one_scale(t.to(given).double(), given.double()) for t in mine)
    return False


def _one_scale(one: Any, other: Any) -> bool:
    """Whether each channel of the one is a line of the same channel of the other; two or three values always lie on one."""
    axis = 1 if one.ndim == 4 else one.ndim - 1
    a, b = (t.movedim(axis, 0).flatten(1) for t in (one, other))
    if a.shape[1] < VALUES:
        return False
    a, b = (t - t.mean(1, keepdim=True) for t in (a, b))
    together, spread = (a * b).sum(1), (a.square().sum(1) * b.square().sum(1)).sqrt()
    return bool(((together.abs() > LINE * spread) | (a.square().sum(1) == 0)).all())


def own_objective(setup: Setup, batch: Any) -> bool:
    """Whether the step never calls the loss that was handed over, and compares several answers of the model or trains its parts by turns."""
    if setup.step is None:
        return False
    heard = setup.listen(batch, 0)
    return not heard.losses and (len(heard.calls) > 1 or (not heard.calls and len(setup.optimizers) > 1))


def from_answers(setup: Setup, batch: Any) -> bool:
    """Whether the loss gets a goal that the network makes, which moves with it: with the parameters that a step moves it is another."""
    import torch

    if setup.step is None:
        return False
    made = _goals(setup, batch)
    if not made:
        return False
    with setup.apart():
        parameters = setup.named_parameters()
        before = {n: p.detach().clone() for n, p in parameters.items()}
        setup.train_step(batch)
        taught = [n for n, p in parameters.items() if not torch.equal(p, before[n])]
    with setup.apart():
        with torch.no_grad():
            for n in taught:
                parameters[n].mul_(SHAKEN)
        try:
            remade = _goals(setup, batch)
        except UserRaised:  # a spread below zero, by our own shake
            return False
    return len(made) == len(remade) and any(_moved(a, b) for a, b in zip(made, remade, strict=True))


def _goals(setup: Setup, batch: Any) -> list[Any]:
    """Floating tensors without a gradient that the loss gets beside the answers, and that do not stand in the batch."""
    import torch

    from nohero.setup.calling import tensors_of

    held = list(tensors_of(batch))
    found = [t.detach() for given, _ in setup.listen(batch, 0).losses for t in tensors_of(given[1:]) if t.is_floating_point() and not t.requires_grad]
    return [t for t in found if not any(h.shape == t.shape and torch.equal(h.to(t), t) for h in held)]


def _moved(one: Any, other: Any) -> bool:
    """Whether values that no chance is in are others: by more than rounding."""
    return one.shape == other.shape and bool(((one - other).abs() > MOVED * (one.abs() + other.abs())).any()) and not _dealt(one, other)


def _far(one: Any, other: Any) -> bool:
    if one.shape != other.shape or not one.numel() or _dealt(one, other):
        return False
    if not one.is_floating_point():
        return float((one != other).double().mean()) > FEW
    return float((one - other).double().square().mean().sqrt()) > NEAR * float(one.double().std(correction=0))


def _dealt(one: Any, other: Any) -> bool:
    """Whether the values are the same in another order."""
    import torch

    return torch.equal(one.flatten().sort().values, other.flatten().sort().values)


def _two(setup: Setup) -> tuple[Any, Any]:
    """Two batches whose tensors differ."""
    from nohero.setup.calling import tensors_of

    batches = setup.batches(4)
    for other in batches[1:]:
        held, mine = list(tensors_of(other)), list(tensors_of(batches[0]))
        if held and mine and not _same(mine, held):
            return batches[0], other
    raise Unmeasurable("there are no two batches that differ")


def _inputs(setup: Setup, batch: Any) -> list[Any]:
    """Every tensor that a model is called with in the step, in order."""
    from nohero.setup.calling import tensors_of

    heard: list[Any] = []

    def called(_: Any, args: Any, kwargs: Any) -> None:
        heard.extend(t.detach().clone() for t in tensors_of((args, kwargs)) if not t.requires_grad)

    handles = [m.register_forward_pre_hook(called, with_kwargs=True) for m in setup.modules.values()]
    try:
        setup.train_step(batch)
    finally:
        for handle in handles:
            handle.remove()
    return heard


def _same(one: list[Any], other: list[Any]) -> bool:
    import torch

    return len(one) == len(other) and all(a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b) for a, b in zip(one, other, strict=True))


def _like(inputs: list[Any], batch: Any) -> bool:
    from nohero.setup.calling import tensors_of

    shapes = {tuple(t.shape[1:]) for t in tensors_of(batch) if t.ndim and t.numel() > 1}
    return any(tuple(t.shape[1:]) in shapes for t in inputs if t.ndim and t.numel() > 1)
