"""What it asks: does the model give the same answer twice in eval mode?

Why it matters: dropout that forgot the mode makes every evaluation worse and every prediction a draw.

How it is measured: two forward passes in eval mode with other random streams; dropout and draws that are executed are named.

When it is right to fail: answers differ and dropout is executed in eval mode.

What it cannot see: models that sample on purpose: they are told as unsure.

Mend: F.dropout(x, p, training=self.training), or nn.Dropout as a registered module.

Source: the recipe, the skeleton (dropout off in evaluation)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.executed_ops import ExecutedOps
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(ops: ExecutedOps) -> Finding:
    """Dropout in eval mode fails; draws are unsure."""
    if not ops.random_evaluation:
        return passed("two passes in eval mode agree bit for bit")
    if ops.by_course and not ops.drops_in_evaluation and not ops.draws_in_evaluation:
        return unsure(
            "two passes in eval mode differ, under the same random numbers too", component="model",
            remedies=("if the model keeps a state from call to call that is as it should be; if it draws from a generator of its own, nothing is comparable: seed it, or leave the draw out in eval mode",),
        )  # fmt: skip
    places = tuple(dict.fromkeys(module or "forward" for module, _ in (*ops.drops_in_evaluation, *ops.draws_in_evaluation)))
    told = failed if ops.drops_in_evaluation else unsure if ops.draws_in_evaluation else warned
    what = f"drops with rate {ops.drops_in_evaluation[0][1]:g}" if ops.drops_in_evaluation else f"draws with {ops.draws_in_evaluation[0][1]}" if ops.draws_in_evaluation else "answers at random"
    return told(
        f"in eval mode {places[0] if places else 'the model'} {what}: two answers to the same batch differ by {ops.apart:.2g} of their size",
        expected="equal answers in eval mode",
        observed=Observed(value=ops.apart, unit="relative difference"),
        component="model",
        where=places,
        level=Level.VERIFIED,
        why="A prediction that changes by itself is worse than the network's own, and no score is comparable.",
        remedies=("pass the mode: F.dropout(x, p, training=self.training)", "register dropout as a module, so that eval() reaches it", "if it samples on purpose, take the mean in eval mode"),
    )


def functional_dropout(given: Given) -> Given:
    """`F.dropout` without the mode."""
    import torch

    given.model[0].register_forward_hook(lambda _, __, out: torch.nn.functional.dropout(out, 0.3))
    return replace(given, model=given.model)


def dropout_in_a_list(given: Given) -> Given:
    """A dropout layer in a plain list: eval() does not reach it."""
    import torch

    hidden = [torch.nn.Dropout(0.4)]
    given.model[0].register_forward_hook(lambda _, __, out: hidden[0](out))
    return replace(given, model=given.model)


def dropout_that_obeys(given: Given) -> Given:
    """Dropout by the mode."""
    import torch

    given.model[0].register_forward_hook(lambda m, __, out: torch.nn.functional.dropout(out, 0.1, training=m.training))
    return replace(given, model=given.model)


def state_that_goes_on(given: Given) -> Given:
    """Each call adds to what the last one left: no chance is in it."""
    last = [0.0]

    def hook(_: Any, __: Any, out: Any) -> Any:
        last[0] += 0.01
        return out + last[0]

    given.model[0].register_forward_hook(hook)
    return replace(given, model=given.model)


CHECK = Check(
    code="SKE226",
    name="random-evaluation",
    source="the recipe, the skeleton (dropout off in evaluation)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=functional_dropout), Case(toy="cnn-batch-norm", plant=dropout_in_a_list)),
    lookalikes=(Case(toy="table-mlp", plant=dropout_that_obeys), Case(toy="table-mlp", plant=state_that_goes_on)),
    under=("SKE235",),
)
