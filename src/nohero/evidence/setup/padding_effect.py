"""What padding does to the answers: rows that are padded already get more of it, and what stands under a mask is exchanged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.real_places import RealPlaces
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 5
ITEMS = 16
PADDED = 2  # places of padding that a row has already, at the least
LEAST = 3  # places added


@dataclass(frozen=True, kw_only=True)
class PaddingEffect:
    """Moves are in spreads of the answers over the items; nan where the model did not take it."""

    how: str  # declared, mask, lengths, tokens, frames
    content: str
    said_by: str = ""
    mute_mask: str = ""  # an input of the content's shape that says of every place, padded ones too, that it is real
    n: int = 0  # rows compared
    added: int = 0  # places of padding added
    more: float = float("nan")  # move of the answers at real places by more padding
    changed: float = float("nan")  # share of rows whose first choice changed by it
    under: float = float("nan")  # move by exchanging what stands under the mask
    real: float = float("nan")  # move by exchanging what is real
    turned_more: float = float("nan")  # move by more padding (or by what stands under it), when the mask is given the other way round
    turned_real: float = float("nan")
    pad: float = float("nan")  # the token that pads


def measure(setup: Setup, facts: TaskFacts) -> PaddingEffect:
    """More padding first; then what stands under it; then the mask turned round."""
    from nohero.evidence.setup.real_places import real_places
    from nohero.evidence.setup.trials import awaken, calm, steady
    from nohero.setup.refusal import Unmeasurable

    specimen = setup.specimen()
    places = real_places(specimen, setup.intent.pad_id)
    if places is None:
        raise Unmeasurable("no padding is known: no mask, no lengths, no rows that end in one value")
    chosen = ((~places.real).sum(1) >= PADDED).nonzero().flatten().tolist()[:ITEMS]
    if len(chosen) < 2:
        raise Unmeasurable("fewer than two rows are padded")
    few = specimen.take(chosen)
    places = replace(places, real=places.real[chosen])
    with setup.apart(), calm():
        setup.mode(training=False)
        awaken(setup)
        if not steady(setup, few):
            raise Unmeasurable("the answers are random in eval mode")
        return _compared(setup, few, places, facts)


def _compared(setup: Setup, few: Specimen, places: RealPlaces, facts: TaskFacts) -> PaddingEffect:
    from nohero.evidence.setup.trials import answer, other_values

    base = answer(setup, few)
    more, changed, added = _more(setup, few, places, base, facts.class_axis if facts.kind == "classes" else None)
    content = few.inputs[places.content]
    hidden = few.with_input(places.content, other_values(content, keep=places.real))
    shown = few.with_input(places.content, other_values(content, keep=~places.real))
    under = _move(setup, base, hidden, places.real)
    real = _move(setup, base, shown, places.real)
    turned_more = turned_real = float("nan")
    if places.said_by and places.how in ("mask", "declared"):
        turned = few.with_input(places.said_by, _turned(few.inputs[places.said_by]))
        turned_base = answer(setup, turned)
        turned_more = _more(setup, turned, places, turned_base, None)[0]
        if isnan(turned_more):
            turned_more = _move(setup, turned_base, hidden.with_input(places.said_by, _turned(few.inputs[places.said_by])), places.real)
        turned_real = _move(setup, turned_base, shown.with_input(places.said_by, _turned(few.inputs[places.said_by])), places.real)
    mute = next((n for n, t in few.inputs.items() if n != places.content and t.shape == places.real.shape and not t.is_floating_point() and bool((t == 1).all())), "")
    return PaddingEffect(
        mute_mask=mute, how=places.how, content=places.content, said_by=places.said_by, n=few.size, added=added, more=more, changed=changed,
        under=under if places.said_by else float("nan"), real=real, turned_more=turned_more, turned_real=turned_real,
        pad=float(content[~places.real].flatten()[0]),
    )  # fmt: skip


def _turned(mask: Tensor) -> Tensor:
    import torch

    return ~mask if mask.dtype == torch.bool else 1 - mask


def _more(setup: Setup, few: Specimen, places: RealPlaces, base: Tensor, class_axis: int | None) -> tuple[float, float, int]:
    """(move, share of first choices changed, places added); where the model takes no longer rows, some padding is cut off instead."""
    from nohero.evidence.setup.trials import answer
    from nohero.setup.refusal import UserRaised

    if places.left:
        return float("nan"), float("nan"), 0
    steps = places.real.shape[1]
    spare = int((~places.real).sum(1).min())
    for by in (max(LEAST, steps // 2), LEAST, -(spare // 2) if spare >= PADDED else 0):
        if not by:
            continue
        try:
            after = answer(setup, few.changed(partial(_longer, items=few.size, steps=steps, by=by)))
        except UserRaised:
            continue
        return _far(base, after, places.real), _choices(base, after, class_axis), by
    return float("nan"), float("nan"), 0


def _longer(t: Tensor, items: int, steps: int, by: int) -> Tensor:
    """`by` more places at the end of every sequence, each like the row's last; or fewer."""
    import torch

    if t.ndim < 2 or t.shape[0] != items or t.shape[1] != steps:
        return t
    if by < 0:
        return t[:, :by]
    like = t[:, -1:].expand(-1, by, *t.shape[2:])
    return torch.cat([t, like], 1)


def _move(setup: Setup, base: Tensor, other: Specimen, real: Tensor) -> float:
    from nohero.evidence.setup.trials import answer
    from nohero.setup.refusal import UserRaised

    try:
        return _far(base, answer(setup, other), real)
    except UserRaised:
        return float("nan")


def _far(base: Tensor, after: Tensor, real: Tensor) -> float:
    """How far answers at real places moved, in spreads over the items; 0 where it is rounding."""
    from nohero.evidence.setup.trials import moved

    steps = real.shape[1]
    if base.ndim >= 2 and base.shape[1] == steps and base.shape[:2] == real.shape:
        common = min(base.shape[1], after.shape[1])
        here = real[:, :common]
        base, after = base[:, :common][here], after[:, :common][here]
    if base.shape != after.shape or not bool(moved(base, after).any()):
        return 0.0 if base.shape == after.shape else float("nan")
    one, two = base.nan_to_num(0, 0, 0), after.nan_to_num(0, 0, 0)
    spread = float(one.std(0).mean()) if len(one) > 1 else 1.0
    return float((one - two).pow(2).mean().sqrt()) / max(spread, 1e-12)


def _choices(base: Tensor, after: Tensor, class_axis: int | None) -> float:
    if class_axis is None or base.ndim != 2 or base.shape != after.shape:
        return float("nan")
    return float((base.argmax(1) != after.argmax(1)).float().mean())
