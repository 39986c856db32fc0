"""`nohero.equivalent`: does the fast form do what the slow, plain one does? If not, on which smallest inputs do they part?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nohero.run.errors import UsageError
from nohero.setup.calling import main_output, shapes


@dataclass(frozen=True, kw_only=True)
class Equivalence:
    """Whether two functions agree; if not, the smallest inputs found on which they part."""

    equal: bool
    worst: float  # relative difference of answers or gradients
    what: str = ""  # answers, or the gradient of which input
    example: tuple[Any, ...] = ()  # tensors: the counter-example, shrunk
    first: Any = None
    second: Any = None

    def __bool__(self) -> bool:
        """Whether they agree."""
        return self.equal

    def __str__(self) -> str:
        """One line, and the counter-example."""
        if self.equal:
            return f"equal: answers and gradients within {self.worst:.1e}"
        return f"not equal: {self.what} differ by {self.worst:.1e} on {shapes(self.example)}\n  inputs {[t.tolist() for t in self.example]}\n  first  {self.first.tolist()}\n  second {self.second.tolist()}"


TOLERANCE = 1e-6  # relative, in float64: orders of summation differ by 1e-14, formulas by far more


def equivalent(f: Callable[..., Any], g: Callable[..., Any], *inputs: Any, tolerance: float = TOLERANCE, trials: int = 8, seed: int = 0) -> Equivalence:
    """Whether `f` and `g` give the same answers and gradients, on these inputs and on others of their shapes, in float64.

    Where they do not, the counter-example is shrunk: axes are cut as long as they still differ. Source: the recipe, "generalise a special
    case": write the loop first, then the vectorised form, and keep both.
    """
    import torch

    if not inputs:
        raise UsageError("no inputs were handed over", expected="tensors for both functions", mend="nohero.equivalent(loop, fast, torch.randn(3, 4))")
    generator = torch.Generator().manual_seed(seed)
    given = tuple(torch.as_tensor(v).detach() for v in inputs)
    given = tuple(t.double() if t.is_floating_point() else t for t in given)
    worst = 0.0
    for trial in range(max(1, trials)):
        drawn = given if trial == 0 else tuple(_like(t, generator) for t in given)
        apart, what = _apart(f, g, drawn)
        if apart > tolerance:
            return _shrunk(f, g, drawn, tolerance, what)
        worst = max(worst, apart)
    return Equivalence(equal=True, worst=worst)


def _like(tensor: Any, generator: Any) -> Any:
    import torch

    if tensor.is_floating_point():
        return torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)
    return tensor.flatten()[torch.randperm(tensor.numel(), generator=generator)].reshape(tensor.shape) if tensor.numel() else tensor


def _apart(f: Any, g: Any, inputs: tuple[Any, ...]) -> tuple[float, str]:
    """(largest relative difference, of what); infinity where shapes differ or one of them raises."""
    import torch

    answers, gradients = [], []
    for function in (f, g):
        leaves = tuple(t.detach().clone().requires_grad_(t.is_floating_point()) for t in inputs)
        try:
            answer = main_output(function(*leaves))
            if answer is None:
                answer = torch.as_tensor(function(*leaves))
            wanted = [t for t in leaves if t.requires_grad]
            weights = torch.randn(answer.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
            found = torch.autograd.grad((answer.double() * weights).sum(), wanted, allow_unused=True) if answer.requires_grad else tuple(None for _ in wanted)
        except Exception as error:  # noqa: BLE001 (one of the two cannot do these inputs)
            return float("inf"), f"one of them raised {type(error).__name__}"
        answers.append(answer.detach().double())
        gradients.append([torch.zeros_like(t) if v is None else v for v, t in zip(found, wanted, strict=True)])
    if answers[0].shape != answers[1].shape:
        return float("inf"), f"answers' shapes {list(answers[0].shape)} and {list(answers[1].shape)}"
    worst, what = _relative(*answers), "answers"
    for i, (a, b) in enumerate(zip(*gradients, strict=True)):
        if (apart := _relative(a, b)) > worst:
            worst, what = apart, f"gradients of input {i}"
    return worst, what


def _relative(a: Any, b: Any) -> float:
    if not a.numel():
        return 0.0
    if bool((a.isnan() != b.isnan()).any()):
        return float("inf")
    scale = float(a.nan_to_num().abs().max().clamp_min(b.nan_to_num().abs().max()).clamp_min(1e-12))
    return float((a.nan_to_num() - b.nan_to_num()).abs().max()) / scale


def _shrunk(f: Any, g: Any, inputs: tuple[Any, ...], tolerance: float, what: str) -> Equivalence:
    """Cut axes, the same size everywhere it occurs, as long as the two still differ; then round the numbers."""
    smaller = True
    while smaller:
        smaller = False
        for size in sorted({s for t in inputs for s in t.shape if s > 1}, reverse=True):
            for wanted in (1, 2, size // 2, size - 1):
                if not 0 < wanted < size:
                    continue
                cut = tuple(_cut(t, size, wanted) for t in inputs)
                apart, why = _apart(f, g, cut)
                if tolerance < apart < float("inf"):
                    inputs, what, smaller = cut, why, True
                    break
            if smaller:
                break
    rounded = tuple(t.round() if t.is_floating_point() else t for t in inputs)
    if tolerance < _apart(f, g, rounded)[0] < float("inf"):
        inputs = rounded
    apart, what = _apart(f, g, inputs)
    if apart == float("inf"):
        return Equivalence(equal=False, worst=apart, what=what, example=inputs, first=_told(f, inputs), second=_told(g, inputs))
    return Equivalence(equal=False, worst=apart, what=what, example=inputs, first=_told(f, inputs), second=_told(g, inputs))


def _cut(tensor: Any, size: int, wanted: int) -> Any:
    for axis, length in enumerate(tensor.shape):
        if length == size:
            tensor = tensor.narrow(axis, 0, wanted)
    return tensor.contiguous()


def _told(function: Any, inputs: tuple[Any, ...]) -> Any:
    import torch

    try:
        answer = function(*inputs)
        return main_output(answer) if main_output(answer) is not None else torch.as_tensor(answer)
    except Exception:  # noqa: BLE001
        return torch.tensor(float("nan"))
