"""Short trainings from other starts: as handed over, with the weights drawn anew to carry the signal, and with the inputs standardised.

Only run where the signals at the start or the sizes of the inputs look odd: then the race says whether the oddity costs anything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.signals import draw_anew, feature_axis
from nohero.setup.calling import tensors_of

if TYPE_CHECKING:
    from nohero.evidence.setup.signals import Signals
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.05  # seconds; a race that is run costs up to SECONDS an arm, and looks at the time left
STEPS = 4
RACE = 90  # steps
SECONDS = 3.0  # an arm
BATCHES = 8
END = 10  # last losses that are averaged
ODD_RATIO = 1e3  # of spreads or gradients between the first and the last layer
ODD_ANSWER = 8.0  # times the size of the answer from default starts
ODD_SHARE = 0.5  # of units dead, or of values saturated
RARE = 0.9  # of the items have one value: a border pixel or a rare flag, whose deviation says nothing of its scale
WIDE, NARROW, FAR = 20.0, 0.01, 20.0  # deviations of a feature, and its mean in deviations


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One float feature of the inputs, of all items read."""

    name: str
    mean: float
    deviation: float
    rare: bool = False  # nearly all items have one value

    @property
    def far(self) -> bool:
        """Whether its scale is odd."""
        narrow = 0 < self.deviation < NARROW and not self.rare
        return self.deviation > WIDE or narrow or abs(self.mean) > FAR * max(self.deviation, 0.05)


@dataclass(frozen=True, kw_only=True)
class StartRace:
    """Losses step by step; an arm that was not run is empty."""

    given: tuple[float, ...] = ()
    redrawn: tuple[float, ...] = ()  # each trainable layer drawn anew, scaled so that its answers have deviation 1
    scaled: tuple[float, ...] = ()  # the float inputs standardised
    mute: tuple[float, ...] = ()  # drawn anew, and each item gets another item's inputs: what can be learnt without them
    odd: tuple[str, ...] = ()  # what made us race
    features: tuple[Feature, ...] = ()  # far from deviation 1
    num_features: int = 0
    items: int = 0


def measure(setup: Setup, signals: Signals) -> StartRace:
    """Look for oddities; race where there are any."""
    from nohero.setup.refusal import Unmeasurable

    features, items = _features(setup)
    far = tuple(f for f in features if f.far)
    odd = _oddities(signals)
    given: tuple[float, ...] = ()
    redrawn: tuple[float, ...] = ()
    scaled: tuple[float, ...] = ()
    mute: tuple[float, ...] = ()
    if (odd or far) and setup.seconds_left() > SECONDS:
        try:
            given = _raced(setup)
            redrawn = _raced(setup, redrawn=True) if odd else ()
            mute = _raced(setup, redrawn=True, mute=True) if {"spread", "gradient"} & set(odd) else ()
            scaled = _raced(setup, scaled=frozenset(f.name.rsplit("[", 1)[0] for f in far)) if far else ()
        except Unmeasurable:
            pass
    return StartRace(given=given, redrawn=redrawn, scaled=scaled, mute=mute, odd=odd, features=far, num_features=len(features), items=items)


def _oddities(signals: Signals) -> tuple[str, ...]:
    layers = [layer for layer in signals.layers if layer.trainable]
    odd = []
    if len(layers) >= 2:
        spreads = [layer.spread for layer in layers]
        if min(spreads) == 0 or max(spreads) / min(spreads) > ODD_RATIO or not all(s < float("inf") for s in spreads):
            odd.append("spread")
        grads = [layer.gradient for layer in layers if layer.gradient == layer.gradient]
        if grads and (min(grads) == 0 or max(grads) / min(grads) > ODD_RATIO):
            odd.append("gradient")
    if signals.answer_size > ODD_ANSWER * max(signals.default_answer_size, 0.1) or (not signals.answer_size < float("inf") and layers):
        odd.append("answer")
    if any(a.dead > ODD_SHARE or a.saturated > ODD_SHARE for a in signals.activations):
        odd.append("units")
    return tuple(odd)


def _features(setup: Setup) -> tuple[list[Feature], int]:
    """Mean and deviation of each float feature over the first batches (at most 200 an input)."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    seen: dict[str, list[Any]] = {}
    items = 0
    for number in range(min(BATCHES, len(setup.batches(BATCHES)))):
        try:
            specimen = setup.specimen(number)
        except Unmeasurable:
            break
        items += specimen.size
        for name, tensor in specimen.inputs.items():
            if tensor.is_floating_point() and tensor.ndim > 1 and specimen.axis(tensor) is not None:
                seen.setdefault(name, []).append(tensor.detach().double().movedim(feature_axis(tensor), 0).flatten(1)[:200])
    found = []
    for name, parts in seen.items():
        if len({len(p) for p in parts}) > 1:
            continue
        values = torch.cat(parts, 1)
        for k, row in enumerate(values):
            kept = row[row.isfinite()]
            if len(kept) > 1:
                found.append(Feature(name=f"{name}[{k}]", mean=float(kept.mean()), deviation=float(kept.std()), rare=float((kept == kept.mode().values).double().mean()) > RARE))
    return found, items


def _raced(setup: Setup, *, redrawn: bool = False, mute: bool = False, scaled: frozenset[str] = frozenset()) -> tuple[float, ...]:
    """Losses of up to RACE steps with the user's own step."""
    import torch

    batches = setup.batches(BATCHES)
    began = time.monotonic()
    losses: list[float] = []
    with setup.apart(seed=1):
        if redrawn:
            draw_anew(setup)
            _carry_the_signal(setup)
        change = _standardiser(setup, scaled) if scaled else _shuffled if mute else None
        handle = setup.single.register_forward_pre_hook(change, with_kwargs=True) if change is not None else None
        wanted = [p for p in setup.named_parameters().values() if p.requires_grad]
        own = torch.optim.Adam(wanted, lr=1e-3) if setup.step is None and not setup.optimizers and wanted else None
        try:
            for number in range(RACE):
                batch = batches[number % len(batches)]
                losses.append(setup.train_step(batch) if own is None else setup.plain_step(setup.specimen_of(batch), (own,)))
                if time.monotonic() - began > SECONDS:
                    break
        finally:
            if handle is not None:
                handle.remove()
    return tuple(losses)


def _shuffled(_: Any, args: Any, kwargs: Any) -> Any:
    """A hook that gives each item another's inputs; targets among the arguments stay."""
    import torch

    from nohero.setup.calling import TARGETS, mapped

    order = torch.randperm(next((len(t) for t in tensors_of((args, kwargs)) if t.ndim), 0))
    change = lambda t: t[order.to(t.device)] if t.ndim and len(t) == len(order) else t  # noqa: E731
    return mapped(args, change), {k: v if k in TARGETS else mapped(v, change) for k, v in kwargs.items()}


def _standardiser(setup: Setup, names: frozenset[str]) -> Any:
    """A hook that standardises the named inputs by the statistics of the first batches."""
    import torch

    known: dict[tuple[int, ...], tuple[Any, Any, int]] = {}
    for name in names:
        parts = [setup.specimen(k).inputs.get(name) for k in range(min(BATCHES, len(setup.batches(BATCHES))))]
        tensors = [t for t in parts if t is not None]
        axis = feature_axis(tensors[0])
        values = torch.cat([t.detach().movedim(axis, 0).flatten(1) for t in tensors], 1)
        known[tensors[0].ndim, values.shape[0]] = (values.mean(1), values.std(1).clamp(min=1e-8), axis)

    def change(tensor: Any) -> Any:
        if not tensor.is_floating_point() or tensor.ndim < 2 or (found := known.get((tensor.ndim, tensor.shape[feature_axis(tensor)]))) is None:
            return tensor
        shape = [1] * tensor.ndim
        shape[found[2]] = -1
        return (tensor - found[0].reshape(shape)) / found[1].reshape(shape)

    from nohero.setup.calling import mapped

    return lambda module, args, kwargs: mapped((args, kwargs), change)


def _carry_the_signal(setup: Setup) -> None:
    """One pass in which every trainable weight layer but the last is scaled and shifted to answers of mean 0 and deviation 1 over the items."""
    import torch

    specimen: Specimen = setup.specimen()
    names: list[str] = []
    handles = []

    def shaped(module: Any, _: Any, out: Any, name: str, last: list[str]) -> Any:
        weight = getattr(module, "weight", None)
        if name in names or name in last or not isinstance(out, torch.Tensor) or weight is None or out.ndim < 2 or out.shape[0] < 2:
            return None
        names.append(name)
        axis = 1 if weight.ndim > 2 else out.ndim - 1
        over = [a for a in range(out.ndim) if a != axis]
        with torch.no_grad():
            middle, width = out.mean(over), (out - out.mean(over, keepdim=True)).square().mean().sqrt().clamp(min=1e-6)
            weight.div_(width)
            bias = getattr(module, "bias", None)
            if bias is not None:
                bias.sub_(middle).div_(width)
        shape = [1] * out.ndim
        shape[axis] = -1
        return (out - (middle.reshape(shape) if bias is not None else 0)) / width

    order: list[str] = []
    plain = {n: m for n, m in setup.named_modules().items() if {k for k, _ in m.named_parameters(recurse=False)} in ({"weight"}, {"weight", "bias"}) and m.weight is not None and m.weight.ndim >= 2 and m.weight.requires_grad and not hasattr(m, "num_embeddings")}
    for name, module in plain.items():
        handles.append(module.register_forward_hook(lambda m, a, o, name=name: order.append(name)))
    try:
        setup.forward(specimen)
        for handle in handles:
            handle.remove()
        last = order[-1:]
        handles = [module.register_forward_hook(lambda m, a, o, name=name: shaped(m, a, o, name, last)) for name, module in plain.items() if name in order]
        setup.forward(specimen)
    finally:
        for handle in handles:
            handle.remove()
