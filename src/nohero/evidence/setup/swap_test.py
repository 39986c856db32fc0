"""Which part is to blame where a small batch cannot be memorised: each part of the user's is put back alone among references, and the blamed are replaced in the user's own set-up."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nohero.evidence.setup.arms import Arm, Parts, run
from nohero.evidence.setup.memorised_batch import MOST_STEPS, allowed, enough, prepared, way
from nohero.evidence.setup.step_inputs import drawn, from_answers, own_objective
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.memorised_batch import MemorisedBatch
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.2  # seconds where the batch was memorised
STEPS = 2
LOW = 0.35  # of the way (0 the best constant, 1 all right): with less, the batch was not memorised
HIGH = 0.8  # of the way: with more, it was
FEWEST = 40  # steps that a verdict rests on
ADAMS = ("adam 0.001", "adam 0.01")
SLOWER, FASTER = ("x0.1", "x0.01", "x0.001"), ("x10", "x100", "x1000", "x100000", "x1000000")


@dataclass(frozen=True, kw_only=True)
class SwapTest:
    """What was tried and what it reached; `blamed` names components."""

    ran: bool
    ours: Arm
    reached: float = float("nan")  # by the user's own
    reference: Arm | None = None  # the user's model, all else a reference
    reference_reached: float = float("nan")
    tried: tuple[tuple[str, float], ...] = ()  # what was replaced, in words -> of the way
    blamed: tuple[str, ...] = ()
    cure: Arm | None = None  # the user's own with the blamed replaced
    cured: float = float("nan")
    rate: str = ""  # the factor on the learning rate that cures by itself
    again: bool = False  # a second batch says the same
    twin: float = float("nan")  # reached by a plain model
    spread: float = float("nan")  # of the reference arm's answers over the items
    drawn: bool = False  # the step is blamed, and it makes up the inputs or the targets: by chance, or from the answers
    by: str = ""  # what "of the way" is measured by: the answers, or the loss

    @property
    def moved(self) -> float:
        """How far the user's own loss fell, as a part of the cure's fall on the same batch; nan where there is no cure."""
        if self.cure is None or not self.cure.losses or not self.ours.losses:
            return float("nan")
        fall = self.cure.losses[0] - self.cure.loss
        return (self.ours.losses[0] - self.ours.loss) / fall if fall > 0 else float("nan")


class _Trial:
    """The arms on one batch."""

    def __init__(self, setup: Setup, facts: TaskFacts, number: int = 0) -> None:
        self.setup, self.facts = setup, facts
        self.bench, self.n, self.constant, self.floor, self.scored, self.same = prepared(setup, facts, number)
        self.enough = enough(self.constant, self.floor, scored=self.scored)
        self.tried: dict[tuple[str, ...], float] = {}
        self.stop = self.enough

    def arm(self, parts: Parts) -> tuple[Arm, float]:
        """(the arm, what it reached)."""
        stop = (lambda _, found: found >= 0.9) if parts.loss != "own" else self.enough
        done = run(self.bench, parts, steps=MOST_STEPS, seconds=allowed(self.setup), enough=stop)
        found = self.reached(done)
        self.tried[parts.replaced() or ("nothing",)] = found
        return done, found

    def reached(self, arm: Arm) -> float:
        """Of the way from the best constant to all right."""
        return _reached(self, arm, self.facts.kind)


def _reached(by: _Trial | MemorisedBatch, arm: Arm, kind: str) -> float:
    """Of the way from the best constant to all right: by the answers where they can be judged, else by the loss."""
    if arm.note and not arm.told:
        return float("nan")
    if not arm.losses or not math.isfinite(arm.loss):
        return -1.0
    gone = way(arm.loss, by.constant, by.floor)
    if by.scored:
        found = -1.0 if math.isnan(arm.score) else arm.score
        if kind in ("values", "reconstruction") and not math.isnan(gone) and arm.parts.loss == "own":
            return min(found, gone) if arm.parts.targets == "own" else found
        return found
    if not math.isnan(gone):
        return gone
    return min(1.0, (arm.losses[0] - arm.loss) / (abs(arm.losses[0]) + 1e-12))


def _measured_by(by: MemorisedBatch) -> str:
    return "right answers" if by.scored else "the loss between the best constant and the floor" if not math.isnan(by.way(0.0)) else "the loss"


def measure(setup: Setup, facts: TaskFacts, memorised: MemorisedBatch) -> SwapTest:
    """Nothing more where the batch was memorised; else the references one by one."""
    ours = memorised.arm
    reached = _reached(memorised, ours, facts.kind)
    idle = ours.steps == 0 and len(ours.told) >= 8 * FEWEST
    broken = bool(ours.losses) and not math.isfinite(ours.loss)
    if memorised.one_target or memorised.n < 4 or not ours.told or reached > LOW or math.isnan(reached):
        return SwapTest(ran=False, ours=ours, reached=reached, by=_measured_by(memorised))
    if ours.steps < FEWEST and not idle and not broken:
        raise Unmeasurable(f"only {ours.steps} steps fit in the time: too few to say whether the batch can be memorised")
    return _found(_Trial(setup, facts), ours, reached, memorised)


def _found(trial: _Trial, ours: Arm, reached: float, memorised: MemorisedBatch) -> SwapTest:
    base, reference, level = _reference(trial)
    result = SwapTest(ran=True, ours=ours, reached=reached, reference=reference, reference_reached=level, spread=reference.spread, by=_measured_by(memorised))
    blamed = _put_back(trial, base) if level >= HIGH else ()
    if level < HIGH:
        blamed, base, reference, level = _repaired(trial, base, reference, level)
        result = replace(result, reference=reference, reference_reached=level)
        if not blamed:
            twin = max((trial.arm(replace(base, model="plain", step="plain", optimizer=a))[1] for a in ADAMS[::-1]), default=float("nan"))
            return replace(result, twin=twin, tried=tuple((" + ".join(k), v) for k, v in trial.tried.items()), again=_fails_again(trial, base))
    if "step" in blamed and _makes_up(trial):
        return replace(result, blamed=blamed, drawn=True)
    cure, cured, blamed, rate = _cured(trial, base, blamed)
    if "step" in blamed and _makes_up(trial):
        return replace(result, blamed=blamed, drawn=True)
    again = cure is not None and _again(trial, cure.parts)
    return replace(result, blamed=blamed, cure=cure, cured=cured, rate=rate, again=again, tried=tuple((" + ".join(k), v) for k, v in trial.tried.items()))


def _makes_up(trial: _Trial) -> bool:
    batch = trial.bench.batches[0]
    return drawn(trial.setup, batch) or own_objective(trial.setup, batch) or from_answers(trial.setup, batch)


def _reference(trial: _Trial) -> tuple[Parts, Arm, float]:
    loss = "task" if trial.bench.task_loss is not None else "own"
    done = []
    for adam in ADAMS:
        parts = Parts(step="plain", optimizer=adam, loss=loss)
        arm, found = trial.arm(parts)
        done.append((parts, arm, found))
        if found >= HIGH:
            break
    return max(done, key=lambda d: -9.0 if math.isnan(d[2]) else d[2])


def _put_back(trial: _Trial, base: Parts) -> tuple[str, ...]:
    """The parts that spoil the reference when they alone are the user's."""
    blamed = []
    for part in ("loss", "step", "optimizer"):
        if getattr(base, part) == "own" or (part == "step" and trial.setup.step is None):
            continue
        if part == "step" and len(trial.setup.optimizers) != 1:
            continue
        _, found = trial.arm(replace(base, **{part: "own"}))
        if found <= LOW:
            blamed.append(part)
    return tuple(blamed)


def _repaired(trial: _Trial, base: Parts, reference: Arm, level: float) -> tuple[tuple[str, ...], Parts, Arm, float]:
    """What more must be replaced before even the reference memorises."""
    options = {"inputs": "standard", "targets": "standard", "model": "fresh"}
    for name, value in options.items():
        if name == "targets" and trial.facts.kind != "values":
            continue
        if name == "targets" and base.loss == "own" and trial.setup.loss is None:
            continue
        for adam in ADAMS:
            try:
                arm, found = trial.arm(replace(base, **{name: value}, optimizer=adam))
            except Unmeasurable:
                break
            if found >= HIGH:
                rest = _put_back(trial, arm.parts)
                return (name, *rest), arm.parts, arm, found
    return (), base, reference, level


def _cured(trial: _Trial, base: Parts, blamed: tuple[str, ...]) -> tuple[Arm | None, float, tuple[str, ...], str]:
    """(the user's own with the blamed replaced, what it reaches, the blamed, a factor on the rate that does it)."""
    if not blamed:  # no part alone spoils the reference: which alone cures the user's own?
        for part in ("step", "loss", "optimizer"):
            if getattr(base, part) == "own" or (part == "step" and trial.setup.step is None):
                continue
            arm, found = trial.arm(Parts(**{part: getattr(base, part)}))
            if found >= HIGH:
                return arm, found, (part,), ""
        return None, float("nan"), (), ""
    others = Parts(**{name: getattr(base, name) for name in blamed if name != "optimizer"})
    if "optimizer" in blamed and trial.bench.setup.optimizers:
        for factor in (*SLOWER, *FASTER):
            arm, found = trial.arm(replace(others, optimizer=factor))
            if found >= HIGH:
                return arm, found, blamed, factor
    arm, found = trial.arm(Parts(**{name: getattr(base, name) for name in blamed}))
    if found >= HIGH:
        return arm, found, blamed, ""
    if "step" not in blamed and trial.setup.step is not None:  # the step may hold its own loss and optimizer
        arm, found = trial.arm(Parts(**{name: getattr(base, name) for name in blamed}, step="plain"))
    return (arm, found, blamed, "") if found >= HIGH else (None, found, blamed, "")


def _again(trial: _Trial, cure: Parts) -> bool:
    """Another batch: the user's own fails and the cure works there, too."""
    try:
        other = _Trial(trial.setup, trial.facts, 1)
    except Unmeasurable:
        return False
    if other.same or len(trial.setup.batches(2)) < 2:
        return True
    return other.arm(Parts())[1] <= LOW + 0.1 and other.arm(cure)[1] >= HIGH - 0.1


def _fails_again(trial: _Trial, base: Parts) -> bool:
    try:
        other = _Trial(trial.setup, trial.facts, 1)
    except Unmeasurable:
        return False
    return all(other.arm(replace(base, optimizer=a))[1] <= LOW for a in ADAMS)


