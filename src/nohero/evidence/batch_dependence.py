"""Which outputs depend on which inputs of a batch, by two backward passes with coded weights.

Backward once with random weights R, once with c_i R_i, the c_i distinct powers of two. If output i depends on input i alone,
the second gradient of item j is exactly c_j times the first: scaling by a power of two is exact, so no tolerance is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.run.figure import Table

if TYPE_CHECKING:
    from torch import Tensor, nn

    from nohero.problem import Problem

ITEMS = 16  # powers of two from 1 to 2^15 stay exact in float32
PRICE = 0.2  # seconds


@dataclass(frozen=True, kw_only=True)
class BatchDependence:
    """Traces of one item in another's output, and items whose own input does not count."""

    n: int
    mixed_in_eval: tuple[int, ...]  # items whose gradient holds a trace of other outputs
    mixed_in_train: tuple[int, ...]
    mixing_layers: tuple[str, ...]  # layers that normalise over the batch in train mode, by name
    ignored: tuple[int, ...]  # items whose own gradient is exactly zero
    forward_mixed: tuple[int, ...]  # items whose output moves when the others' inputs are redrawn (eval mode)
    chart: tuple[tuple[float, ...], ...] = ()  # |d output i / d input j| summed, where something is mixed

    def sentence(self) -> str:
        """Does each output depend on its own input alone?"""
        if self.mixed_in_eval or self.forward_mixed:
            return f"in eval mode {max(len(self.mixed_in_eval), len(self.forward_mixed))} of {self.n} outputs depend on other items of the batch"
        return f"in eval mode each of {self.n} outputs depends on its own input alone"

    def figures(self) -> tuple[Table, ...]:
        """The chart, where it shows something."""
        if not self.chart:
            return ()
        rows: list[tuple[str | float, ...]] = [(f"output {i}", *(float(f"{v:.2g}") for v in row)) for i, row in enumerate(self.chart)]
        columns = ("", *(f"input {j}" for j in range(len(self.chart))))
        return (Table(title="Dependency of output on input", columns=columns, rows=tuple(rows)),)


def measure(problem: Problem) -> BatchDependence:
    """Coded backward passes in both modes, and a redraw of the other half as a second opinion."""
    import torch

    n = min(ITEMS, len(problem.train))
    x = problem.to_input(problem.train.x[:n]).detach().nan_to_num(0.0, 0.0, 0.0)  # gaps are another check's business
    model = problem.make_model(problem.start, problem.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(problem.seed)
        mixed_eval, ignored = _coded(model.eval(), x)
        redrawn = _redrawn(model, x)
        chart = _chart(model, x) if mixed_eval else ()
        mixed_train, _ = _coded(model.train(), x)
    return BatchDependence(
        n=n,
        mixed_in_eval=mixed_eval,
        mixed_in_train=mixed_train,
        mixing_layers=_normalisers(model),
        ignored=ignored,
        forward_mixed=redrawn,
        chart=chart,
    )


def _gradient(model: nn.Module, x: Tensor, weights: Tensor) -> Tensor:
    import torch

    leaf = x.clone().requires_grad_()
    torch.manual_seed(0)  # the same dropout in both passes
    outputs = model(leaf).reshape(len(x), -1)
    (gradient,) = torch.autograd.grad((outputs * weights).sum(), leaf, allow_unused=True)
    return torch.zeros_like(leaf) if gradient is None else gradient


def _coded(model: nn.Module, x: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    import torch

    if not x.is_floating_point():  # whole numbers have no gradient: redrawing alone can tell
        return (), ()
    with torch.no_grad():
        width = model(x).reshape(len(x), -1).shape[1]
    weights = torch.randn(len(x), width)
    code = (2.0 ** torch.arange(len(x))).reshape(-1, *[1] * (x.ndim - 1))
    plain = _gradient(model, x, weights)
    coded = _gradient(model, x, weights * code.reshape(-1, 1))
    trace = (coded - code * plain).flatten(1).abs().amax(1)
    own = plain.flatten(1).abs().amax(1)
    return tuple(torch.nonzero(trace).flatten().tolist()), tuple(torch.nonzero(own == 0).flatten().tolist())


def _redrawn(model: nn.Module, x: Tensor) -> tuple[int, ...]:
    """Items whose output moves when the other half of the batch is dealt anew: a little changed, and far away."""
    import torch

    first = torch.arange(len(x)) < len(x) // 2
    moved = torch.zeros(len(x), dtype=torch.bool)
    with torch.no_grad():
        before = model(x).reshape(len(x), -1)
        for kept in (first, ~first):
            dealt = x[~kept].flip(0)
            far = [dealt * 1.5 + 0.1, dealt + 2 * (x.amax() - x.amin())] if x.is_floating_point() else [dealt]
            for others in far:
                other = x.clone()
                other[~kept] = others
                after = model(other).reshape(len(x), -1)
                apart = (before != after) & ~(before.isnan() & after.isnan())
                moved |= kept & apart.any(1)
    return tuple(torch.nonzero(moved).flatten().tolist())


def _chart(model: nn.Module, x: Tensor) -> tuple[tuple[float, ...], ...]:
    import torch

    rows: list[tuple[float, ...]] = []
    for i in range(min(len(x), 12)):
        leaf = x[:12].clone().requires_grad_()
        (gradient,) = torch.autograd.grad(model(leaf).reshape(len(leaf), -1)[i].sum(), leaf)
        rows.append(tuple(gradient.flatten(1).abs().sum(1).tolist()))
    return tuple(rows)


def _normalisers(model: nn.Module) -> tuple[str, ...]:
    from torch.nn.modules.batchnorm import _BatchNorm

    return tuple(name for name, module in model.named_modules() if isinstance(module, _BatchNorm))
