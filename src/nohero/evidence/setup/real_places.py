"""Which places of padded sequences are real: by the declared token, by a mask or lengths among the inputs, or by what fills the ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.specimen import Specimen

PADDED = 0.3  # share of the rows that end in padding, at the least, before it is taken for padding undeclared


@dataclass(frozen=True, kw_only=True)
class RealPlaces:
    """`real` is (items, steps), True where it is no padding."""

    how: str  # declared, mask, lengths, tokens, frames
    content: str  # the input that is padded
    said_by: str = ""  # the mask or the lengths
    real: Tensor
    left: bool = False  # the padding stands before the content


def content_of(specimen: Specimen) -> str:
    """The input that is a sequence: ids (items, steps) or readings (items, steps, features), items first; or nothing."""
    names = [n for n, t in specimen.inputs.items() if t.ndim in (2, 3) and specimen.axis(t) == 0 and t.shape[1] > 3 and not _is_mask(t)]
    fitting = [n for n in names if (specimen.inputs[n].ndim == 2) != specimen.inputs[n].is_floating_point()]
    return specimen.main_name if specimen.main_name in fitting else fitting[0] if fitting else ""


def real_places(specimen: Specimen, declared: int | None) -> RealPlaces | None:
    """The padding of these items, or None where none is known."""
    name = content_of(specimen)
    if not name:
        return None
    t = specimen.inputs[name]
    if declared is not None and not t.is_floating_point():
        real = t != declared
        return RealPlaces(how="declared", content=name, said_by=_mask_for(specimen, t), real=real, left=_on_the_left(real)) if bool((~real).any()) else None
    for other, mask in specimen.inputs.items():
        shown = _by_mask(t, mask) if other != name else None
        if shown is not None:
            return RealPlaces(how="mask", content=name, said_by=other, real=shown, left=_on_the_left(shown))
    for other, lengths in specimen.inputs.items():
        reached = _by_lengths(t, lengths) if other != name else None
        if reached is not None:
            return RealPlaces(how="lengths", content=name, said_by=other, real=reached)
    tail = _by_tail(t)
    return None if tail is None else RealPlaces(how="frames" if t.is_floating_point() else "tokens", content=name, real=tail)


def _is_mask(t: Tensor) -> bool:
    import torch

    return t.dtype == torch.bool or (t.ndim >= 2 and bool(((t == 0) | (t == 1)).all()))


def _mask_for(specimen: Specimen, t: Tensor) -> str:
    return next((n for n, m in specimen.inputs.items() if m is not t and m.shape[:2] == t.shape[:2] and _is_mask(m)), "")


def _on_the_left(real: Tensor) -> bool:
    return float((~real[:, 0]).float().mean()) > float((~real[:, -1]).float().mean())


def _by_mask(t: Tensor, mask: Tensor) -> Tensor | None:
    """Where the mask says real, whichever way round it is written: what it hides is one value repeated."""
    flat = mask.squeeze(-1) if mask.ndim == 3 else mask
    if flat.ndim != 2 or flat.shape != t.shape[:2] or not _is_mask(flat):
        return None
    for real in (flat.bool(), ~flat.bool()):
        hidden = t[~real]
        one_run = bool((real[:, 1:] != real[:, :-1]).sum(1).le(1).all())
        if len(hidden) and one_run and bool((hidden == hidden[0]).all()) and bool(real.any(1).all()) and bool((t[real] != hidden[0]).any()):
            return real
    return None


def _by_lengths(t: Tensor, lengths: Tensor) -> Tensor | None:
    import torch

    if lengths.ndim != 1 or lengths.is_floating_point() or lengths.dtype == torch.bool or len(lengths) != len(t):
        return None
    if int(lengths.min()) < 1 or int(lengths.max()) > t.shape[1] or bool((lengths == lengths[0]).all()):
        return None
    real = torch.arange(t.shape[1], device=t.device) < lengths.to(t.device)[:, None]
    hidden = t[~real]
    return real if len(hidden) and bool((hidden == hidden[0]).all()) else None


def _by_tail(t: Tensor) -> Tensor | None:
    """The ends of rows that are one value repeated, which stands nowhere else; readings: rows of zeros."""
    import torch

    rows = t if t.ndim == 3 else t[..., None]
    if t.is_floating_point():
        value = torch.zeros_like(rows[0, 0])
    else:
        lasts = rows[:, -1, 0]
        value = lasts.mode().values[None]
    same = (rows == value).all(-1)
    tail = same.flip(1).long().cumprod(1).flip(1).bool()
    long = tail.sum(1)
    if bool((same & ~tail).any()) or float((long >= 2).float().mean()) < PADDED or len(set(long.tolist())) < 3 or bool((long == t.shape[1]).any()):
        return None
    return ~tail
