"""What it asks: do all parameters that want a gradient get one, and move?

Why it matters: a layer that is never used, was cut off from the loss, or was forgotten in the optimizer stays as it was drawn.
The network trains without it, only worse.

How it is measured: gradients and changes of every parameter tensor in ten steps of ordinary training.

When it is right to fail: when nothing moves, or when tensors get a gradient and do not move. It warns of tensors that want a
gradient and get none. Frozen ones, which want none, are named and passed.

What it cannot see: single units that are dead within a tensor that moves.

Mend: by kind: use the layer, mend the graph, or hand the parameter to the optimizer.

Source: the recipe, most common mistakes; the skeleton.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.gradient_reach import GradientReach
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

NAMED = 6  # tensors named in the message


def judge(reach: GradientReach) -> Finding:
    """Sort the tensors: moving, forgotten by the optimizer, without a gradient, frozen."""
    rows = tuple(zip(reach.names, reach.wanted, reach.has_gradient, reach.update_ratios, strict=False))
    if not rows:
        return skipped("the network has no parameters")
    still = [(name, gradient) for name, wanted, gradient, ratio in rows if wanted and (ratio == -math.inf or not gradient)]
    forgotten = [name for name, gradient in still if gradient]
    unreached = [name for name, gradient in still if not gradient]
    frozen = [name for name, wanted, _, _ in rows if not wanted]
    moving = len(rows) - len(still) - len(frozen)
    aside = f"; frozen: {_list(frozen)}" if frozen else ""
    if not still and moving:
        return passed(f"{moving} of {len(rows)} parameter tensors get a gradient and move{aside}", numbers={"moving": float(moving), "frozen": float(len(frozen))})
    parts = [f"{len(forgotten)} get a gradient and never move ({_list(forgotten)})"] if forgotten else []
    parts += [f"{len(unreached)} want a gradient and get none ({_list(unreached)})"] if unreached else []
    return (failed if forgotten or not moving else warned)(
        f"of {len(rows)} parameter tensors " + ("; ".join(parts) or "none moves") + aside,
        expected="every tensor that is not frozen moves within ten steps",
        observed=Observed(value=float(moving), unit="tensors that move", n=len(rows)),
        numbers={"moving": float(moving), "never moving": float(len(forgotten)), "without gradient": float(len(unreached)), "frozen": float(len(frozen))},
        component="optimizer" if forgotten else "model",
        where=tuple((*forgotten, *unreached) or frozen),
        effect="these parts stay as they were drawn",
        why="A part that is unused, cut off from the loss or forgotten in the optimizer stays as it was drawn, and the network trains without it.",
        remedies=(
            ("hand these parameters to the optimizer; if it was made before the layer, make it after", "see whether the learning rate of their group is zero")
            if forgotten
            else ("see whether forward uses these layers", "look for detach, item(), argmax or a new tensor between them and the loss", "if they are meant to rest, set requires_grad to False")
        ),
        figure=reach.figures()[0],
    )


def _list(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"`{n}`" for n in names[:NAMED]) + more


def layer_never_used(problem: Problem) -> Problem:
    """A layer that is made and not used."""
    from nohero.checks.plant import with_network

    def add(model: Any) -> Any:
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model.spare = torch.nn.Linear(4, 4)
        return model

    return with_network(problem, add)


def forgotten_in_the_optimizer(problem: Problem) -> Problem:
    """The optimizer holds the last layer only."""
    from dataclasses import replace

    import torch

    return replace(problem, make_optimizer=lambda model, s: torch.optim.AdamW(model.get_submodule("head").parameters(), lr=s.learning_rate))


def frozen_on_purpose(problem: Problem) -> Problem:
    """The first layer rests, and says so."""
    from nohero.checks.plant import with_network

    def freeze(model: Any) -> Any:
        next(iter(model.parameters())).requires_grad_(requires_grad=False)
        return model

    return with_network(problem, freeze)


CHECK = Check(
    code="SKE180",
    name="silent-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table", plant=layer_never_used), Case(toy="numbers", plant=forgotten_in_the_optimizer)),
    lookalikes=(Case(toy="pictures", plant=frozen_on_purpose),),
)
