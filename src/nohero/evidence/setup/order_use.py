"""Whether a network that attends tells one order of its input from another.

The real places between the first and the last are exchanged among themselves; first and last stay, since answers are often read
there. For pictures cut into patches, the patches are exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.05  # seconds
STEPS = 3
ITEMS = 8
ORDERS = 2


@dataclass(frozen=True, kw_only=True)
class OrderUse:
    """`lost` where every other order gave the same answers."""

    name: str
    kind: str  # tokens, readings, patches
    steps: int
    n: int
    attends: bool
    lost: bool
    how: str = ""  # "the answer is the same", "each place's answer goes along with it", "the last place's answer is the same"
    per_position: bool = False
    shifted: bool = False
    placed: bool = False  # the model holds something that could tell places: a second table, or numbers laid out along the steps
    as_a_set: bool = False  # no row holds a value twice, or all rows are sorted


def measure(setup: Setup, facts: TaskFacts) -> OrderUse:
    """Find what is a sequence, then exchange its places."""
    from nohero.evidence.setup.real_places import content_of, real_places
    from nohero.evidence.setup.traces import traced
    from nohero.evidence.setup.trials import answer, awaken, calm, some, steady, why_one_set
    from nohero.setup.refusal import Unmeasurable

    specimen = setup.specimen()
    name = content_of(specimen)
    if why := why_one_set(specimen):
        raise Unmeasurable(f"no order is known: {why}")
    with setup.apart(), calm():
        setup.mode(training=False)
        awaken(setup)
        few = some(setup, specimen, ITEMS)
        if not steady(setup, few):
            raise Unmeasurable("the answers are random in eval mode")
        attended = traced(setup, few).attended
        base = answer(setup, few)
        if not name:
            return _patches(setup, few, base, attended)
        t = few.inputs[name]
        steps = t.shape[1]
        attends = bool({steps, steps + 1, steps + 2} & attended)
        places = real_places(specimen, setup.intent.pad_id)
        real = places.real[: few.size] if places is not None else None
        how = _same(setup, few, name, base, real) if attends else ""
        whole = not t.is_floating_point()
        shown = t if real is None else t.masked_fill(~real, -1) if whole else t
        return OrderUse(
            name=name, kind="tokens" if whole else "readings", steps=steps, n=few.size, attends=attends, lost=bool(how), how=how,
            per_position=facts.per_position, shifted=facts.shifted, placed=_placed(setup, steps), as_a_set=whole and _as_a_set(shown),
        )  # fmt: skip


def _placed(setup: Setup, steps: int) -> bool:
    """A table beside the tokens' own, or a parameter or buffer as long as the rows that a module of the user's holds itself."""
    import torch

    modules = setup.single
    tables = [m for m in modules.modules() if isinstance(m, torch.nn.Embedding)]
    if len(tables) > 1:
        return True
    owners = [m for m in modules.modules() if not type(m).__module__.startswith("torch.nn.")]
    held = [t for m in owners for t in (*m.parameters(recurse=False), *m.buffers(recurse=False)) if 2 <= t.ndim <= 3 and t.is_floating_point()]
    return any(steps <= max(t.shape[:-1]) for t in held)


def _as_a_set(ids: Tensor) -> bool:
    rows = [row[row >= 0].tolist() for row in ids]
    return all(len(set(r)) == len(r) for r in rows) or all(r == sorted(r) for r in rows)


def _same(setup: Setup, few: Specimen, name: str, base: Tensor, real: Tensor | None) -> str:
    """In which way other orders gave the same answers, or nothing."""
    import torch

    from nohero.evidence.setup.trials import answer

    t, found = few.inputs[name], set()
    for seed in range(ORDERS):
        order = _order(t, real, seed)
        if bool((order == torch.arange(t.shape[1], device=t.device)).all()):
            return ""
        index = order if t.ndim == 2 else order[..., None].expand_as(t)
        if torch.equal(t.gather(1, index), t):
            return ""
        after = answer(setup, few.with_input(name, t.gather(1, index)))
        if after.shape != base.shape:
            return ""
        found.add(_way(base, after, order, real))
    return found.pop() if len(found) == 1 else ""


def _way(base: Tensor, after: Tensor, order: Tensor, real: Tensor | None) -> str:
    import torch

    from nohero.evidence.setup.trials import moved

    if base.ndim < 2 or base.shape[:2] != order.shape:
        return "" if bool(moved(base, after).any()) else "the answer is the same"
    index = order.reshape(*order.shape, *[1] * (base.ndim - 2)).expand_as(base)
    here = torch.ones_like(order, dtype=torch.bool) if real is None else real
    if not bool(moved(base.gather(1, index)[here], after[here]).any()):
        return "each place's answer goes along with it"
    last = here.long().sum(1) - 1
    rows = torch.arange(len(base), device=base.device)
    return "" if bool(moved(base[rows, last], after[rows, last]).any()) else "the last place's answer is the same"


def _order(t: Tensor, real: Tensor | None, seed: int) -> Tensor:
    """(items, steps): each row's places between its first and its last real one, exchanged."""
    import torch

    generator = torch.Generator().manual_seed(seed + 3)
    order = torch.arange(t.shape[1]).repeat(len(t), 1)
    for i in range(len(t)):
        places = (torch.ones(t.shape[1], dtype=torch.bool) if real is None else real[i].cpu()).nonzero().flatten()[1:-1]
        order[i, places] = places[torch.randperm(len(places), generator=generator)]
    return order.to(t.device)


def _patches(setup: Setup, few: Specimen, base: Tensor, attended: set[int]) -> OrderUse:
    """Pictures: square patches as many as were attended over."""
    import torch

    from nohero.evidence.setup.trials import answer, moved
    from nohero.setup.refusal import Unmeasurable

    x, name = few.main, few.main_name
    if x is None or x.ndim != 4 or not x.is_floating_point() or base.ndim != 2:
        raise Unmeasurable("no input is a sequence")
    high, wide = x.shape[2:]
    sizes = [p for p in range(1, min(high, wide) // 2 + 1) if high % p == wide % p == 0 and {(high // p) * (wide // p) + extra for extra in (0, 1, 2)} & attended]
    if not sizes:
        return OrderUse(name=name, kind="patches", steps=0, n=few.size, attends=False, lost=False)
    p = sizes[0]
    count = (high // p) * (wide // p)
    cut = x.reshape(len(x), x.shape[1], high // p, p, wide // p, p).permute(0, 2, 4, 1, 3, 5).reshape(len(x), count, x.shape[1], p, p)
    lost = True
    for seed in range(ORDERS):
        order = torch.randperm(count, generator=torch.Generator().manual_seed(seed + 3)).to(x.device)
        back = cut[:, order].reshape(len(x), high // p, wide // p, x.shape[1], p, p).permute(0, 3, 1, 4, 2, 5).reshape(x.shape)
        lost = lost and not bool(moved(base, answer(setup, few.with_input(name, back.contiguous()))).any())
    return OrderUse(name=name, kind="patches", steps=count, n=few.size, attends=True, lost=lost, how="the answer is the same" if lost else "")
