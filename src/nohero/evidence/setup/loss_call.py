"""The loss as it is called: every tensor among its arguments, which of them the model answers, its value and slopes on any others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import mapped
from nohero.setup.refusal import Unmeasurable, UserRaised

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from nohero.setup.setup import Setup

MOST = 2_000_000  # numbers in all arguments; beyond it the probes would take too long
CALLS = 4  # of the loss in one step that are looked at


@dataclass(frozen=True, kw_only=True)
class LossCall:
    """One call; `tensors` are detached, in the order of the nest, doubles where the loss takes them."""

    tensors: tuple[Tensor, ...]
    answers: tuple[int, ...]  # those that the model gave, floating
    size: int  # items
    given: Callable[[Sequence[Tensor]], Any]
    alone: bool  # the one call, on the model's answer as it is

    @property
    def others(self) -> tuple[int, ...]:
        """Targets and whatever else the loss gets."""
        return tuple(i for i in range(len(self.tensors)) if i not in self.answers)

    def replaced(self, changed: dict[int, Tensor]) -> list[Tensor]:
        """The tensors with some of them replaced."""
        return [changed.get(i, t) for i, t in enumerate(self.tensors)]

    def value(self, changed: dict[int, Tensor]) -> float:
        """The loss, with the random stream set."""
        import torch

        with torch.no_grad():
            return float(self.called(self.replaced(changed)))

    def slopes(self, changed: dict[int, Tensor]) -> dict[int, Tensor]:
        """The loss's gradient with respect to each answer."""
        import torch

        leaves = self.replaced(changed)
        for i in self.answers:
            leaves[i] = leaves[i].detach().clone().requires_grad_()
        with torch.enable_grad():
            value = self.called(leaves)
        if not value.requires_grad:
            raise Unmeasurable("the loss has no gradient with respect to the answers")
        if not self.answers:
            raise Unmeasurable("the loss gets no answer with a gradient")
        found = torch.autograd.grad(value, [leaves[i] for i in self.answers], allow_unused=True)
        return {i: torch.zeros_like(leaves[i]) if g is None else torch.nan_to_num(g.detach()) for i, g in zip(self.answers, found, strict=True)}

    def called(self, tensors: Sequence[Tensor]) -> Tensor:
        """The loss's own value as a scalar tensor."""
        import torch

        from nohero.setup.streams import seed_torch

        seed_torch(0)
        try:
            value = self.given(tensors)
        except Unmeasurable:
            raise
        except Exception as error:
            raise UserRaised(f"the loss raised {type(error).__name__}: {str(error)[:200]}") from error
        if not isinstance(value, torch.Tensor):
            raise Unmeasurable(f"the loss returns a {type(value).__name__}")
        return value if value.ndim == 0 else value.mean()


def loss_calls(setup: Setup, *, training: bool = True) -> list[LossCall]:
    """The calls on the first batch: one on the model's answer, or those of the user's step. Call it inside `apart`."""
    if setup.loss is None:
        raise Unmeasurable("no loss was handed over")
    try:
        specimen = setup.specimen()
        if specimen.bridge is not None:
            setup.mode(training=training)
            return [_call(setup, (specimen.bridge(setup.forward(specimen)), specimen.target, *specimen.rest), specimen.size, alone=True)]
    except UserRaised:
        raise
    except Unmeasurable:
        pass
    if setup.step is None:
        raise Unmeasurable("how the loss is called is not known")
    heard = setup.listen(setup.batches(1)[0]).losses[:CALLS]
    found = [_call(setup, nest, _lead(nest), alone=False) for nest, _ in heard]
    if not found:
        raise Unmeasurable("the step does not call the loss")
    return [c for c in found if c.answers]


def _lead(nest: Any) -> int:
    import torch

    seen: list[int] = []
    mapped(nest, lambda t: seen.append(t.shape[0]) if isinstance(t, torch.Tensor) and t.ndim else None)
    return max(set(seen), key=seen.count) if seen else 0


def _call(setup: Setup, nest: Any, size: int, *, alone: bool) -> LossCall:
    held: list[Tensor] = []
    mapped(nest, lambda t: held.append(t) or t)
    if sum(t.numel() for t in held) > MOST:
        raise Unmeasurable("the loss gets too many numbers to be probed")
    answers = tuple(i for i, t in enumerate(held) if t.requires_grad and t.is_floating_point() and t.numel())

    def given(tensors: Sequence[Tensor]) -> Any:
        turn = iter(tensors)
        return setup.loss(*mapped(nest, lambda _: next(turn)))

    plain = tuple(t.detach() for t in held)
    call = LossCall(tensors=plain, answers=answers, size=size, given=given, alone=alone)
    if not answers:
        return call
    fine = LossCall(tensors=tuple(t.double() if t.is_floating_point() else t for t in plain), answers=answers, size=size, given=given, alone=alone)
    try:
        one, two = call.value({}), fine.value({})
    except Unmeasurable:
        return call
    return fine if abs(one - two) <= 1e-4 * (abs(one) + abs(two)) + 1e-9 else call
