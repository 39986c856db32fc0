"""The user's set-up trained on one small batch again and again: how far its loss falls between the best constant and the floor, and how many answers become right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.alterations import cut
from nohero.evidence.setup.arms import Arm, Bench, Parts, run
from nohero.evidence.setup.scoring import bound_of, levels, reference_loss, score, trusted
from nohero.evidence.setup.task_facts import answer_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 1.0  # seconds
STEPS = 60
ITEMS = 12
MOST_STEPS = 150
MOST_SECONDS = 2.0
SHARE = 0.1  # of the time left that one arm may take
ENOUGH = 0.9  # of the way, in loss and in score: training stops early


@dataclass(frozen=True, kw_only=True)
class MemorisedBatch:
    """One arm, and the levels it is measured by."""

    arm: Arm
    n: int
    constant: float  # the user's loss of the best constant answer on this batch; nan where it has none
    floor: float  # of the best free answers
    scored: bool  # whether the score measures what the loss is about
    one_target: bool = False  # all items have the same target: nothing to tell apart
    momentum: float = float("nan")  # the least of the running statistics'
    planned: float = float("nan")  # steps that the whole training is to take; nan where nobody said
    warming: bool = False  # the learning rate has not come to its height yet

    def way(self, loss: float) -> float:
        """The part of the way from the constant to the floor that `loss` has gone; nan where the way is not known."""
        return way(loss, self.constant, self.floor)

    @property
    def progress(self) -> float:
        """What was reached: of the way in loss."""
        return self.way(self.arm.loss)


def way(loss: float, constant: float, floor: float) -> float:
    """1 at the floor, 0 at the best constant, below 0 above it."""
    gap = constant - floor
    if not gap > 1e-6 * (abs(constant) + abs(floor)) or not math.isfinite(gap):
        return float("nan")
    return (constant - loss) / gap if math.isfinite(loss) else float("-inf") if loss > 0 or loss != loss else float("nan")


def measure(setup: Setup, facts: TaskFacts) -> MemorisedBatch:
    """Cut a batch, find its levels, train on it."""
    bench, n, constant, floor, scored, same = prepared(setup, facts)
    arm = run(bench, Parts(), steps=MOST_STEPS, seconds=allowed(setup), enough=enough(constant, floor, scored=scored))
    momenta = [float(m.momentum) for m in setup.named_modules().values() if isinstance(getattr(m, "momentum", None), float) and getattr(m, "running_mean", None) is not None]
    length = setup.train.length()
    return MemorisedBatch(
        arm=arm, n=n, constant=constant, floor=floor, scored=scored, one_target=same, momentum=min(momenta, default=float("nan")),
        planned=float(setup.given.epochs * length) if setup.given.epochs and length else float("nan"),
        warming=arm.rates[1] > 1.01 * arm.rates[0] or any(_below_its_height(g) for o in setup.optimizers for g in o.param_groups),
    )  # fmt: skip


def _below_its_height(group: Any) -> bool:
    """Whether a schedule will raise this group's rate: schedules note where they start from, and how high they go."""
    return bool(group["lr"] < 0.99 * max(float(group.get("initial_lr", 0.0)), float(group.get("max_lr", 0.0))))


def allowed(setup: Setup) -> float:
    """Seconds an arm may take."""
    return min(MOST_SECONDS, SHARE * setup.seconds_left())


def enough(constant: float, floor: float, *, scored: bool) -> Any:  # (loss, score) -> bool
    """Near the floor, and right."""

    def there(loss: float, found: float) -> bool:
        gone = way(loss, constant, floor)
        return ((math.isnan(gone) and scored) or gone >= ENOUGH) and (not scored or found >= ENOUGH)

    return there


def prepared(setup: Setup, facts: TaskFacts, number: int = 0) -> tuple[Bench, int, float, float, bool, bool]:
    """(the bench on one small batch, its items, constant, floor, whether the score counts, whether all targets are alike)."""
    import torch

    if len(setup.modules) != 1:
        raise Unmeasurable("several models train against each other: no one loss has to fall")
    if setup.step is None and not setup.optimizers:
        raise Unmeasurable("neither a step nor an optimizer was handed over")
    batches = setup.batches(8)
    whole = setup.specimen(number % len(batches))
    batch = cut(setup, batches[number % len(batches)], ITEMS, in_turn(whole))
    specimen = setup.specimen_of(batch)
    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        answer = answer_of(setup, setup.forward(specimen), specimen)
    constant = floor = float("nan")
    scored, same, bound = False, False, ""
    if answer is not None:
        scored = trusted(setup, facts, answer, specimen)
        bound = bound_of(setup, specimen)
        constant, floor = levels(setup, answer, specimen, bound)
    if isinstance(specimen.target, torch.Tensor) and specimen.target.ndim:
        same = bool((specimen.target == specimen.target[:1]).all())
    bench = bench_of(setup, facts, [specimen], [batch], answer, bound, scored=scored)
    return bench, specimen.size, constant, floor, scored, same


def bench_of(setup: Setup, facts: TaskFacts, fixed: list[Specimen], batches: list[Any], answer: Any, bound: str, *, scored: bool) -> Bench:
    """A bench with the references that this task has."""
    from nohero.evidence.setup.plain_twin import Twin

    right = (lambda a, s: score(a, s.target, facts)) if scored else (lambda a, s: float("nan"))
    spread = facts.deviation if facts.kind == "values" and facts.deviation > 0 else 1.0
    return Bench(
        setup=setup, fixed=fixed, batches=batches, scoring=right, bound=bound,
        task_loss=reference_loss(facts, bound) if answer is not None and scored else None,
        plain=None if answer is None or setup.loss is None else lambda: Twin(fixed, answer),
        moments=(facts.mean, spread) if facts.kind == "values" and math.isfinite(facts.mean) else (0.0, 1.0),
    )  # fmt: skip


def in_turn(specimen: Specimen) -> list[int]:
    """The items' order with each class in turn, where there are classes."""
    import torch

    target = specimen.target
    order = list(range(specimen.size))
    if not isinstance(target, torch.Tensor) or target.numel() != specimen.size or len(target.unique()) > max(2, specimen.size // 2):
        return order
    flat = target.reshape(-1)
    rank: dict[float, int] = {}
    places = []
    for i in order:
        key = float(flat[i])
        rank[key] = rank.get(key, -1) + 1
        places.append((rank[key], i))
    return [i for _, i in sorted(places)]
