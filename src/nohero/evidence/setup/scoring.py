"""How right answers are, whatever the loss says: a score that is 0 for the best constant and 1 for every answer right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

DESCENT, FEWEST, LULL = 250, 80, 20  # steps on the answers themselves; before it may end early; of no gain that end it
LEAST_PAIRS = 2  # of different targets
HONEST = {"classes": ("cross-entropy", "nll"), "binary": ("bce", "bce-with-logits"), "multilabel": ("bce", "bce-with-logits"), "values": ("mse",), "reconstruction": ("mse", "bce", "bce-with-logits", "l1")}


def score(answer: Tensor, target: Any, facts: TaskFacts) -> float:
    """1 where all answers are right, 0 where they are as good as the best constant, below 0 where they are worse; nan where nobody can say."""
    import torch

    if not isinstance(target, torch.Tensor) or not bool(answer.isfinite().all()):
        return float("nan")
    answer = answer.detach().double()
    if facts.kind == "classes":
        return _of_classes(answer, target, facts)
    if answer.numel() != target.numel():
        return float("nan")
    target = target.detach().double().reshape(answer.shape)
    if facts.kind in ("binary", "multilabel"):
        columns = (answer.reshape(-1, 1), target.reshape(-1, 1)) if facts.kind == "binary" else (answer.reshape(len(answer), -1), target.reshape(len(answer), -1))
        ranked = [r for a, t in zip(columns[0].T, columns[1].T, strict=True) if not math.isnan(r := _ranked(a, t))]
        return sum(ranked) / len(ranked) if ranked else float("nan")
    return _of_values(answer, target)


def _of_classes(answer: Tensor, target: Tensor, facts: TaskFacts) -> float:
    import torch

    if target.is_floating_point() and target.ndim == answer.ndim:
        target = target.argmax(facts.class_axis)
    wide = answer.movedim(facts.class_axis, -1).reshape(-1, answer.shape[facts.class_axis])
    said, truth = wide.argmax(-1), target.reshape(-1).long()
    if len(said) != len(truth):
        return float("nan")
    kept = (truth >= 0) & (truth < wide.shape[1])
    if not bool(kept.any()):
        return float("nan")
    said, truth = said[kept], truth[kept]
    most = float(torch.bincount(truth).max()) / len(truth)
    return float("nan") if most == 1 else (float((said == truth).double().mean()) - most) / (1 - most)


def _ranked(answer: Tensor, target: Tensor) -> float:
    """Twice the area under the curve, less one."""
    high, low = answer[target > 0.5], answer[target <= 0.5]
    if not len(high) or not len(low):
        return float("nan")
    gap = high[:200, None] - low[None, :200]
    return float(((gap > 0).double() + 0.5 * (gap == 0).double()).mean()) * 2 - 1


def _of_values(answer: Tensor, target: Tensor) -> float:
    """The squared correlation with its sign, each output about its own mean."""
    if len(answer) < LEAST_PAIRS:
        return float("nan")
    a, t = answer - answer.mean(0, keepdim=True), target - target.mean(0, keepdim=True)
    if not float(t.square().sum()) > 1e-12 * float(target.square().sum()):
        return float("nan")
    if float(a.square().sum()) <= 1e-12 * float(answer.square().sum()):
        return 0.0
    r = float((a * t).sum() / (a.square().sum() * t.square().sum()).sqrt())
    return math.copysign(r * r, r)


def trusted(setup: Setup, facts: TaskFacts, answer: Tensor, specimen: Specimen) -> bool:
    """Whether the score measures what the loss is about: a known loss, or one that likes right answers better than answers dealt anew."""
    import torch

    target = specimen.target
    if not isinstance(target, torch.Tensor) or facts.kind == "unknown" or math.isnan(score(answer, target, facts)):
        return False
    if facts.loss:
        return True
    if setup.loss is None:
        return False
    try:
        if facts.kind == "classes":
            wide = answer.movedim(facts.class_axis, -1)
            turned = wide.roll(1, -1).movedim(-1, facts.class_axis)
            one, other = float(setup.call_loss(answer, target, *specimen.rest)), float(setup.call_loss(turned, target, *specimen.rest))
            return abs(one - other) > 1e-6 * (abs(one) + abs(other)) and not _elsewhere(setup, facts, answer, specimen)
        if answer.numel() != target.numel():
            return False
        perfect = target.reshape(answer.shape).to(answer.dtype)
        dealt = perfect.roll(1, 0)
        return float(setup.call_loss(perfect, target, *specimen.rest)) < float(setup.call_loss(dealt, target, *specimen.rest))
    except Exception:  # noqa: BLE001 (a loss that cannot be asked is not trusted)
        return False


def _elsewhere(setup: Setup, facts: TaskFacts, answer: Tensor, specimen: Specimen) -> bool:
    """Whether the loss wants the labels' answers one place earlier or later: it shifts them itself, and the score would look at the wrong places."""
    import torch

    target, axis = specimen.target, facts.class_axis
    if not facts.per_position or target.is_floating_point() or answer.movedim(axis, -1).shape[:-1] != target.shape:
        return False

    def said(labels: Tensor) -> float:
        inside = labels.clamp(0, answer.shape[axis] - 1).long()
        hot = torch.nn.functional.one_hot(inside, answer.shape[axis]).to(answer.dtype).movedim(-1, axis)
        return float(setup.call_loss(hot if bool(((answer >= 0) & (answer <= 1)).all()) else 6 * hot, target, *specimen.rest))

    return min(said(target.roll(k, 1)) for k in (-1, 1)) < said(target)


def reference_loss(facts: TaskFacts, bound: str) -> Callable[..., Any] | None:
    """The task's own loss on (answer, target); None where the user's equals it, or where the task is not known."""
    from torch.nn import functional as F

    bounded = bound in ("softmax", "sigmoid")
    if facts.kind not in HONEST:
        return None
    if facts.loss in HONEST[facts.kind] and not (bounded and facts.loss in ("cross-entropy", "bce-with-logits")):
        return None

    def of_classes(o: Any, t: Any, *_: Any) -> Any:
        wide = o.movedim(facts.class_axis, -1).reshape(-1, facts.num_classes)
        if t.is_floating_point() and t.ndim == o.ndim:
            t = t.argmax(facts.class_axis)
        t = t.reshape(-1).long()
        kept = (t >= 0) & (t < facts.num_classes)
        return F.nll_loss(wide[kept].clamp(1e-7).log(), t[kept]) if bounded else F.cross_entropy(wide[kept], t[kept])

    def of_bits(o: Any, t: Any, *_: Any) -> Any:
        t = t.reshape(o.shape).to(o.dtype)
        return F.binary_cross_entropy(o.clamp(1e-6, 1 - 1e-6), t) if bounded else F.binary_cross_entropy_with_logits(o, t)

    def of_values(o: Any, t: Any, *_: Any) -> Any:
        return F.mse_loss(o, t.reshape(o.shape).to(o.dtype))

    return {"classes": of_classes, "binary": of_bits, "multilabel": of_bits}.get(facts.kind, of_values)


def levels(setup: Setup, answer: Tensor, specimen: Specimen, bound: str) -> tuple[float, float]:
    """(the user's loss of the best constant answer, of the best free answers), by descent on the answers themselves; nan where it has no bottom."""
    if setup.loss is None or specimen.bridge is None:
        return float("nan"), float("nan")
    start = _freed(bound, answer)
    return bottom(setup, start, (1, *start.shape[1:]), specimen, bound, answer.dtype), bottom(setup, start, tuple(start.shape), specimen, bound, answer.dtype)


def common_constant(setup: Setup, answer: Tensor, specimen: Specimen, bound: str, class_axis: int = -1) -> float:
    """The user's loss of the best constant answer: for classes at many places, one answer for all of them; not a number where there is none."""
    if setup.loss is None or specimen.bridge is None:
        return float("nan")
    start = _freed(bound, answer)
    one = [n if a == class_axis % start.ndim else 1 for a, n in enumerate(start.shape)]
    shape = tuple(one) if start.ndim > 2 and class_axis >= 0 else (1, *start.shape[1:])
    return bottom(setup, start, shape, specimen, bound, answer.dtype)


def bottom(setup: Setup, start: Tensor, shape: tuple[int, ...], specimen: Specimen, bound: str, dtype: Any) -> float:
    """The lowest loss of answers with as many free numbers as `shape` has, the same along its axes of one; not a number where it has no bottom."""
    import torch

    axes = [a for a, n in enumerate(shape) if n == 1]
    free = (start.mean(axes, keepdim=True) if axes else start).clone().requires_grad_()
    optimizer = torch.optim.Adam([free], lr=0.05 * max(1.0, float(start.abs().mean())))
    values = []
    for _ in range(DESCENT):
        try:
            loss = setup.call_loss(within(bound, free.expand(start.shape)).to(dtype), specimen.target, *specimen.rest)
            optimizer.zero_grad()
            loss.backward()
        except Exception:  # noqa: BLE001 (losses with a graph of their own)
            return float("nan")
        values.append(float(loss.detach()))
        if _settled(values):
            break
        optimizer.step()
    return min(values) if all(map(math.isfinite, values)) and _landed(values) else float("nan")


def _settled(values: list[float]) -> bool:
    """Whether the last steps brought next to nothing of the way down: not before the descent is well under way."""
    if len(values) < FEWEST or len(values) % LULL:
        return False
    lowest, before = min(values), min(values[:-LULL])
    return before - lowest <= 1e-3 * (values[0] - lowest)


def _landed(values: list[float]) -> bool:
    """Whether most of the way down was in the first half: a loss without a bottom goes on falling."""
    fallen = values[0] - values[-1]
    return fallen <= 1e-6 * abs(values[0]) or values[len(values) // 2] - values[-1] <= 0.25 * fallen


def bound_of(setup: Setup, specimen: Specimen) -> str:
    """What keeps the model's answers in bounds, whatever its weights: softmax, log-softmax, sigmoid, or nothing."""
    import torch

    from nohero.evidence.setup.task_facts import answer_of

    seen = []
    for factor in (1.0, 10.0, -10.0):
        with setup.apart(), torch.no_grad():
            setup.mode(training=False)
            for p in setup.named_parameters().values():
                if p.is_floating_point():
                    p.mul_(factor)
            answer = answer_of(setup, setup.forward(specimen), specimen)
        if answer is not None and bool(answer.isfinite().all()):
            seen.append(answer.double())
    if not seen or all(bool((a == seen[0]).all()) for a in seen):  # weights that tell nothing, such as zeros
        return ""
    if all(bool((a >= 0).all() and (a <= 1).all()) for a in seen):
        return "softmax" if all(a.ndim > 1 and _near(a.sum(-1), 1.0) for a in seen) else "sigmoid"
    if all(a.ndim > 1 and bool((a <= 0).all()) and _near(a.logsumexp(-1), 0.0) for a in seen):
        return "log-softmax"
    return ""


def _near(values: Tensor, level: float) -> bool:
    return float((values - level).abs().max()) < 1e-3 if values.numel() else False


def within(bound: str, free: Any) -> Any:
    """Free numbers as answers within the model's bounds."""
    import torch

    return {"softmax": lambda f: f.softmax(-1), "log-softmax": lambda f: f.log_softmax(-1), "sigmoid": torch.sigmoid}.get(bound, lambda f: f)(free)


def _freed(bound: str, answer: Tensor) -> Tensor:
    seen = answer.detach().double()
    if bound in ("softmax", "sigmoid"):
        inner = seen.clamp(1e-4, 1 - 1e-4)
        return inner.log() if bound == "softmax" else inner.logit()
    return seen
