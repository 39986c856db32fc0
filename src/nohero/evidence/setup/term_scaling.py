"""How each summand of the loss grows with the number of items: every item twice, and half of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.loss_terms import pulls
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.loss_terms import LossTerms
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 10
OWN = 1e-6  # relative change of a pull that does not hang on the items


@dataclass(frozen=True, kw_only=True)
class Growth:
    """One summand: its pull at the parameters with every item twice, over that with every item once."""

    name: str
    ratio: float  # 1: a mean over the items, 2: a sum over them
    items: bool  # it hangs on which items there are


@dataclass(frozen=True, kw_only=True)
class TermScaling:
    """In the order of the graph."""

    terms: tuple[Growth, ...]
    items: int


def measure(setup: Setup, terms: LossTerms) -> TermScaling:
    """The pulls on a batch, beside those on the batch twice over, and on half of it."""
    specimen = setup.specimen()
    size = specimen.size
    if size < 4:
        raise Unmeasurable("a batch holds too few items to take half of them")
    once = [(t.name, t.pull) for t in terms.terms]
    if len(once) < 2:
        raise Unmeasurable("the loss is one term")
    with setup.apart():
        setup.mode(training=True)
        twice, half = (pulls(setup, specimen.take(index)) for index in ([*range(size), *range(size)], range(size // 2)))
    if not len(once) == len(twice) == len(half):
        raise Unmeasurable("the terms of the loss hang on the number of items")
    found = [Growth(name=n, ratio=b / a if a > 0 else float("nan"), items=abs(c - a) > OWN * max(a, c)) for (n, a), (_, b), (_, c) in zip(once, twice, half, strict=True)]
    return TermScaling(terms=tuple(found), items=size)
