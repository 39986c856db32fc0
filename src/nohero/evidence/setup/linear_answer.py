"""Whether the whole network is affine in its inputs: answers to mixtures of two inputs, near and far, against mixtures of the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.evidence.setup.signals import Signals
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.05  # seconds
STEPS = 12
SCALES = (1.0, 30.0, 1000.0)
FINAL = ("sigmoid", "softmax", "log_softmax", "tanh", "logsigmoid", "exp", "softplus", "relu")  # looked through, where one gives the answer


@dataclass(frozen=True, kw_only=True)
class LinearAnswer:
    """`bend` is the deviation from affine, relative to how far two answers lie apart; the largest over the scales."""

    bend: float
    degree: float  # how the answers' differences grow when all weights double: 1 for layers side by side, 2 for two in a row
    layers: tuple[str, ...]  # trainable layers that were called
    frozen_layers: int
    narrowest: int  # numbers an item in the narrowest layer but the last
    entering: int  # numbers an item in the inputs
    leaving: int
    through: str  # the final function that was looked through, if any
    same_as_input: bool
    n: int


def measure(setup: Setup, signals: Signals, facts: TaskFacts) -> LinearAnswer:
    """Mix items with their neighbours and compare; in eval mode."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    specimen = setup.specimen()
    floats = [t for t in specimen.inputs.values() if t.is_floating_point() and t.ndim > 1 and specimen.axis(t) is not None]
    if not floats or specimen.size < 2:
        raise Unmeasurable("the model takes no floating inputs to mix")
    bends, through = [], ""
    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        for scale in SCALES:
            # noise besides the data: a column in thousands would hide every bend that the others make
            for noise in (True, False):
                near = specimen.changed(lambda t, s=scale, noise=noise: (torch.randn_like(t) if noise else t) * s if t.is_floating_point() and t.ndim > 1 else t)
                bend, spread, through = _bend(setup, near)
                bends.append(bend)
        one = spread
        for parameter in setup.named_parameters().values():
            if parameter.ndim >= 2:
                parameter.mul_(2.0)
        _, two, _ = _bend(setup, near)
    inner = [layer.numbers for layer in signals.layers[:-1]]
    return LinearAnswer(
        bend=max((b for b in bends if b == b), default=float("nan")), degree=float(torch.tensor(two / one).log2()) if one > 0 and two > 0 else float("nan"),
        layers=tuple(layer.name for layer in signals.layers if layer.trainable), frozen_layers=sum(not layer.trainable for layer in signals.layers),
        narrowest=min(inner, default=0), entering=sum(t.numel() // specimen.size for t in floats),
        leaving=signals.layers[-1].numbers if signals.layers else 0, through=through, same_as_input=facts.same_as_input, n=specimen.size,
    )  # fmt: skip


def _bend(setup: Setup, specimen: Specimen) -> tuple[float, float, str]:
    """(deviation from affine, spread of the answers, function looked through)."""

    def other(t: Any) -> Any:
        axis = specimen.axis(t)
        return t.roll(1, axis) if t.is_floating_point() and t.ndim > 1 and axis is not None else t

    here, word = _answer(setup, specimen)
    there, _ = _answer(setup, specimen.changed(other))
    mixed, _ = _answer(setup, specimen.changed(lambda t: t.lerp(other(t), 0.3) if t.is_floating_point() and t.ndim > 1 else t))
    spread = float((here - there).square().mean().sqrt())
    if not spread or spread != spread:
        return float("nan"), 0.0, word
    return float((mixed - here.lerp(there, 0.3)).square().mean().sqrt()) / spread, spread, word


def _answer(setup: Setup, specimen: Specimen) -> tuple[Any, str]:
    """The answer, or what went into the last function if that is one of FINAL."""
    from torch.overrides import TorchFunctionMode

    from nohero.evidence.setup.task_facts import answer_of
    from nohero.setup.refusal import Unmeasurable
    from nohero.setup.streams import seed_all

    last: dict[str, Any] = {}

    class Mode(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            word = getattr(func, "__name__", "").rstrip("_")
            before = args[0].clone() if word in FINAL and args and hasattr(args[0], "clone") else None
            out = func(*args, **(kwargs or {}))
            if before is not None and hasattr(out, "data_ptr"):
                last.update(before=before, out=out, word=word)
            return out

    seed_all(setup.seed)
    with Mode():
        raw = setup.forward(specimen)
    answer = answer_of(setup, raw, specimen)
    if answer is None:
        raise Unmeasurable("the model's answer holds no floating tensor")
    if last and last["out"].data_ptr() == answer.data_ptr() and last["out"].numel() == answer.numel():
        return last["before"].double(), last["word"]
    return answer.double(), ""
