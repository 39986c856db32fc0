"""What it asks: does the target of a next-step network stand one step after its input, no more and no less?

Why it matters: where nobody shifts, the answer stands in the input, and the network learns to copy. Where both the data and the
loss shift, it learns to skip a step.

How it is measured: the target is compared with the input at several distances; a shift inside the loss is found by altering one
target and seeing at which place the loss's gradient on the answers moves.

When it is right to fail: whole numbers in and out, each answer sees its own step and none later, and the target is that very step;
or the loss shifts targets that were shifted already, or twice.

What it cannot see: readings in place of tokens, where reproducing the input may be the task.

Mend: inputs = row[:-1], targets = row[1:]; or let the loss do it, once.

Source: Karpathy 2023, nanoGPT (github.com/karpathy/nanoGPT), train.py, get_batch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.time_dependence import TimeDependence
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(dependence: TimeDependence) -> Finding:
    """The distance between answer and target, data and loss taken together."""
    d = dependence
    if d.shift is None or not d.tokens:
        return passed("the target is no copy of the input's tokens")
    own = any(row[t] for t, row in zip(d.probed, d.chart, strict=True) if t < len(row))
    if d.shift == 0 and own and d.upper() == 0:
        return _failed(d, f"the answer stands in the input: the target at each step is {d.name} at that very step, which the answer sees, and no loss shifts it", "shift once: inputs = row[:-1], targets = row[1:]")
    if d.shift == 0 and own and d.declared is None:
        return unsure(f"the target is {d.name} itself, and every answer sees all of it", component="data", remedies=("hide some tokens from the input if they are to be guessed", "nothing, if the network is to reproduce its input through a bottleneck"))
    if d.shift_in_loss and d.shift > d.shift_in_loss:
        return _failed(d, f"targets are shifted twice: the data shift them by {d.shift - d.shift_in_loss} and the loss by {d.shift_in_loss}, so that step t is to predict step t + {d.shift}", "shift once: hand the loss targets that equal the inputs, or take its shift out")
    if d.shift_in_loss > 1 and d.shift == d.shift_in_loss:
        return _failed(d, f"the loss shifts the targets by {d.shift_in_loss} steps, so that step t is to predict step t + {d.shift}", "shift once: logits[:, :-1] against labels[:, 1:], in the model or in the loss and not in both")
    return passed(f"the target stands {d.shift} step{'s' if d.shift != 1 else ''} after the input" if d.shift else "no answer sees its own step of the input")


def _failed(d: TimeDependence, message: str, mend: str) -> Finding:
    return failed(
        message,
        expected="the target of step t is step t + 1",
        observed=Observed(value=float(d.shift or 0), unit="steps", n=d.steps),
        component="data",
        where=("targets",),
        level=Level.VERIFIED,
        why="The loss falls quickly and means nothing: copying is learnt where nothing is shifted, and skipping a step where it is done twice.",
        remedies=(mend,),
    )


def _relabelled(given: Given, change: Any) -> Given:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    parts: dict[str, Any] = {}
    for name in ("train", "val"):
        rows = [change(x, y) for x, y in getattr(given, name).dataset]
        parts[name] = DataLoader(TensorDataset(torch.stack([x for x, _ in rows]), torch.stack([y for _, y in rows])), batch_size=16, shuffle=name == "train")
    return replace(given, **parts)


def never_shifted(given: Given) -> Given:
    """The target is the input."""
    return _relabelled(given, lambda x, _: (x, x.clone()))


def shifted_twice(given: Given) -> Given:
    """The loss shifts as well as the data."""
    from torch import nn

    return replace(given, loss=lambda out, y: nn.functional.cross_entropy(out[:, :-1].flatten(0, 1), y[:, 1:].flatten()))


def shifted_in_the_loss(given: Given) -> Given:
    """The target is the input, and the loss shifts."""
    return shifted_twice(never_shifted(given))


def shifted_twice_in_the_loss(given: Given) -> Given:
    """The caller shifts, and so does the loss that it calls."""
    from torch import nn

    return replace(never_shifted(given), loss=lambda out, y: nn.functional.cross_entropy(out[:, :-2].flatten(0, 1), y[:, 2:].flatten()))


CHECK = Check(
    code="SKE311",
    name="wrongly-shifted-targets",
    source="Karpathy 2023, nanoGPT (github.com/karpathy/nanoGPT), train.py, get_batch",
    judge=judge,
    sabotages=(Case(toy="causal-transformer", plant=never_shifted), Case(toy="causal-transformer", plant=shifted_twice), Case(toy="causal-transformer", plant=shifted_twice_in_the_loss)),
    lookalikes=(Case(toy="causal-transformer", plant=shifted_in_the_loss),),
)
