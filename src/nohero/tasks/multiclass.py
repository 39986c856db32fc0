"""Multi-class: one of K classes, a logit for each, cross-entropy in nats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.figure import Table
from nohero.run.score import Score
from nohero.tasks.interval import mean, wilson

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

TINY = 1e-12  # keeps the logarithm of a probability finite
MOST_CLASSES_DRAWN = 20


@dataclass(frozen=True, kw_only=True)
class Multiclass:
    """Targets are class indices 0..K-1."""

    classes: tuple[str, ...]
    name: str = "multiclass"
    metric: str = "accuracy"
    unit: str = "nats"

    @property
    def num_outputs(self) -> int:
        """A logit for each class."""
        return len(self.classes)

    def loss(self, outputs_NK: Any, targets_N: Any) -> Any:
        """Mean cross-entropy."""
        from torch.nn.functional import cross_entropy  # judging must not import torch

        return cross_entropy(outputs_NK, targets_N)

    def losses(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """-log p(target), for each item."""
        log_p_NK = _log_softmax(np.asarray(outputs_NK, dtype=np.float64))
        return np.asarray(-log_p_NK[np.arange(len(targets_N)), np.asarray(targets_N, dtype=np.intp).reshape(-1)])

    def expected_initial_loss(self, targets_N: Floats, bias: tuple[float, ...] | None = None) -> float:
        """The logarithm of K for silent outputs; with a bias the cross-entropy of its soft-max with the class shares."""
        constant = np.zeros(self.num_outputs) if bias is None else np.asarray(bias)
        return float(self._shares(targets_N) @ -_log_softmax(constant[None])[0])

    def output_bias(self, targets_N: Floats) -> tuple[float, ...]:
        """Log of the class shares (one item is lent to each class, so that none is impossible)."""
        counts = np.bincount(np.asarray(targets_N, dtype=np.intp), minlength=self.num_outputs) + 1.0
        logs = np.log(counts / counts.sum())
        return tuple(float(v) for v in logs - logs.mean())

    def score(self, outputs_NK: Floats, targets_N: Floats) -> Score:
        """Accuracy with its Wilson interval; macro F1 and worst class recall beside it."""
        hits = self.hits(outputs_NK, targets_N)
        low, high = wilson(float(hits.sum()), len(hits))
        return Score(
            metric=self.metric,
            value=mean(hits),
            low=low,
            high=high,
            n=len(hits),
            loss=mean(self.losses(outputs_NK, targets_N)),
            others={"macro F1": self._macro_f1(outputs_NK, targets_N)},
        )

    def decide(self, outputs_NK: Floats) -> Floats:
        """The class with the largest logit."""
        return np.asarray(np.argmax(outputs_NK, axis=1), dtype=np.float64)

    def hits(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """1 where the class is right."""
        return np.asarray(self.decide(outputs_NK) == np.asarray(targets_N).reshape(-1), dtype=np.float64)

    def outputs_of(self, probabilities_NK: Floats) -> Floats:
        """Log-probabilities are logits."""
        return np.asarray(np.log(np.maximum(probabilities_NK, TINY)))

    def errors(self, outputs_NK: Floats, targets_N: Floats) -> Table:
        """The confusion matrix: a row a true class, a column a predicted one; the largest classes only."""
        said = self.decide(outputs_NK).astype(np.intp)
        true = np.asarray(targets_N, dtype=np.intp)
        keep = np.sort(np.argsort(-np.bincount(true, minlength=self.num_outputs), kind="stable")[:MOST_CLASSES_DRAWN])
        rows = tuple((self.classes[i], *(int(((true == i) & (said == j)).sum()) for j in keep)) for i in keep)
        return Table(title="Confusion: true class by predicted class", columns=("true \\ said", *(self.classes[j] for j in keep)), rows=rows)

    def _shares(self, targets_N: Floats) -> Floats:
        counts = np.bincount(np.asarray(targets_N, dtype=np.intp), minlength=self.num_outputs)
        return np.asarray(counts / max(counts.sum(), 1))

    def _macro_f1(self, outputs_NK: Floats, targets_N: Floats) -> float:
        import torch
        from torchmetrics.functional.classification import multiclass_f1_score

        if not len(targets_N):
            return float("nan")
        said = torch.as_tensor(self.decide(outputs_NK)).long()
        true = torch.as_tensor(np.asarray(targets_N)).long()
        return float(multiclass_f1_score(said, true, num_classes=max(2, self.num_outputs), average="macro"))


def _log_softmax(outputs_NK: Floats) -> Floats:
    shifted = outputs_NK - outputs_NK.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
