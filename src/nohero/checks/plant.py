"""Ways to plant one change in a problem, for sabotages and lookalikes: other data, another split, transform or network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from nohero.data.raw import Raw
    from nohero.problem import Problem


def posed(problem: Problem, raw: Raw, parts: dict[str, Any] | None = None) -> Problem:
    """The same problem on other data: split anew, or into `parts` (train, val, test: row numbers), and fitted anew."""
    from nohero.bring import with_split
    from nohero.data.split import split

    divided = split(raw, problem.task.name, seed=problem.seed)
    if parts is not None:
        divided = replace(divided, **parts)
    fresh = with_split(raw, problem.task.name, divided, name=problem.name, seed=problem.seed, effort=problem.effort)
    return replace(fresh, start=problem.start, ladder=problem.ladder, declined=problem.declined, threads=problem.threads)


def with_columns(problem: Problem, **columns: Any) -> Problem:
    """Columns (arrays or lists, one value a row) added to a table, or put in place of those of the same name."""
    import polars as pl

    frame = problem.raw.frame.with_columns([pl.Series(name, values) for name, values in columns.items()])
    return posed(problem, replace(problem.raw, frame=frame))


def with_target(problem: Problem, target: Any) -> Problem:
    """The same inputs with other targets."""
    return posed(problem, replace(problem.raw, target=target))


def with_transform(problem: Problem, transform: Any) -> Problem:
    """A table's parts prepared by `transform`, and a network of the width that fits."""
    from nohero.bring import factory
    from nohero.data.batches import array_set

    raw, made = problem.raw, {}
    prepared = transform.apply(raw.frame, raw.items)
    for name, rows in problem.split.parts().items():
        made[name] = array_set(prepared[rows], getattr(problem, name).y.numpy(), rows)
    fresh = factory(problem.task, made["train"], shape=tuple(made["train"].x.shape[1:]))
    return replace(problem, transform=transform, make_model=fresh, train=made["train"], val=made["val"], test=made["test"])


def with_network(problem: Problem, change: Callable[[nn.Module], nn.Module]) -> Problem:
    """Every network passed through `change` when it is made."""
    return replace(problem, make_model=lambda settings, seed: change(problem.make_model(settings, seed)))


def with_forward(problem: Problem, forward: Callable[[Any, Any], Any]) -> Problem:
    """Every network answering by `forward(its own forward, x)`; its parameters and their names stay."""

    def change(model: nn.Module) -> nn.Module:
        inner = model.forward
        model.forward = lambda x: forward(inner, x)
        return model

    return with_network(problem, change)
