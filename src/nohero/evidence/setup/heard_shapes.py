"""Where the user's step, or the loss, joins a column (B, 1) with a row (B,): every item with every other. Heard on a batch and on one with an item less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions, users_line
from nohero.evidence.setup.trials import run_once
from nohero.setup.calling import mapped
from nohero.setup.refusal import Unmeasurable, UserRaised

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 4
LOSSES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "soft_margin_loss", "poisson_nll_loss", "gaussian_nll_loss", "kl_div")
SUMS = ("sub", "__sub__", "__rsub__", "rsub", "subtract", "add", "__add__", "__radd__", "mul", "__mul__", "__rmul__", "multiply", "div", "__truediv__", "__rtruediv__", "true_divide")
LEAST = 3  # items


@dataclass(frozen=True, kw_only=True)
class Joined:
    """One call; shapes are those of the first run."""

    function: str
    line: str  # of the user's code, "step, line 17 of train.py"; "" where none is seen
    first: tuple[int, ...]
    second: tuple[int, ...]

    @property
    def loss(self) -> bool:
        """Whether it is one of torch's losses, which are made for equal shapes."""
        return self.function in LOSSES


@dataclass(frozen=True, kw_only=True)
class HeardShapes:
    """The calls that trained something, and whose shapes followed the items."""

    joined: tuple[Joined, ...]


def measure(setup: Setup) -> HeardShapes:
    """Two runs."""
    batch = setup.batches(1)[0]
    size = setup.specimen_of(batch).size if not setup.why_no_call else _size(batch)
    if size <= LEAST:
        raise Unmeasurable("too few items in a batch")
    found = _heard(setup, batch, size)
    if found:
        try:
            fewer = _heard(setup, mapped(batch, lambda t: t[: size - 1] if t.ndim and t.shape[0] == size else t), size - 1)
        except (UserRaised, Unmeasurable) as error:
            raise Unmeasurable("the step takes no batch with an item less") from error
        found = {key: joined for key, joined in found.items() if key in fewer}
    return HeardShapes(joined=tuple(found.values()))


def _size(batch: Any) -> int:
    """The commonest first length."""
    from collections import Counter

    from nohero.setup.calling import tensors_of

    lengths = Counter(int(t.shape[0]) for t in tensors_of(batch) if t.ndim)
    return lengths.most_common(1)[0][0] if lengths else 0


def _heard(setup: Setup, batch: Any, size: int) -> dict[tuple[str, str], Joined]:
    """By function and line."""
    import torch

    found: dict[tuple[str, str], Joined] = {}

    def told(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        if name not in LOSSES and name not in SUMS:
            return
        pair = [a for a in (*args[:2], *kwargs.values()) if isinstance(a, torch.Tensor)][:2]
        if len(pair) == 2 and _column_and_row(pair[0], pair[1], size) and any(a.requires_grad for a in pair):
            line = users_line()
            found.setdefault((name, line), Joined(function=name, line=line, first=tuple(pair[0].shape), second=tuple(pair[1].shape)))

    with setup.apart(), functions(told):
        run_once(setup, batch)
    return found


def _column_and_row(a: Any, b: Any, size: int) -> bool:
    """One (size, 1), the other (size,), and not the same numbers laid otherwise, as where all pairs of one set are meant."""
    return {tuple(a.shape), tuple(b.shape)} == {(size, 1), (size,)} and a.untyped_storage().data_ptr() != b.untyped_storage().data_ptr()
