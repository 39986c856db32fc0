"""Sequences that are padded on the left while their lengths, or their mask, count from the left: does the model read what is real?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 3
ROWS = 3  # that are padded, at the least
ITEMS = 16


@dataclass(frozen=True, kw_only=True)
class TurnedPadding:
    """Moves are the largest changes of an answer."""

    content: str
    said_by: str  # the lengths, or the mask
    n: int  # rows that are padded on one side and counted on the other
    unread: float = float("nan")  # share of the real places that the lengths do not reach
    hidden: float = float("nan")  # move of the answers by exchanging these
    real: float = float("nan")  # move by exchanging all real places


def measure(setup: Setup) -> TurnedPadding:
    """Only where every row's count of real places agrees with what stands on the other side."""
    from nohero.evidence.setup.real_places import content_of
    from nohero.evidence.setup.trials import answer, awaken, calm, other_values, steady

    specimen = setup.specimen()
    name = content_of(specimen)
    told = None if not name else next((f for n in specimen.inputs if n != name and (f := _turned(specimen, name, n)) is not None), None)
    if told is None:
        if not name:
            raise Unmeasurable("no input is a sequence")
        return TurnedPadding(content=name, said_by="", n=0)
    said_by, said, filled = told
    chosen = (filled & ~said).any(1).nonzero().flatten().tolist()[:ITEMS]
    few, said, filled = specimen.take(chosen), said[chosen], filled[chosen]
    content = few.inputs[name]
    with setup.apart(), calm():
        setup.mode(training=False)
        awaken(setup)
        if not steady(setup, few):
            raise Unmeasurable("the answers are random in eval mode")
        base = answer(setup, few)
        hidden, real = (_move(base, answer(setup, few.with_input(name, other_values(content, keep=keep)))) for keep in (~(filled & ~said), ~filled))
    return TurnedPadding(content=name, said_by=said_by, n=len(chosen), unread=float((filled & ~said).sum() / filled.sum()), hidden=hidden, real=real)


def _turned(specimen: Specimen, name: str, other: str) -> tuple[str, Tensor, Tensor] | None:
    """(who says it, the places said to be real, the places that are), where each row begins with padding and is counted from its start."""
    import torch

    t, told = specimen.inputs[name], specimen.inputs[other]
    steps = t.shape[1]
    if told.is_complex() or len(told) != len(t):
        return None
    if told.ndim == 1 and not told.is_floating_point() and told.dtype != torch.bool:
        counts = told.to(t.device)
    elif told.shape == t.shape[:2] and bool(((told == 0) | (told == 1)).all()):
        counts = (told != 0).sum(1)
        if not torch.equal(told != 0, torch.arange(steps, device=t.device) < counts[:, None]):
            return None
    else:
        return None
    short = counts < steps
    if int(short.sum()) < ROWS or int(counts.min()) < 1 or int(counts.max()) > steps or len(counts.unique()) < ROWS:
        return None
    rows = t if t.ndim == 3 else t[..., None]
    same = (rows == rows[short][0, 0]).all(-1)  # the first place of a padded row holds the padding, or this is no such batch
    filled = torch.arange(steps, device=t.device) >= (steps - counts)[:, None]
    first = (steps - counts).clamp(max=steps - 1)  # real place of each row
    if not bool(same[~filled].all()) or bool(same[torch.arange(len(t), device=t.device), first][short].any()):
        return None
    return other, torch.arange(steps, device=t.device) < counts[:, None], filled


def _move(base: Tensor, other: Tensor) -> float:
    """The largest change."""
    return float((base - other).abs().max()) if base.shape == other.shape else float("nan")
