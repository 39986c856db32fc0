"""What it asks: does the step use every part of the batch that it takes out?

Why it matters: weights, flags of a finished episode or of padding that are unpacked and then forgotten: the loss is computed as if they were all one.

How it is measured: torch's functions are listened to during a step. A part that the step gives a name, and that reaches none of them, is not read.

When it is right to fail: it warns where the name says that the part changes the loss (done, terminal, weight), or is the second
of two (x1 is read, x2 is not). Other forgotten parts are unsure.

What it cannot see: parts that are read and have no effect; parts named `_`, and those that the step gives no name, are left aside on purpose.

Mend: use the part, or call it `_`.

Source: Mnih et al. 2015, Human-level control through deep reinforcement learning (Nature 518), of values after the end; the recipe, the skeleton.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.unread_parts import UnreadParts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

TELLING = re.compile(r"(?:is_|not_)?(?:dones?|terminals?|terminated|finished)(?:_\w+)?|(?:\w+_)?weights?|non_?final\w*")  # of values after the end, and of unequal items
MASKS = re.compile(r"\w*mask\w*|len(?:gth)?s?|seq_?len\w*|x_len\w*")  # which a model may well find out by itself


def judge(unread: UnreadParts) -> Finding:
    """Names decide how loudly it is said."""
    if not unread.of:
        return skipped("there is no step of the user's own that could leave a part of the batch aside")
    named = [p for p in unread.parts if p.name and not p.name.startswith("_") and not p.constant]
    telling = [p for p in named if TELLING.fullmatch(p.name.lower()) or p.twin]
    masks = [p for p in named if MASKS.fullmatch(p.name.lower()) or p.flags]
    found = telling or masks
    if not found:
        aside = ", ".join(p.place for p in unread.parts)
        return passed(f"the step reads {unread.of - len(unread.parts)} of the {unread.of} parts of a batch" + (f"; {aside} is left aside, and nothing says that it should matter" if aside else ""))
    first = found[0]
    return (warned if telling else unsure)(
        f"the step takes `{first.name}` ({first.place}) out of the batch and never reads it" + (": zeros and ones that change nothing" if first.flags else f"; it reads `{first.twin}`, of the same shape" if first.twin else ""),
        expected="parts of the batch that are used, or named `_`",
        observed=Observed(value=float(len(found)), unit="parts", n=unread.of),
        component="step",
        where=tuple(p.place for p in found),
        level=Level.MEASURED,
        effect="the loss is that of a batch whose items are all alike in this",
        remedies=(f"use `{first.name}` in the loss or in the goals, for instance reward + discount * (1 - done) * value, or (loss * weight).mean()", f"call it `_`, if it is left aside on purpose; or ignore this check, if the model finds out by itself what `{first.name}` says"),
    )


def _three_parts(given: Given, compared: Any) -> Given:
    """Items with a weight each."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train[:2] if isinstance(given.train, tuple) else torch.utils.data.default_collate([given.train.dataset[i] for i in range(len(given.train.dataset))])
    weight = 0.5 + torch.rand(len(y), generator=torch.Generator().manual_seed(1))
    return replace(given, train=DataLoader(TensorDataset(x, y, weight), batch_size=32, shuffle=True), val=None, scheduler=None, step=compared)


def weights_forgotten(given: Given) -> Given:
    """Unpacked, moved, and not used."""

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x, y, weight = batch
        weight = weight.to(x.device)
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return _three_parts(given, step)


def one_view_read_twice(given: Given) -> Given:
    """Two noisy views of each item, of which the first is read twice."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train[:2] if isinstance(given.train, tuple) else torch.utils.data.default_collate([given.train.dataset[i] for i in range(len(given.train.dataset))])
    rng = torch.Generator().manual_seed(2)
    views = TensorDataset(*(x + 0.1 * torch.randn(x.shape, generator=rng) for _ in range(2)), y)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x1, x2, y = batch
        optimizer.zero_grad()
        value = loss(model(x1), y) + (model(x1) - model(x1)).square().mean()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, train=DataLoader(views, batch_size=32, shuffle=True), val=None, scheduler=None, step=step)


def weights_used(given: Given) -> Given:
    """As it is meant."""
    from torch.nn.functional import smooth_l1_loss

    def step(model: Any, batch: Any, optimizer: Any) -> float:
        x, y, weight = batch
        optimizer.zero_grad()
        value = (weight[:, None] * smooth_l1_loss(model(x), y, reduction="none")).mean()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return _three_parts(given, step)


def numbers_of_items_left_aside(given: Given) -> Given:
    """A part that only names the items."""

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x, y, number = batch
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return float(value.detach()) + 0.0 * len(number)

    return _three_parts(given, step)


CHECK = Check(
    code="SKE419",
    name="unread-part",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=weights_forgotten), Case(toy="huber-regression", plant=one_view_read_twice)),
    lookalikes=(Case(toy="huber-regression", plant=weights_used), Case(toy="huber-regression", plant=numbers_of_items_left_aside)),
)
