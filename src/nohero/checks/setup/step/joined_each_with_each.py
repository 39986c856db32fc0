"""What it asks: does the step join a column of answers, (B, 1), with a row of goals, (B,)?

Why it matters: they broadcast to B times B pairs. Each answer is drawn to the mean of all goals; the loss falls to their variance and stays there.

How it is measured: torch's losses, sums, differences, products and quotients are listened to while the step runs on a batch, and on the batch without
its last item: two tensors of different origin, one (B, 1) and one (B,), in both runs.

When it is right to fail: one of torch's losses is called so. Own arithmetic that does so warns.

What it cannot see: shapes that meet through einsum or a matrix product; the same numbers laid against themselves are meant.

Mend: give both one shape: `answer.squeeze(1)`, or `goal.unsqueeze(1)`.

Source: the recipe, the skeleton; torch's warning on target sizes that differ from the input's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_shapes import HeardShapes
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardShapes) -> Finding:
    """Losses fail, own arithmetic warns."""
    if not heard.joined:
        return passed("no column of answers is joined with a row")
    first = next((j for j in heard.joined if j.loss), heard.joined[0])
    b = max(first.first[0], 1)
    at = f" ({first.line})" if first.line else ""
    return (failed if first.loss else warned)(
        f"{first.function} joins {list(first.first)} with {list(first.second)}{at}: each of {b} items with every other, {b * b:,} numbers",
        expected="answers and goals of one shape, each item with its own",
        observed=Observed(value=float(b * b), unit="numbers", n=b),
        component="step",
        where=tuple(j.line or j.function for j in heard.joined),
        level=Level.VERIFIED,
        why="Broadcasting pairs every answer with every goal. The best answer to that is the mean of all goals, so the network learns a constant.",
        remedies=("squeeze the answers: answer.squeeze(1)", "or give the goals the answers' shape: goal.view_as(answer)"),
    )


def _goals_made_in_the_step(given: Given, compared: Any) -> Given:
    """The step makes its own goals of the targets, as where values are bootstrapped."""

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x, y = batch
        goal = 0.9 * y.flatten() + 0.1
        value = compared(loss, model(x), goal)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, scheduler=None)


def goals_without_last_axis(given: Given) -> Given:
    """Answers (B, 1), goals (B,)."""
    return _goals_made_in_the_step(given, lambda loss, out, goal: loss(out, goal))


def weighted_by_a_row(given: Given) -> Given:
    """Losses (B, 1) times weights (B,)."""
    import torch

    def compared(_: Any, out: Any, goal: Any) -> Any:
        each = torch.nn.functional.smooth_l1_loss(out, goal[:, None], reduction="none")
        return (each * (1 + goal.abs())).mean()

    return _goals_made_in_the_step(given, compared)


def goals_of_one_shape(given: Given) -> Given:
    """As it is meant."""
    return _goals_made_in_the_step(given, lambda loss, out, goal: loss(out.squeeze(1), goal))


def all_pairs_of_one_set(given: Given) -> Given:
    """A ranking loss: every answer against every other, on purpose."""
    import torch

    def compared(_: Any, out: Any, goal: Any) -> Any:
        far = out - out.squeeze(1)
        wanted = torch.sign(goal[:, None] - goal)
        return torch.nn.functional.softplus(-wanted * far).mean()

    return _goals_made_in_the_step(given, compared)


CHECK = Check(
    code="SKE418",
    name="joined-each-with-each",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=goals_without_last_axis), Case(toy="huber-regression", plant=weighted_by_a_row)),
    lookalikes=(Case(toy="huber-regression", plant=goals_of_one_shape), Case(toy="huber-regression", plant=all_pairs_of_one_set)),
    under=("SKE343",),
)
