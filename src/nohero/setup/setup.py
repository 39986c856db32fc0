"""The user's set-up, ready to be measured: their own objects, lent to one experiment at a time and put back after each.

with setup.apart():            # everything may be changed in here; afterwards it is as it was, bit for bit
    setup.train_step(batch)    # the user's own step, or the plain one
specimen = setup.specimen()    # the first training batch as the model and the loss get it
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from nohero.run.errors import DataError, NoheroError, UsageError, UserCodeError
from nohero.setup.calling import Call, main_output, mapped, own_loss_of, shapes, ways
from nohero.setup.given import Given
from nohero.setup.guard import Guard
from nohero.setup.intent import Intent, read_intent
from nohero.setup.kernels import asked_before
from nohero.setup.parts import built_model, built_optimizer, built_scheduler, each, modules_of, ready, stepped, updated
from nohero.setup.recording import Recording, as_it_is, bridge_between, listening, same
from nohero.setup.refusal import Unmeasurable, UserRaised, brief, cannot_call, too_large
from nohero.setup.source import Source
from nohero.setup.specimen import Specimen, count_items
from nohero.setup.streams import put_back, seed_all, streams


class Setup:
    """What `nohero.check` measures. Make it with `Setup(given)`, and `close()` it at the end."""

    def __init__(self, given: Given, *, seed: int = 0, deadline: float | None = None) -> None:
        """Build what was handed over as a factory, remember everything, and find out how the model is called."""
        if given.scheduler_steps not in ("epoch", "batch"):
            raise UsageError(f"scheduler_steps is {given.scheduler_steps!r}", expected='"epoch" or "batch"', mend='say when scheduler.step() is called: scheduler_steps="batch"')
        if given.train is None:
            raise UsageError("no training batches were handed over", expected="train=: a loader, a dataset, tensors or a list of batches", mend="nohero.check(model, loss, train)")
        self.given, self.seed, self.deadline = given, seed, deadline
        self._streams = streams()
        self.intent: Intent = read_intent(given.expect)
        self.train = Source("train", given.train)
        self.val = None if given.val is None else Source("val", given.val)
        self.test = None if given.test is None else Source("test", given.test)
        seed_all(seed)
        self.model: Any = built_model(given.model)  # as the step gets it
        self.modules = modules_of(self.model)  # name -> module; one unnamed for a single model
        ready(self.modules)
        self.optimizer: Any = built_optimizer(given.optimizer, self.modules)  # as the step gets it
        self.optimizers: tuple[Any, ...] = each(self.optimizer)
        self.scheduler: Any = built_scheduler(given.scheduler, self.optimizer)
        self.loss: Any = given.loss
        self.step: Any = stepped(given.step)
        self.evaluate: Any = given.evaluate
        self._depth = 0
        self._data = Guard(given.train, given.val, given.test)
        self._guard = Guard(self.model, self.loss, self.optimizer, self.scheduler, given.step, given.evaluate, given.unpack)
        self._specimens: dict[int, Specimen] = {}
        self._way: int | None = None  # the convention by which batches are called; None: the step is listened to
        self.why_no_call = ""  # why the model cannot be called on its own
        self._asking = ExitStack()
        self._asking.enter_context(asked_before(self.device, self.modules.values()))
        try:
            self._learn_to_call()
        except BaseException:
            self.close()
            raise

    # The user's objects, lent and put back

    def close(self) -> None:
        """Put everything back as it was handed over."""
        self._asking.close()
        self._guard.restore()
        self._data.restore()
        put_back(self._streams)

    @contextmanager
    def apart(self, seed: int = 0, *, data: bool = False) -> Iterator[Setup]:
        """An experiment: random streams are seeded, and afterwards model, optimizer, schedule and closures are as they were.

        Experiments may be nested. `data=True` puts the data sets back as well (they are large, and most experiments only read).
        """
        inner = Guard(self.model, self.loss, self.optimizer, self.scheduler, self.given.step) if self._depth else None
        before = streams()
        self._depth += 1
        seed_all(self.seed + 1_000 * seed)
        try:
            yield self
        finally:
            self._depth -= 1
            (inner or self._guard).restore()
            if data:
                self._data.restore()
            put_back(before)

    @property
    def left_alone(self) -> tuple[str, ...]:
        """What could not be remembered, in words."""
        return tuple(dict.fromkeys(self._guard.left_alone + self._data.left_alone))

    def seconds_left(self) -> float:
        """Seconds to the deadline."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    # The model and the loss, called as the user calls them

    @property
    def single(self) -> Any:
        """The one model; where there are several, nothing can be said about one answer."""
        if len(self.modules) != 1:
            raise Unmeasurable("there are several models, so there is no one answer to look at")
        return next(iter(self.modules.values()))

    def named_parameters(self) -> dict[str, Any]:
        """Every parameter by its name, once each; with several models the name begins with the model's."""
        found: dict[str, Any] = {}
        seen: set[int] = set()
        for name, module in self.modules.items():
            for inner, parameter in module.named_parameters():
                if id(parameter) not in seen:
                    seen.add(id(parameter))
                    found[f"{name}.{inner}" if name else inner] = parameter
        return found

    def named_modules(self) -> dict[str, Any]:
        """Every module by its name; the root is ''."""
        return {".".join(p for p in (name, inner) if p): m for name, root in self.modules.items() for inner, m in root.named_modules()}

    @property
    def device(self) -> Any:
        """Where the parameters are."""
        import torch

        return next((p.device for p in self.named_parameters().values()), torch.device("cpu"))

    def mode(self, training: bool) -> None:  # noqa: FBT001
        """Set every model to train or eval mode (inside an experiment)."""
        for module in self.modules.values():
            module.train(training)

    def batches(self, most: int = 8) -> list[Any]:
        """The first training batches, read once and kept; the loader is as it was."""
        if not self.train.has(most):
            with self.apart(data=True):
                self.train.first(most)
        return self.train.first(most)

    def specimen(self, number: int = 0) -> Specimen:
        """Training batch `number` as the model and the loss get it."""
        if self.why_no_call:
            raise Unmeasurable(self.why_no_call)
        if number not in self._specimens:
            batches = self.batches(max(8, number + 1))
            self._specimens[number] = self.specimen_of(batches[number % len(batches)])
        return self._specimens[number]

    def specimen_of(self, batch: Any) -> Specimen:
        """Any batch as the model and the loss get it."""
        if self.why_no_call:
            raise Unmeasurable(self.why_no_call)
        if self._way is None:
            return self._recorded(batch)
        for number, call in enumerate(ways(batch, self.given.unpack, self._forward_of(), own_loss=self.loss is None)):
            if number == self._way:
                return self._as_specimen(batch, call)
        raise Unmeasurable("this batch is built in another way than the first")

    def forward(self, specimen: Specimen) -> Any:
        """What the model answers, as it answers it. The mode is the caller's business."""
        try:
            return self.single(*specimen.args, **specimen.kwargs)
        except (NoheroError, Unmeasurable):
            raise
        except Exception as error:
            raise UserRaised(f"the model raised {type(error).__name__} on inputs {shapes((specimen.args, specimen.kwargs))}: {brief(error)}") from error

    def output(self, specimen: Specimen) -> Any:
        """The tensor of answers, items first where they are counted so."""
        found = main_output(self.forward(specimen), specimen.size)
        if found is None:
            raise Unmeasurable("the model's answer holds no floating tensor with an axis")
        return found

    def loss_of(self, raw: Any, specimen: Specimen) -> Any:
        """The loss of the answer `raw`: a scalar tensor with its graph."""
        if self.loss is None:
            value = own_loss_of(raw)
        else:
            if specimen.bridge is None:
                raise Unmeasurable("how the step gets from the model's answer to the loss is not known")
            value = self.call_loss(specimen.bridge(raw), specimen.target, *specimen.rest)
        if value is None:
            raise Unmeasurable("no loss is known: none was handed over and the model returns none")
        if getattr(value, "numel", lambda: 1)() == 1:
            return value
        if self.step is None:
            raise UsageError(
                f"the loss returns {shapes(value)}, one number an item",
                expected="a scalar, from which backward() can start",
                mend='take the mean: reduction="mean", or loss=lambda output, target: my_loss(output, target).mean()',
            )
        return value.mean()  # the step reduces it itself

    def call_loss(self, output: Any, target: Any, *rest: Any) -> Any:
        """The user's loss on any answer."""
        if self.loss is None:
            raise Unmeasurable("the model returns its own loss")
        try:
            return self.loss(output, target, *rest)
        except Exception as error:
            raise UserRaised(f"the loss raised {type(error).__name__} on output {shapes(output)} and target {shapes(target)}: {brief(error)}") from error

    # Training as the user trains

    def train_step(self, batch: Any) -> float:
        """One step on one batch: the user's own, or clear, forward, loss, backward, step with their optimizer. The loss as the step tells it."""
        if self.step is not None:
            try:
                told = self.step(self.model, batch, self.loss, self.optimizer)
            except Exception as error:
                raise UserRaised(f"the step raised {type(error).__name__} on a batch {shapes(batch)}: {brief(error)}") from error
            return float("nan") if told is None else float(told.detach() if hasattr(told, "detach") else told)
        if not self.optimizers:
            raise Unmeasurable("neither a step nor an optimizer was handed over")
        return self.plain_step(self.specimen_of(batch), self.optimizers)

    def plain_step(self, specimen: Specimen, optimizers: tuple[Any, ...]) -> float:
        """The reference step in train mode: clear, forward, loss, backward, step."""
        self.mode(training=True)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = self.loss_of(self.forward(specimen), specimen)
        loss.backward()
        for optimizer in optimizers:
            updated(optimizer)
        return float(loss.detach())

    # Finding out how the model is called

    def _forward_of(self) -> Any:
        return self.single.forward if len(self.modules) == 1 else None

    def _learn_to_call(self) -> None:
        if self._guard.too_large:
            raise too_large(self._guard.left_alone[0])
        batches = self.batches(1)
        if not batches:
            raise DataError("train gives no batch", expected="at least one batch", mend="look at the length of the data set, at drop_last and at the sampler")
        fault: Exception | None = None
        if len(self.modules) == 1:
            self._way, fault = self._first_way_that_works(batches[0])
        if self.step is not None:
            self._follow_the_step(batches[0])
        elif self._way is None:
            raise cannot_call(batches[0], fault)

    def _first_way_that_works(self, batch: Any) -> tuple[int | None, Exception | None]:
        import warnings

        import torch

        first_fault: Exception | None = None
        for number, call in enumerate(ways(batch, self.given.unpack, self._forward_of(), own_loss=self.loss is None)):
            with self.apart(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a way that is tried is nobody's mistake
                try:
                    specimen = self._as_specimen(batch, call)
                    value = self.loss_of(self.forward(specimen), specimen)
                    if isinstance(value, torch.Tensor):
                        return number, None
                    first_fault = first_fault or TypeError(f"the loss returned {type(value).__name__}")
                except UsageError:
                    raise
                except (NoheroError, Unmeasurable) as error:
                    first_fault = first_fault or error
        return None, first_fault

    def _as_specimen(self, batch: Any, call: Call) -> Specimen:
        args, kwargs, target = mapped((call.args, call.kwargs, call.target), lambda t: t.to(self.device))
        hint = self.train.given.batch_size if self.train.is_dataloader else None
        bridge = _tensor_for_loss if self._loss_wants_tensor() else as_it_is
        return Specimen(batch=batch, args=args, kwargs=kwargs, target=target, size=count_items(args, kwargs, target, hint), bridge=bridge)

    def _loss_wants_tensor(self) -> bool:
        import torch

        return isinstance(self.loss, torch.nn.Module) and type(self.loss).__module__.startswith("torch.nn")

    def _follow_the_step(self, batch: Any) -> None:
        """Whether the step calls the model as the convention does; where not, the step is listened to for every batch."""
        try:
            heard = self._recorded(batch)
        except Unmeasurable as why:
            if isinstance(why, UserRaised):
                raise UserCodeError(str(why), expected="step(model, batch, loss, optimizer) trains on one batch", mend="the traceback of the step stands above this line") from why.__cause__
            if self._way is None:
                self.why_no_call = str(why)
            return
        if self._way is None:
            return
        known = self.specimen_of(batch)
        same_inputs = same((heard.args, heard.kwargs), (known.args, known.kwargs))
        if not same_inputs or (self.loss is not None and not same(heard.target, known.target)) or not self._bridged(heard):
            self._way = None

    def _bridged(self, heard: Specimen) -> bool:
        """Whether the loss got the model's answer as it is."""
        return heard.bridge is None or heard.bridge is as_it_is

    def _recorded(self, batch: Any) -> Specimen:
        heard = self.listen(batch)
        if len(self.modules) != 1:
            raise Unmeasurable("there are several models, so there is no one answer to look at")
        if not heard.calls:
            raise Unmeasurable("the step does not call the model")
        if len(heard.calls) > 1 or len(heard.losses) > 1:
            raise Unmeasurable(f"the step calls the model {len(heard.calls)} times and the loss {len(heard.losses)} times, so there is no one answer to look at")
        args, kwargs, raw = heard.calls[0]
        bridge, target, rest = None, None, ()
        if heard.losses and len(heard.losses[0][0]) >= 1:
            given = heard.losses[0][0]
            bridge, target, rest = bridge_between(raw, given[0]), given[1] if len(given) > 1 else None, tuple(given[2:])
        args, kwargs, target, rest = mapped((args, kwargs, target, rest), lambda t: t.detach())
        hint = self.train.given.batch_size if self.train.is_dataloader else None
        return Specimen(batch=batch, args=args, kwargs=kwargs, target=target, rest=rest, size=count_items(args, kwargs, target, hint), bridge=bridge)

    def listen(self, batch: Any, seed: int = 0) -> Recording:
        """What the user's step calls the model and the loss with, on this batch; everything is put back."""
        loss = self.loss
        with self.apart(seed), listening(tuple(self.modules.values()), loss) as (heard, ear):
            self.loss = ear
            try:
                self.train_step(batch)
            finally:
                self.loss = loss
        return heard


def _tensor_for_loss(raw: Any) -> Any:
    """Losses of torch want a tensor: the answer itself, or the tensor in it."""
    found = main_output(raw)
    return raw if found is None else found
