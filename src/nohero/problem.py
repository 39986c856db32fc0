"""A problem: the frozen bundle of parts and facts that every measurement asks.

Each part can be swapped alone with `dataclasses.replace`: that is how sabotages are planted and how causes are found.
Shape legend: N items, K outputs; x is one split's inputs as stored, before `to_input`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.models.settings import Settings
from nohero.run.directory import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn
    from torch.optim import Optimizer

    from nohero.data.batches import ArraySet
    from nohero.data.card import Card
    from nohero.data.raw import Raw
    from nohero.data.split import Split
    from nohero.tasks.task import Task


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much work a stage may do when the budget does not bind: caps, not promises."""

    steps: int = 1500  # optimizer steps of one training
    seeds: int = 3  # trainings behind each comparison
    sizes: int = 4  # network sizes to try
    trials: int = 16  # points of the search
    members: int = 5  # networks of the ensemble
    batch_steps: int = 400  # steps to overfit one batch
    race_steps: int = 300  # steps of short races
    pictures: int = 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Everything a run needs to know; made from a source by `bring`, or from the user's own factories."""

    name: str
    raw: Raw
    task: Task
    split: Split
    transform: Any  # TableTransform, ImageTransform or None: fitted on train only
    code: Any  # TargetCode: classes or standardisation
    train: ArraySet
    val: ArraySet
    test: ArraySet  # sealed: only the final stage reads its targets
    to_input: Callable[[Tensor], Tensor]  # a batch as stored -> what the network receives
    make_model: Callable[[Settings, int], nn.Module]  # (settings, seed) -> a fresh network
    make_optimizer: Callable[[nn.Module, Settings], Optimizer]
    loss: Callable[[Tensor, Tensor], Tensor]  # (outputs, targets) -> scalar
    start: Settings = field(default_factory=Settings)
    effort: Effort = field(default_factory=Effort)
    ladder: tuple[tuple[int, int], ...] = ((32, 1), (64, 2), (128, 2), (256, 3))  # (width, depth), dullest first
    rates: tuple[float, float] = (1e-4, 1e-2)  # the range of learning rates to search
    declined: dict[str, str] = field(default_factory=dict)  # change -> why it does not apply here
    evaluate: Callable[[Problem, nn.Module, ArraySet], Any] | None = None  # -> outputs [N, K]; None means ours
    keep_if: Callable[[Any], bool] | None = None  # the rule that keeps a change; None means beyond noise
    openings: int = 0  # how often this test set was opened before
    seed: int = 0
    threads: int = 1
    written: str = ""  # SHA-256 of the user's own file: what was measured of other code does not count
    device: str = "cpu"
    distil: bool = False
    card: Card | None = None  # what the user states of where the data came from

    @property
    def shape(self) -> tuple[int, ...]:
        """One item's shape."""
        return tuple(self.train.x.shape[1:])

    @property
    def fingerprint(self) -> str:
        """Names the data, the split, the task and the seed: what evidence depends on beside the settings."""
        parts = (self.name, self.raw.sha256, self.split.sha256, self.task.name, self.task.classes, self.start, self.effort)
        more = (self.written,) if self.written else ()
        return fingerprint(*parts, self.ladder, self.rates, self.seed, self.threads, self.device, self.distil, *more)
