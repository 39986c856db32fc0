"""Running the user's own evaluation on chosen batches: what it draws, in which mode it calls the model, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import main_output, tensors_of
from nohero.setup.refusal import Unmeasurable, UserRaised

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

MOST_BATCHES = 48  # handed over in one run
MOST_CALLS = 400  # of the model that are remembered
Scores = tuple[tuple[str, float], ...]


@dataclass
class Run:
    """One run of the evaluation."""

    scores: Scores = ()
    drawn: int = 0  # batches taken from what was handed over
    inputs: list[Any] = field(default_factory=list)  # of each call of the model: (args, kwargs)
    answers: list[Any] = field(default_factory=list)  # main tensors, copied
    whole: list[bool] = field(default_factory=list)  # the answer was that one tensor alone
    training: set[str] = field(default_factory=set)  # modules that ran in train mode
    ran: set[str] = field(default_factory=set)


class Handed:
    """Batches in place of the user's loader; all else is asked of the loader itself."""

    def __init__(self, batches: list[Any], like: Any, *, items: int, complete: bool) -> None:
        """`complete`: these are all items that `like` gives, so its data set may be shown as it is."""
        self.batches, self.like, self.drawn = batches, like, 0
        self.batch_size = max((size_of(b) for b in batches[:1]), default=1)
        data = getattr(like, "dataset", None)
        self.dataset = data if complete and hasattr(data, "__len__") else _Sized(items, data)

    def __iter__(self) -> Iterator[Any]:
        """Each batch in turn."""
        for number, batch in enumerate(self.batches, start=1):
            self.drawn = max(self.drawn, number)
            yield batch

    def __len__(self) -> int:
        """The number of batches."""
        return len(self.batches)

    def __getitem__(self, number: Any) -> Any:
        """As from a list of batches."""
        return self.batches[number]

    def __getattr__(self, name: str) -> Any:
        """Whatever else the loader has."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.like, name)


class _Sized:
    """A data set of another length."""

    def __init__(self, length: int, like: Any) -> None:
        self.length, self.like = length, like

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: Any) -> Any:
        return self.like[index]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.like, name)


def held_out(setup: Setup) -> tuple[Any, list[Any], bool]:
    """(source, its first batches, whether these are all): of val, else test, else train."""
    if setup.evaluate is None:
        raise Unmeasurable("no evaluate was handed over")
    source = setup.val or setup.test or setup.train
    with setup.apart(data=True):
        try:
            epoch = source.read(most=MOST_BATCHES, seconds=1.5)
        except Exception as error:
            raise UserRaised(f"reading {source.name} raised {type(error).__name__}: {error}") from error
    if not epoch.batches:
        raise Unmeasurable(f"{source.name} gives no batches")
    return source, list(epoch.batches), epoch.complete or source.length() == len(epoch.batches)


def size_of(batch: Any) -> int:
    """Items of a batch: the leading size of its first tensor."""
    return next((int(t.shape[0]) for t in tensors_of(batch) if t.ndim), 1)


def mean_loss(setup: Setup, batches: list[Any]) -> float:
    """The user's loss of each batch, with the weights and in the mode that the model has, as a mean over the items."""
    import torch

    specimens = [setup.specimen_of(b) for b in batches]
    with torch.no_grad():
        return sum(float(setup.loss_of(setup.forward(s), s)) * s.size for s in specimens) / sum(s.size for s in specimens)


def play(setup: Setup, handed: Any, change: Callable[[int, Any, Any, Any], Any] | None = None) -> Run:
    """One run (inside an experiment). `change(call, inputs, raw, main)` may return another answer, or write into `main`."""
    run = Run()
    with _heard(setup, run, change):
        try:
            told = setup.evaluate(setup.model, handed)
        except (KeyboardInterrupt, Unmeasurable):
            raise
        except Exception as error:
            raise UserRaised(f"evaluate raised {type(error).__name__}: {' '.join(str(error).split())[:200]}") from error
    run.scores = numbers_of(told)
    run.drawn = handed.drawn if isinstance(handed, Handed) else 0
    return run


@contextmanager
def _heard(setup: Setup, run: Run, change: Any) -> Iterator[None]:
    import torch

    handles = []

    def before(name: str) -> Any:
        def note(module: Any, *_: Any) -> None:
            run.ran.add(name)
            if module.training:
                run.training.add(name)

        return note

    def after(_: Any, args: Any, kwargs: Any, raw: Any) -> Any:
        number = len(run.inputs)
        if number >= MOST_CALLS:
            return None
        main = main_output(raw, size_of((args, kwargs)))
        run.inputs.append((args, kwargs))
        run.whole.append(isinstance(raw, torch.Tensor))
        run.answers.append(None if main is None else main.detach().clone())
        if change is None or main is None:
            return None
        with torch.no_grad():
            return change(number, (args, kwargs), raw, main)

    for name, module in setup.named_modules().items():
        handles.append(module.register_forward_pre_hook(before(name)))
    for root in setup.modules.values():
        handles.append(root.register_forward_hook(after, with_kwargs=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def numbers_of(told: Any) -> Scores:
    """What an evaluation returned, as named numbers."""
    import numpy as np
    import torch

    if isinstance(told, Mapping):
        return tuple((str(k), v) for k, value in told.items() for _, v in numbers_of(value)[:1])
    if isinstance(told, tuple | list):
        return tuple((str(i), v) for i, value in enumerate(told) for _, v in numbers_of(value)[:1])
    if isinstance(told, torch.Tensor | np.ndarray | np.generic):
        return (("score", float(told)),) if np.prod(told.shape) == 1 else ()
    return (("score", float(told)),) if isinstance(told, int | float) and not isinstance(told, bool) else ()


def cut(batches: list[Any], size: int) -> list[Any]:
    """The same items in batches of `size`; Unmeasurable where they cannot be joined."""
    whole = joined(batches)
    count = size_of(whole)
    return [_part(whole, slice(i, i + size), count) for i in range(0, count, size)]


def joined(values: list[Any]) -> Any:
    """All batches as one."""
    import torch

    first = values[0]
    if isinstance(first, torch.Tensor):
        if first.ndim == 0 or any(v.shape[1:] != first.shape[1:] for v in values):
            raise Unmeasurable("the batches cannot be joined")
        return torch.cat(values)
    if isinstance(first, Mapping):
        return {k: joined([v[k] for v in values]) for k in first}
    if isinstance(first, tuple | list) and not hasattr(first, "_fields") and any(True for _ in tensors_of(first)):
        if any(len(v) != len(first) for v in values) or len({size_of(v) == t.shape[0] for v in values for t in tensors_of(v) if t.ndim}) > 1:
            raise Unmeasurable("the batches cannot be joined")
        return type(first)(joined([v[i] for v in values]) for i in range(len(first)))
    if isinstance(first, list | tuple) and not hasattr(first, "_fields"):
        return [each for v in values for each in v]
    raise Unmeasurable("the batches cannot be joined")


def _part(value: Any, rows: slice, count: int) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        if value.shape[0] != count:
            raise Unmeasurable("the batches' tensors do not share their first axis")
        return value[rows]
    if isinstance(value, Mapping):
        return {k: _part(v, rows, count) for k, v in value.items()}
    if any(isinstance(v, torch.Tensor | Mapping) for v in value):
        return type(value)(_part(v, rows, count) for v in value)
    return value[rows]


def begun(setup: Setup) -> None:
    """The model as it is after a training step, mode included (inside an experiment)."""
    try:
        setup.train_step(setup.batches(1)[0])
    except Unmeasurable:
        setup.mode(training=True)


def apart_by(one: Any, other: Any) -> float:
    """The largest difference of two tensors, relative to their size; nan where they cannot be compared."""
    if one is None or other is None or one.shape != other.shape:
        return float("nan")
    a, b = one.detach().double().cpu(), other.detach().double().cpu()
    if not a.numel():
        return 0.0
    scale = float(b.abs().mean()) or 1.0
    return float((a - b).abs().max()) / scale


def scores_apart(one: Scores, other: Scores) -> float:
    """The largest relative difference of two runs' scores."""
    gaps = [abs(a - b) / max(1e-8, abs(a), abs(b)) for (_, a), (_, b) in zip(one, other, strict=False) if a == a and b == b]
    return max(gaps, default=0.0)
