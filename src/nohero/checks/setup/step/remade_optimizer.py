"""What it asks: does the optimizer remember the batches before?

Why it matters: momentum and Adam's averages live in the optimizer. One that is made anew for every batch, or whose state is cleared,
takes each step as its first: Adam's is then the sign of the gradient at the full learning rate, however small or uncertain it is.

How it is measured: the step runs on a few batches; at every update it is looked up whether an optimizer that keeps averages has any.

When it is right to fail: at every batch after the first the only update is made by an optimizer that remembers nothing. Inner loops
of several updates (meta-learning, fitting each item) and optimizers without a memory pass.

What it cannot see: an optimizer that is made anew for every epoch, outside of the step.

Mend: make the optimizer once, before the loop, and hand it to the step.

Source: Kingma and Ba 2015, Adam (arXiv:1412.6980), algorithm 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

LEAST = 3  # batches after the first with one update each


def judge(replay: StepReplay) -> Finding:
    """One update a batch, none of which remembers anything."""
    updates = [u for u in replay.updates if not u.closure and not u.foreign]
    first = min((u.call for u in updates), default=0)
    later = [u for u in updates if u.call > first]
    calls = {u.call for u in later}
    if len(calls) < LEAST:
        return skipped(f"{len(calls)} batches with an update after the first; {LEAST} are needed")
    single = [u for u in later if sum(o.call == u.call and o.optimizer == u.optimizer for o in later) == 1]
    forgetful = [u for u in single if u.bare and all(o.bare for o in single if o.optimizer == u.optimizer)]
    if len(forgetful) < LEAST:
        return passed(f"the optimizer of {sum(not u.bare for u in later)} of {len(later)} updates after the first remembers the batches before, or has no memory to keep")
    mine = forgetful[0].optimizer >= 0
    return failed(
        f"at {len(forgetful)} of {len(later)} updates after the first batch the optimizer remembers nothing: {'its state has been cleared' if mine else 'it has been made anew'}",
        expected="averages of the gradients over the batches before",
        observed=Observed(value=float(len(forgetful)), unit="updates without a memory", n=len(later)),
        component="step",
        where=("optimizer.state",) if mine else ("the making of the optimizer",),
        level=Level.VERIFIED,
        why="Momentum never builds up, and Adam divides each gradient by itself: every parameter moves by the full learning rate in the direction of its sign, at every batch.",
        remedies=("make the optimizer once, before the loop",) if not mine else ("do not clear optimizer.state between batches",),
    )


def made_in_the_step(given: Given) -> Given:
    """A new Adam for every batch."""
    return _stepping(given, anew=True, updates=1)


def state_cleared(given: Given) -> Given:
    """The optimizer's state is thrown away after every batch."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(model.train()(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        optimizer.state.clear()
        return float(value.detach())

    return replace(given, step=step)


def made_at_the_first_batch(given: Given) -> Given:
    """The step makes its Adam when it is first called."""
    return _stepping(given, anew=False, updates=1)


def inner_loop(given: Given) -> Given:
    """Each batch is fitted by a few updates of an Adam of its own."""
    return _stepping(given, anew=True, updates=4)


def without_a_memory(given: Given) -> Given:
    """A new plain SGD for every batch."""
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, _optimizer: Any) -> float:
        one = torch.optim.SGD(model.parameters(), lr=0.05)
        one.zero_grad()
        value = loss(model.train()(batch[0]), batch[1])
        value.backward()
        one.step()
        return float(value.detach())

    return replace(given, step=step)


def _stepping(given: Given, *, anew: bool, updates: int) -> Given:
    from dataclasses import replace

    import torch

    made: list[Any] = []

    def step(model: Any, batch: Any, loss: Any, _optimizer: Any) -> float:
        if anew or not made:
            made[:] = [torch.optim.Adam(model.parameters(), lr=1e-3)]
        for _ in range(updates):
            made[0].zero_grad()
            value = loss(model.train()(batch[0]), batch[1])
            value.backward()
            made[0].step()
        return float(value.detach())

    return replace(given, step=step)


CHECK = Check(
    code="SKE415",
    name="remade-optimizer",
    source="Kingma and Ba 2015, Adam (arXiv:1412.6980), algorithm 1",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=made_in_the_step), Case(toy="cnn-batch-norm", plant=state_cleared)),
    lookalikes=(Case(toy="table-mlp", plant=made_at_the_first_batch), Case(toy="table-mlp", plant=inner_loop), Case(toy="table-mlp", plant=without_a_memory)),
)
