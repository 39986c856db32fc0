"""What the user's evaluation leaves behind: parameters, buffers, gradients, modes, and whether the next training step is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.replayed import Handed, begun, held_out, play, size_of
from nohero.setup.refusal import Unmeasurable
from nohero.setup.streams import seed_all

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 16
FEW = 4  # batches that are evaluated in between
MOVED = 1e-5  # relative; beyond the rounding of the same sums


@dataclass(frozen=True, kw_only=True)
class EvaluationAftermath:
    """Names of what changed."""

    parameters: tuple[str, ...]
    buffers: tuple[str, ...]
    gradients: tuple[str, ...]  # parameters that hold another gradient than before
    frozen: tuple[str, ...]  # parameters that asked for a gradient before and no longer do
    left_training: bool  # the model is in train mode afterwards
    trained_before: bool  # it was in train mode before
    steps_in_eval: bool = False  # the next step calls the model in eval mode
    step_gap: float = 0.0  # of the parameters after the next step to those without an evaluation, relative to that step
    mode_gap: float = 0.0  # the same with train mode set by hand after the evaluation
    has_step: bool = False


def measure(setup: Setup) -> EvaluationAftermath:
    """Step, evaluate, step: against step, step."""
    source, batches, _ = held_out(setup)
    batches = batches[:FEW]
    items = sum(size_of(b) for b in batches)
    with setup.apart(data=True):
        begun(setup)
        before, buffers, gradients = _state(setup)
        asked = {n for n, p in setup.named_parameters().items() if p.requires_grad}
        trained = all(m.training for m in setup.modules.values())
        play(setup, Handed(batches, source.given, items=items, complete=False))
        after, buffers_after, gradients_after = _state(setup)
        found = EvaluationAftermath(
            parameters=_changed(before, after),
            buffers=_changed(buffers, buffers_after),
            gradients=_changed(gradients, gradients_after),
            frozen=tuple(n for n, p in setup.named_parameters().items() if n in asked and not p.requires_grad),
            left_training=all(m.training for m in setup.modules.values()),
            trained_before=trained,
        )
    return _with_next_step(setup, found, lambda: play(setup, Handed(batches, source.given, items=items, complete=False)))


def _with_next_step(setup: Setup, found: EvaluationAftermath, evaluate: Any) -> EvaluationAftermath:
    from dataclasses import replace

    if setup.step is None and not setup.optimizers:
        return found
    try:
        (plain, _), (twice, _) = _stepped(setup, None), _stepped(setup, None)
        between, modes = _stepped(setup, evaluate)
        mended, _ = _stepped(setup, lambda: (evaluate(), setup.mode(training=True)))
        start = _started(setup)
    except Unmeasurable:
        return found
    if _far(plain, twice, start) > MOVED:  # the step itself cannot be repeated
        return found
    return replace(
        found,
        has_step=setup.step is not None,
        steps_in_eval=bool(modes) and not any(modes),
        step_gap=_far(between, plain, start),
        mode_gap=_far(mended, plain, start),
    )


def _stepped(setup: Setup, between: Any) -> tuple[dict[str, Any], list[bool]]:
    """(parameters after step, what comes between, step; the modes in which the second step called the model)."""
    modes: list[bool] = []
    with setup.apart(data=True):
        begun(setup)
        if between is not None:
            between()
        seed_all(setup.seed + 5)
        handles = [m.register_forward_pre_hook(lambda module, _: modes.append(module.training)) for m in setup.modules.values()]
        try:
            batches = setup.batches(2)
            setup.train_step(batches[-1])
        finally:
            for handle in handles:
                handle.remove()
        return _state(setup)[0], modes


def _started(setup: Setup) -> dict[str, Any]:
    with setup.apart(data=True):
        begun(setup)
        return _state(setup)[0]


def _state(setup: Setup) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Copies of parameters, buffers and gradients."""
    parameters = {n: p.detach().clone() for n, p in setup.named_parameters().items()}
    buffers = {f"{k}.{n}".strip("."): b.detach().clone() for k, m in setup.modules.items() for n, b in m.named_buffers()}
    gradients = {n: p.grad.detach().clone() for n, p in setup.named_parameters().items() if p.grad is not None and not p.grad.is_sparse}
    return parameters, buffers, gradients


def _changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """Names whose numbers differ; a gradient that was cleared, or was not there and is zero, has not changed."""
    import torch

    names = [n for n in after if (n in before and before[n].shape == after[n].shape and not torch.equal(before[n], after[n])) or (n not in before and bool((after[n] != 0).any()))]
    return tuple(n for n in names if bool((after[n] != 0).any()))


def _far(one: dict[str, Any], other: dict[str, Any], start: dict[str, Any]) -> float:
    """The largest difference of two ends, relative to the way from the start."""
    gaps = []
    for name, tensor in other.items():
        way = float((tensor - start[name]).double().abs().max()) if tensor.numel() else 0.0
        gap = float((tensor - one[name]).double().abs().max()) if tensor.numel() else 0.0
        noise = 1e-6 * float(tensor.double().abs().max()) if tensor.numel() else 0.0
        gaps.append(0.0 if gap <= noise else gap / max(way, noise, 1e-12))
    return max(gaps, default=0.0)


