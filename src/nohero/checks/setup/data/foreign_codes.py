"""What it asks: do whole numbers mean the same in training and in the evaluated parts?

Why it matters: with a vocabulary built anew, or ids that start at 1 in one part, the same number is another word.

How it is measured: the codes of each part against training's: codes that training never has, and the distance of the
histograms, both against two halves of training; and whether adding a number brings the histograms together. Where the histograms
agree, a probe of training is tried on the part, and one of the part's own beside it.

When it is right to fail: when an offset does; it warns when a fifth of the codes is foreign or the histograms hardly overlap, and
when nothing that training teaches holds in the part, though its own codes tell its labels as well as training's do there.

What it cannot see: a vocabulary in another order, where a small probe on counts of tokens learns nothing.

Mend: build the vocabulary on training, store it, and load it for the other parts.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import rebuilt, replanted
from nohero.evidence.setup.split_comparison import Codes, SplitComparison
from nohero.evidence.setup.split_cures import Transfer
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

FOREIGN = 0.2  # share of codes never seen in training, beyond that between its halves
APART = 0.5  # total variation between the histograms
TIMES = 4.0  # that distance in units of the distance between halves of training
ALIKE = 1.5  # the same, at the most, where the histograms agree
LEAST = 60  # items
KNOWN, NONE = 0.5, 0.15  # skill of a probe that knows the labels, and of one that does not (as changed-labels has them)
AS_WELL = 0.6  # of training's skill: the law is as plain in the part (as a cure must bring back)


def _moved(c: Codes) -> bool:
    """Whether an offset explains the difference."""
    return bool(c.offset) and c.distance > 3 * c.distance_own + 0.1 and c.distance_offset < 0.5 * c.distance and c.distance_offset < 2 * c.distance_own + 0.05


def _dealt_anew(split: SplitComparison) -> tuple[Codes, Transfer] | None:
    """Codes as frequent as training's, that tell the labels by another law."""
    if split.scales or split.serial:
        return None
    for t in split.transfers:
        codes = [c for c in split.codes if c.part == t.part]
        alike = codes and all(c.distance < ALIKE * c.distance_own + 0.02 for c in codes)
        if alike and not t.cure and t.n >= LEAST and t.train >= KNOWN and t.there < NONE and t.own >= AS_WELL * t.train:
            return codes[0], t
    return None


def _told_anew(c: Codes, t: Transfer) -> Finding:
    return warned(
        f"the codes of {c.name} in {c.part} are as frequent as training's (distance {c.distance:.2f}; {c.distance_own:.2f} between halves of training), but a probe of training has skill {t.train:.2f} there and {t.there:.2f} on {c.part}, whose own probe has {t.own:.2f}",
        expected="one vocabulary for all parts",
        observed=Observed(value=t.there, unit="skill", n=t.n),
        component="transform",
        where=(f"{c.part}: {c.name}",),
        level=Level.MEASURED,
        effect="the same number is another thing in the evaluated part",
        why="Vocabularies that are sorted by frequency give every part the same histogram, and every word another number. The codes then tell the labels in each part, by a law of its own.",
        remedies=("build the vocabulary (or encoder) on the training part, and use it for all parts", "print one item of each part turned back into words by the training vocabulary"),
    )


def judge(split: SplitComparison) -> Finding:
    """Offsets fail, foreign codes warn."""
    moved = [c for c in split.codes if _moved(c)]
    odd = [c for c in split.codes if c not in moved and (c.unseen - c.unseen_own > FOREIGN or (c.distance > APART and c.distance > TIMES * c.distance_own))]
    if not moved and not odd and (anew := _dealt_anew(split)):
        return _told_anew(*anew)
    if not moved and not odd:
        return passed("whole-number inputs of all parts use training's codes" if split.codes else "there are no whole-number inputs to compare")
    first = (moved or odd)[0]
    words = f"with {first.offset:+d} added, the codes of {first.name} in {first.part} have training's frequencies (distance {first.distance_offset:.2f} instead of {first.distance:.2f}; {first.distance_own:.2f} between halves of training)" if moved else (
        f"{first.unseen:.0%} of the codes of {first.name} in {first.part} never occur in training ({first.unseen_own:.0%} between halves of training); the frequencies differ by {first.distance:.2f} of 1 ({first.distance_own:.2f} between halves)"
    )
    return (failed if moved else unsure if split.serial else warned)(
        words,
        expected="one vocabulary for all parts",
        observed=Observed(value=first.distance, unit="distance of frequencies"),
        component="transform",
        where=tuple(f"{c.part}: {c.name}" for c in moved + odd),
        level=Level.MEASURED,
        effect="the same number is another thing in the evaluated part",
        why="An embedding is looked up by number. Where the numbers were dealt out anew, or start one later, the model looks up the wrong rows.",
        remedies=("build the vocabulary (or encoder) on the training part, and use it for all parts", "look for ids that start at 1 in one part, or a padding id added in one alone"),
    )


def ids_from_one(given: Given) -> Given:
    """Validation's ids start one later."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return (x + 1) % 16, y

    return replanted(_skewed(given), change, "val")


def another_vocabulary(given: Given) -> Given:
    """Validation's ids were dealt out by another vocabulary, in the order of the alphabet."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return 15 - x, y

    return replanted(_skewed(given), change, "val")


def _skewed(given: Given) -> Given:
    """Sequences of 16 tokens of which low ones are common, as words are, and a model with room for them."""
    from dataclasses import replace

    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(6)

    def change(x: torch.Tensor, _: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.multinomial(0.65 ** torch.arange(15).float(), x.numel(), replacement=True, generator=generator).reshape(x.shape)
        return rows, (rows == 0).sum(1) % 3

    made = replanted(given, change, "train", "val")
    torch.manual_seed(3)
    model = nn.Sequential(nn.EmbeddingBag(16, 12), nn.Linear(12, 3))
    return replace(made, model=model, loss=nn.CrossEntropyLoss(), optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), step=None, evaluate=None, scheduler=None)


def sorted_by_frequency_anew(given: Given) -> Given:
    """Of two words of like frequency one speaks for a label; validation numbers the words by its own counts."""
    return _in_pairs(given, renumbered=True)


def one_vocabulary_of_pairs(given: Given) -> Given:
    """The same, with training's numbers."""
    return _in_pairs(given, renumbered=False)


def _in_pairs(given: Given, *, renumbered: bool) -> Given:
    from dataclasses import replace

    import torch

    made = _skewed(given)
    generator = torch.Generator().manual_seed(7)
    x = 2 * torch.multinomial(0.65 ** torch.arange(7).float(), 500 * 12, replacement=True, generator=generator) + torch.randint(0, 2, (500 * 12,), generator=generator)
    x = x.reshape(500, 12)
    y = ((x == 1).sum(1) > (x == 0).sum(1)).long()
    val = x[350:] ^ 1 if renumbered else x[350:]
    return replace(made, train=rebuilt(given.train, (x[:350], y[:350])), val=rebuilt(given.val, (val, y[350:])))


def one_vocabulary(given: Given) -> Given:
    """Skewed tokens, coded alike."""
    return _skewed(given)


CHECK = Check(
    code="DAT348",
    name="foreign-codes",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="causal-transformer", plant=sorted_by_frequency_anew), Case(toy="causal-transformer", plant=ids_from_one), Case(toy="causal-transformer", plant=another_vocabulary)),
    lookalikes=(Case(toy="causal-transformer", plant=one_vocabulary), Case(toy="causal-transformer", plant=one_vocabulary_of_pairs)),
)
