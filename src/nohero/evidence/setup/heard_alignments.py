"""What torch's loss of alignments (CTC) is called with: its labels, its blank, and whether its answers are logarithms of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
ONE = 1e-2  # a sum of probabilities; half precision rounds a sum of many to about this
CALLS = 4


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """One call."""

    blank: int
    classes: int
    labels: int
    blanks: int  # labels that are the blank
    lowest: int
    highest: int
    normal: bool  # the answers are logarithms that sum to one over the classes
    axis: int  # another axis over which they do; -1: none
    too_short: int  # items whose answer has fewer steps than their labels and repeats need
    items: int


@dataclass(frozen=True, kw_only=True)
class HeardAlignments:
    """The calls of one batch."""

    calls: tuple[Alignment, ...]


def measure(setup: Setup) -> HeardAlignments:
    """One step, or one loss, with an ear."""
    import torch

    found: list[Alignment] = []

    def told(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], _: Any) -> None:
        if name == "ctc_loss" and len(found) < CALLS:
            names = ("log_probs", "targets", "input_lengths", "target_lengths", "blank")
            given = {**dict(zip(names, args, strict=False)), **kwargs}
            if all(isinstance(given.get(n), torch.Tensor) for n in names[:2]):
                found.append(_call(given))

    with setup.apart(), functions(told):
        run_once(setup)
    if not found:
        raise Unmeasurable("no loss of alignments is called")
    return HeardAlignments(calls=tuple(found))


def _call(given: dict[str, Any]) -> Alignment:
    import torch

    answer, lengths, steps = given["log_probs"].detach(), *(torch.as_tensor(given[n]).flatten().tolist() for n in ("target_lengths", "input_lengths"))
    rows = _rows(given["targets"].detach(), lengths)
    every = torch.cat(rows) if rows else torch.zeros(0, dtype=torch.long)
    blank = int(given.get("blank", 0))
    read = torch.arange(len(answer))[:, None] < torch.tensor(steps)[None]  # what lies behind an item's steps is padding
    held = answer.double().exp().where((read if answer.ndim > 2 else read[:, 0]).to(answer.device)[..., None], 0.0)
    sums = [_to_one(held.sum(a), answer.shape[a]) for a in range(answer.ndim)]
    need = [len(r) + int((r[1:] == r[:-1]).sum()) for r in rows]
    return Alignment(
        blank=blank, classes=int(answer.shape[-1]), labels=len(every), blanks=int((every == blank).sum()), lowest=int(every.min()) if len(every) else 0, highest=int(every.max()) if len(every) else 0,
        normal=sums[-1], axis=next((a for a in range(answer.ndim - 1) if sums[a]), -1), too_short=sum(n > t for n, t in zip(need, steps, strict=False)), items=len(rows),
    )  # fmt: skip


def _to_one(sums: Tensor, terms: int) -> bool:
    """Whether sums of several are one, or nothing, where nothing is read."""
    told = sums[sums > 0]
    return terms > 1 and told.numel() > 0 and float((told - 1).abs().max()) < ONE


def _rows(targets: Tensor, lengths: list[int]) -> list[Tensor]:
    """Each item's labels; padding beyond its length left out."""
    if targets.ndim == 2:
        return [row[: int(n)] for row, n in zip(targets.cpu(), lengths, strict=False)]
    return list(targets.cpu().split([int(n) for n in lengths])) if targets.numel() == sum(map(int, lengths)) else []
