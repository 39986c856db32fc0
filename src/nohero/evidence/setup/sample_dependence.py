"""Whether an item's answer depends on the other items of its batch, or on its place among them.

Half of a few items is exchanged for others, and the answers of the half that stayed are compared: same shapes, same seeds, so
that they must be equal. Then the same items are asked in another order. Where something parts, the first module is found at
which it does, and that module is tried with its first two axes swapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 6
ALL = 0.9  # of the items that stayed; less is a mix of pairs drawn at random


@dataclass(frozen=True, kw_only=True)
class SampleDependence:
    """Eval mode first; `in_training` is measured with everything that keeps statistics or draws random numbers in eval mode."""

    n: int  # items asked together
    mixed: tuple[int, ...] = ()  # items whose answer moved when others were exchanged
    move: float = 0.0  # largest, relative to the answers' spread over the items
    module: str = ""  # where it begins
    swapped: str = ""  # the module that mixes no more when its first two axes are swapped
    sizes_vary: bool = False  # batches of varying size: each may be one set
    sure: bool = True  # which axis counts the items is beyond doubt
    placed: tuple[int, ...] = ()  # items whose answer moved with their place alone
    place_move: float = 0.0
    place_module: str = ""
    place_swapped: str = ""
    in_training: tuple[int, ...] = ()
    training_module: str = ""
    training_move: float = 0.0
    why_no_place: str = ""
    why_no_training: str = ""


def measure(setup: Setup) -> SampleDependence:
    """Exchange half of the items, then their order, then the mode."""
    from nohero.evidence.setup.trials import answer, awaken, calm, forgetful, laid_out, sizes_vary, steady
    from nohero.setup.refusal import Unmeasurable

    vary = sizes_vary(setup)
    specimen, sure = laid_out(setup)
    with setup.apart(), calm():
        setup.mode(training=False)
        awaken(setup)
        few, donors, axis = _few(setup, specimen)
        before = {name: [b.detach().clone() for b in m.buffers(recurse=False)] for name, m in setup.single.named_modules()}
        setup.mode(training=True)
        answer(setup, few)  # ranges and the like that the first batch sets are set now
        setup.mode(training=False)
        if not forgetful(setup, few):
            raise Unmeasurable("the model keeps a state from call to call")
        eval_mix = _mix(setup, few, donors, axis)
        found: dict[str, Any] = {}
        if eval_mix is not None:
            found |= {"mixed": eval_mix[0], "move": eval_mix[1], "module": eval_mix[2], "swapped": _cured(setup, few, donors, axis, eval_mix[2])}
        if not steady(setup, few):
            found["why_no_place"] = "the answers are random in eval mode"
        elif eval_mix is None:
            found |= _place(setup, few, axis)
        if eval_mix is None:
            try:
                found |= _training(setup, few, donors, axis, before)
            except Unmeasurable as why:
                found["why_no_training"] = str(why)
        return SampleDependence(n=few.size, sizes_vary=vary, sure=sure, **found)


def _few(setup: Setup, specimen: Specimen) -> tuple[Specimen, Specimen, int]:
    """(some items, the same with each exchanged for another, the axis of the answer that counts them)."""
    from nohero.evidence.setup.trials import answer, item_axis, unmistakable, why_one_set
    from nohero.setup.refusal import Unmeasurable, UserRaised

    if specimen.size < 4:
        raise Unmeasurable(f"a batch of {specimen.size} has too little to mix")
    if why := why_one_set(specimen):
        raise Unmeasurable(f"the items of a batch may belong together: {why}")
    count = unmistakable(specimen)
    few = specimen.take(list(range(count)))
    try:
        out = answer(setup, few)
    except UserRaised as error:
        if len(setup.batches(2)) < 2:
            raise Unmeasurable(f"the model takes the one whole batch only: {error}") from error
        count, few = specimen.size, specimen
        out = answer(setup, few)
    axis = item_axis(setup, few, out)
    if axis is None:
        raise Unmeasurable(f"the answers {list(out.shape)} do not count the {count} items")
    spare = list(range(count, specimen.size))
    exchanged = [spare[i % len(spare)] if len(spare) > 1 else (i + count // 2) % count for i in range(count)]
    return few, specimen.take(exchanged), axis


def _half_changed(few: Specimen, donors: Specimen, changed: list[int]) -> Specimen:
    """The items with some exchanged, at their place."""
    from dataclasses import replace

    from nohero.setup.calling import mapped, tensors_of

    spares = iter(list(tensors_of((donors.args, donors.kwargs, donors.target, donors.rest))))

    def exchange(t: Tensor) -> Tensor:
        other, axis = next(spares), few.axis(t)
        if axis is None:
            return t
        mixed = t.clone()
        where = (slice(None),) * axis + (changed,)
        mixed[where] = other[where]
        return mixed

    args, kwargs, target, rest = mapped((few.args, few.kwargs, few.target, few.rest), exchange)
    return replace(few, args=args, kwargs=kwargs, target=target, rest=rest)


def _mix(setup: Setup, few: Specimen, donors: Specimen, axis: int) -> tuple[tuple[int, ...], float, str] | None:
    """(items that moved, how far, the module where it begins) when each half in turn is exchanged."""
    from nohero.evidence.setup.traces import first_parting, traced
    from nohero.evidence.setup.trials import answer

    n = few.size
    halves = (list(range(n // 2)), list(range(n // 2, n)))
    base = answer(setup, few)
    for kept, changed in (halves, halves[::-1]):
        other = _half_changed(few, donors, changed)
        rows, move = _moved_rows(base, answer(setup, other), axis, kept)
        if rows:
            where = first_parting(traced(setup, few), traced(setup, other), partial(_parted, n=n, kept=kept))
            return rows, move, where
    return None


def _moved_rows(base: Tensor, after: Tensor, axis: int, kept: list[int]) -> tuple[tuple[int, ...], float]:
    from nohero.evidence.setup.trials import moved

    if base.shape != after.shape:
        if base.ndim != after.ndim or base.shape[axis] != after.shape[axis]:
            return (), 0.0
        common = tuple(slice(0, min(a, b)) for a, b in zip(base.shape, after.shape, strict=True))
        base, after = base[common], after[common]
    base, after = base.movedim(axis, 0).flatten(1) if base.ndim > 1 else base[:, None], after.movedim(axis, 0).flatten(1) if after.ndim > 1 else after[:, None]
    rows = moved(base, after).any(1)
    spread = float(base.nan_to_num(0).std(0).mean()) or 1.0
    far = float((base - after).abs().nan_to_num(0, 0, 0)[kept].max(1).values.max())
    return tuple(i for i in kept if bool(rows[i])), far / max(spread, 1e-12)


def _parted(one: Tensor, other: Tensor, n: int, kept: list[int]) -> bool:
    """Whether the kept items' part differs, whichever of the first axes counts the items."""
    import torch

    from nohero.evidence.setup.trials import moved

    views = [(one.movedim(a, 0), other.movedim(a, 0)) for a in (0, 1) if one.ndim > a and one.shape[a] == n]
    if not views and one.shape[0] % n == 0 and one.shape[0]:
        views = [(one.reshape(n, -1), other.reshape(n, -1))]
    index = torch.tensor(kept, device=one.device)
    return bool(views) and all(bool(moved(a.index_select(0, index), b.index_select(0, index)).any()) for a, b in views)


def _cured(setup: Setup, few: Specimen, donors: Specimen, axis: int, where: str) -> str:
    """The outermost module around the place that mixes no more with its first two axes swapped."""
    from nohero.evidence.setup.traces import axes_swapped
    from nohero.setup.refusal import Unmeasurable

    modules = dict(setup.single.named_modules())
    place = where.partition(",")[0]
    if place not in modules or place == "":
        return ""
    parts = place.split(".")
    for depth in range(1, len(parts) + 1):
        name = ".".join(parts[:depth])
        try:
            with axes_swapped(modules[name], few.size):
                cured = not _place(setup, few, axis, cure=False) if donors is few else _mix(setup, few, donors, axis) is None
        except (Unmeasurable, RuntimeError):
            continue
        if cured:
            return name
    return ""


def _place(setup: Setup, few: Specimen, axis: int, *, cure: bool = True) -> dict[str, Any]:
    """The same items in another order."""
    import torch

    from nohero.evidence.setup.traces import first_parting, traced
    from nohero.evidence.setup.trials import answer

    n = few.size
    order = [(i + 1) % n for i in range(n)]
    back = [order.index(i) for i in range(n)]
    other = few.take(order)
    base, after = answer(setup, few), answer(setup, other)
    if base.shape != after.shape:
        return {}
    index = torch.tensor(back, device=after.device)
    rows, move = _moved_rows(base, after.index_select(axis, index), axis, list(range(n)))
    if not rows:
        return {}
    found: dict[str, Any] = {"placed": rows, "place_move": move}
    if cure:
        found["place_module"] = first_parting(traced(setup, few), traced(setup, other), lambda a, b: _displaced(a, b, n, index))
        found["place_swapped"] = _cured(setup, few, few, axis, found["place_module"])
    return found


def _displaced(one: Tensor, other: Tensor, n: int, back: Tensor) -> bool:
    from nohero.evidence.setup.trials import moved

    views = [(one, other.index_select(a, back.to(one.device))) for a in (0, 1) if one.ndim > a and one.shape[a] == n]
    if not views and one.shape[0] % n == 0 and one.shape[0]:
        views = [(one.reshape(n, -1), other.reshape(n, -1).index_select(0, back.to(one.device)))]
    return bool(views) and all(bool(moved(a, b).any()) for a, b in views)


def _training(setup: Setup, few: Specimen, donors: Specimen, axis: int, before: dict[str, list[Tensor]]) -> dict[str, Any]:
    """In train mode, with every module that keeps statistics or draws random numbers in eval mode."""
    from nohero.evidence.setup.trials import answer, steady
    from nohero.setup.refusal import Unmeasurable

    setup.mode(training=True)
    answer(setup, few)
    _hush(setup, few, before)
    if not steady(setup, few):
        raise Unmeasurable("the answers stay random in train mode")
    mix = _mix(setup, few, donors, axis)
    if mix is None or len(mix[0]) < ALL * (few.size // 2):
        return {}
    return {"in_training": mix[0], "training_move": mix[1], "training_module": mix[2]}


def _hush(setup: Setup, few: Specimen, before: dict[str, list[Tensor]]) -> None:
    """Put into eval mode, one by one, the modules whose buffers have moved since `before` or that draw random numbers."""
    import torch

    from nohero.evidence.setup.trials import answer
    from nohero.setup.streams import drawn_so_far

    modules = dict(setup.single.named_modules())
    drew: list[Any] = []
    states: dict[int, Any] = {}
    handles = []
    for m in modules.values():
        handles.append(m.register_forward_pre_hook(lambda m, _: states.__setitem__(id(m), drawn_so_far())))
        handles.append(m.register_forward_hook(lambda m, _, __: None if states[id(m)] == drawn_so_far() else drew.append(m)))
    try:
        for _ in range(len(modules)):
            drew.clear()
            answer(setup, few)
            if not drew:
                break
            drew[0].training = False  # the innermost that drew first
            for child in drew[0].children():
                child.train(False)
    finally:
        for handle in handles:
            handle.remove()
    for name, m in modules.items():
        after = list(m.buffers(recurse=False))
        if len(after) != len(before[name]) or any(a.shape != b.shape or not torch.equal(a, b) for a, b in zip(after, before[name], strict=True)):
            m.training = False
