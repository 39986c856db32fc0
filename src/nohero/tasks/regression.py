"""Regression: one number, squared error on the standardised target; told in the target's own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.figure import Table
from nohero.run.score import Score
from nohero.tasks.interval import bootstrap, mean

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

BANDS = 5  # the residual table's rows: fifths of the target


@dataclass(frozen=True, kw_only=True)
class Regression:
    """Targets are standardised: (value - mean) / scale, both from the training set."""

    mean: float = 0.0
    scale: float = 1.0
    name: str = "regression"
    metric: str = "R2"
    unit: str = "squared standard deviations"
    classes: tuple[str, ...] = ()
    num_outputs: int = 1

    def loss(self, outputs_NK: Any, targets_N: Any) -> Any:
        """Mean squared error; both are flattened, since [N] against [N, 1] would broadcast to [N, N] in silence."""
        from torch.nn.functional import mse_loss  # judging must not import torch

        return mse_loss(outputs_NK.reshape(-1), targets_N.reshape(-1).to(outputs_NK.dtype))

    def losses(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """Squared error of each item."""
        return np.asarray((np.asarray(outputs_NK, dtype=np.float64).reshape(-1) - np.asarray(targets_N, dtype=np.float64).reshape(-1)) ** 2)

    def expected_initial_loss(self, targets_N: Floats, bias: tuple[float, ...] | None = None) -> float:
        """Var(y) + (mean(y) - constant)^2."""
        constant = 0.0 if bias is None else bias[0]
        return mean((np.asarray(targets_N, dtype=np.float64) - constant) ** 2)

    def output_bias(self, targets_N: Floats) -> tuple[float, ...]:
        """The mean."""
        return (mean(np.asarray(targets_N)) if len(targets_N) else 0.0,)

    def score(self, outputs_NK: Floats, targets_N: Floats) -> Score:
        """R2 with a bootstrap interval; errors in the target's unit beside it."""
        squares, targets = self.losses(outputs_NK, targets_N), np.asarray(targets_N, dtype=np.float64).reshape(-1)

        def r2(index: npt.NDArray[np.intp]) -> float:
            spread = float(np.var(targets[index])) if len(index) else 0.0
            return 1.0 - float(squares[index].mean()) / spread if spread else float("nan")

        low, high = bootstrap(r2, len(targets))
        absolute, square = mean(np.sqrt(squares)) * self.scale, mean(squares)
        return Score(
            metric=self.metric,
            value=r2(np.arange(len(targets))),
            low=low,
            high=high,
            n=len(targets),
            loss=square,
            others={"mean absolute error": absolute, "root mean squared error": float(np.sqrt(square)) * self.scale},
        )

    def decide(self, outputs_NK: Floats) -> Floats:
        """The value in the target's own unit."""
        return np.asarray(np.asarray(outputs_NK, dtype=np.float64).reshape(-1) * self.scale + self.mean)

    def hits(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """Minus the squared error."""
        return -self.losses(outputs_NK, targets_N)

    def outputs_of(self, probabilities_NK: Floats) -> Floats:
        """Values are outputs already."""
        return np.asarray(probabilities_NK, dtype=np.float64).reshape(-1, 1)

    def errors(self, outputs_NK: Floats, targets_N: Floats) -> Table:
        """Bias and typical error in each fifth of the target."""
        said = self.decide(outputs_NK)
        true = np.asarray(targets_N) * self.scale + self.mean
        order = np.argsort(true, kind="stable")
        rows = []
        for part in np.array_split(order, min(BANDS, len(order))) if len(order) else ():
            residual = said[part] - true[part]
            band = f"{true[part].min():.4g} to {true[part].max():.4g}"
            rows.append((band, len(part), float(f"{residual.mean():.4g}"), float(f"{np.abs(residual).mean():.4g}")))
        columns = ("target", "items", "mean error (said - true)", "mean absolute error")
        return Table(title="Residuals by size of the target", columns=columns, rows=tuple(rows))
