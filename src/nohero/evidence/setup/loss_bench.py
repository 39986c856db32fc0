"""The user's loss on a bench: the tensor of answers it gets, its target, and its value and slope on any other answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

CLASSED = ("classes", "distribution")  # a class axis
YES_NO = ("binary", "multilabel")  # each answer a yes or no
LABELLED = (*CLASSED, *YES_NO)
KNOWN = {  # torch's own losses, as they are heard when the step or the model calls them
    "cross_entropy": "cross-entropy", "nll_loss": "nll", "binary_cross_entropy_with_logits": "bce-with-logits", "binary_cross_entropy": "bce",
    "mse_loss": "mse", "l1_loss": "l1", "smooth_l1_loss": "smooth-l1", "huber_loss": "huber",
}  # fmt: skip
FITTED = ("mse", "l1", "smooth-l1")  # losses of values, to which zeros and ones are numbers like others
MOST = 2_000_000  # numbers in an answer; beyond it the probes would take too long


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One batch before the loss. `kind` as in TaskFacts, with `distribution` for soft targets and `grouped` where only sameness of labels counts."""

    kind: str
    loss: str
    class_axis: int
    answer: Tensor  # what the model answers at the start, detached
    target: Tensor
    given: Callable[[Tensor, Tensor], Any]  # (answer, target) -> loss
    specimen: Specimen
    raw: Tensor | None = None  # the model's own tensor, where the loss gets it in another shape
    given_raw: Callable[[Tensor, Tensor], Any] | None = None

    @property
    def n(self) -> int:
        """Labels of the batch."""
        return int(self.labels.numel()) if self.kind in LABELLED else int(self.target.numel())

    @property
    def labels(self) -> Tensor:
        """Class numbers, or zeros and ones."""
        if self.kind in CLASSED and self.target.ndim == self.answer.ndim:
            return self.target.argmax(self.class_axis)
        return self.target

    def value(self, answer: Tensor, target: Tensor | None = None) -> float:
        """The loss, with the random stream set."""
        import torch

        with torch.no_grad():
            return float(self._called(self.given, answer, self.target if target is None else target))

    def slope(self, answer: Tensor, target: Tensor | None = None) -> Tensor:
        """The loss's gradient with respect to the answers."""
        return self._slope(self.given, answer, target)

    def raw_slope(self, raw: Tensor, target: Tensor | None = None) -> Tensor:
        """The same with respect to the model's own tensor."""
        return self._slope(self.given_raw or self.given, raw, target)

    def _slope(self, given: Callable[[Tensor, Tensor], Any], answer: Tensor, target: Tensor | None) -> Tensor:
        import torch

        from nohero.setup.refusal import Unmeasurable

        leaf = answer.detach().clone().requires_grad_()
        with torch.enable_grad():
            value = self._called(given, leaf, self.target if target is None else target)
        if not value.requires_grad:
            raise Unmeasurable("the loss has no gradient with respect to the answers")
        slope = torch.autograd.grad(value, leaf, allow_unused=True)[0]
        return torch.zeros_like(leaf) if slope is None else torch.nan_to_num(slope)

    def _called(self, given: Callable[[Tensor, Tensor], Any], answer: Tensor, target: Tensor) -> Tensor:
        import torch

        from nohero.setup.refusal import Unmeasurable, UserRaised
        from nohero.setup.streams import seed_torch

        seed_torch(0)
        try:
            value = given(answer, target)
        except Unmeasurable:
            raise
        except Exception as error:
            raise UserRaised(f"the loss raised {type(error).__name__}: {str(error)[:200]}") from error
        if not isinstance(value, torch.Tensor):
            raise Unmeasurable(f"the loss returns a {type(value).__name__}")
        return value if value.ndim == 0 else value.mean()


def bench_of(setup: Setup, facts: TaskFacts, specimen: Specimen) -> Bench:
    """The bench of one batch; the model is called in the mode it is in. Call it inside `apart`."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    with torch.no_grad():
        found = _of_own_loss(setup, facts, specimen) if setup.loss is None else _of_given_loss(setup, facts, specimen)
        if found.kind == "classes" and not _names_matter(found):
            found = replace(found, kind="grouped", class_axis=-1)
    if found.answer.numel() > MOST:
        raise Unmeasurable(f"an answer holds {found.answer.numel():,} numbers, too many to probe the loss with")
    if not found.answer.numel() or not found.target.numel():
        raise Unmeasurable("the batch is empty")
    return found


def benches(setup: Setup, facts: TaskFacts, most: int) -> Iterator[Bench]:
    """The benches of the first batches that give one; the first must."""
    from nohero.setup.refusal import Unmeasurable

    for number in range(min(most, len(setup.batches(most)))):
        try:
            yield bench_of(setup, facts, setup.specimen(number))
        except Unmeasurable:
            if number == 0:
                raise
            return


def _of_given_loss(setup: Setup, facts: TaskFacts, specimen: Specimen) -> Bench:
    import torch

    from nohero.setup.calling import main_output, mapped
    from nohero.setup.refusal import Unmeasurable

    target, bridge = specimen.target, specimen.bridge
    if not isinstance(target, torch.Tensor):
        raise Unmeasurable("the target is not one tensor, so no other answers can be drawn for it")
    if bridge is None:
        raise Unmeasurable("how the step gets from the model's answer to the loss is not known")
    raw = setup.forward(specimen)
    for_loss = bridge(raw)
    answer = for_loss if isinstance(for_loss, torch.Tensor) and for_loss.ndim else main_output(for_loss, specimen.size)
    if answer is None or not answer.is_floating_point():
        raise Unmeasurable("the model's answer holds no floating tensor with an axis")

    def given(o: Tensor, t: Tensor) -> Any:
        return setup.loss(mapped(for_loss, lambda v: o if v is answer else v), t, *specimen.rest)

    main = main_output(raw, specimen.size)

    def given_raw(o: Tensor, t: Tensor) -> Any:
        return setup.loss(bridge(mapped(raw, lambda v: o if v is main else v)), t, *specimen.rest)

    if not isinstance(for_loss, torch.Tensor | dict | tuple | list):
        raise Unmeasurable("the answer is an object whose tensors cannot be replaced")
    kind, axis = _kind(facts, answer, target)
    known = answer is main or main is None
    bench = Bench(kind=kind, loss=facts.loss, class_axis=axis, answer=answer.detach(), target=target.detach(), given=given, specimen=specimen,
                  raw=None if known else main.detach(), given_raw=None if known else given_raw)  # fmt: skip
    return replace(bench, kind="values") if kind == "binary" and facts.kind != "binary" and _fits_numbers(bench) else bench


def _of_own_loss(setup: Setup, facts: TaskFacts, specimen: Specimen) -> Bench:
    """Where the step or the model makes its own loss: torch's loss is heard when it is called."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    calls = heard_losses(lambda: setup.forward(specimen))
    if not calls and setup.step is not None:
        with setup.apart(), torch.enable_grad():
            calls = heard_losses(lambda: setup.train_step(specimen.batch))
    if len(calls) != 1:
        raise Unmeasurable(f"no loss was handed over, and {len(calls)} of torch's losses are called on a batch")
    name, function, args, kwargs = calls[0]
    if len(args) < 2 and "target" in kwargs:
        args = (*args, kwargs.pop("target"))
    answer, target = args[:2]
    if answer.shape == () or target.shape == ():
        raise Unmeasurable("the loss gets single numbers")
    kind, axis = _kind_of_known(name, answer, target) if setup.loss is None else _kind(facts, answer, target)
    return Bench(kind=kind, loss=KNOWN[name], class_axis=axis, answer=answer.detach(), target=target.detach(),
                 given=lambda o, t: function(o, t, *args[2:], **kwargs), specimen=specimen)  # fmt: skip


def heard_losses(run: Callable[[], Any]) -> list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]]:
    """The calls of torch's own losses while `run` runs: name, function, arguments."""
    import torch
    from torch.overrides import TorchFunctionMode

    found: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = []

    class Ear(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
            name = getattr(func, "__name__", "")
            if name in KNOWN and getattr(func, "__module__", "") == "torch.nn.functional" and args and isinstance(args[0], torch.Tensor):
                found.append((name, func, args, dict(kwargs or {})))
            return func(*args, **(kwargs or {}))

    with Ear():
        run()
    return found


def _kind(facts: TaskFacts, answer: Tensor, target: Tensor) -> tuple[str, int]:
    if facts.kind == "values" and target.shape == answer.shape and target.ndim >= 2:
        axis = 1 if target.ndim != 3 else 2
        total = target.sum(axis)
        if target.shape[axis] > 1 and bool((target >= 0).all()) and bool(((total - 1).abs() < 1e-3).all()) and target.shape[axis] > 1:
            return "distribution", axis
    zero_one = bool(((target == 0) | (target == 1)).all())
    if facts.kind == "classes" and answer.shape[facts.class_axis] == 1:
        return ("binary" if zero_one and target.numel() == answer.numel() and facts.loss not in FITTED else "values"), -1
    if facts.kind == "values" and zero_one and target.shape == answer.shape and target.ndim > 2 and facts.loss not in FITTED:
        return "binary", -1  # a mask
    return facts.kind, facts.class_axis


def _fits_numbers(bench: Bench) -> bool:
    """Whether zeros and ones are fitted as numbers: answers a little beyond them and a little short of them cost more."""
    from nohero.setup.refusal import Unmeasurable

    labels = bench.target.reshape(bench.answer.shape).to(bench.answer.dtype)
    try:
        beyond, at, short = (bench.value(labels + a * (labels - 0.5)) for a in (0.1, 0.0, -0.1))
    except Unmeasurable:
        return False
    return beyond > at < short


def _names_matter(bench: Bench) -> bool:
    """Whether the loss changes when the classes change names; for losses on embeddings it does not."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    t = bench.target
    if t.is_floating_point() or t.ndim == bench.answer.ndim:
        return True
    other = renamed(bench)
    if other is None:
        return True
    answer = torch.randn(bench.answer.shape, generator=torch.Generator().manual_seed(5)).to(bench.answer).softmax(bench.class_axis)
    try:
        one, two, zero = bench.value(answer), bench.value(answer, other), bench.value(answer.roll(1, bench.class_axis).square())
    except Unmeasurable:
        return True
    return not (abs(one - two) <= 1e-6 * abs(one) and one != zero)


def _kind_of_known(name: str, answer: Tensor, target: Tensor) -> tuple[str, int]:
    if name in ("cross_entropy", "nll_loss"):
        return ("distribution" if target.is_floating_point() else "classes"), 1 if answer.ndim > 1 else 0
    zero_one = bool(((target == 0) | (target == 1)).all())
    if name.startswith("binary"):
        return ("values" if not zero_one else "multilabel" if answer.ndim == 2 and answer.shape[1] > 1 else "binary"), -1
    return "values", -1


def renamed(bench: Bench) -> Tensor | None:
    """The target with the names of the classes that occur passed round; None where there is but one."""
    t = bench.target
    present = sorted(v for v in set(t.flatten().tolist()) if 0 <= v < bench.answer.shape[bench.class_axis])
    if len(present) < 2:
        return None
    changed = t.clone()
    for old, new in zip(present, [*present[1:], present[0]], strict=True):
        changed[t == old] = new
    return changed
