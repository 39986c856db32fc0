"""The interface of a task: all that differs by task, asked and never tested for.

Shape legend: N items, K outputs. Outputs are what the network returns, before any soft-max: `outputs_NK`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nohero.run.figure import Table
    from nohero.run.score import Score

    Floats = npt.NDArray[np.float64]


class Task(Protocol):
    """One kind of question put to a network."""

    @property
    def name(self) -> str:
        """Binary, multiclass or regression."""

    @property
    def metric(self) -> str:
        """The name of the headline metric; higher is better."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the outputs; empty for regression."""

    @property
    def num_outputs(self) -> int:
        """K: how many numbers the network returns for an item."""

    @property
    def unit(self) -> str:
        """The unit of the loss: nats, or squared standard deviations."""

    def loss(self, outputs_NK: Any, targets_N: Any) -> Any:  # torch tensors
        """Mean loss, a scalar tensor: the reference loss of the task."""

    def losses(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """The same loss for each item, in numpy."""

    def expected_initial_loss(self, targets_N: Floats, bias: tuple[float, ...] | None = None) -> float:
        """The mean loss of a network that says nothing: outputs all zero, or equal to `bias` (closed form)."""

    def output_bias(self, targets_N: Floats) -> tuple[float, ...]:
        """The best constant outputs: log-prior, log-odds or mean."""

    def score(self, outputs_NK: Floats, targets_N: Floats) -> Score:
        """The headline metric with its interval, the mean loss and the secondary metrics."""

    def decide(self, outputs_NK: Floats) -> Floats:
        """What the network says: class indices, or values."""

    def hits(self, outputs_NK: Floats, targets_N: Floats) -> Floats:
        """How good each item's answer is, higher is better: 1 or 0 for classes, minus squared error for values."""

    def outputs_of(self, probabilities_NK: Floats) -> Floats:
        """Outputs that stand for a classical model's probabilities or values."""

    def errors(self, outputs_NK: Floats, targets_N: Floats) -> Table:
        """Where it goes wrong: confusion matrix, or residuals by size of the target."""
