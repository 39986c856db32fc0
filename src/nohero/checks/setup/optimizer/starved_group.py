"""What it asks: does any group of the optimizer have a learning rate that is next to nothing beside the others'?

Why it matters: a slip in an exponent leaves one part of the model at its random start while the rest learns around it.

How it is measured: the groups' learning rates are sorted; a gap of more than a thousand between neighbours is looked for. A
ladder of rates, layer by layer, has no such gap.

When it is right to fail: never more than a warning. A rate of zero is unsure: it may be meant to freeze.

What it cannot see: one group whose rate is too low or too high for all; short races over the rate do.

Mend: learning rates within a factor of a hundred of each other.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

GAP = 1000.0  # between neighbouring rates; discriminative fine-tuning uses 100 at most


def judge(optimizer: OptimizerFacts, replay: StepReplay) -> Finding:
    """A gap in the rates of one optimizer warns; a rate of zero is unsure."""
    reached = {f.name for f in replay.fates if f.reached > 0 and f.wanted}
    groups = [g for g in optimizer.groups if g.rate == g.rate and any(n in reached for n in g.names)]
    if len(groups) < 2:
        return skipped("there is one group of parameters")
    rates = sorted({abs(g.rate) for g in groups})
    gaps = [(high, low) for low, high in zip(rates, rates[1:], strict=False) if low * GAP < high]
    if not gaps:
        return passed(f"learning rates of {len(groups)} groups lie between {rates[0]:.1g} and {rates[-1]:.1g}")
    high, low = gaps[-1]
    starved = [g for g in groups if abs(g.rate) <= low]
    make = unsure if low == 0 else warned
    return make(
        f"{sum(len(g.names) for g in starved)} parameters have a learning rate of {low:g}, the others {high:g}" + (": they do not move" if low == 0 else f", {high / low:.0f} times as much"),
        expected="learning rates within a factor of a hundred",
        observed=Observed(value=low, unit="learning rate", n=len(groups)),
        component="optimizer",
        where=tuple(n for g in starved for n in g.names)[:6],
        why="At a thousandth of the others' rate these parameters stay where they began while the rest learns around them.",
        remedies=("look at the exponent of this group's lr",) if low else ('say expect={"frozen": [...]} and set requires_grad_(False), if they are to stay as they are',),
        figure=Bars(title="Learning rate by group", value_label="learning rate", bars=tuple(Bar(label=f"{g.names[0]} …", value=g.rate, role="bad" if g in starved else "plain") for g in groups[:12]), sentence=f"the lowest rate is {low:g}, the highest {rates[-1]:g}"),
    )


def _rates(given: Given, *rates: float) -> Given:
    from dataclasses import replace

    import torch

    parts = [m for m in given.model if list(m.parameters())]
    picked = [rates[min(k, len(rates) - 1)] for k in range(len(parts))]
    groups = [{"params": list(m.parameters()), "lr": r} for m, r in zip(parts, picked, strict=True)]
    return replace(given, optimizer=torch.optim.Adam(groups), scheduler=None)


def starved_head(given: Given) -> Given:
    """The last layer has 1e-8."""
    return _rates(given, 3e-3, 3e-3, 1e-8)


def starved_body(given: Given) -> Given:
    """All but the last layer have a slip in the exponent."""
    return _rates(given, 1e-9, 1e-9, 1e-9, 1e-9, 1e-2)


def ladder(given: Given) -> Given:
    """Rates fall by ten from layer to layer."""
    return _rates(given, 3e-5, 3e-4, 3e-3)


CHECK = Check(
    code="SKE426",
    name="starved-group",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=starved_head), Case(toy="cnn-batch-norm", plant=starved_body)),
    lookalikes=(Case(toy="table-mlp", plant=ladder),),
)
