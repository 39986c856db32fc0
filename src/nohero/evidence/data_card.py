"""What the user states of where the data came from, what is missing, and what lies beside the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.problem import Problem

PRICE = 0.0  # seconds
ALWAYS = True


@dataclass(frozen=True, kw_only=True)
class DataCard:
    """The user's words; None of them is guessed."""

    known: bool  # whether there is a source of the user's that a card can be about
    stated: dict[str, str]
    missing: tuple[str, ...]
    file: str  # that states it, or ''
    wanted: str  # where it is to be stated
    beside: tuple[str, ...]  # licence and README files, by name
    shipped: str  # of a set that comes with a package: where its description stands


def measure(problem: Problem) -> DataCard:
    """As it was found when the source was read."""
    card = problem.card
    if card is None:
        return DataCard(known=False, stated={}, missing=(), file="", wanted="", beside=(), shipped="")
    return DataCard(known=True, stated=card.stated, missing=card.missing, file=card.file, wanted=card.wanted, beside=card.beside, shipped=card.shipped)
