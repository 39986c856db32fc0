"""Where the step mixes rows of the batch, by weight or by cutting pieces out: whose row went into each, how much of it, and whose label the loss gets with what weight."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import tensors_of
from nohero.setup.recording import listening
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 8
SEEDS = 6
ROWS = 16  # of a batch
NUMBERS = 4096  # of a row
LINE = 0.9999  # cosine of what was added to a row with the way to its partner
PIECE = 0.999  # of the numbers that changed, that are the partner's
NONE = 1e-4  # of its size, by which a row may differ and be unmixed


@dataclass(frozen=True, kw_only=True)
class MixedBatch:
    """One batch as the model and the loss get it."""

    rows: int  # whose partner was found
    kept: float  # mean share that is left of a row
    fitting: int  # rows whose partner has the second label that the loss gets
    chance: float  # share of rows that would fit with a label at random
    own_weight: float  # of the loss on the rows' own labels, by all weights; not a number where it could not be heard


@dataclass(frozen=True, kw_only=True)
class MixedRows:
    """The same batch with several seeds."""

    batches: tuple[MixedBatch, ...]


def measure(setup: Setup) -> MixedRows:
    """Listen to the step with a few seeds."""
    if setup.step is None or setup.loss is None:
        raise Unmeasurable("no step was handed over, or no loss")
    batch = setup.batches(1)[0]
    found = [m for seed in range(SEEDS) if (m := _mixed(setup, batch, seed)) is not None]
    if not found:
        raise Unmeasurable("the step does not mix rows of a batch, or hands the loss no two sets of labels")
    return MixedRows(batches=tuple(found))


def _mixed(setup: Setup, batch: Any, seed: int) -> MixedBatch | None:
    import torch

    with _heard(setup, seed) as (heard, weights):
        setup.train_step(batch)
    given = next((t for t in tensors_of(heard.calls[0][:2]) if t.is_floating_point() and t.ndim > 1), None) if heard.calls else None
    x = next((t for t in tensors_of(batch) if given is not None and t.shape == given.shape and t.is_floating_point()), None)
    labels = [t for t in tensors_of(batch) if x is not None and not t.is_floating_point() and t.shape == x.shape[:1]]
    if given is None or x is None or not labels or torch.equal(given, x.to(given)):
        return None
    calls = [(t, weights.get(k, float("nan"))) for k, (args, _) in enumerate(heard.losses) for t in list(tensors_of(args))[1:2] if t.shape == labels[0].shape and not t.is_floating_point()]
    y = labels[0].to(given.device)
    own, other = [c for c in calls if torch.equal(c[0].to(y), y)], [c for c in calls if not torch.equal(c[0].to(y), y)]
    if len(own) != 1 or len(other) != 1:
        return None
    pairs = partners(given.detach(), x.to(given))
    if not pairs:
        return None
    fitting = sum(int(other[0][0][i] == y[j]) for i, j, _ in pairs)
    chance = float(y.unique(return_counts=True)[1].double().div(len(y)).square().sum())
    return MixedBatch(rows=len(pairs), kept=sum(k for *_, k in pairs) / len(pairs), fitting=fitting, chance=chance, own_weight=own[0][1] / (own[0][1] + other[0][1]))


@contextmanager
def _heard(setup: Setup, seed: int) -> Iterator[tuple[Any, dict[int, float]]]:
    """(the calls, number of a loss's call -> weight of its value in what is differentiated), inside an experiment."""
    import functools

    import torch

    loss, weights = setup.loss, {}

    def note(value: Any) -> None:
        number = len(heard.losses) - 1
        if isinstance(value, torch.Tensor) and value.requires_grad and value.numel() == 1:
            value.register_hook(lambda g: weights.__setitem__(number, float(g)))

    with setup.apart(seed), listening(tuple(setup.modules.values()), loss) as (heard, ear):
        handle = loss.register_forward_hook(lambda _m, _a, value: note(value)) if isinstance(loss, torch.nn.Module) else None

        @functools.wraps(ear, updated=())
        def weighing(*args: Any, **kwargs: Any) -> Any:
            value = ear(*args, **kwargs)
            note(value)
            return value

        setup.loss = ear if handle is not None else weighing
        try:
            yield heard, weights
        finally:
            setup.loss = loss
            if handle is not None:
                handle.remove()


def partners(given: Tensor, x: Tensor) -> list[tuple[int, int, float]]:
    """(row, the other row that was mixed into it, share of its own that is left); rows whose partner is not plain are left out."""
    import torch

    rows, every = given.flatten(1)[:ROWS].double(), x.flatten(1).double()
    step = max(1, rows.shape[1] // NUMBERS)
    rows, every = rows[:, ::step], every[:, ::step]
    found = []
    for i, row in enumerate(rows):
        added, ways = row - every[i], every - every[i]
        if not float(added.norm()) > NONE * float(every[i].norm()):
            continue
        cosines = torch.nn.functional.cosine_similarity(added[None], ways)
        j = int(cosines.argmax())
        if cosines[j] > LINE:
            found.append((i, j, 1 - float(added @ ways[j] / (ways[j] @ ways[j]))))
            continue
        changed = added != 0
        pieces = (every[:, changed] == row[changed]).double().mean(1)
        j = int(pieces.argmax())
        if pieces[j] >= PIECE and j != i:
            differ = ways[j] != 0
            found.append((i, j, float((row[differ] == every[i][differ]).double().mean())))
    return found
