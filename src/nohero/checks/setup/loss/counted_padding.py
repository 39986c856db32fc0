"""What it asks: do padded places count in the loss?

Why it matters: padding is easy to predict and often the most frequent label. Counted, it pulls the gradient, flatters the loss,
and its share changes with the length of the longest row.

How it is measured: padding is known by `expect={"pad_id": ...}`, by a mask among the inputs, or by what fills the ends of the rows
to different lengths and stands nowhere else. The slope of the loss is summed over those places and set against all. Where tokens
are predicted, the first padding token of a row may end the sentence, and is not counted against the loss.

When it is right to fail: with declared padding, at more than two per cent of the slope, or when padding alone counts. With padding
that is evident from a mask or from tokens, a warning.

What it cannot see: padding inside the rows that nobody declared.

Mend: ignore_index in the labels, or multiply by the mask before the mean.

Source: the recipe, the skeleton; torch's documentation of `ignore_index`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.counted_labels import CountedLabels
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

SHARE = 0.02  # of the summed slope; a loss that leaves padding out has none at all
STILL = 0.9  # share of real places without a slope, where the mask is inverted
HOW = {"declared": "declared with pad_id", "mask": "known by a mask among the inputs", "tokens": "known by the token that ends the rows", "frames": "known by frames of zeros that end the rows"}


def judge(counted: CountedLabels) -> Finding:
    """A share of the slope at padding."""
    if counted.pads == "none":
        return skipped("no padding is known in labels that stand place by place")
    share = counted.pad_share
    if math.isnan(share):
        return skipped("the loss refuses other answers")
    if share <= SHARE:
        return passed(f"{counted.pad_places} of {counted.places} places are padding, {HOW[counted.pads]}, and carry {share:.1%} of the loss's slope")
    inverted = share > 1 - SHARE and counted.real_still > STILL
    message = f"{counted.pad_places} of {counted.places} places are padding ({HOW[counted.pads]}) and carry {share:.0%} of the loss's slope" + ("; the real places carry none: the mask is inverted" if inverted else "")
    rest: dict[str, Any] = {
        "expected": "no slope at padded places",
        "observed": Observed(value=share, unit="share of the slope", n=counted.places),
        "component": "loss",
        "where": ("the loss", "padded places"),
        "level": Level.MEASURED,
        "why": "The model is paid for predicting padding; the loss looks better than it is and hangs on how far rows are padded.",
        "remedies": ("give padded labels the loss's ignore_index", "or multiply the loss of each place by the mask, and divide by the mask's sum"),
    }
    if inverted:
        return failed(message, **rest)
    if counted.pads == "frames":
        return unsure(message, **{**rest, "remedies": ("if frames of zeros are padding, leave them out of the loss; else nothing is wrong",)})
    return failed(message, **rest) if counted.pads == "declared" else warned(message, **rest)


def _relabelled(given: Given, label: int, **changes: Any) -> Given:
    from torch.utils.data import DataLoader, TensorDataset

    token, tag = given.train.dataset.dataset.tensors
    tag = tag.masked_fill(tag < 0, label)
    return replace(given, train=DataLoader(TensorDataset(token[:180], tag[:180]), batch_size=12, shuffle=True), val=DataLoader(TensorDataset(token[180:], tag[180:]), batch_size=12), **changes)


def padding_labelled_zero(given: Given) -> Given:
    """Padded labels are zero, and the loss counts them."""
    return _relabelled(given, 0)


def padding_labelled_zero_undeclared(given: Given) -> Given:
    """The same, with nothing declared."""
    return _relabelled(given, 0, expect={})


def inverted_mask(given: Given) -> Given:
    """A mask that keeps what should be left out: places of the label 0, which fills the padding."""
    from torch.nn import functional

    def loss(out_BTK: Any, tag_BT: Any) -> Any:
        each = functional.cross_entropy(out_BTK.transpose(1, 2), tag_BT.clamp(min=0), reduction="none")
        mask = (tag_BT < 0).float()
        return (each * mask).sum() / mask.sum().clamp(min=1)

    return replace(given, loss=loss)


def masked_by_hand(given: Given) -> Given:
    """The same mask the right way round."""
    from torch.nn import functional

    def loss(out_BTK: Any, tag_BT: Any) -> Any:
        each = functional.cross_entropy(out_BTK.transpose(1, 2), tag_BT.clamp(min=0), reduction="none")
        mask = (tag_BT >= 0).float()
        return (each * mask).sum() / mask.sum().clamp(min=1)

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE347",
    name="counted-padding",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="masked-tokens", plant=padding_labelled_zero), Case(toy="masked-tokens", plant=padding_labelled_zero_undeclared), Case(toy="masked-tokens", plant=inverted_mask)),
    lookalikes=(Case(toy="masked-tokens", plant=masked_by_hand),),
)
