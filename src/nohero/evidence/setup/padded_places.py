"""Which places of a batch are padding: by the declared token, by a mask among the inputs, or by what fills the ends of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.loss_bench import Bench
    from nohero.evidence.setup.task_facts import TaskFacts

ROWS = 0.2  # share of rows that end in padding, at the least, before it is taken for padding


@dataclass(frozen=True)
class Padding:
    """`masks`: one of (items, places) a bench, True where it is padding."""

    how: str
    masks: tuple[Tensor, ...] = ()


def padding_of(declared: int | None, facts: TaskFacts, stands: list[Bench]) -> Padding:
    """The padding of these batches, where labels are counted place by place."""
    shapes = [places_of(b) for b in stands]
    if any(s is None for s in shapes):
        return Padding("none")
    if declared is not None:
        masks = [_of_token(b, declared, shifted=facts.shifted) for b in stands]
        return _all("declared", masks)
    for how, find in (("mask", _of_mask), ("tokens", _of_tail), ("frames", _of_frames)):
        found = _all(how, [find(b, facts.shifted) for b in stands])
        if found.how != "none":
            return found
    return Padding("none")


def _all(how: str, masks: list[Tensor | None]) -> Padding:
    known = tuple(m for m in masks if m is not None)
    if len(known) != len(masks) or not any(bool(m.any()) for m in known) or any(bool(m.all()) for m in known):
        return Padding("none")
    return Padding(how, known)


def places_of(bench: Bench) -> tuple[int, int] | None:
    """(items, places) where every place has its label, in the order of the label's numbers."""
    size = bench.specimen.size
    t = bench.target
    if t.ndim >= 2 and t.shape[0] == size and t.shape[1] > 1 and bench.kind != "multilabel" and (t.ndim == 2 or bench.kind in ("values", "binary")):
        return int(t.shape[0]), int(t.shape[1])
    if t.ndim == 1 and t.numel() > size and size and t.numel() % size == 0:
        return size, t.numel() // size
    return None


def speaks_tokens(bench: Bench) -> bool:
    """Whether there are at least as many classes as the input has tokens, so that the classes may be tokens."""
    tokens = _tokens(bench)
    return tokens is not None and int(bench.answer.shape[bench.class_axis]) > int(tokens.max())


def _tokens(bench: Bench) -> Tensor | None:
    places = places_of(bench)
    return next((v for v in bench.specimen.inputs.values() if not v.is_floating_point() and tuple(v.shape) == places and int(v.max()) > 1), None)


def _of_token(bench: Bench, pad: int, *, shifted: bool) -> Tensor | None:
    """Places that hold the token; of predicted tokens the first in a row may be the end of the sentence, and counts rightly."""
    places = places_of(bench)
    if places is None:
        return None
    if shifted or (_tokens(bench) is not None and _like_tokens(bench)):
        held = bench.target.reshape(places) == pad
        return held & (held.long().cumsum(1) > 1)
    tokens = _tokens(bench)
    return None if tokens is None else tokens == pad


def _like_tokens(bench: Bench) -> bool:
    """Whether the labels are tokens again."""
    import torch

    tokens, places = _tokens(bench), places_of(bench)
    if tokens is None or places is None or bench.target.is_floating_point():
        return False
    target = bench.target.reshape(places)
    return torch.equal(tokens[:, 1:], target[:, :-1]) or (int(bench.answer.shape[bench.class_axis]) > int(tokens.max()) and bool(((target == tokens) | (target < 0)).float().mean() > 0.7))


def _of_tail(bench: Bench, shifted: bool) -> Tensor | None:  # noqa: FBT001
    """A token that fills the ends of rows to different lengths, and stands nowhere else."""
    tokens = _tokens(bench)
    if tokens is None:
        return None
    found = _tail(tokens == tokens[:, -1:].mode(0).values)
    pad = int(tokens[:, -1].mode().values)
    return None if found is None else _of_token(bench, pad, shifted=shifted)


def _tail(held: Tensor) -> Tensor | None:
    run = held.flip(1).long().cumprod(1).flip(1).bool()
    lengths = run.sum(1)
    ends = float((lengths > 0).float().mean())
    if ends < ROWS or len(set(lengths.tolist())) < 3 or bool((held & ~run).any()) or int(lengths.max()) < 2 or bool((lengths == held.shape[1]).any()):
        return None
    return run


def _of_mask(bench: Bench, shifted: bool) -> Tensor | None:  # noqa: FBT001
    """A mask among the inputs: zeros and ones, one of which fills the ends of the rows."""
    places = places_of(bench)
    for value in bench.specimen.inputs.values():
        if tuple(value.shape) == places and value is not bench.specimen.main and bool(((value == 0) | (value == 1)).all()) and bool((value != value[:1, :1]).any()):
            last = value[:, -1].float().mean()
            for side in (0, 1) if float(last) < 0.5 else (1, 0):
                run = _tail(value == side)
                if run is not None:
                    return run
    return None


def _of_frames(bench: Bench, shifted: bool) -> Tensor | None:  # noqa: FBT001
    """Frames of zeros that fill the ends of the rows, whose labels are all the same."""
    places, main = places_of(bench), bench.specimen.main
    if places is None or main is None or not main.is_floating_point() or tuple(main.shape[:2]) != places or main.ndim < 3:
        return None
    run = _tail((main == 0).flatten(2).all(-1))
    if run is None:
        return None
    labels = bench.target.reshape(*places, -1)[run]
    return run if bool((labels == labels[:1]).all()) else None
