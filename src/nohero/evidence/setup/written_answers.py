"""Answers that are written over the model's own: perfect, wrong, in part right or weak, in the form of its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.evidence.setup.task_facts import TaskFacts

STRONG, FIRM, WEAK = 20.0, 8.0, 0.2  # margins in logits
SURE = 0.98  # a strong probability


def form_of(answers: list[Any], facts: TaskFacts) -> str:
    """What the model's numbers are."""
    import torch

    if facts.kind == "values":
        return "values"
    every = torch.cat([a.flatten() for a in answers]).double()
    if facts.loss == "nll":
        return "log-probabilities"
    if facts.loss in ("bce-with-logits", "cross-entropy") or not bool(((every >= 0) & (every <= 1)).all()):
        logged = facts.kind == "classes" and bool((every <= 0).all()) and _sums_to_one(answers[0].exp(), facts)
        return "log-probabilities" if logged else "logits"
    if facts.kind == "classes":
        return "probabilities" if _sums_to_one(answers[0], facts) else "logits"
    return "probabilities" if facts.loss == "bce" or every.numel() >= 50 else "logits"


def _sums_to_one(answer: Any, facts: TaskFacts) -> bool:
    axis = facts.class_axis if answer.ndim > facts.class_axis and answer.shape[facts.class_axis] == facts.num_classes else -1
    return bool((answer.sum(axis) - 1).abs().max() < 1e-3)


def ideal_of(main: Any, target: Any, facts: TaskFacts) -> Any:
    """1 where the answer should be high and 0 elsewhere, or the values themselves, in the answer's shape; None where they do not fit."""
    import torch

    if facts.kind == "values":
        return target.reshape(main.shape).to(main.dtype) if target.numel() == main.numel() else None
    if facts.kind in ("binary", "multilabel") or target.shape == main.shape:
        return target.reshape(main.shape).to(main.dtype) if target.numel() == main.numel() else None
    k = facts.num_classes
    axis = next((a for a in (1, main.ndim - 1) if main.ndim > a and main.shape[a] == k and main.numel() == target.numel() * k), None)
    if axis is None or target.is_floating_point():
        return None
    shape = [*main.shape[:axis], *main.shape[axis + 1 :]]
    spot = target.reshape(shape).clamp(0, k - 1).long()
    return torch.nn.functional.one_hot(spot, k).movedim(-1, axis).to(main.dtype)


def answer_as(way: str, main: Any, target: Any, facts: TaskFacts, form: str, generator: Any, *, centre: float, mask: Callable[[Any], Any] | None) -> Any:
    """Numbers in the form of the model's own that say `way` of this target: perfect, firm, wrong, half, noise, weak, turned or ignored."""
    import torch

    ideal = ideal_of(main, target, facts)
    drawn = torch.rand(main.shape, generator=generator).to(main)
    if form == "values":
        spread = facts.deviation or 1.0
        other = ideal + spread * (2 + drawn)
        if way in ("noise", "wrong"):
            return spread * (drawn - 0.5) + facts.mean if way == "noise" else other
        return _every_second(ideal, other) if way == "half" else ideal
    wrong = ideal.roll(1, dims=facts.class_axis if facts.class_axis > 0 else 1) if facts.kind == "classes" else 1 - ideal
    if facts.kind == "classes" and wrong.shape == ideal.shape and bool((wrong == ideal).all()):
        wrong = 1 - ideal
    chosen = {"wrong": wrong, "half": _every_second(ideal, wrong), "noise": drawn}.get(way, ideal)
    if way == "turned":
        chosen = ideal.transpose(0, 1)
    if way == "ignored" and mask is not None:
        out = mask(target)
        chosen = torch.where(_as(out, main, facts), wrong, ideal)
    if way == "weak":
        return centre + (chosen - 0.5) * 2 * WEAK
    margin = FIRM if way == "firm" else STRONG
    if form == "logits":
        return (chosen - 0.5) * margin
    sure = 0.9 if way == "firm" else SURE
    rest = (1 - sure) / max(1, facts.num_classes - 1) if facts.kind == "classes" else 1 - sure
    odds = chosen * sure + (1 - chosen) * rest
    return odds.log() if form == "log-probabilities" else odds


def _as(mask: Any, main: Any, facts: TaskFacts) -> Any:
    """A mask of positions spread over the axis of classes."""
    if mask.numel() == main.numel():
        return mask.reshape(main.shape)
    axis = 1 if main.shape[1] == facts.num_classes and main.numel() == mask.numel() * facts.num_classes and main.ndim - 1 == mask.ndim and main.shape[2:] == mask.shape[1:] else main.ndim - 1
    return mask.reshape([*main.shape[:axis], *main.shape[axis + 1 :]]).unsqueeze(axis).expand(main.shape)


def _every_second(right: Any, wrong: Any) -> Any:
    mixed = right.clone()
    mixed[::2] = wrong[::2]
    return mixed
