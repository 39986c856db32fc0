"""What it asks: are training and evaluated inputs prepared alike?

Why it matters: a division by 255 on one side, other means, or channels in another order: the network meets inputs of a kind it
was never shown, and the score says nothing about the model.

How it is measured: spread and mean of each feature against training; columns and channels laid on training's quantiles in
every order; and a small probe of training, tried on the part as it is and after each change that would undo the difference.

When it is right to fail: when scales differ by five, an order of channels fits five times better, or a change brings the
lost skill back. Other large differences warn. In a series that follows time, drift may be real, and where the step itself
rescales its batches, the evaluation may get its own ready-made: unsure.

What it cannot see: differences in resizing or interpolation, and slightly different means.

Mend: one function prepares all parts, with training's numbers.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.split_comparison import Scale, SplitComparison
from nohero.evidence.setup.split_cures import Transfer
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

FAILS = 5.0  # ratio of spreads: no random split comes near
WARNS = 2.5  # ratio of spreads that is nearly the same in all of several features
EVEN = 0.25  # spread of the log ratio over features: one factor for all
ORDER = 5.0  # times nearer in another order
SHIFTED = 0.5  # share of features off by more than two spreads


def judge(split: SplitComparison) -> Finding:
    """Cures first, then the plain numbers."""
    cured = [t for t in split.transfers if t.of in ("inputs", "order")]
    odd = [(s, how, status) for s in split.scales for how, status in [_how(s, serial=split.serial)] if how]
    if not cured and not odd:
        return passed("inputs of all parts have the scale and order of training's" if split.scales else "there are no float inputs to compare")
    fails = bool(cured) or any(status == "fail" for _, _, status in odd)
    ordered = any(t.of == "order" for t in cured) or any(s.order and s.order_gain >= ORDER for s, _, _ in odd)
    tell = unsure if split.rescaled and not ordered else failed if fails else warned if any(status == "warn" for _, _, status in odd) else unsure
    words = ["the step brings its batches to another scale before the model gets them, so that these are no equals"] * split.rescaled + [how for _, how, _ in odd[:2]] + [f"a probe of training has skill {t.there:.2f} on {t.part} as it is, and {t.cured:.2f} with {t.cure} ({t.train:.2f} in training)" for t in cured[:1]]
    part = cured[0].part if cured else odd[0][0].part
    first: Scale | None = odd[0][0] if odd else None
    return tell(
        "; ".join(words),
        expected="equal preparation of all parts",
        observed=Observed(value=first.ratio if first else cured[0].there, unit="ratio of spreads" if first else "skill", n=cured[0].n if cured else None),
        component="transform",
        where=tuple(dict.fromkeys((*(f"{s.part}: {s.name}" for s, _, _ in odd), part))),
        level=Level.VERIFIED if cured else Level.MEASURED,
        effect=f"the score on {part} is that of other inputs than the model was trained on",
        why="Parts drawn from one source have equal statistics up to chance. A common factor, another order of channels, or a probe that works again after one change show a step of preparation that one side lacks.",
        remedies=(
            *_tried(cured),
            "prepare all parts by one function, with mean and spread of the training part",
            "print mean, spread, least and greatest of one batch of each part, just before the model",
        ),
        figure=Bars(title=f"Skill of a probe on {part}", value_label="skill", bars=(Bar(label="training", value=cured[0].train), Bar(label="as it is", value=cured[0].there), Bar(label=cured[0].cure, value=cured[0].cured))) if cured else None,
    )


def _tried(cured: list[Transfer]) -> tuple[object, ...]:
    from nohero.run.finding import Remedy

    return tuple(Remedy(text=f"prepare {t.part} as training: {t.cure}", tried=True, result=f"skill {t.cured:.2f} instead of {t.there:.2f}") for t in cured[:2])


def _how(s: Scale, *, serial: bool) -> tuple[str, str]:
    """(what is odd in words, how bad)."""
    factor = max(s.ratio, 1 / max(s.ratio, 1e-30))
    if s.order and s.order_gain >= ORDER:
        return f"{s.name} of {s.part} fits training's {s.order_gain:.0f} times better with its columns or channels read as {list(s.order[:8])}", "fail"
    if factor >= FAILS and (s.features == 1 or s.even < 1.0):
        return f"the spread of {s.name} in {s.part} is {s.ratio:.3g} times training's", "unsure" if serial and factor < 4 * FAILS else "fail"
    if s.own:
        return f"{s.name} has mean 0 and spread 1 exactly in training and in {s.part}, each by its own numbers", "warn"
    if s.shifted >= SHIFTED:
        return f"{s.shifted:.0%} of the {s.features} features of {s.name} in {s.part} are off by more than two training spreads", "unsure" if serial else "warn" if s.features < 3 else "fail"
    if factor >= WARNS and s.features >= 3 and s.even < EVEN:
        return f"the spread of every feature of {s.name} in {s.part} is about {s.ratio:.3g} times training's", "unsure" if serial else "warn"
    return "", ""


def divided_by_255_in_one(given: Given) -> Given:
    """The evaluated pictures are divided by 255, training's are not."""
    return replanted(given, lambda x, y: (x / 255, y), "val")


def channels_the_other_way_round(given: Given) -> Given:
    """Validation pictures were opened by another library: blue first."""
    return replanted(given, lambda x, y: (x.flip(1), y), "val")


def raw_in_validation(given: Given) -> Given:
    """Training was standardised from raw numbers, validation left raw."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return 50 + 12 * x, y

    return replanted(given, change, "val")


def each_by_its_own_numbers(given: Given) -> Given:
    """A scaler was fitted anew on each part."""
    return replanted(given, lambda x, y: ((x - x.mean(0)) / x.std(0), y), "train", "val")


def columns_in_another_order(given: Given) -> Given:
    """Validation's columns come in the alphabet's order."""
    return replanted(given, lambda x, y: (x.flip(1), y), "val")


def the_step_prepares(given: Given) -> Given:
    """Training is rescaled in the step, validation came rescaled."""

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model((batch[0] - 50) / 12), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(replanted(given, lambda x, y: (50 + 12 * x, y)), step=step)


def a_harder_part(given: Given) -> Given:
    """Validation has somewhat wider inputs, and another mix of classes."""
    return replanted(given, lambda x, y: (x * 1.25 + 0.1, y), "val")


def noisy_training(given: Given) -> Given:
    """Training is augmented with noise."""
    import torch

    return replanted(given, lambda x, y: (x + 0.2 * torch.randn(x.shape, generator=torch.Generator().manual_seed(5)), y))


CHECK = Check(
    code="DAT344",
    name="unequal-preparation",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(
        Case(toy="cnn-batch-norm", plant=divided_by_255_in_one), Case(toy="cnn-batch-norm", plant=channels_the_other_way_round), Case(toy="table-mlp", plant=raw_in_validation),
        Case(toy="table-mlp", plant=each_by_its_own_numbers), Case(toy="huber-regression", plant=columns_in_another_order),
    ),
    lookalikes=(Case(toy="table-mlp", plant=a_harder_part), Case(toy="table-mlp", plant=the_step_prepares), Case(toy="cnn-batch-norm", plant=noisy_training)),
)  # fmt: skip
