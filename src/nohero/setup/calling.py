"""How a model and a loss are called on a batch: the conventions that are tried, and what a model's answer holds."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

TARGETS = ("labels", "label", "targets", "target", "y")  # keys of a batch that hold what is to be predicted
OUTPUTS = ("logits", "output", "outputs", "prediction", "predictions", "pred", "out", "recon", "reconstruction", "last_hidden_state", "y", "x")


@dataclass(frozen=True)
class Call:
    """One call of the model, and the target its answer is compared with."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    target: Any


def ways(batch: Any, unpack: Any, forward: Any, *, own_loss: bool) -> Iterator[Call]:
    """The calls this batch may stand for, likeliest first."""
    if unpack is not None:
        inputs, target = unpack(batch)
        yield from _of_inputs(inputs, target, forward)
    elif isinstance(batch, Mapping):
        yield from _of_mapping(batch, forward, own_loss=own_loss)
    elif isinstance(batch, tuple | list):
        yield from _of_row(tuple(batch), own_loss=own_loss)
    elif hasattr(batch, "shape"):
        yield Call((batch,), {}, batch)
    else:
        yield Call((batch,), {}, getattr(batch, "y", None))


def _of_inputs(inputs: Any, target: Any, forward: Any) -> Iterator[Call]:
    if isinstance(inputs, Mapping):
        if set(inputs) <= set(_parameters(forward)) or _takes_any(forward):
            yield Call((), dict(inputs), target)
        yield Call((inputs,), {}, target)
        yield Call((), dict(inputs), target)
    elif isinstance(inputs, tuple | list):
        yield Call(tuple(inputs), {}, target)
        yield Call((inputs,), {}, target)
    else:
        yield Call((inputs,), {}, target)


def _of_mapping(batch: Mapping[str, Any], forward: Any, *, own_loss: bool) -> Iterator[Call]:
    named = [k for k in TARGETS if k in batch]
    known = set(_parameters(forward))
    target = batch[named[0]] if named else None
    if own_loss:
        fitting = {k: v for k, v in batch.items() if k in known or _takes_any(forward)}
        if fitting:
            yield Call((), fitting, target)
        yield Call((batch,), {}, target)
        return
    inputs = {k: v for k, v in batch.items() if k not in named[:1]}
    fitting = {k: v for k, v in inputs.items() if k in known or _takes_any(forward)}
    if fitting:
        yield Call((), fitting, target)
    yield Call(tuple(inputs.values()), {}, target)
    if inputs:
        yield Call((next(iter(inputs.values())),), {}, target)
    yield Call((batch,), {}, target)
    yield Call((batch,), {}, batch)


def _of_row(row: tuple[Any, ...], *, own_loss: bool) -> Iterator[Call]:
    if len(row) == 1:
        yield Call(row, {}, row[0])
        return
    if own_loss:
        yield Call(row, {}, row[-1])
    if isinstance(row[0], tuple | list):
        yield Call(tuple(row[0]), {}, row[1] if len(row) == 2 else row[1:])
    if isinstance(row[0], Mapping):
        yield Call((), dict(row[0]), row[1] if len(row) == 2 else row[1:])
    yield Call(row[:-1], {}, row[-1])
    if len(row) > 2:
        yield Call(row[:1], {}, row[1])
        yield Call(row[:1], {}, row[1:])
        yield Call(row[:2], {}, row[2:])
    yield Call((row,), {}, row[-1])
    yield Call(row[:1], {}, row[0])


def _parameters(forward: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(forward).parameters)
    except (TypeError, ValueError):
        return ()


def _takes_any(forward: Any) -> bool:
    try:
        return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        return False


def own_loss_of(raw: Any) -> Any:
    """The scalar that a model returned as its loss, or None."""
    if _is_scalar(raw):
        return raw
    if isinstance(raw, Mapping):
        return next((raw[k] for k in ("loss", "total_loss") if k in raw and _is_scalar(raw[k])), None)
    if hasattr(raw, "loss") and _is_scalar(raw.loss):
        return raw.loss
    if isinstance(raw, tuple | list):
        return next((v for v in raw if _is_scalar(v)), None)
    return None


def main_output(raw: Any, lead: int | None = None) -> Any:
    """The tensor of answers in whatever the model returned: floating, and beginning with `lead` items where it is told; else None."""
    found = [t for t in tensors_of(_ordered(raw)) if t.ndim > 0 and t.is_floating_point()]
    return next((t for t in found if lead is None or t.shape[0] == lead), found[0] if found else None)


def _ordered(raw: Any) -> Any:
    """The likeliest first."""
    held = raw if isinstance(raw, Mapping) else {k: getattr(raw, k) for k in OUTPUTS if hasattr(raw, k)} if not hasattr(raw, "shape") and not isinstance(raw, tuple | list) else None
    if held is None:
        return raw
    return [held[k] for k in OUTPUTS if k in held] + [v for k, v in held.items() if k not in OUTPUTS]


def tensors_of(value: Any) -> Iterator[Any]:
    """Every tensor in nested tuples, lists, mappings and plain objects, in order."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for v in value.values():
            yield from tensors_of(v)
    elif isinstance(value, tuple | list):
        for v in value:
            yield from tensors_of(v)
    elif is_dataclass(value) or (hasattr(value, "__dict__") and not isinstance(value, type | torch.nn.Module) and not callable(value)):
        for v in vars(value).values():
            if isinstance(v, torch.Tensor | Mapping | tuple | list):
                yield from tensors_of(v)


def mapped(value: Any, change: Any) -> Any:
    """The same nest with `change` done to every tensor; objects that are not plain containers are left as they are."""
    import torch

    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, Mapping):
        changed = {k: mapped(v, change) for k, v in value.items()}
        try:
            return type(value)(changed)  # type: ignore[call-arg]
        except TypeError:
            return changed
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(v, change) for v in value))
    if isinstance(value, tuple | list):
        return type(value)(mapped(v, change) for v in value)
    return value


def shapes(value: Any) -> str:
    """The nest's shapes in words, for messages."""
    import torch

    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {shapes(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple | list):
        inside = ", ".join(shapes(v) for v in value[:6])
        return f"({inside}{', …' if len(value) > 6 else ''})"
    return type(value).__name__


def _is_scalar(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor) and value.numel() == 1 and value.ndim <= 1 and value.is_floating_point()
