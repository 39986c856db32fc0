"""What it asks: do the units of each layer give anything but zero, for at least one item?

Why it matters: a rectified unit whose input is negative for every item gives zero and gets no gradient. A layer that is dead
passes nothing on, and everything before it stays as it began.

How it is measured: every rectifier that is executed is listened to on the first batches, in train mode and in eval mode. The
share of units that gave exactly zero from something negative on all items is counted, and again after each layer was drawn
anew by its own reset.

When it is right to fail: where nearly all units of a layer are dead, or most are and a default start has far fewer.

What it cannot see: units that die later, and rectifiers that are written as comparisons and products.

Mend: look at the bias and the scale of the layer named, and at the scale of the inputs.

Source: the recipe, the skeleton; Lu and others 2019, Dying ReLU and initialization (arXiv:1903.06733).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.signals import Signals
from nohero.evidence.setup.start_race import StartRace
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

LEAST = 6  # units; fewer may all be off by chance: 0.5 ** 6 = 1.6 %
ALL = 0.98  # share of units; nothing gets through
MOST = 0.7  # share of units; measured: default starts of two to four layers have at most 0.45 on 100 items
BESIDE = 0.35  # of the share at default starts above the share given
ITEMS = 16  # probe items; fewer cannot tell dead from idle


def judge(signals: Signals, race: StartRace) -> Finding:
    """Dead shares, against those of a default start."""
    rectified = [a for a in signals.activations if a.units >= LEAST]
    if not rectified:
        return skipped("no rectifier with several units was executed")
    if signals.items < ITEMS:
        return skipped(f"{signals.items} items cannot tell dead units from idle ones")
    default = {}
    for a in signals.default_activations:
        default[a.place] = max(default.get(a.place, 0.0), a.dead)
    bad = [a for a in rectified if a.dead >= MOST and (a.dead - default.get(a.place, 0.0) >= BESIDE or a.dead >= ALL)]
    worst = max(rectified, key=lambda a: a.dead)
    if not bad:
        return passed(f"at most {worst.dead:.0%} of the {worst.units} units after {worst.place or 'the inputs'} give zero on all {signals.items} items")
    worst = max(bad, key=lambda a: a.dead)
    end = sum(race.redrawn[-10:]) / len(race.redrawn[-10:]) if race.redrawn else None
    given = sum(race.given[-10:]) / len(race.given[-10:]) if race.given else None
    learns = end is not None and given is not None and given <= end + 0.25 * abs(race.redrawn[0] - end)
    if learns:
        return passed(f"{worst.dead:.0%} of the units after {worst.place} give zero on all {signals.items} items, yet the network learns as well as from a fresh start")
    say = failed if worst.dead >= ALL else warned
    result = f"loss {end:.3g} instead of {given:.3g} after {len(race.redrawn)} steps" if end is not None and given is not None else ""
    return say(
        f"{worst.dead:.0%} of the {worst.units} units after {worst.place or 'the inputs'} give exactly zero on all {signals.items} items; from a default start {default.get(worst.place, 0.0):.0%} do",
        expected=f"less than {MOST:.0%} of a layer's units silent",
        observed=Observed(value=worst.dead, unit="share of units", n=signals.items),
        component="model",
        where=tuple(dict.fromkeys(a.place for a in bad)),
        level=Level.VERIFIED if result else Level.MEASURED,
        why="A unit that is zero for every item gets no gradient, so it can never come back; what stands before a dead layer is never trained.",
        remedies=(
            Remedy(text="start the layer's bias at zero and its weights by the default reset", tried=bool(result), result=result),
            "scale the inputs to mean 0 and deviation 1",
        ),
        figure=Bars(title="dead units by layer", value_label="share of units", bars=tuple(Bar(label=a.place or "inputs", value=a.dead, role="bad" if a in bad else "plain") for a in rectified[:20])),
    )


def negative_bias(given: Given) -> Given:
    """The second layer's bias starts at -30."""
    given.model[2].bias.data.fill_(-30.0)
    return given


def negative_weights(given: Given) -> Given:
    """Weights of the second layer are all negative after rectified inputs, biases zero."""
    given.model[2].weight.data.abs_().neg_()
    given.model[2].bias.data.zero_()
    return given


def shifted_norm(given: Given) -> Given:
    """The batch norm's shift starts at -10."""
    given.model[5].bias.data.fill_(-10.0)
    return given


def many_zeros_in(given: Given) -> Given:
    """Nine of ten input numbers are zero."""
    import torch

    x_NC, y_N = given.train.dataset.tensors
    x_NC.mul_((torch.rand(x_NC.shape, generator=torch.Generator().manual_seed(1)) < 0.5).float())
    return replace(given, val=None)


def slightly_negative_bias(given: Given) -> Given:
    """A bias that begins a little below zero makes for sparse answers."""
    given.model[2].bias.data.fill_(-0.1)
    return given


CHECK = Check(
    code="SKE260",
    name="dead-units",
    source="the recipe, the skeleton; Lu and others 2019, arXiv:1903.06733",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=negative_bias), Case(toy="table-mlp", plant=negative_weights), Case(toy="cnn-batch-norm", plant=shifted_norm)),
    lookalikes=(Case(toy="table-mlp", plant=many_zeros_in), Case(toy="table-mlp", plant=slightly_negative_bias)),
    under=("SKE268",),
)
