"""What it asks: is it stated where the data came from, and on what terms it may be used?

Why it matters: a model can be no better founded than its data. Without a licence it may not be passed on, without a date nobody
knows what it still holds for, and data about people need their consent or another ground.

How it is measured: `data-card.toml` beside the source, or `--card FILE`, is read; licence and README files that lie there are named by
their path. Nothing is guessed from them.

When it is right to fail: never; it warns when the card itself says that there is no licence, or personal data without consent. What
is not stated leaves it unsure, with the lines to add.

What it cannot see: whether what is stated is true.

Mend: state it, once, in the file that goes with the data.

Source: the steps, collecting data; Gebru et al. 2021, Datasheets for datasets (arXiv:1803.09010).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.data.card import ASKED, Card
from nohero.evidence.data_card import DataCard
from nohero.run import sources
from nohero.run.figure import Text
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

NO = ("no", "none", "false", "not given", "not asked", "unknown", "n/a")  # answers that state a lack, word for word
NOBODY = ("", "no", "none", "false", "unknown")  # first words of what is said of personal data where none is stated


def judge(card: DataCard) -> Finding:
    """What the card admits, then what it leaves out."""
    if not card.known:
        return skipped("the data has no source that a card could be about")
    if card.shipped:
        return skipped(f"the set comes with a package and is described there: {card.shipped}")
    stated = {name: text.casefold().rstrip(".") for name, text in card.stated.items()}
    if stated.get("licence") in NO:
        return _lacking(card, f"{card.file} says that the licence is `{card.stated['licence']}`", "a licence, or the owner's word", "ask the owner for a licence, and pass neither data nor model on before")
    if stated.get("consent") in NO and stated.get("personal_data", "").partition(" ")[0].rstrip(".,:;") not in NOBODY:
        told = f"{card.file} states personal data (`{card.stated['personal_data'][:80]}`) and consent `{card.stated['consent']}`"
        return _lacking(card, told, "consent, or another ground for holding personal data", "leave the personal fields out (--drop), or state the ground on which they are held")
    if card.missing:
        return _open(card)
    return passed(f"{card.file} states {', '.join(card.stated)}", numbers={"stated": float(len(card.stated))})


def _lacking(card: DataCard, told: str, expected: str, mend: str) -> Finding:
    return warned(told, expected=expected, component="data", where=(card.file,), level=Level.MEASURED, effect="the model may not be used or passed on", remedies=(mend, *_lines(card)))


def _open(card: DataCard) -> Finding:
    words = ", ".join(name.replace("_", " ") for name in card.missing)
    beside = f"; {', '.join(card.beside)} beside it {'lies' if len(card.beside) == 1 else 'lie'} unread" if card.beside else ""
    return unsure(
        f"{card.file or 'nothing'} states {'no ' if card.file else 'the '}{words} of the data{beside}",
        expected=f"{', '.join(name.replace('_', ' ') for name in ASKED)} stated by someone who knows",
        observed=Observed(value=float(len(ASKED) - len(card.missing)), unit="stated", n=len(ASKED)),
        component="data",
        where=card.beside,
        remedies=_lines(card),
        figure=Text(title=f"Lines to add to {card.wanted}", lines=tuple(f'{name} = "{ASKED[name]}"' for name in card.missing)),
    )


def _lines(card: DataCard) -> tuple[str, ...]:
    """What to add, a remedy a line."""
    return tuple(f'add to {card.wanted}: {name} = "{ASKED[name]}"' for name in card.missing)


def _carded(problem: Problem, **stated: str) -> Problem:
    whole = {"source": "the shop", "licence": "CC BY 4.0", "date": "2026-01-31", "collection": "exported", "consent": "given at the till", "personal_data": "none"}
    return replace(problem, card=Card(stated={**whole, **stated}, file="data-card.toml", wanted="data-card.toml"))


def no_licence(problem: Problem) -> Problem:
    """The card says that there is no licence."""
    return _carded(problem, licence="none")


def nobody_agreed(problem: Problem) -> Problem:
    """Names and addresses of people who were not asked."""
    return _carded(problem, personal_data="names and addresses", consent="no")


def nobody_in_it(problem: Problem) -> Problem:
    """No consent, as the data is about nobody."""
    return _carded(problem, personal_data="none", consent="no")


def half_a_card(problem: Problem) -> Problem:
    """A card that leaves things out is asked for them, and no more."""
    return _carded(problem, licence="", date="")


CHECK = Check(
    code="DAT190", name="undocumented-data", source=sources.STEPS, judge=judge,
    sabotages=(Case(toy="table", plant=no_licence), Case(toy="table", plant=nobody_agreed)),
    lookalikes=(Case(toy="table", plant=nobody_in_it), Case(toy="table", plant=half_a_card)),
)  # fmt: skip
