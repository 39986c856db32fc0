"""The user's scores against the loss over the same items: are they its multiple, and does that hang on how many items or batches there are?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.replayed import Handed, Scores, cut, held_out, mean_loss, play, size_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 60
FEW = 16  # batches
WEIGHTS = (1.0, 2.0, -2.0)  # of all parameters: three models with other answers
ALIKE = 1e-4  # relative, of a multiple
APART = 0.005  # relative, of the three losses


@dataclass(frozen=True, kw_only=True)
class Multiple:
    """One score that is the loss times one number, with three models of other weights."""

    name: str
    score: float
    loss: float  # mean over the items
    times: float  # the score by the loss
    doubled: float  # the same with every batch given twice
    recut: float  # and in batches of another size; not a number where they cannot be cut
    reading: str  # which count `times` is; nothing where it is none


@dataclass(frozen=True, kw_only=True)
class EvaluatedLoss:
    """The scores that are multiples of the loss."""

    items: int
    other_size: int
    multiples: tuple[Multiple, ...]


def measure(setup: Setup, facts: TaskFacts) -> EvaluatedLoss:
    """Run the evaluation with three models, on twice the set, and on other batches."""
    if len(setup.modules) != 1 or setup.loss is None or facts.kind == "unknown":
        raise Unmeasurable("several models, or no loss of an answer and a target")
    source, batches, complete = held_out(setup)
    stage = _Stage(setup, source, batches[:FEW], complete=complete and len(batches) <= FEW)
    told = [stage.told(stage.batches, weight) for weight in WEIGHTS]
    losses = [loss for _, loss in told]
    if not all(math.isfinite(v) and v > 0 for v in losses) or max(losses) < (1 + APART) * min(losses) or len({len(s) for s, _ in told}) > 1:
        raise Unmeasurable("the loss is not a positive number that moves with the weights")
    times = {name: [scores[k][1] / loss for scores, loss in told] for k, (name, _) in enumerate(told[0][0])}
    known = [name for name, t in times.items() if all(math.isfinite(v) and v > 0 for v in t) and max(t) <= (1 + ALIKE) * min(t)]
    if not known:
        raise Unmeasurable("no score is a multiple of the loss")
    sizes = [size_of(b) for b in stage.batches]
    other = max(1, sizes[0] // 3)
    doubled, recut = stage.by_loss(stage.batches * 2), stage.by_loss(stage.cut_to(other))
    counts = _counts(sizes, _train_size(setup)) | _of_sets(sum(sizes), setup, source)
    scores = dict(told[0][0])
    return EvaluatedLoss(
        items=sum(sizes), other_size=other,
        multiples=tuple(Multiple(name=n, score=scores[n], loss=losses[0], times=times[n][0], doubled=doubled.get(n, math.nan), recut=recut.get(n, math.nan), reading=_reading(times[n][0], counts)) for n in known),
    )  # fmt: skip


class _Stage:
    """The evaluation, and the loss over the same items."""

    def __init__(self, setup: Setup, source: Any, batches: list[Any], *, complete: bool) -> None:
        self.setup, self.source, self.batches, self.complete = setup, source, batches, complete

    def told(self, batches: list[Any], weight: float = 1.0) -> tuple[Scores, float]:
        """(scores, mean loss of the items), with all parameters times `weight`."""
        import torch

        setup, items = self.setup, sum(size_of(b) for b in batches)
        with setup.apart(data=True):
            with torch.no_grad():
                for parameter in setup.named_parameters().values():
                    parameter.mul_(weight)
            setup.mode(training=False)
            scores = play(setup, Handed(batches, self.source.given, items=items, complete=self.complete and len(batches) == len(self.batches))).scores
            setup.mode(training=False)
            return scores, mean_loss(setup, batches)

    def by_loss(self, batches: list[Any]) -> dict[str, float]:
        """Each score by the loss; nothing where there are no batches or the evaluation does not take them."""
        try:
            scores, loss = self.told(batches) if batches else ((), 1.0)
        except (Unmeasurable, RuntimeError):
            return {}
        return {name: value / loss for name, value in scores}

    def cut_to(self, size: int) -> list[Any]:
        """The items in batches of another size; none where they cannot be cut."""
        try:
            return cut(self.batches, size)
        except Unmeasurable:
            return []


def _train_size(setup: Setup) -> int:
    return size_of(setup.batches(1)[0])


def _counts(sizes: list[int], train: int) -> dict[str, float]:
    """What a sum may have been multiplied with or divided by, in words."""
    items, batches, size = sum(sizes), len(sizes), sizes[0]
    even = {"the items of a batch": size, "the items of a batch by those of a training batch": size / train, "one by the items of a batch": 1 / size, "one by the batches": 1 / batches} if len(set(sizes)) == 1 else {}
    return {"the number of items": items, "the number of batches": batches, "one by the number of items": 1 / items, "the items by those of a training batch": items / train, **even}


def _of_sets(items: int, setup: Setup, source: Any) -> dict[str, float]:
    """Shares of whole data sets: a sampler or a split draws fewer than `len(loader.dataset)`."""
    known = {"the whole data set that its loader draws from": source.items, "the training set": setup.train.items}
    return {f"the items by those of {name}": items / len(held) for name, held in known.items() if held is not None and len(held) != items}


def _reading(times: float, counts: dict[str, float]) -> str:
    if abs(times - 1) <= ALIKE:
        return ""
    return next((name for name, count in counts.items() if abs(times / count - 1) <= ALIKE), "")
