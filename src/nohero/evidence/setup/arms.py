"""One short training of the user's set-up with some of its parts replaced by a reference, and its course on a fixed batch."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.alterations import altered, anew, awake, stand_in
from nohero.evidence.setup.scoring import within
from nohero.evidence.setup.task_facts import answer_of
from nohero.setup.parts import updated
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

LOOKS = 12  # measurements of an arm


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What of an arm is a reference; "own" is the user's."""

    step: str = "own"  # or plain
    optimizer: str = "own"  # or x0.1 (of the rate), or adam 0.001
    loss: str = "own"  # or task
    inputs: str = "own"  # or standard, dealt
    targets: str = "own"  # or standard
    model: str = "own"  # or fresh, awake (no dropout), plain

    def replaced(self) -> tuple[str, ...]:
        """The replaced parts in words."""
        words = {"step": "a plain step", "loss": "the task's own loss", "inputs": "inputs " + ("standardised" if self.inputs == "standard" else "dealt to other items"), "targets": "targets standardised"}
        words["model"] = {"fresh": "weights initialised anew", "awake": "dropout off", "plain": "a plain MLP"}.get(self.model, "")
        words["optimizer"] = f"learning rate {self.optimizer}" if self.optimizer.startswith("x") else f"Adam {self.optimizer.removeprefix('adam ')}"
        return tuple(words[name] for name in ("inputs", "targets", "model", "loss", "optimizer", "step") if getattr(self, name) != "own")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The course of one training; `losses` and `scores` at `at` on the fixed batches in eval mode, by the user's own loss."""

    parts: Parts
    at: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()
    told: tuple[float, ...] = ()  # what each step returned
    norms: tuple[float, ...] = ()  # of the gradient, each optimizer step
    rates: tuple[float, float] = (float("nan"), float("nan"))  # the first group's learning rate, first and last
    in_train: float = float("nan")  # the last loss on the fixed batches in train mode
    settled: float = float("nan")  # in eval mode, after running statistics were let settle
    spread: float = float("nan")  # of the last answers over the items, against their size
    steps: int = 0  # optimizer steps
    seconds: float = 0.0
    note: str = ""  # why it broke off

    @property
    def loss(self) -> float:
        """The last."""
        return self.losses[-1] if self.losses else float("nan")

    @property
    def score(self) -> float:
        """The last."""
        return self.scores[-1] if self.scores else float("nan")


@dataclass
class Bench:
    """What all arms of one measurement share."""

    setup: Setup
    fixed: list[Specimen]  # measured on
    batches: list[Any]  # trained on, in turn
    scoring: Callable[[Any, Specimen], float]
    task_loss: Any = None  # the task's own loss, where the user's is another
    plain: Callable[[], Any] | None = None  # makes the twin
    bound: str = ""  # what keeps the model's answers in bounds
    moments: tuple[float, float] = (0.0, 1.0)  # of the targets
    known: dict[int, Specimen] = field(default_factory=dict)

    def specimen(self, number: int) -> Specimen:
        """Training batch `number`."""
        place = number % len(self.batches)
        if place not in self.known:
            self.known[place] = self.setup.specimen_of(self.batches[place])
        return self.known[place]


def run(bench: Bench, parts: Parts, *, steps: int, seconds: float, enough: Callable[[float, float], bool] | None = None, seed: int = 0) -> Arm:
    """Train until `steps` optimizer steps, `seconds`, or `enough(loss, score)`; never raises on what the user's code does."""
    setup = bench.setup
    with setup.apart(seed=seed):
        try:
            course = _Course(bench, parts)
        except Unmeasurable as why:
            return Arm(parts=parts, note=str(why))
        with altered(bench, parts), course.counting():
            course.go(steps=steps, seconds=seconds, enough=enough)
        return course.arm()


class _Course:
    """One arm under way."""

    def __init__(self, bench: Bench, parts: Parts) -> None:
        """Put the references in place (inside an experiment)."""
        self.bench, self.parts, self.setup = bench, parts, bench.setup
        self.begun = time.monotonic()
        self.done, self.note = 0, ""
        self.at: list[int] = []
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.told: list[float] = []
        self.norms: list[float] = []
        self.in_train = self.settled = self.spread = float("nan")
        self.twin = None
        if parts.model == "plain":
            self.twin = bench.plain() if bench.plain is not None else None
            if self.twin is None:
                raise Unmeasurable("there is no plain model for these inputs")
        elif parts.model == "fresh":
            anew(self.setup)
        elif parts.model == "awake":
            awake(self.setup)
        self.optimizers = self.setup.optimizers
        self._choose_optimizer()
        self.first_rate = self.rate()

    def _choose_optimizer(self) -> None:
        import torch

        parts = self.parts
        if parts.optimizer.startswith("adam"):
            rate = float(parts.optimizer.split()[1])
            leaves = list(self.twin.net.parameters()) if self.twin is not None else [p for p in self.setup.named_parameters().values() if p.requires_grad]
            if not leaves:
                raise Unmeasurable("no parameter is trainable")
            reference = torch.optim.Adam(leaves, lr=rate)
            if parts.step == "own" and self.setup.step is not None:
                stand_in(self.optimizers, reference)
            else:
                self.optimizers = (reference,)
        elif parts.optimizer.startswith("x"):
            factor = float(parts.optimizer[1:])
            for group in (g for o in self.optimizers for g in o.param_groups):
                group["lr"] = group["lr"] * factor
                for key in ("initial_lr", "max_lr", "min_lr"):
                    if key in group:
                        group[key] = group[key] * factor
            if self.setup.scheduler is not None and hasattr(self.setup.scheduler, "base_lrs"):
                self.setup.scheduler.base_lrs = [r * factor for r in self.setup.scheduler.base_lrs]

    def rate(self) -> float:
        """The first group's learning rate."""
        return next((float(g["lr"]) for o in self.optimizers for g in o.param_groups), float("nan"))

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Steps of any optimizer are counted, those that the user's step makes for itself too, and the gradient's norm taken before each."""
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        handle = register_optimizer_step_pre_hook(self._before)
        try:
            yield
        finally:
            handle.remove()

    def _before(self, optimizer: Any, *_: Any) -> None:
        import torch

        grads = [p.grad for g in optimizer.param_groups for p in g["params"] if p.grad is not None and not p.grad.is_sparse]
        self.norms.append(float(torch.stack([g.detach().float().norm() for g in grads]).norm()) if grads else 0.0)
        self.done += 1

    def go(self, *, steps: int, seconds: float, enough: Callable[[float, float], bool] | None) -> None:
        """Train and look."""
        every = max(1, steps // LOOKS)
        calls, next_look = 0, 0
        try:
            while True:
                if self.done >= next_look:
                    self.look()
                    next_look = self.done + every
                    if enough is not None and enough(self.losses[-1], self.scores[-1]):
                        break
                if self.done >= steps or calls >= 8 * steps or time.monotonic() - self.begun > seconds:
                    break
                before = self.done
                self.told.append(self.one(calls))
                calls += 1
                self.first_rate = self.rate() if calls == 1 else self.first_rate  # a step may set its own rate
                self.done = max(self.done, before + (0 if self.optimizers else 1))
                self._schedule(calls)
            if self.at[-1] != self.done:
                self.look()
            self.last_looks()
        except (Unmeasurable, RuntimeError, ValueError, ArithmeticError, IndexError) as why:
            self.note = str(why) or type(why).__name__

    def one(self, number: int) -> float:
        """One call of the step."""
        setup = self.setup
        if self.twin is not None:
            return self._twin_step(self.bench.specimen(number))
        if self.parts.step == "own" and setup.step is not None:
            loss = setup.loss
            setup.loss = self._loss() if self.parts.loss != "own" else loss
            try:
                return setup.train_step(copied(self.bench.batches[number % len(self.bench.batches)]))
            finally:
                setup.loss = loss
        specimen = self.bench.specimen(number)
        if not self.optimizers:
            raise Unmeasurable("no optimizer was handed over")
        setup.mode(training=True)
        return self._descend(self._value(setup.forward(specimen), specimen))

    def _twin_step(self, specimen: Specimen) -> float:
        return self._descend(self._value_of(within(self.bench.bound, self.twin(specimen)), specimen))  # type: ignore[misc]

    def _descend(self, value: Any) -> float:
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        value.backward()
        for optimizer in self.optimizers:
            updated(optimizer)
        return float(value.detach())

    def _value(self, raw: Any, specimen: Specimen) -> Any:
        if self.parts.loss == "own" and self.parts.targets == "own":
            return self.setup.loss_of(raw, specimen)
        return self._value_of(answer_of(self.setup, raw, specimen), specimen)

    def _value_of(self, answer: Any, specimen: Specimen) -> Any:
        mean, spread = self.bench.moments
        answer = answer * spread + mean if self.parts.targets == "standard" else answer
        return self._loss()(answer, specimen.target, *specimen.rest) if self.parts.loss != "own" else self.setup.call_loss(answer, specimen.target, *specimen.rest)

    def _loss(self) -> Any:
        if self.bench.task_loss is None:
            raise Unmeasurable("the task's own loss is not known")
        return self.bench.task_loss

    def _schedule(self, calls: int) -> None:
        setup = self.setup
        if self.parts.optimizer.startswith("adam") or setup.scheduler is None or setup.step is not None:
            return
        if setup.given.scheduler_steps == "batch" and calls:
            setup.scheduler.step()

    def look(self) -> None:
        """The fixed batches in eval mode."""
        loss, found = self.seen(training=False)
        self.at.append(self.done)
        self.losses.append(loss)
        self.scores.append(found)

    def seen(self, *, training: bool) -> tuple[float, float]:
        """(loss, score) on the fixed batches, modes put back."""
        import torch

        setup = self.setup
        modes = {m: m.training for m in setup.named_modules().values()}
        setup.mode(training=training)
        values, found = [], []
        try:
            with torch.no_grad():
                for specimen in self.bench.fixed:
                    if self.twin is not None:
                        answer = within(self.bench.bound, self.twin(specimen))
                        values.append(float(setup.call_loss(answer, specimen.target, *specimen.rest)))
                    else:
                        raw = setup.forward(specimen)
                        values.append(float(setup.loss_of(raw, specimen)))
                        answer = answer_of(setup, raw, specimen)
                    self.spread = _spread(answer)
                    found.append(self.bench.scoring(answer, specimen) if answer is not None else float("nan"))
        finally:
            for module, mode in modes.items():
                module.training = mode
        known = [f for f in found if f == f]
        return sum(values) / len(values), sum(known) / len(known) if known else float("nan")

    def last_looks(self) -> None:
        """The last loss in train mode, and in eval mode once running statistics have settled."""
        import torch

        if self.twin is not None or self.parts != Parts() or time.monotonic() - self.begun > 60:
            return
        self.in_train, _ = self.seen(training=True)
        kept = {b: b.clone() for m in self.setup.modules.values() for b in m.buffers()}
        with torch.no_grad():
            self.setup.mode(training=True)
            for _ in range(60 if kept and self.in_train < 0.5 * abs(self.losses[-1]) else 0):
                for specimen in self.bench.fixed:
                    self.setup.forward(specimen)
        self.settled, _ = self.seen(training=False)

    def arm(self) -> Arm:
        """What came of it."""
        return Arm(
            parts=self.parts, at=tuple(self.at), losses=tuple(self.losses), scores=tuple(self.scores), told=tuple(self.told), norms=tuple(self.norms), rates=(self.first_rate, self.rate()),
            spread=self.spread, in_train=self.in_train, settled=self.settled, steps=self.done, seconds=time.monotonic() - self.begun, note=self.note,
        )  # fmt: skip


def _spread(answer: Any) -> float:
    if answer is None or len(answer) < 2:
        return float("nan")
    return float(answer.detach().double().std(0).mean()) / (float(answer.detach().double().abs().mean()) + 1e-12)


def copied(batch: Any) -> Any:
    """The batch in tensors of its own: a step may change what it is given, and the same batch comes again."""
    from nohero.setup.calling import mapped

    return mapped(batch, lambda t: t.clone())
