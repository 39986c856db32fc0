"""Which time step's answer depends on which time step's input, and how many steps ahead of its input the target stands.

One time step is altered in all items at once, and the answers before it are compared: same shapes, same seeds. How far the target
is shifted is read off the batches; a shift inside the loss is found by altering the target at one place and seeing at which
place the loss's gradient on the answers moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 8
ITEMS = 4
PROBED = 32  # time steps altered one by one, at the most
FARTHEST = 3  # steps that a target may stand ahead
SAME = 0.99  # of the places equal; some may be replaced by padding or by a value that is left out
CLEAR = 1e-3  # of the largest; sums in another order move a gradient by about 1e-6
TOGETHER = 3  # batches read for the shift


@dataclass(frozen=True, kw_only=True)
class TimeDependence:
    """`chart[i][s]` says whether the answer at step s moved when step `probed[i]` was altered."""

    declared: bool | None  # expect["causal"]
    name: str = ""  # the input that was altered
    steps: int = 0
    probed: tuple[int, ...] = ()
    chart: tuple[tuple[bool, ...], ...] = ()
    shift: int | None = None  # steps that the target stands ahead of this input, loss included; None: it is no copy of it
    shift_in_loss: int = 0
    attends: bool = False  # attention of the sequence to itself was executed
    tokens: bool = False
    module: str = ""  # where the earliest look ahead begins
    example: tuple[int, int] = (-1, -1)  # (answer's step, later input's step)

    def ahead(self) -> tuple[int, ...]:
        """How many steps ahead answers look: each distance that was seen, rising."""
        return tuple(sorted({t - s for t, row in zip(self.probed, self.chart, strict=True) for s, seen in enumerate(row) if seen and t > s}))

    def behind(self) -> float:
        """The share of earlier and equal steps that answers depend on."""
        looked = [seen for t, row in zip(self.probed, self.chart, strict=True) for s, seen in enumerate(row) if s >= t]
        return sum(looked) / max(1, len(looked))

    def upper(self) -> float:
        """The share of later steps that answers depend on."""
        looked = [seen for t, row in zip(self.probed, self.chart, strict=True) for s, seen in enumerate(row) if s < t]
        return sum(looked) / max(1, len(looked))


def measure(setup: Setup, facts: TaskFacts) -> TimeDependence:
    """The shift first; it says which input to alter."""
    from nohero.evidence.setup.trials import awaken, calm, laid_out, some, why_one_set
    from nohero.setup.refusal import Unmeasurable

    specimens = [laid_out(setup, i)[0] for i in range(min(TOGETHER, len(setup.batches())))]
    if why := why_one_set(specimens[0]):
        raise Unmeasurable(f"no time axis is known: {why}")
    with setup.apart():
        setup.mode(training=False)
        awaken(setup)
        in_loss = _shift_in_loss(setup, specimens[0])
        name, shift, axis = _copied(specimens)
        few = some(setup, specimens[0], ITEMS)
        with calm():
            if shift is not None:  # a target that equals the input may be shifted where nobody can see it
                shift = None if in_loss is None and shift == 0 else shift + (in_loss or 0)
            return _charted(setup, few, (name, shift, axis), in_loss or 0)


def _charted(setup: Setup, few: Specimen, copied: tuple[str, int | None, int | None], in_loss: int) -> TimeDependence:
    from nohero.evidence.setup.traces import first_parting, traced
    from nohero.evidence.setup.trials import answer, moved, steady
    from nohero.setup.refusal import Unmeasurable

    base = answer(setup, few)
    name, shift = copied[0] or few.main_name, copied[1]
    axes = _time_axes(few, few.inputs[name], base, copied[2])
    if axes is None:
        raise Unmeasurable("the answers have no axis of time in common with the input")
    if not steady(setup, few):
        raise Unmeasurable("the answers are random in eval mode")
    a, b = axes
    steps = few.inputs[name].shape[a]
    chart, probed = [], _probes(steps)
    for t in probed:
        after = answer(setup, _altered(few, name, a, t))
        if after.shape != base.shape:
            raise Unmeasurable("the answer's shape hangs on the input's values")
        chart.append(tuple(moved(base, after).movedim(b, 0).flatten(1).any(1).tolist()))
    late = [(s, t) for t, row in zip(probed, chart, strict=True) for s, seen in enumerate(row) if seen and t > s]
    if late and _remembers(setup, few, base, _altered(few, name, a, late[0][1])):
        raise Unmeasurable("the model keeps a state from call to call")
    trace = traced(setup, few)
    module = ""
    if late:
        altered = traced(setup, _altered(few, name, a, late[0][1]))
        module = first_parting(trace, altered, lambda one, other: _parted(one, other, steps, late[0][1], few.size))
    return TimeDependence(
        declared=setup.intent.causal, name=name, steps=steps,
        probed=probed,
        chart=tuple(chart),
        shift=shift,
        shift_in_loss=in_loss,
        attends=steps in trace.attended,
        tokens=not few.inputs[name].is_floating_point(),
        module=module,
        example=late[0] if late else (-1, -1),
    )


def _remembers(setup: Setup, few: Specimen, base: Tensor, altered: Specimen) -> bool:
    """Whether the same question gets another answer once another was asked between: what was moved may be a state that goes on."""
    from nohero.evidence.setup.trials import answer, moved

    answer(setup, altered)
    again = answer(setup, few)
    return again.shape != base.shape or bool(moved(base, again).any())


def _probes(steps: int) -> tuple[int, ...]:
    if steps <= PROBED:
        return tuple(range(steps))
    near = set(range(PROBED // 2)) | {steps - 1, steps - 2}
    spread = {round(i * (steps - 1) / (PROBED // 2)) for i in range(PROBED // 2)}
    return tuple(sorted(near | spread))


def _altered(few: Specimen, name: str, axis: int, t: int) -> Specimen:
    """Step t of the input exchanged for other values, in every item."""
    from nohero.evidence.setup.trials import other_values

    old = few.inputs[name]
    new, where = old.clone(), (slice(None),) * axis + (t,)
    new[where] = other_values(old)[where]
    return few.with_input(name, new)


def _time_axes(few: Specimen, t: Tensor, out: Tensor, known: int | None) -> tuple[int, int] | None:
    """(axis of time in the input, in the answer): equal lengths besides the items, the sequence's usual place first."""
    mine, theirs = few.axis(t), next((a for a in (0, 1) if out.ndim > a and out.shape[a] == few.size), None)
    if mine is None or theirs is None or not 2 <= t.ndim <= 3 or not 2 <= out.ndim <= 3:
        return None
    if out.ndim == 2 and ((t.ndim == 2 and t.is_floating_point()) or getattr(few.target, "shape", None) != out.shape) and known is None:
        return None  # one row of numbers an item is no course of time
    places = [a for a in range(t.ndim) if a != mine and known in (None, a)]
    outs = [b for b in range(out.ndim) if b != theirs]
    fitting = [(a, b) for a in places for b in outs if t.shape[a] == out.shape[b] > 2]
    fitting.sort(key=lambda pair: pair[0] != pair[1])
    target = getattr(few.target, "shape", ())
    told = known is not None or (len(fitting) == 1 and len(target) > 1 and out.shape[fitting[0][1]] in target[1:])
    return fitting[0] if fitting and (fitting[0][0] == fitting[0][1] or told) else None


def _copied(specimens: list[Specimen]) -> tuple[str, int | None, int | None]:
    """(the input that the target is a copy of, by how many steps it stands ahead, the input's axis of time)."""
    import torch

    first = specimens[0]
    if not isinstance(first.target, torch.Tensor):
        return "", None, None
    for name, t in sorted(first.inputs.items(), key=lambda pair: pair[1] is first.target):  # labels for the model's own loss come last
        for axis in (a for a in range(t.ndim) if a != first.axis(t)):
            shares = [min(_share(s, name, axis, k) for s in specimens) for k in range(FARTHEST + 1)]
            fitting = [k for k, share in enumerate(shares) if share >= SAME]
            if len(fitting) == 1:
                return name, fitting[0], axis
    return "", None, None


def _share(specimen: Specimen, name: str, axis: int, ahead: int) -> float:
    """The share of places where the target equals the input `ahead` steps later; places that are left out do not count."""
    t, y = specimen.inputs.get(name), specimen.target
    if t is None or not 2 <= t.ndim <= 3 or t.is_floating_point() != y.is_floating_point() or t.shape[axis] < ahead + 3:
        return 0.0
    short = tuple(n - (ahead if a == axis else 0) for a, n in enumerate(t.shape))  # where the step cuts the first or last steps off itself
    y = next((y.reshape(s) for s in (t.shape, short, t.shape[:2], short[:2]) if y.numel() == _product(s) and (y.ndim == 1 or y.squeeze(-1).shape in (s, s[:-1]))), None)
    if y is None:
        return 0.0
    if t.ndim == 3 and y.ndim == 2:  # one of the features
        return 0.0 if axis == 2 else max(_share_of(t[..., f], y, axis, ahead) for f in range(t.shape[2]))
    return _share_of(t, y, axis, ahead)


def _product(numbers: tuple[int, ...]) -> int:
    from math import prod

    return prod(numbers)


def _share_of(t: Tensor, y: Tensor, axis: int, ahead: int) -> float:
    later, said = t.narrow(axis, ahead, t.shape[axis] - ahead), y.narrow(axis, 0, t.shape[axis] - ahead)
    counted = said >= 0 if not said.is_floating_point() else said.isfinite()
    return float(((later == said) & counted).sum()) / max(1, int(counted.sum()))


def _shift_in_loss(setup: Setup, specimen: Specimen) -> int | None:
    """How many places before a target its answer stands, by the loss's gradient on the answers; None where that cannot be seen.

    The targets of one place are dealt out anew among the items, so that as many are left out of the loss as before.
    """
    import torch

    from nohero.evidence.setup.task_facts import answer_of
    from nohero.setup.refusal import Unmeasurable

    target = specimen.target
    if not isinstance(target, torch.Tensor) or target.ndim < 2:
        return 0  # one target an item, or all places in a row: nothing there can be shifted
    if target.shape[1] < FARTHEST + 2:
        return None
    place = max(range(FARTHEST, target.shape[1]), key=lambda t: len(set(target[:, t].flatten().tolist())))
    other = target.clone()
    other[:, place] = target[:, place].roll(1, 0)
    try:
        gradients = []
        for y in (target, other):
            asked = _with_target(specimen, y)
            raw = setup.forward(asked)
            out = answer_of(setup, raw, asked)
            if out is None or out.ndim < 2 or target.shape[1] not in out.shape[1:]:
                return None
            (g,) = torch.autograd.grad(setup.loss_of(raw, asked), out, allow_unused=True)
            gradients.append(g)
    except (Unmeasurable, RuntimeError):
        return None
    if any(g is None or g.shape != gradients[0].shape for g in gradients):
        return None
    axis = next(a for a in range(1, gradients[0].ndim) if gradients[0].shape[a] == target.shape[1])
    gap = (gradients[0] - gradients[1]).abs().movedim(axis, 0).flatten(1).amax(1)
    where = (gap > CLEAR * gap.max()).nonzero().flatten().tolist() if float(gap.max()) > 0 else []
    return max(0, place - where[0]) if len(where) == 1 else None


def _with_target(specimen: Specimen, y: Tensor) -> Specimen:
    from dataclasses import replace

    from nohero.setup.calling import mapped

    old = specimen.target
    if specimen.main is old:
        return replace(specimen, target=y)
    args, kwargs = mapped((specimen.args, specimen.kwargs), lambda t: y if t is old else t)
    return replace(specimen, args=args, kwargs=kwargs, target=y)


def _parted(one: Any, other: Any, steps: int, cut: int, items: int) -> bool:
    """Whether what stands before the altered step differs, whichever axis is time."""
    from nohero.evidence.setup.trials import moved

    if one.ndim == 2 and one.shape[0] == items * steps:
        one, other = one.reshape(items, steps, -1), other.reshape(items, steps, -1)
    views = [(one.narrow(a, 0, cut), other.narrow(a, 0, cut)) for a in range(one.ndim) if one.shape[a] == steps]
    return bool(views) and all(bool(moved(a, b).any()) for a, b in views)
