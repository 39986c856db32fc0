"""Which inputs, and which regions of the main input, have any influence on the answers.

An input is altered in several ways, in eval and in train mode, on several batches: it is idle where no number of any answer ever
moved. Regions are sought by the gradient and confirmed by altering all of the region at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 10
BATCHES = 2
ITEMS = 16
LOST_ON_THE_WAY = 1e-12  # relative; influence that fades through many steps reaches zero by and by, not at once
SMALLEST = 3  # places of an axis


@dataclass(frozen=True, kw_only=True)
class Used:
    """One input."""

    name: str
    used: bool | None  # None: it cannot be altered without the model refusing
    main: bool
    named: bool  # a parameter of the forward function by itself, not one entry of a dict
    varies: bool  # it differs between items
    kind: str  # content, number (one an item), mask, lengths, whole
    declared: bool  # expect["uses"] names it
    padding: bool = False  # it says where padding stands


@dataclass(frozen=True, kw_only=True)
class Region:
    """Places along one axis of the main input that never count."""

    name: str
    axis: int
    axes: int  # of the input
    idle: tuple[int, ...]
    of: int  # places with any content
    confirmed: bool  # altering them all moved no answer
    faded: bool  # the influence dwindles towards them


@dataclass(frozen=True, kw_only=True)
class InputUse:
    """Every input but the labels, and the regions of the main one."""

    inputs: tuple[Used, ...]
    regions: tuple[Region, ...] = ()
    why_no_regions: str = ""
    called: bool = True  # the step calls the model's forward as a whole, not its parts alone


def measure(setup: Setup, facts: TaskFacts) -> InputUse:
    """Inputs one by one, then the main input's axes."""
    from nohero.evidence.setup.real_places import real_places
    from nohero.evidence.setup.trials import awaken, calm
    from nohero.setup.refusal import Unmeasurable

    specimens = [setup.specimen(i) for i in range(min(BATCHES, len(setup.batches())))]
    if not specimens[0].inputs:
        raise Unmeasurable("the model is called with no tensor")
    why = ""
    regions: tuple[Region, ...] = ()
    with setup.apart(), calm():
        awaken(setup)
        places = real_places(specimens[0], setup.intent.pad_id)
        hides = places.said_by if places is not None else ""
        found = tuple(replace(_used(setup, specimens, name), padding=name == hides) for name in specimens[0].inputs if not _is_label(specimens[0], name))
        try:
            setup.mode(training=False)
            if specimens[0].main is not None:
                regions = tuple(_regions(setup, specimens[0]))
        except (Unmeasurable, RuntimeError) as reason:
            why = str(reason)
    idle = any(u.used is False for u in found)
    return InputUse(inputs=found, regions=regions, why_no_regions=why, called=not idle or _called(setup))


def _called(setup: Setup) -> bool:
    """Whether training runs what was probed; a step may call parts of the model, and its forward may serve another end."""
    return setup.step is None or bool(setup.listen(setup.batches(1)[0]).calls)


def _is_label(specimen: Specimen, name: str) -> bool:
    """Whether this input is what is to be predicted, handed in for the model's own loss."""
    import torch

    from nohero.setup.calling import TARGETS

    t = specimen.inputs[name]
    equal = isinstance(specimen.target, torch.Tensor) and t.shape == specimen.target.shape and torch.equal(t, specimen.target)
    return (equal and t is not specimen.main) or (name.rpartition(".")[2] in TARGETS and t is not specimen.main)


def _used(setup: Setup, specimens: list[Specimen], name: str) -> Used:
    import torch

    t = specimens[0].inputs[name]
    declared = any(word in (name, name.partition(".")[2], name.rpartition(".")[2]) for word in setup.intent.uses)
    axis = specimens[0].axis(t)
    varies = any(s.inputs[name].numel() > 1 and bool((s.inputs[name] != s.inputs[name].narrow(axis or 0, 0, 1)).any()) for s in specimens if name in s.inputs and s.inputs[name].ndim)
    whole = not t.is_floating_point()
    kind = "mask" if t.dtype == torch.bool or bool(((t == 0) | (t == 1)).all()) else "lengths" if whole and t.ndim == 1 and t is not specimens[0].main else "whole" if whole else "content" if t.ndim > 1 or t is specimens[0].main else "number"
    return Used(
        name=name, used=_counts(setup, specimens, name), main=t is specimens[0].main, named=_named(setup, name), varies=varies and axis is not None, kind=kind, declared=declared,
    )  # fmt: skip


def _named(setup: Setup, name: str) -> bool:
    """Whether the forward function has a parameter for this input alone."""
    parts = name.split(".")
    if len(parts) != 2:
        return False
    try:
        parameters = list(inspect.signature(setup.single.forward).parameters.values())
    except (TypeError, ValueError):
        return False
    if parts[1].isdigit():
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        return int(parts[1]) < len(positional)
    return any(p.name == parts[1] and p.kind is not p.VAR_KEYWORD for p in parameters)


def _counts(setup: Setup, specimens: list[Specimen], name: str) -> bool | None:
    """Whether any alteration moved any answer; None where none was possible."""
    from nohero.evidence.setup.trials import answers
    from nohero.setup.refusal import UserRaised

    tried = 0
    for training in (False, True):
        setup.mode(training=training)
        for specimen in (s for s in specimens if name in s.inputs):
            base = answers(setup, specimen)
            for other in _alterations(specimen, name):
                try:
                    after = answers(setup, specimen.with_input(name, other))
                except UserRaised:
                    continue
                tried += 1
                if not _equal(base, after):
                    return True
    return False if tried else None


def _equal(ones: list[Tensor], others: list[Tensor]) -> bool:
    import torch

    return len(ones) == len(others) and all(a.shape == b.shape and torch.equal(a.nan_to_num(7e7), b.nan_to_num(7e7)) for a, b in zip(ones, others, strict=True))


def _alterations(specimen: Specimen, name: str) -> Iterator[Tensor]:
    """Other values for one input: other items', others that the batch knows, a third hidden, one less."""
    import torch

    from nohero.evidence.setup.trials import other_values

    t, axis = specimen.inputs[name], specimen.axis(specimen.inputs[name])
    found = [other_values(t)] if t.ndim else [t + 1]
    if axis is not None:
        found.append(t.roll(1, axis))
    if t.ndim:
        third = t.clone()
        third[..., -max(1, t.shape[-1] // 3) :] = 0
        found += [third, torch.zeros_like(t)]
    if not t.is_floating_point() and t.dtype != torch.bool:
        found += [(t - 1).clamp(min=1), 1 - t] if bool(((t == 0) | (t == 1)).all()) else [(t - 1).clamp(min=1)]
    yield from (other for other in found if not torch.equal(other, t))


def _regions(setup: Setup, whole: Specimen) -> Iterator[Region]:
    import torch

    from nohero.evidence.setup.leaves import influence
    from nohero.evidence.setup.real_places import real_places
    from nohero.evidence.setup.trials import some

    specimen = some(setup, whole, ITEMS)
    name = specimen.main_name
    t = specimen.inputs[name]
    felt = influence(setup, specimen, name)
    if felt is None or float(felt.max()) == 0:
        return
    places = real_places(specimen, setup.intent.pad_id)
    real = torch.ones(t.shape, dtype=torch.bool)
    if places is not None and places.content == name:
        real = places.real.reshape(*places.real.shape, *[1] * (t.ndim - 2)).expand_as(t).cpu()
    for axis in (a for a in range(t.ndim) if a != specimen.axis(t) and t.shape[a] >= SMALLEST):
        profile = felt.movedim(axis, 0).flatten(1).sum(1)
        content = real.movedim(axis, 0).flatten(1).any(1)
        idle = [i for i in range(t.shape[axis]) if content[i] and float(profile[i]) == 0]
        if idle:
            yield Region(
                name=name, axis=axis, axes=t.ndim, idle=tuple(idle), of=int(content.sum()),
                confirmed=_idle(setup, specimen, name, axis, idle), faded=float(profile[profile > 0].min()) < LOST_ON_THE_WAY * float(profile.max()),
            )  # fmt: skip


def _idle(setup: Setup, specimen: Specimen, name: str, axis: int, idle: list[int]) -> bool:
    """Whether altering all these places moves no answer."""
    from nohero.evidence.setup.trials import answers, other_values

    t = specimen.inputs[name]
    base: Any = answers(setup, specimen)
    for seed in (0, 1):
        new = t.clone()
        where = (slice(None),) * axis + (idle,)
        new[where] = other_values(t, seed)[where] * (3 if t.is_floating_point() else 1)
        if not _equal(base, answers(setup, specimen.with_input(name, new))):
            return False
    return True
