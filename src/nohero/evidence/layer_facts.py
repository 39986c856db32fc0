"""What one layer does on structured inputs: values and gradients at the edges, numerical against written gradients, repeatability, saving."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.layering import Layer

PRICE = 0.5  # seconds
COORDINATES = 24  # numbers of each tensor whose derivative is taken numerically
STEP = 1e-5  # of the central difference, in float64: error near 1e-10 for smooth functions
NEARER, KINK = STEP / 32, 2e-3  # a second step, and by how much of the slope two of them, or the two sides of one, differ where a kink lies between
ONE = "batch of one"
TRIALS = 6  # points tried where a kink lies near


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One structured input: what came of it."""

    name: str
    raised: str = ""
    bad_values: bool = False  # the answer holds NaN or Inf
    bad_gradients: tuple[str, ...] = ()  # inputs or parameters whose gradient holds NaN or Inf
    differs: float = 0.0  # relative, from the same numbers laid out or typed otherwise
    dtype: str = ""


@dataclass(frozen=True, kw_only=True)
class GradientError:
    """Written against numerical derivative at one tensor's worst number."""

    name: str
    written: float
    numerical: float
    error: float  # relative to the larger of the two and the tensor's scale
    place: tuple[int, ...]
    kinks: bool = False  # no smooth point was found


@dataclass(frozen=True, kw_only=True)
class LayerFacts:
    """One layer."""

    name: str
    trials: tuple[Trial, ...]
    gradients: tuple[GradientError, ...]
    repeatable: bool  # equal answers with equal seeds
    random_in_eval: bool  # answers differ in eval mode without seeding
    unsaved: tuple[str, ...] = ()  # tensors that shape the answer and are in no state dict
    reloaded: bool = True  # a copy with the saved state answers alike
    dtype: str = ""
    input_dtype: str = ""
    changed_inputs: tuple[int, ...] = ()  # inputs that the call altered in place


def measure(layer: Layer) -> LayerFacts:
    """Call the layer on everything that may trouble it."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(layer.seed)
        base = layer.inputs
        answer = layer.call(base)
        return LayerFacts(
            name=layer.name,
            trials=tuple(_tried(layer, name, made) for name, made in structured(base)) + _layouts(layer, base),
            gradients=tuple(numerical_gradients(layer)),
            repeatable=_repeats(layer, seeded=True),
            random_in_eval=not _repeats(layer, seeded=False),
            unsaved=_unsaved(layer),
            reloaded=_reloads(layer),
            dtype=str(answer.dtype).removeprefix("torch.") if answer is not None else "",
            input_dtype=next((str(t.dtype).removeprefix("torch.") for t in base if t.is_floating_point()), ""),
            changed_inputs=_changed(layer),
        )


def structured(inputs: tuple[Tensor, ...]) -> list[tuple[str, tuple[Tensor, ...]]]:
    """Inputs that are not random: the recipe's unit test of a layer."""
    import torch

    def every(change: Any) -> tuple[Tensor, ...]:
        return tuple(change(t) if t.is_floating_point() else t for t in inputs)

    def one_hot(t: Tensor) -> Tensor:
        made = torch.zeros_like(t).flatten()
        if len(made):
            made[len(made) // 2] = 1
        return made.reshape(t.shape)

    found = [
        ("zeros", every(torch.zeros_like)),
        ("ones", every(torch.ones_like)),
        ("ramp", every(lambda t: torch.linspace(-1, 1, max(t.numel(), 1), dtype=t.dtype)[: t.numel()].reshape(t.shape))),
        ("one-hot", every(one_hot)),
        ("equal rows", every(lambda t: t[:1].expand_as(t).clone() if t.ndim else t)),
        ("large", every(lambda t: t * 1e4)),
        ("small", every(lambda t: t * 1e-20)),
    ]
    if all(t.ndim and t.shape[0] == inputs[0].shape[0] for t in inputs):
        found += [(ONE, tuple(t[:1] for t in inputs)), ("empty batch", tuple(t[:0] for t in inputs))]
    return found


def _tried(layer: Layer, name: str, inputs: tuple[Tensor, ...]) -> Trial:
    import torch

    leaves = tuple(t.detach().clone().requires_grad_(t.is_floating_point()) for t in inputs)
    try:
        answer = layer.evaluated(leaves) if name == ONE else layer.call(leaves)  # batch norm cannot train on one item, and need not
        if answer is None:
            return Trial(name=name)
        bad = bool(not answer.isfinite().all()) if answer.numel() else False
        grads = torch.autograd.grad(answer.sum(), [t for t in (*leaves, *layer.parameters.values()) if t.requires_grad], allow_unused=True) if answer.requires_grad else ()
    except Exception as error:  # noqa: BLE001 (the layer's own)
        return Trial(name=name, raised=f"{type(error).__name__}: {' '.join(str(error).split())[:160]}")
    names = [f"input {i}" for i, t in enumerate(leaves) if t.requires_grad] + [n for n, p in layer.parameters.items() if p.requires_grad]
    wrong = tuple(n for n, g in zip(names, grads, strict=False) if g is not None and not g.isfinite().all())
    return Trial(name=name, bad_values=bad, bad_gradients=wrong, dtype=str(answer.dtype).removeprefix("torch."))


def _layouts(layer: Layer, inputs: tuple[Tensor, ...]) -> tuple[Trial, ...]:
    """The same numbers not contiguous, in double and in half precision."""
    import torch

    plain = layer.evaluated(inputs)
    if plain is None:
        return ()
    strided = tuple(t.transpose(0, -1).contiguous().transpose(0, -1) if t.ndim > 1 else torch.stack([t, t], -1)[..., 0] for t in inputs)
    found = [_compared(layer, "not contiguous", strided, plain, None)]
    for name, dtype in (("float64", torch.float64), ("bfloat16", torch.bfloat16)):
        found.append(_compared(layer, name, tuple(t.to(dtype) if t.is_floating_point() else t for t in inputs), plain, dtype))
    return tuple(found)


def _compared(layer: Layer, name: str, inputs: tuple[Tensor, ...], plain: Tensor, dtype: Any) -> Trial:
    try:
        answer = layer.evaluated(inputs, dtype=dtype)
    except Exception as error:  # noqa: BLE001
        return Trial(name=name, raised=f"{type(error).__name__}: {' '.join(str(error).split())[:160]}")
    if answer is None or answer.shape != plain.shape:
        return Trial(name=name, differs=float("inf"))
    apart = (answer.double() - plain.double()).abs().max() if plain.numel() else answer.double().sum()
    scale = plain.double().abs().max().clamp_min(1e-12) if plain.numel() else answer.double().sum() + 1
    return Trial(name=name, differs=float((apart / scale).detach()), bad_values=bool(not answer.isfinite().all()), dtype=str(answer.dtype).removeprefix("torch."))


def numerical_gradients(layer: Layer) -> list[GradientError]:
    """Every input and parameter: the written gradient against central differences in float64, at points without a kink near."""
    import torch

    twin = layer.doubled()
    if twin is None:
        return []
    generator = torch.Generator().manual_seed(layer.seed)
    inputs = tuple(t.detach().double() if t.is_floating_point() else t for t in layer.inputs)
    found: dict[str, GradientError] = {}
    try:
        twin.evaluated(inputs)
    except Exception:  # noqa: BLE001 (the layer cannot do float64: another check says so)
        return []
    for _ in range(TRIALS):
        nudged = tuple(t + 1e-2 * torch.randn(t.shape, generator=generator, dtype=t.dtype) if t.is_floating_point() else t for t in inputs)
        for error in _at(twin, nudged, generator):
            if error.name not in found or (found[error.name].kinks and not error.kinks):
                found[error.name] = error
        if not any(e.kinks for e in found.values()):
            break
    return list(found.values())


def _at(twin: Layer, inputs: tuple[Tensor, ...], generator: Any) -> list[GradientError]:
    import torch

    leaves = tuple(t.detach().clone().requires_grad_(t.is_floating_point()) for t in inputs)
    wanted = {f"input {i}": t for i, t in enumerate(leaves) if t.requires_grad} | {n: p for n, p in twin.parameters.items() if p.requires_grad}
    answer = twin.evaluated(leaves)
    if answer is None or not answer.is_floating_point():
        return []
    weights = torch.randn(answer.shape, generator=generator, dtype=torch.float64)
    total = lambda: float((twin.evaluated(leaves).detach() * weights).sum())  # noqa: E731
    if answer.requires_grad:
        grads = torch.autograd.grad((answer * weights).sum(), list(wanted.values()), allow_unused=True)
    else:
        grads = (None,) * len(wanted)  # type: ignore[assignment]
    return [_worst(name, tensor, grad, total, generator) for (name, tensor), grad in zip(wanted.items(), grads, strict=True) if tensor.numel()]


def _worst(name: str, tensor: Tensor, grad: Tensor | None, total: Any, generator: Any) -> GradientError:
    import torch

    flat, written = tensor.data.view(-1) if tensor.is_contiguous() else tensor.data.reshape(-1), torch.zeros(tensor.numel(), dtype=torch.float64) if grad is None else grad.double().reshape(-1)
    scale = max(float(written.abs().max()), 1e-6)
    worst, kinks = (0.0, 0.0, 0.0, 0), False
    here = total()
    for i in torch.randperm(tensor.numel(), generator=generator)[:COORDINATES].tolist():
        ahead, behind = _moved(flat, i, STEP, total), _moved(flat, i, -STEP, total)
        middle, near = (ahead - behind) / (2 * STEP), (_moved(flat, i, NEARER, total) - _moved(flat, i, -NEARER, total)) / (2 * NEARER)
        sided = abs((ahead - here) - (here - behind)) / STEP
        if sided > KINK * max(abs(middle), scale) or abs(middle - near) > KINK * max(abs(middle), scale):
            kinks = True  # not smooth here: no verdict at this number
            continue
        error = min(abs(middle - float(written[i])), abs(near - float(written[i]))) / max(abs(middle), scale)  # a small kink may lie within the longer step
        if error > worst[0]:
            worst = (error, float(written[i]), middle, i)
    place = tuple(int(v) for v in torch.unravel_index(torch.tensor(worst[3]), tensor.shape)) if tensor.ndim else ()
    return GradientError(name=name, written=worst[1], numerical=worst[2], error=worst[0], place=place, kinks=kinks and worst[0] == 0.0)


def _moved(flat: Tensor, i: int, by: float, total: Any) -> float:
    old = float(flat[i])
    flat[i] = old + by
    try:
        return float(total())
    finally:
        flat[i] = old


def _repeats(layer: Layer, *, seeded: bool) -> bool:
    import torch

    answers = []
    for _ in range(2):
        if seeded:
            torch.manual_seed(layer.seed)
            answers.append(layer.call(layer.inputs))
        else:
            answers.append(layer.evaluated(layer.inputs))
    one, other = answers
    return one is None or (one.shape == other.shape and bool(torch.equal(one.nan_to_num(), other.nan_to_num())))


def _unsaved(layer: Layer) -> tuple[str, ...]:
    """Floating tensors hanging on modules outside the state dict whose change changes the answer."""
    import torch

    if layer.module is None:
        return ()
    saved = {t.data_ptr() for t in layer.module.state_dict().values()} | {b.data_ptr() for b in layer.module.buffers()}
    before, found = layer.evaluated(layer.inputs), []
    for path, module in layer.module.named_modules():
        for name, value in list(vars(module).items()):
            if isinstance(value, torch.Tensor) and value.is_floating_point() and value.numel() and value.data_ptr() not in saved:
                kept = value.detach().clone()
                with torch.no_grad():
                    value.add_(1.0)
                    after = layer.evaluated(layer.inputs)
                    value.copy_(kept)
                if before is not None and not torch.equal(before, after):
                    found.append(f"{path}.{name}".lstrip("."))
    return tuple(found)


def _reloads(layer: Layer) -> bool:
    import torch

    if layer.module is None or not layer.module.state_dict():
        return True
    twin = copy.deepcopy(layer.module)
    with torch.no_grad():
        for value in twin.state_dict().values():
            if value.is_floating_point():
                value.add_(0.5)
    twin.load_state_dict(layer.module.state_dict())
    before, after = layer.evaluated(layer.inputs), layer.with_module(twin).evaluated(layer.inputs)
    return before is None or bool(torch.equal(before, after))


def _changed(layer: Layer) -> tuple[int, ...]:
    import torch

    given = tuple(t.detach().clone() for t in layer.inputs)
    layer.evaluated(given)
    return tuple(i for i, (a, b) in enumerate(zip(given, layer.inputs, strict=True)) if not torch.equal(a.nan_to_num(), b.nan_to_num()))
