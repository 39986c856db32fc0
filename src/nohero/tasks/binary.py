"""Binary: yes or no, one logit, binary cross-entropy in nats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.figure import Table
from nohero.run.score import Score
from nohero.tasks.interval import bootstrap, mean, wilson

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

TINY = 1e-12  # keeps log-odds finite


@dataclass(frozen=True, kw_only=True)
class Binary:
    """Targets are 0 and 1; `classes` names them in that order."""

    classes: tuple[str, ...]
    metric: str = "accuracy"  # or "AUROC", for a rare class: accuracy alone would praise the constant answer
    name: str = "binary"
    unit: str = "nats"
    num_outputs: int = 1

    def loss(self, outputs_NK: Any, targets_N: Any) -> Any:
        """Mean binary cross-entropy with logits."""
        from torch.nn.functional import binary_cross_entropy_with_logits  # judging must not import torch

        return binary_cross_entropy_with_logits(outputs_NK.reshape(-1), targets_N.to(outputs_NK.dtype))

    def losses(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """-log p(target), for each item."""
        logit = np.asarray(outputs_NK, dtype=np.float64).reshape(-1)
        with np.errstate(invalid="ignore"):  # a network that broke says nan, and so does its loss
            return np.asarray(np.logaddexp(0.0, np.where(np.asarray(targets_N).reshape(-1) == 1, -logit, logit)))

    def expected_initial_loss(self, targets_N: Floats, bias: tuple[float, ...] | None = None) -> float:
        """The logarithm of 2 for a silent logit; with a bias the cross-entropy of its probability with the share of ones."""
        constant = np.full(len(targets_N), 0.0 if bias is None else bias[0])
        return mean(self.losses(constant, targets_N))

    def output_bias(self, targets_N: Floats) -> tuple[float, ...]:
        """Log-odds of the ones; 1:10 is ln(1/10), not the logit of 0.1."""
        ones = float(np.sum(targets_N))
        return (float(np.log((ones + 1) / (len(targets_N) - ones + 1))),)

    def score(self, outputs_NK: Floats, targets_N: Floats) -> Score:
        """The headline metric with its interval; the other ones beside it."""
        hits = self.hits(outputs_NK, targets_N)
        accuracy, ranking = mean(hits), self._auroc(outputs_NK, targets_N)
        if self.metric == "AUROC":
            value = ranking
            low, high = bootstrap(lambda i: self._auroc(np.asarray(outputs_NK)[i], np.asarray(targets_N)[i]), len(hits))
        else:
            value = accuracy
            low, high = wilson(float(hits.sum()), len(hits))
        others = {"accuracy": accuracy, "AUROC": ranking, "F1": self._f1(outputs_NK, targets_N)}
        loss = mean(self.losses(outputs_NK, targets_N))
        return Score(metric=self.metric, value=value, low=low, high=high, n=len(hits), loss=loss, others=others)

    def decide(self, outputs_NK: Floats) -> Floats:
        """1 where the logit is above zero."""
        return np.asarray(np.asarray(outputs_NK).reshape(-1) > 0, dtype=np.float64)

    def hits(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """1 where the answer is right."""
        return np.asarray(self.decide(outputs_NK) == np.asarray(targets_N).reshape(-1), dtype=np.float64)

    def outputs_of(self, probabilities_NK: Floats) -> Floats:
        """Log-odds of the second column."""
        p = np.clip(probabilities_NK[:, 1], TINY, 1 - TINY)
        return np.asarray(np.log(p / (1 - p))[:, None])

    def errors(self, outputs_NK: Floats, targets_N: Floats) -> Table:
        """The confusion matrix."""
        said, true = self.decide(outputs_NK), np.asarray(targets_N)
        rows: list[tuple[str | int, ...]] = [(self.classes[i], *(int(((true == i) & (said == j)).sum()) for j in (0, 1))) for i in (0, 1)]
        return Table(title="Confusion: true class by predicted class", columns=("true \\ said", *self.classes), rows=tuple(rows))

    def _auroc(self, outputs_NK: Floats, targets_N: Floats) -> float:
        # By ranks (Mann-Whitney): the same number as the curve's area, fast enough to resample 400 times.
        from scipy.stats import rankdata  # a slow import, needed by few

        ones = np.asarray(targets_N) == 1
        n1, n0 = int(ones.sum()), int((~ones).sum())
        if not n1 or not n0:
            return float("nan")
        ranks = rankdata(np.asarray(outputs_NK).reshape(-1))
        return float((ranks[ones].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))

    def _f1(self, outputs_NK: Floats, targets_N: Floats) -> float:
        import torch
        from torchmetrics.functional.classification import binary_f1_score

        if not len(targets_N):
            return float("nan")
        return float(binary_f1_score(torch.as_tensor(self.decide(outputs_NK)), torch.as_tensor(np.asarray(targets_N)).long()))
