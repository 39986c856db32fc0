"""What flows through the network before training: dead and saturated units, the spread of each layer's answers, the gradient that reaches it.

Activation functions are heard where they are executed (torch functions, not class names), layers are modules that own a weight.
Where something looks odd, the same is measured once more with every layer at its default start, and with the inputs standardised.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 8
BATCHES = 6  # listened to
RECTIFIERS = ("relu", "relu_", "relu6", "relu6_", "clamp", "clamp_", "clamp_min", "clamp_min_", "leaky_relu", "gelu", "silu", "elu", "softplus", "maximum", "where", "rrelu", "hardswish", "mish", "threshold")
BOUNDED = ("sigmoid", "sigmoid_", "tanh", "tanh_", "hardtanh", "hardsigmoid", "softsign")
MOST_CALLS = 48  # of one function in one module that are told apart
EDGE = 0.01  # of the range of a bounded function: nearer to its bound than this counts as saturated
ODD_DEAD, ODD_SATURATED, ODD_SPREAD = 0.5, 0.4, 30.0  # what makes us look once more: generous


@dataclass(frozen=True, kw_only=True)
class Activation:
    """One activation function at one place."""

    place: str  # the layer before it, or the module it runs in
    function: str
    units: int
    dead: float = 0.0  # share of units that gave exactly zero, from something negative, for every probe item
    saturated: float = 0.0  # share of values at the bounds of a bounded function
    answers: bool = False  # what it gives is the model's answer
    values: int = 0


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One module that owns a weight, in the order of the calls."""

    name: str
    size: float  # root mean square of its answers
    spread: float  # the same with each unit's mean over the items taken off
    gradient: float  # root mean square of the loss's gradient by its answers; nan where none was measured
    trainable: bool = True
    numbers: int = 0  # that it gives an item


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Both at the start as handed over; `default_*` after every layer was drawn anew by its own reset, where that was tried."""

    activations: tuple[Activation, ...]
    layers: tuple[Layer, ...]
    items: int = 0
    answer_size: float = float("nan")
    default_activations: tuple[Activation, ...] = ()
    default_layers: tuple[Layer, ...] = ()
    scaled_activations: tuple[Activation, ...] = ()  # with the float inputs standardised
    default_answer_size: float = float("nan")


def measure(setup: Setup) -> Signals:
    """Listen in train mode and in eval mode; a unit is dead only where it is dead in both."""
    acts, layers, items, size = listened(setup)
    _, _, _, default_size = plain = _again(setup, fresh=True)
    odd = any(a.dead > ODD_DEAD or a.saturated > ODD_SATURATED for a in acts)
    scaled = _again(setup, standardised=True)[0] if odd and any(a.saturated > ODD_SATURATED for a in acts) else ()
    return Signals(
        activations=acts, layers=layers, items=items, answer_size=size, default_activations=plain[0], default_layers=plain[1],
        scaled_activations=scaled, default_answer_size=default_size,
    )  # fmt: skip


def _again(setup: Setup, *, fresh: bool = False, standardised: bool = False) -> Any:
    from nohero.setup.refusal import Unmeasurable

    try:
        return listened(setup, fresh=fresh, standardised=standardised, batches=2)
    except (Unmeasurable, RuntimeError):
        return (), (), 0, float("nan")


def listened(setup: Setup, *, fresh: bool = False, standardised: bool = False, batches: int = BATCHES) -> Any:
    """(activations, layers, items, size of the answer)."""
    from nohero.setup.refusal import Unmeasurable, UserRaised

    ears = []
    count = min(batches, len(setup.batches(batches)))
    for training in (True, False):
        with setup.apart():
            if fresh:
                draw_anew(setup)
            setup.mode(training=training)
            ear = _Ear(setup)
            try:
                for number in range(count):
                    try:
                        specimen = setup.specimen(number)
                    except Unmeasurable:
                        if number:
                            break
                        raise
                    _hear(setup, ear, standardise(specimen) if standardised else specimen, backward=number == 0)
            except UserRaised:
                if not training and not ears:
                    raise
                continue
            finally:
                ear.close()
            ears.append(ear)
    if not ears:
        raise Unmeasurable("the model could not be called in train or eval mode")
    acts = ears[0].activations(ears[1] if len(ears) > 1 else ears[0])
    return acts, ears[0].layers(), ears[0].items, ears[0].answer_size


def _hear(setup: Setup, ear: Any, specimen: Specimen, *, backward: bool) -> None:
    from nohero.evidence.setup.task_facts import answer_of
    from nohero.setup.refusal import Unmeasurable

    with ear.on():
        raw = setup.forward(specimen)
    ear.items += specimen.size
    answer = answer_of(setup, raw, specimen)
    if answer is not None:
        ear.answered(answer)
    if backward:
        ear.first_pass_over = True
        try:
            loss = setup.loss_of(raw, specimen)
            loss.backward()
        except (Unmeasurable, RuntimeError, AttributeError):
            return


def draw_anew(setup: Setup) -> None:
    """Every trainable layer that knows how is drawn anew by its own reset (inside an experiment)."""
    for module in setup.named_modules().values():
        own = list(module.parameters(recurse=False))
        again = getattr(module, "reset_parameters", None)
        if own and callable(again) and all(p.requires_grad for p in own):
            again()


def standardise(specimen: Specimen) -> Specimen:
    """The same call with each float input's features at mean 0 and deviation 1 over this batch."""
    for name, tensor in specimen.inputs.items():
        if tensor.is_floating_point() and tensor.ndim > 1 and tensor.numel() > tensor.shape[-1]:
            over = [a for a in range(tensor.ndim) if a != feature_axis(tensor)]
            middle, width = tensor.mean(over, keepdim=True), tensor.std(over, keepdim=True)
            specimen = specimen.with_input(name, (tensor - middle) / width.clamp(min=1e-8))
    return specimen


def feature_axis(tensor: Any) -> int:
    """Channels of pictures, else the last."""
    return 1 if tensor.ndim >= 4 and tensor.shape[1] <= tensor.shape[-1] else tensor.ndim - 1


class _Ear:
    """Hooks and a function mode; accumulates over passes."""

    def __init__(self, setup: Setup) -> None:
        self.items, self.answer_size, self.first_pass_over = 0, float("nan"), False
        self._heard: dict[Any, dict[str, Any]] = {}
        self._layers: dict[str, dict[str, Any]] = {}
        self._counts: dict[Any, int] = {}
        self._path: list[str] = []
        self._last = ""
        self._handles: list[Any] = []
        for name, module in setup.named_modules().items():
            self._handles.append(module.register_forward_pre_hook(lambda m, a, name=name: self._path.append(name)))
            weights = [p for p in module.parameters(recurse=False) if p.ndim >= 2]
            self._handles.append(module.register_forward_hook(lambda m, a, out, name=name, weights=weights: self._left(name, weights, a, out)))

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()

    @contextmanager
    def on(self) -> Iterator[None]:
        from torch.overrides import TorchFunctionMode

        ear = self

        class Mode(TorchFunctionMode):
            def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                word = getattr(func, "__name__", "")
                known = word in RECTIFIERS or word in BOUNDED
                before = args[0].detach().clone() if known and args and hasattr(args[0], "detach") and args[0].is_floating_point() else None
                out = func(*args, **(kwargs or {}))
                if known and hasattr(out, "detach") and out.is_floating_point():
                    ear.function(word, before, out)
                return out

        self._counts, self._path, self._last = {}, [], ""
        with Mode():
            yield

    def _left(self, name: str, weights: list[Any], inputs: Any, out: Any) -> None:
        import torch

        if self._path:
            self._path.pop()
        floating = inputs and isinstance(inputs[0], torch.Tensor) and inputs[0].is_floating_point()
        out = out[0] if isinstance(out, tuple) and out else out
        if not weights or not isinstance(out, torch.Tensor) or not out.is_floating_point() or out.ndim < 2 or out.shape[0] < 2:
            return
        self._last = name
        if self.first_pass_over or name in self._layers or not floating:
            return
        kept: dict[str, Any] = {"numbers": out.numel() // out.shape[0], "trainable": any(p.requires_grad for p in weights), "grad": []}
        value = out.detach().double()
        kept["size"], kept["spread"] = float(value.square().mean().sqrt()), float((value - value.mean(0)).square().mean().sqrt())
        if out.requires_grad:
            out.register_hook(lambda g: kept["grad"].append(float(g.double().square().mean().sqrt())) and None)
        self._layers[name] = kept

    def function(self, word: str, before: Any, out: Any) -> None:
        """One activation function was executed."""
        if before is None or out.ndim < 2 or before.shape != out.shape or out.numel() == 0:
            return
        path = self._path[-1] if self._path else ""
        key = (path, word, self._counts.get((path, word), 0))
        self._counts[path, word] = min(key[2] + 1, MOST_CALLS)
        seen = self._heard.setdefault(key, {"place": self._last or path, "alive": {}, "edge": 0, "n": 0, "answers": False, "valid": True})
        value = out.detach()
        if word in BOUNDED:
            low, high = (-1.0, 1.0) if word.rstrip("_") in ("tanh", "hardtanh", "softsign") else (0.0, 1.0)
            edge = EDGE * (high - low) / 2
            seen["edge"] += int(((value <= low + edge) | (value >= high - edge)).sum())
        else:
            zeroed = (value == 0) & (before < 0)
            seen["valid"] &= word not in ("clamp", "clamp_", "maximum", "where") or bool((value == before.clamp(min=0)).all())
            for axis in {value.ndim - 1, 1}:
                alive = (~zeroed).movedim(axis, 0).flatten(1).any(1)
                old = seen["alive"].get(axis)
                seen["alive"][axis] = alive if old is None else old | alive if old.shape == alive.shape else old.new_ones(len(old))
        seen["n"] += value.numel()
        seen["out"] = out

    def answered(self, answer: Any) -> None:
        """The model's answer is known: which function gave it, and how large it is."""
        if not self.first_pass_over:
            self.answer_size = float(answer.detach().double().square().mean().sqrt())
        for seen in self._heard.values():
            out = seen.get("out")
            if out is not None and out.numel() == answer.numel() and out.data_ptr() == answer.data_ptr():
                seen["answers"] = True
            seen["out"] = None

    def activations(self, other: _Ear) -> tuple[Activation, ...]:
        """What was heard; of a unit's deaths in both modes the smaller share."""
        found = []
        for key, seen in self._heard.items():
            if not seen["valid"]:
                continue
            twin = other._heard.get(key, seen)
            shares = [min(1 - float(a.double().mean()), 1 - float(twin["alive"].get(axis, a).double().mean())) for axis, a in seen["alive"].items()]
            units = [len(a) for a in seen["alive"].values()]
            best = max(range(len(shares)), key=shares.__getitem__, default=None)
            found.append(Activation(
                place=seen["place"], function=key[1].rstrip("_"), units=units[best] if best is not None else 0, dead=shares[best] if best is not None else 0.0,
                saturated=min(seen["edge"] / seen["n"], twin["edge"] / max(twin["n"], 1)) if seen["n"] else 0.0, answers=seen["answers"], values=seen["n"],
            ))  # fmt: skip
        return tuple(found)

    def layers(self) -> tuple[Layer, ...]:
        """Layers in the order of their first call."""
        return tuple(
            Layer(name=name, size=k["size"], spread=k["spread"], gradient=k["grad"][0] if k["grad"] else float("nan"), trainable=k["trainable"], numbers=k["numbers"])
            for name, k in self._layers.items()
        )
