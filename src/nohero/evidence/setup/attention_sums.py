"""Over which axis the weights of self-attention sum to one, and over which they are summed with the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions, place
from nohero.setup.calling import tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 1
PRODUCTS = ("matmul", "bmm", "baddbmm", "__matmul__", "einsum")
ONE = 1e-3  # a sum of weights in floats; half precision rounds to about this
MOST = 4_000_000  # numbers of one tensor of weights
KEPT, MADE = 24, 96  # squares of soft-maxes, and of scores, that are remembered


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """One product of weights and values; the weights come of a soft-max over a square of scores that the input makes."""

    module: str
    places: int
    asked: bool  # the scores are a product of what the items make twice, as queries with keys; others are groupings, routings
    over_summed: bool  # the weights sum to one over the axis that the product sums over
    over_other: bool  # and over the other


@dataclass(frozen=True, kw_only=True)
class AttentionSums:
    """In the order they are executed."""

    products: tuple[Mixed, ...]
    shunned: tuple[tuple[str, str], ...] = ()  # (module, input): weights are zero exactly where this table of neighbours says one, an item and itself included


def measure(setup: Setup) -> AttentionSums:
    """One pass in eval mode with an ear at soft-maxes and products."""
    import torch

    squares: list[tuple[Tensor, bool]] = []
    scores: dict[int, Tensor] = {}  # by identity, kept alive: products over two of one set's items, and what is made of them
    found: list[Mixed] = []
    shunned: list[tuple[str, str]] = []
    specimen = setup.specimen()
    tables = {n: t for n, t in specimen.inputs.items() if _neighbours(t)}
    with setup.apart(), torch.no_grad(), place(setup.named_modules()) as stack:

        def told(name: str, args: Any, kwargs: Any, result: Any) -> None:
            if name in ("softmax", "_softmax") and isinstance(result, torch.Tensor) and _square(result) and len(squares) < KEPT:
                squares.append((result, any(id(t) in scores for t in args[:1])))
                shunned.extend((stack[-1] if stack else "", n) for n, t in tables.items() if _shuns(result, t))
            elif name in PRODUCTS:
                found.extend(_mixed(name, args, stack[-1] if stack else "", squares))
            if isinstance(result, torch.Tensor) and _square(result) and len(scores) < MADE:
                made = [t for t in tensors_of(args) if t.ndim > 2 and t.shape[0] == result.shape[0]]
                if any(id(t) in scores for t in made) or (name in PRODUCTS and len(made) > 1 and all(bool((t[0] != t[1]).any()) for t in made)):
                    scores[id(result)] = result

        setup.mode(training=False)
        with functions(told):
            setup.forward(specimen)
    if not found and not shunned:
        raise Unmeasurable("no weights of a soft-max over a square of scores are summed with values")
    return AttentionSums(products=tuple(found), shunned=tuple(dict.fromkeys(shunned)))


def _square(t: Tensor) -> bool:
    """Weights of every place for every other, on any two axes, and different ones for every item: they come of the input."""
    lengths = [n for n in t.shape[1:] if n > 2]
    return len(set(lengths)) < len(lengths) and t.numel() <= MOST and t.shape[0] > 1 and bool((t[0] != t[1]).any())


def _neighbours(t: Tensor) -> bool:
    """A table of zeros and ones, symmetric, in which every place is its own neighbour and most others are not."""
    import torch

    if t.ndim < 2 or t.shape[-1] != t.shape[-2] or t.shape[-1] <= 2 or not bool(((t == 0) | (t == 1)).all()):
        return False
    return bool((t.diagonal(dim1=-2, dim2=-1) == 1).all()) and torch.equal(t, t.transpose(-2, -1)) and 1 / t.shape[-1] < float(t.double().mean()) < 1


def _shuns(weights: Tensor, table: Tensor) -> bool:
    """Whether the weights are zero at neighbours, and nowhere else."""
    if weights.shape[-1] != weights.shape[-2]:
        return False
    zero = weights.detach() < ONE / weights.shape[-1]
    while zero.ndim > table.ndim and table.ndim > 2:  # heads
        zero = zero.all(1)
    if zero.shape[-2:] != table.shape[-2:] or (table.ndim > 2 and zero.shape != table.shape):
        return False
    rows = (table == 0).any(-1)  # a row of neighbours alone leaves nothing to weigh
    return bool((zero == (table == 1))[rows.expand(zero.shape[:-1])].all())


def _mixed(name: str, args: Any, module: str, squares: list[tuple[Tensor, bool]]) -> list[Mixed]:
    import torch

    pairs: list[tuple[Any, int, int]] = []
    if name == "einsum":
        pairs = _of_einsum(args)
    elif len(args) > 1:
        pairs = [(args[0], -1, -2), (args[1], -2, -1)]
    held = [(t, a, b, asked) for t, a, b in pairs if isinstance(t, torch.Tensor) and t.ndim > 1 and t.shape[a] == t.shape[b] for s, asked in squares if _views(t, s)]
    return [_sums(t, a, b, module, asked=asked) for t, a, b, asked in held]


def _views(t: Tensor, square: Tensor) -> bool:
    """Whether it is this soft-max's result, transposed or grouped otherwise perhaps, and not another tensor made of it."""
    return t.numel() == square.numel() and t.untyped_storage().data_ptr() == square.untyped_storage().data_ptr()


def _sums(t: Tensor, summed: int, other: int, module: str, *, asked: bool) -> Mixed:
    over = [float((t.float().sum(a) - 1).abs().max()) < ONE for a in (summed, other)]
    return Mixed(module=module, places=int(t.shape[summed]), asked=asked, over_summed=over[0], over_other=over[1])


def _of_einsum(args: Any) -> list[tuple[Any, int, int]]:
    """(tensor, the axis that is summed over, the axis of the same length that stays) of a product of two."""
    if len(args) == 2 and isinstance(args[1], tuple | list):
        args = (args[0], *args[1])
    if len(args) != 3 or not isinstance(args[0], str) or "->" not in args[0] or "." in args[0]:
        return []
    terms, out = args[0].replace(" ", "").split("->")
    mine, theirs = terms.split(",") if terms.count(",") == 1 else ("", "")
    found = []
    for term, beside, t in ((mine, theirs, args[1]), (theirs, mine, args[2])):
        summed = [a for a, letter in enumerate(term) if letter not in out and letter in beside]
        kept = [a for a, letter in enumerate(term) if letter in out and letter not in beside]
        if len(summed) == 1 and len(kept) == 1:
            found.append((t, summed[0], kept[0]))
    return found
