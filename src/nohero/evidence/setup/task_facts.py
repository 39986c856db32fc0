"""What is being learnt, read off the first batches and the loss's behaviour: kind of target, classes, and which known loss it equals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.05  # seconds
STEPS = 2
BATCHES = 8  # whose targets are counted
ALIKE = 1e-4  # relative; sums in another order differ by about 1e-6


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """Kind is classes, binary, multilabel, values, reconstruction or unknown; shapes are of the first batch."""

    kind: str
    loss: str  # the known loss that the user's loss equals on this batch and on others: cross-entropy, nll, bce-with-logits, bce, mse, l1, smooth-l1; "" for an own one
    num_classes: int = 0
    class_axis: int = -1  # of the output, where there are classes
    per_position: bool = False  # a target for every time step, token or pixel
    shifted: bool = False  # the target is the input one step later
    same_as_input: bool = False
    output_shape: tuple[int, ...] = ()
    target_shape: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()  # items of every class in the first batches; of zeros and ones where it is binary
    mean: float = float("nan")  # of the target's values
    deviation: float = float("nan")


def measure(setup: Setup) -> TaskFacts:
    """Look at shapes, values and the loss on the first batches."""
    import torch

    specimen = setup.specimen()
    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        raw = setup.forward(specimen)
        output = answer_of(setup, raw, specimen)
    target = specimen.target
    if not isinstance(target, torch.Tensor):
        return TaskFacts(kind="unknown", loss="", output_shape=tuple(output.shape) if output is not None else ())
    if output is None:
        return TaskFacts(kind="unknown", loss="", target_shape=tuple(target.shape))
    main = specimen.main
    same = main is not None and main.shape == target.shape and torch.equal(main.to(target.dtype), target)
    if same and not _asked_for(setup, raw, specimen):
        return TaskFacts(kind="unknown", loss="", output_shape=tuple(output.shape), target_shape=tuple(target.shape))
    loss = _equals(setup, output, target, specimen)
    kind, classes, axis = _kind(setup, output, target, loss)
    targets = [t for t in _targets(setup) if t.ndim == target.ndim]
    values = torch.cat([t.flatten() for t in targets]) if targets else target.flatten()
    finite = values.double()[values.double().isfinite()]
    return TaskFacts(
        kind=kind,
        loss=loss,
        num_classes=classes,
        class_axis=axis,
        per_position=target.ndim > (2 if kind == "multilabel" else 1) and kind in ("classes", "binary", "multilabel") and target.shape[-1] > 1,
        shifted=main is not None and _shifted(main, target),
        same_as_input=same,
        output_shape=tuple(output.shape),
        target_shape=tuple(target.shape),
        counts=_counts(kind, classes, values),
        mean=float(finite.mean()) if len(finite) else float("nan"),
        deviation=float(finite.std(unbiased=False)) if len(finite) else float("nan"),
    )


def _asked_for(setup: Setup, raw: Any, specimen: Specimen) -> bool:
    """Whether the loss looks at the target at all: a likelihood of the inputs does not."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    try:
        with torch.no_grad():
            values = [float(setup.loss_of(raw, replace(specimen, target=t))) for t in (specimen.target, specimen.target.roll(1, 0) + 1)]
    except (Unmeasurable, RuntimeError, ValueError, TypeError, IndexError):
        return True
    return values[0] != values[1]


def answer_of(setup: Setup, raw: Any, specimen: Specimen) -> Tensor | None:
    """The tensor the loss compares with the target: through the step's own bridge where it is known."""
    import torch

    from nohero.setup.calling import main_output

    seen = specimen.bridge(raw) if specimen.bridge is not None else raw
    return seen if isinstance(seen, torch.Tensor) and seen.ndim else main_output(raw, specimen.size)


def _targets(setup: Setup) -> list[Tensor]:
    import torch

    from nohero.setup.refusal import Unmeasurable

    found = []
    for number in range(min(BATCHES, len(setup.batches(BATCHES)))):
        try:
            target = setup.specimen(number).target
        except Unmeasurable:
            break
        if isinstance(target, torch.Tensor):
            found.append(target)
    return found


def known_losses() -> dict[str, Any]:
    """Name -> function (output, target) of torch's own losses."""
    from torch.nn import functional as F

    return {
        "cross-entropy": F.cross_entropy,
        "nll": F.nll_loss,
        "bce-with-logits": lambda o, t: F.binary_cross_entropy_with_logits(o, t.to(o.dtype)),
        "bce": lambda o, t: F.binary_cross_entropy(o, t.to(o.dtype)),
        "mse": lambda o, t: F.mse_loss(o, t.to(o.dtype)) if o.shape == t.shape else _never(),
        "l1": lambda o, t: F.l1_loss(o, t.to(o.dtype)) if o.shape == t.shape else _never(),
        "smooth-l1": lambda o, t: F.smooth_l1_loss(o, t.to(o.dtype)) if o.shape == t.shape else _never(),
    }


def _never() -> Any:
    raise ValueError("shapes differ")


def _equals(setup: Setup, output: Tensor, target: Tensor, specimen: Specimen) -> str:
    """The name of the known loss that gives the same numbers, on the model's answers and on others of their range."""
    import torch

    if setup.loss is None:
        return ""
    generator = torch.Generator().manual_seed(setup.seed)
    noise = torch.rand(output.shape, generator=generator).to(output)
    inside = bool((output >= 0).all() and (output <= 1).all())
    trials = [output, noise if inside else output + 2 * noise - 1]
    for name, reference in known_losses().items():
        try:
            pairs = [(float(setup.call_loss(o, target, *specimen.rest)), float(reference(o, target))) for o in trials]
        except Exception:  # noqa: BLE001, S112 (another loss's shapes and types)
            continue
        if all(abs(a - b) <= ALIKE * max(1e-6, abs(b)) for a, b in pairs):
            return name
    return ""


def _kind(setup: Setup, output: Tensor, target: Tensor, loss: str) -> tuple[str, int, int]:
    """(kind, classes, axis of the classes in the output)."""
    whole = not target.is_floating_point()
    said = (setup.given.task or "").lower()
    if whole and target.ndim == output.ndim - 1:
        axis = _class_axis(setup, output, target)
        return "classes", int(output.shape[axis]), axis
    if whole and output.ndim == 2 and target.ndim == 1 and target.shape[0] == output.shape[0] and output.shape[1] > 1:
        return "classes", int(output.shape[1]), 1
    zero_one = bool(((target == 0) | (target == 1)).all())
    if zero_one and output.ndim == 2 and output.shape == target.shape and output.shape[1] > 1:
        if loss == "cross-entropy" or (bool((target.sum(1) == 1).all()) and "multi-label" not in said and loss not in ("bce", "bce-with-logits")):
            return "classes", int(output.shape[1]), 1
        return "multilabel", int(output.shape[1]), 1
    if zero_one and output.numel() == target.numel() and loss != "mse" and (loss in ("bce", "bce-with-logits") or target.numel() == target.shape[0]):
        return "binary", 2, -1
    main = setup.specimen().main
    if main is not None and main.shape == target.shape and (main.to(target.dtype) == target).all():
        return "reconstruction", 0, -1
    if target.is_floating_point() or output.numel() == target.numel():
        return "values", 0, -1
    return "unknown", 0, -1


def _class_axis(setup: Setup, output: Tensor, target: Tensor) -> int:
    """Axis 1 or the last, by the shapes; where both fit, the one along which the loss does not see a constant, as no soft-max does."""
    first, last = output.shape[:1] + output.shape[2:] == target.shape, output.shape[:-1] == target.shape
    if output.ndim == 2 or not last:
        return 1 if first or output.ndim == 2 else output.ndim - 1
    if not first or setup.loss is None:
        return output.ndim - 1
    return 1 if _blind_along(setup, output, target, 1) and not _blind_along(setup, output, target, output.ndim - 1) else output.ndim - 1


def _blind_along(setup: Setup, output: Tensor, target: Tensor, axis: int) -> bool:
    """Whether the loss stays as it is when a number, another at every place, is added along the axis."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    shape = [1 if a == axis else n for a, n in enumerate(output.shape)]
    shift = torch.rand(shape, generator=torch.Generator().manual_seed(0)).to(output)
    try:
        before, after = (float(setup.call_loss(o, target)) for o in (output, output + shift))
    except Unmeasurable:
        return False
    return abs(after - before) <= ALIKE * max(1e-6, abs(before))


def _shifted(main: Tensor, target: Tensor) -> bool:
    import torch

    return main.ndim >= 2 and main.shape == target.shape and main.shape[1] > 2 and torch.equal(main[:, 1:].to(target.dtype), target[:, :-1])


def _counts(kind: str, classes: int, values: Tensor) -> tuple[int, ...]:
    import torch

    if kind == "binary":
        return (int((values == 0).sum()), int((values == 1).sum()))
    if kind != "classes" or values.is_floating_point():
        return ()
    inside = values[(values >= 0) & (values < max(classes, 1))]
    return tuple(int(n) for n in torch.bincount(inside.long(), minlength=classes)[:1000])
