"""`nohero.watch`: an eye on a training while it runs, for faults that show only in its course.

with nohero.watch(model, optimizer, loss=criterion) as w:
    for epoch in range(epochs):
        for batch in loader:
            loss = train_on(batch)
            w.step(loss, batch=batch)
        w.epoch(score)
print(w.report)

Sums stay on the device and are read once every fifty steps. Nothing is changed; the hooks are gone when the block ends.
"""

from __future__ import annotations

import math
import sys
import time
from types import TracebackType
from typing import Any, Self

from nohero.evidence.watched_course import Epoch, WatchedCourse
from nohero.outcome import Report
from nohero.run.errors import UsageError
from nohero.setup.calling import tensors_of
from nohero.setup.intent import matches, read_intent
from nohero.setup.parts import each

READ_EVERY = 50  # steps between two readings of the device
LAYERS_NAMED = 8
FINGERPRINTED = 400  # steps whose batches are compared


class Watch:
    """What `nohero.watch` gives: tell it of every step and every evaluation, ask it for a report at any time."""

    def __init__(
        self, model: Any, optimizer: Any, *, scheduler: Any = None, loss: Any = None, average: Any = None, best: Any = None,
        higher_is_better: bool | None = None, epochs: int | None = None, expect: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Hooks are put on in `__enter__` (or at the first step) and taken off in `__exit__` (or by `close`)."""
        if not hasattr(model, "named_parameters"):
            raise UsageError(f"model is a {type(model).__name__}", expected="the torch.nn.Module that is trained", mend="nohero.watch(model, optimizer)")
        self.model, self.optimizers, self.scheduler, self.loss, self.average, self.best = model, each(optimizer), scheduler, loss, average, best
        self.intent = read_intent(expect)
        self._direction = 0 if higher_is_better is None else 1 if higher_is_better else -1
        self._planned = epochs or 0
        self._names = dict(model.named_parameters())
        self._sensitive = [(n, m) for n, m in model.named_modules() if _mode_matters(m)]
        self._handles: list[Any] = []
        self._open = False
        self._start = self._copies()
        self._frozen = {n: p.detach().clone() for n, p in self._names.items() if matches(n, self.intent.frozen)}
        self._average_start = None if average is None else _values(average)
        self._buffers_start = {n: b.detach().clone() for n, b in model.named_buffers() if b.is_floating_point()}
        self._losses: list[float] = []
        self._norms: list[float] = []
        self._rates: list[float] = []
        self._epochs: list[Epoch] = []
        self._waiting: list[tuple[Any, Any]] = []  # (loss, norms) still on the device
        self._bad: tuple[int, tuple[str, ...]] = (-1, ())
        self._stepped = self._counted = False
        self._uncleared = self._backwards = self._repeated = self._seen = self._evaluations = self._train_evaluations = 0
        self._eval_steps: list[int] = []
        self._eval_layers: dict[str, None] = {}
        self._train_layers: dict[str, None] = {}
        self._graded: set[str] = set()
        self._last_batch: Any = None
        self._counts: dict[int, int] = {}
        self._targets = [0.0, 0.0, 0.0]  # n, sum, sum of squares
        self._known = ""
        self._own = 0.0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._listen()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Stop listening; the report stays."""
        self.close()

    def close(self) -> None:
        """Take the hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def step(self, loss: Any, *, batch: Any = None) -> None:
        """After each optimizer step: the loss (tensor or number) and, better, the batch."""
        began = time.perf_counter()
        self._listen()
        norms = self._gradients()
        self._waiting.append((loss.detach() if hasattr(loss, "detach") else loss, norms))
        self._rates.append(float(self.optimizers[0].param_groups[0]["lr"]) if self.optimizers else math.nan)
        if batch is not None and self._seen < FINGERPRINTED:
            self._look_at(batch)
        if len(self._waiting) >= READ_EVERY:
            self._read()
        self._own += time.perf_counter() - began

    def epoch(self, score: float, *, best: Any = None) -> None:
        """After each evaluation: its score and, better, the best weights as they are kept (a state dict)."""
        began = time.perf_counter()
        self._read()
        since = self._epochs[-1].step if self._epochs else 0
        recent = [v for v in self._losses[since:] if math.isfinite(v)]
        kept = best if best is not None else self.best
        aliases = self._aliases(kept, sys._getframe(1))  # noqa: SLF001 (the caller's names are where the best weights are kept)
        moved, buffers, same = self._look_at_average()
        self._epochs.append(
            Epoch(
                step=len(self._losses), score=float(score), loss=sum(recent) / len(recent) if recent else math.nan, rate=self._rates[-1] if self._rates else math.nan,
                best_is_live=aliases, best_is_current=kept is not None and _equals(kept, self.model.state_dict()),
                average_moved=moved, average_buffers_moved=buffers, average_equals_model=same, buffers_moved=self._buffers_moved(),
            )
        )  # fmt: skip
        self._own += time.perf_counter() - began

    @property
    def report(self) -> Report:
        """The findings so far."""
        from nohero.checkup import judged_course

        return Report(judged_course(self.course(), name=type(self.model).__name__))

    def course(self) -> WatchedCourse:
        """What was seen so far, as plain values."""
        self._read()
        n, total, squares = self._targets
        items = sum(self._counts.values())
        entropy = -sum(c / items * math.log(c / items) for c in self._counts.values()) if items else math.nan
        moved = {name for name, p in self._names.items() if not _same(p, self._start.get(name))}
        wanting = [name for name, p in self._names.items() if p.requires_grad]
        return WatchedCourse(
            steps=len(self._losses), losses=tuple(self._losses), gradient_norms=tuple(self._norms), rates=tuple(self._rates), epochs=tuple(self._epochs),
            non_finite_step=self._bad[0], non_finite_where=self._bad[1], uncleared=self._uncleared, backwards=self._backwards,
            unmoved=tuple(n for n in wanting if n in self._graded and n not in moved), ungraded=tuple(n for n in wanting if n not in self._graded),
            eval_steps=tuple(self._eval_steps), eval_layers=tuple(self._eval_layers)[:LAYERS_NAMED], train_evaluations=self._train_evaluations,
            evaluations=self._evaluations, train_layers=tuple(self._train_layers)[:LAYERS_NAMED], repeated_batches=self._repeated, seen_batches=self._seen,
            frozen_moved=tuple(n for n, before in self._frozen.items() if not _same(self._names[n], before)), unequal=self._unequal(),
            target_entropy=entropy, target_variance=squares / n - (total / n) ** 2 if n else math.nan, loss_known=self._known, best_direction=self._direction,
            has_average=self.average is not None, scheduler=self.scheduler is not None, planned_steps=self._planned * (self._epochs[0].step if self._epochs else 0),
            own_seconds=self._own, seconds=time.monotonic() - self._began,
        )  # fmt: skip

    # Listening

    def _listen(self) -> None:
        if self._open:
            return
        self._open = True
        self._handles.append(self.model.register_forward_pre_hook(self._forward))
        for optimizer in self.optimizers:
            self._handles.append(optimizer.register_step_post_hook(self._optimizer_stepped))
        watched = next((p for p in self._names.values() if p.requires_grad), None)
        if watched is not None:
            self._handles.append(watched.register_hook(lambda _: self._backward(watched)))

    def _forward(self, _: Any, __: Any) -> None:
        """A forward with gradient belongs to training, one without to an evaluation."""
        import torch

        if not self._sensitive:
            return
        if torch.is_grad_enabled():
            resting = [n for n, m in self._sensitive if not m.training and not _frozen(m)]
            if resting:
                self._eval_steps.append(len(self._rates))
                self._eval_layers.update(dict.fromkeys(resting))
        else:
            self._evaluations += 1
            awake = [n for n, m in self._sensitive if m.training]
            if awake:
                self._train_evaluations += 1
                self._train_layers.update(dict.fromkeys(awake))

    def _optimizer_stepped(self, *_: Any) -> None:
        self._stepped = True

    def _backward(self, parameter: Any) -> None:
        """A gradient arrives: is the one the optimizer used already still there?"""
        self._backwards += 1
        if self._stepped and parameter.grad is not None and bool((parameter.grad != 0).any()):
            self._uncleared += 1
        self._stepped = False

    # Looking

    def _gradients(self) -> Any:
        import torch

        named = [(n, p.grad) for n, p in self._names.items() if p.grad is not None]
        if len(self._graded) < len(self._names):
            self._graded.update(n for n, _ in named)
        dense = [g for _, g in named if not g.is_sparse]
        return torch._foreach_norm(dense) if dense else None  # noqa: SLF001 (one call for all; a norm is the finite check too)

    def _read(self) -> None:
        """Bring what waits on the device to the host."""
        import torch

        for loss, norms in self._waiting:
            value = float(loss)
            total = torch.linalg.vector_norm(torch.stack([n.float() for n in norms])).item() if norms else math.nan
            if self._bad[0] < 0 and not (math.isfinite(value) and (math.isfinite(total) or not norms)):
                names = [n for n, p in self._names.items() if p.grad is not None and not p.grad.is_sparse]
                where = [n for n, norm in zip(names, norms or (), strict=False) if not math.isfinite(float(norm))]
                self._bad = (len(self._losses), ("loss", *where) if not math.isfinite(value) else tuple(where))
            self._losses.append(value)
            self._norms.append(total)
        self._waiting = []

    def _look_at(self, batch: Any) -> None:
        """Is it the batch of the step before? Which targets does it hold?"""
        import torch

        tensors = list(tensors_of(batch))
        if not tensors:
            return
        self._seen += 1
        if self._last_batch is not None and len(self._last_batch) == len(tensors):
            self._repeated += all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(self._last_batch, tensors, strict=True))
        self._last_batch = [t.detach().clone() for t in tensors]
        target = tensors[-1]
        if len(tensors) > 1 and not target.is_floating_point() and target.ndim == 1:
            for label, times in zip(*(v.tolist() for v in target.unique(return_counts=True)), strict=True):
                self._counts[int(label)] = self._counts.get(int(label), 0) + int(times)
        elif len(tensors) > 1 and target.is_floating_point():
            values = target.double()
            self._targets = [self._targets[0] + values.numel(), self._targets[1] + float(values.sum()), self._targets[2] + float((values**2).sum())]
        self._known = self._known or _known_loss(self.loss)

    def _look_at_average(self) -> tuple[bool, bool, bool]:
        if self.average is None or self._average_start is None:
            return True, True, False
        now = _values(self.average)
        own = {n for n, _ in self.average.named_parameters()}
        moved = any(not _same(now[n], self._average_start.get(n)) for n in own if n in now)
        kept = [n for n in now if n not in own and n.split(".")[-1] not in ("n_averaged", "num_batches_tracked")]
        buffers = not kept or any(not _same(now[n], self._average_start.get(n)) for n in kept)
        model = dict(self.model.named_parameters())
        pairs = [(p, model.get(n.removeprefix("module."))) for n, p in self.average.named_parameters()]
        return moved, buffers, bool(pairs) and all(_same(a, b) for a, b in pairs)

    def _buffers_moved(self) -> bool:
        return any(not _same(b, self._buffers_start.get(n)) for n, b in self.model.named_buffers() if n in self._buffers_start)

    def _aliases(self, kept: Any, frame: Any) -> tuple[str, ...]:
        """Names of dicts of tensors, kept by the caller, that share their memory with the live weights."""
        import torch

        live = {p.data_ptr() for p in self.model.parameters() if p.numel()}
        places = dict(frame.f_locals) if kept is None else {"best": kept}
        found = []
        for name, value in places.items():
            tensors = [t for t in value.values() if isinstance(t, torch.Tensor)] if isinstance(value, dict) else []
            if tensors and len(tensors) == len(value) and len(tensors) >= len(live) and sum(t.data_ptr() in live for t in tensors) >= len(live):
                found.append(name)
        return tuple(found)

    def _unequal(self) -> tuple[str, ...]:
        modules, apart = dict(self.model.named_modules()), []
        for one, other in self.intent.equal:
            if one in modules and other in modules:
                pairs = list(zip(modules[one].parameters(), modules[other].parameters(), strict=False))
            else:
                pairs = [(self._names.get(one), self._names.get(other))]
            if any(a is None or not _same(a, b) for a, b in pairs):
                apart.append(f"{one} = {other}")
        return tuple(apart)

    def _copies(self) -> dict[str, Any]:
        return {n: p.detach().clone() for n, p in self._names.items()}


def watch(model: Any, optimizer: Any = None, **rest: Any) -> Watch:
    """Watch a training of your own. See `nohero.watching` for the loop; `rest` are the keywords of `Watch`.

    `scheduler`, `loss` (the criterion), `average` (an EMA or SWA copy of the model), `best` (the dict in which the best weights are
    kept), `higher_is_better` (of the score), `epochs` (planned) and `expect` (as in `nohero.check`) each let it see more.
    """
    return Watch(model, optimizer, **rest)


def _mode_matters(module: Any) -> bool:
    """Whether a layer behaves differently in the two modes: it drops, or it keeps running statistics."""
    own_buffers = [n for n, b in module.named_buffers(recurse=False) if b is not None and n.startswith("running")]
    return bool(own_buffers) or (hasattr(module, "p") and isinstance(module.p, float) and module.p > 0 and not list(module.children()))


def _frozen(module: Any) -> bool:
    """A layer with parameters of its own, none of which is trained: it rests on purpose."""
    own = list(module.parameters(recurse=False))
    return bool(own) and not any(p.requires_grad for p in own)


def _values(module: Any) -> dict[str, Any]:
    return {n: v.detach().clone() for n, v in (*module.named_parameters(), *module.named_buffers())}


def _same(one: Any, other: Any) -> bool:
    import torch

    return one is not None and other is not None and one.shape == other.shape and bool(torch.equal(one.detach(), other.detach()))


def _equals(kept: Any, live: dict[str, Any]) -> bool:
    """Whether a kept state dict holds the very values of the live one."""
    if not isinstance(kept, dict):
        return False
    shared = [k for k in live if k in kept]
    return bool(shared) and all(_same(kept[k], live[k]) for k in shared)


def _known_loss(loss: Any) -> str:
    """Whether the criterion is plain cross-entropy or squared error, by what it gives on a small example."""
    import torch

    if loss is None:
        return ""
    generator = torch.Generator().manual_seed(0)
    logits, labels = torch.randn(6, 4, generator=generator), torch.tensor([0, 1, 2, 3, 1, 0])
    values = torch.randn(6, 4, generator=generator)
    for name, args, known in (("cross-entropy", (logits, labels), torch.nn.functional.cross_entropy), ("mse", (logits, values), torch.nn.functional.mse_loss)):
        try:
            if abs(float(loss(*args)) - float(known(*args))) < 1e-5:
                return name
        except Exception:  # noqa: BLE001, S112 (another kind of loss)
            continue
    return ""
