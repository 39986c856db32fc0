"""Calling the model again and again under equal conditions: all parameters awake, equal seeds, few items whose number is unmistakable.

Used inside `setup.apart()`. A model is awake when no parameter that trains is all zero or nearly so: a branch that begins at zero
hides what depends on what, and the chart of dependence is one of the architecture, not of the values.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

FEW = 11  # items; few enough to be quick
ASLEEP = 1e-3  # a parameter smaller than this everywhere is zero on purpose at the start
AWAKE = 0.1
ALIKE = 0.9  # share of places equal; some may be padding
NOISE = 1e-5  # relative to the largest answer; sums in another order differ by about 1e-6


@contextmanager
def calm() -> Iterator[None]:
    """No fused inference path: it calls no hooks and cuts padding away."""
    import torch

    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def awaken(setup: Setup) -> None:
    """Give every parameter that trains and is all but zero some random values."""
    import torch

    generator = torch.Generator().manual_seed(setup.seed + 5)
    with torch.no_grad():
        for parameter in setup.named_parameters().values():
            if parameter.requires_grad and parameter.is_floating_point() and parameter.numel() and float(parameter.abs().max()) < ASLEEP:
                parameter.copy_(AWAKE * torch.randn(parameter.shape, generator=generator).to(parameter))


def answers(setup: Setup, specimen: Specimen, seed: int = 0) -> list[Tensor]:
    """Every floating tensor in what the model answers, scalars too."""
    from nohero.setup.calling import tensors_of
    from nohero.setup.streams import seed_all

    seed_all(setup.seed + seed)
    return [t.detach().float() for t in tensors_of(setup.forward(specimen)) if t.is_floating_point()]


def answer(setup: Setup, specimen: Specimen, seed: int = 0) -> Tensor:
    """The tensor of answers."""
    from nohero.setup.streams import seed_all

    seed_all(setup.seed + seed)
    found: Tensor = setup.output(specimen).detach().float()
    return found


def moved(before: Tensor, after: Tensor) -> Tensor:
    """Where two answers differ by more than rounding; two nans are alike."""
    import torch

    finite = before[before.isfinite()]
    scale = float(finite.abs().max()) if finite.numel() else 1.0
    differs = (before - after).abs() > NOISE * max(scale, 1e-30)
    odd = before.isfinite() != after.isfinite()
    return torch.logical_or(differs.nan_to_num(0).bool(), odd)


def steady(setup: Setup, specimen: Specimen) -> bool:
    """Whether the model answers the same to the same, seeds being different."""
    one, two = answer(setup, specimen), answer(setup, specimen, seed=1)
    return one.shape == two.shape and not bool(moved(one, two).any())


def some(setup: Setup, specimen: Specimen, most: int) -> Specimen:
    """The first items alone, or all of them where the model takes no fewer."""
    from nohero.setup.refusal import UserRaised

    few = specimen.take(list(range(min(most, specimen.size))))
    try:
        answers(setup, few)
    except UserRaised:
        return specimen
    return few


def forgetful(setup: Setup, specimen: Specimen) -> bool:
    """Whether the model answers the same when it is asked the same again: it keeps no state from call to call."""
    one, two = answer(setup, specimen), answer(setup, specimen)
    return one.shape == two.shape and not bool(moved(one, two).any())


def laid_out(setup: Setup, number: int = 0) -> tuple[Specimen, bool]:
    """(batch `number` with the axis of its items looked at again, whether that axis is sure).

    Where there is a target for every place, items and time steps may change places: a target that is the input one step later
    along axis 0 tells that time comes first.
    """
    from dataclasses import replace

    import torch

    specimen = setup.specimen(number)
    main, y = specimen.main, specimen.target
    if main is None or main.ndim < 2 or not isinstance(y, torch.Tensor) or y.ndim == 0:
        return specimen, specimen.size == _said_size(setup) or not _second_axis_varies(setup)
    places = main.shape[0] * main.shape[1]
    if y.ndim == 1 and y.numel() == places and places != specimen.size:
        y = y.reshape(main.shape[:2])
    if y.shape[:2] != main.shape[:2] or main.ndim > 3:
        return specimen, not (y.ndim == 1 and y.numel() > specimen.size) or specimen.size == _said_size(setup)
    flat = main if main.ndim == y.ndim else main[..., 0]
    y = y if y.ndim == flat.ndim else y[..., 0]
    if flat.shape != y.shape:
        return specimen, specimen.size == _said_size(setup)
    ahead = [flat.shape[a] > 2 and float((flat.narrow(a, 1, flat.shape[a] - 1) == y.narrow(a, 0, y.shape[a] - 1)).double().mean()) > ALIKE for a in (0, 1)]
    if ahead[0] and not ahead[1]:
        return replace(specimen, size=int(main.shape[1])), main.shape[0] != main.shape[1]
    return specimen, ahead[1] or specimen.size == _said_size(setup)


def _second_axis_varies(setup: Setup) -> bool:
    """Whether batches of training and validation are alike along the first axis, and differ along the second, as where time comes first."""
    from nohero.setup.refusal import Unmeasurable

    try:
        mains = [setup.specimen_of(b).main for source in (setup.train, setup.val) if source is not None for b in source.first(2)]
    except Unmeasurable:
        return False
    shapes = [tuple(m.shape) for m in mains if m is not None and m.ndim > 2]
    return len({s[0] for s in shapes}) == 1 and len({s[1] for s in shapes}) > 1


def _said_size(setup: Setup) -> int | None:
    """Items of a batch by the loader's own word."""
    size = getattr(setup.train.loader, "batch_size", None)
    return size if isinstance(size, int) else None


def unmistakable(specimen: Specimen, most: int = FEW) -> int:
    """A number of items that is the length of no axis of the inputs."""
    from nohero.setup.calling import tensors_of

    taken = {s for t in tensors_of((specimen.args, specimen.kwargs)) for s in t.shape}
    return next((k for k in range(min(most, specimen.size - 1), 2, -1) if k not in taken), min(most, specimen.size))


def item_axis(setup: Setup, few: Specimen, out: Tensor) -> int | None:
    """The axis of the answer that counts the items: the one that shrinks when an item is left out; without a trial, the one that fits."""
    from nohero.setup.refusal import UserRaised

    fitting = [a for a in range(out.ndim) if out.shape[a] == few.size]
    if few.size < 2 or not fitting:
        return fitting[0] if fitting else None
    try:
        less = answer(setup, few.take(list(range(few.size - 1))))
    except UserRaised:
        return fitting[0]
    if less.ndim != out.ndim:
        return None
    shrunk = [a for a in fitting if less.shape[a] == few.size - 1]
    return shrunk[0] if len(shrunk) == 1 else None


def why_one_set(specimen: Specimen) -> str:
    """Why the items of a batch may be one whole (a graph, a set, a bag), in words; or nothing."""
    import torch

    main = specimen.main
    if main is None:
        return "no input counts the items"
    for name, t in specimen.inputs.items():
        if t.layout != torch.strided:
            return f"{name} is sparse, as a graph's edges are"
        whole = not t.is_floating_point() and t.dtype != torch.bool
        if whole and t.ndim == 2 and t.shape[0] == 2 and specimen.size != 2:
            return f"{name} has the shape of a graph's edges {list(t.shape)}"
        if t is not main and t.ndim == 2 and t.shape[0] == t.shape[1] == specimen.size:
            return f"{name} joins every item with every other {list(t.shape)}"
        if specimen.axis(t) is None and t.numel() > 1 and not (t.ndim == 2 and t.shape[0] == t.shape[1]):
            return f"{name} {list(t.shape)} does not count the {specimen.size} items"
        if t is not main and whole and t.ndim == 1 and _says_which_set(t):
            return f"{name} tells which set each row belongs to"
    return ""


def _says_which_set(t: Tensor) -> bool:
    rising = bool((t[1:] - t[:-1] >= 0).all()) and bool((t[1:] - t[:-1] <= 1).all())
    return len(t) > 2 and int(t[0]) == 0 and rising and 0 < int(t[-1]) < len(t) - 1


def sizes_vary(setup: Setup) -> bool:
    """Whether batches, the last aside, hold varying numbers of items."""
    sizes = [setup.specimen(i).size for i in range(min(6, len(setup.batches())))]
    return len(set(sizes[:-1])) > 1


def other_values(t: Tensor, seed: int = 0, *, keep: Any = None) -> Tensor:
    """The same shape with every value another one that the batch knows: floats also pushed by their spread. Where `keep` is true nothing changes."""
    import torch

    generator = torch.Generator().manual_seed(seed + 77)
    if t.is_floating_point():
        noise = torch.randn(t.shape, generator=generator).to(t)
        spread = t[t.isfinite()].std() if t.isfinite().sum() > 1 else torch.ones(())
        changed = t + noise * (spread.to(t) if float(spread) > 0 else 1.0)
    elif t.dtype == torch.bool:
        changed = ~t
    else:
        known = torch.unique(t)
        place = torch.searchsorted(known, t.contiguous())
        step = torch.randint(1, max(2, len(known)), t.shape, generator=generator).to(t.device)
        changed = known[(place + step) % len(known)].to(t.dtype)
    return changed if keep is None else torch.where(_like(keep, t), t, changed)


def _like(mask: Tensor, t: Tensor) -> Tensor:
    return mask.reshape(*mask.shape, *[1] * (t.ndim - mask.ndim)).expand_as(t)


def run_once(setup: Setup, batch: Any = None) -> Any:
    """The user's step on a batch (the first, unless it is given); where there is none, a forward pass in train mode and its loss, which is returned. Call it inside `apart`."""
    import torch

    with torch.enable_grad():
        batch = setup.batches(1)[0] if batch is None else batch
        if setup.step is not None:
            setup.train_step(batch)
            return None
        setup.mode(training=True)
        specimen = setup.specimen_of(batch)
        return setup.loss_of(setup.forward(specimen), specimen)
