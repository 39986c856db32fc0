"""What it asks: do bounded units start in the middle of their range?

Why it matters: near its bounds a sigmoid or tanh is flat; what stands before it gets next to no gradient and learns slowly
or never.

How it is measured: every sigmoid, tanh or other bounded function that is executed is listened to on the first batches; the
share of its values within one hundredth of a bound is counted, with the inputs as given and with them standardised, and
after a default start.

When it is right to fail: where most values are at the bounds, and fewer are with standardised inputs or from a default start.

What it cannot see: the gates inside recurrent layers, and units that saturate later.

Mend: standardise the inputs, start the weights smaller.

Source: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.signals import Signals
from nohero.evidence.setup.start_race import StartRace
from nohero.run.finding import Finding, Level, Observed, Remedy, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

MOST = 0.5  # share of values at the bounds; measured: 0 to 0.03 at default starts with standardised inputs
BETTER = 0.5  # of the share, at most, with the remedy


def judge(signals: Signals, race: StartRace) -> Finding:
    """Shares at the bounds, as given and with remedies."""
    bounded = [a for a in signals.activations if a.function in ("sigmoid", "tanh", "hardtanh", "hardsigmoid", "softsign") and a.values]
    if not bounded:
        return skipped("no bounded activation was executed")
    worst = max(bounded, key=lambda a: a.saturated)
    if worst.saturated < MOST:
        return passed(f"at most {worst.saturated:.0%} of the values after {worst.place or 'the inputs'} are at the bounds of {worst.function}")
    scaled = max((a.saturated for a in signals.scaled_activations if a.place == worst.place), default=worst.saturated)
    fresh = max((a.saturated for a in signals.default_activations if a.place == worst.place), default=worst.saturated)
    if min(scaled, fresh) > BETTER * worst.saturated:
        return passed(f"{worst.saturated:.0%} of the values after {worst.place} are at the bounds of {worst.function}, and neither a default start nor standardised inputs change that")
    better = [(sum(arm[-10:]) / len(arm[-10:])) for arm in (race.scaled, race.redrawn) if arm]
    given = sum(race.given[-10:]) / len(race.given[-10:]) if race.given else None
    if given is not None and better and min(better) > 0.8 * given:
        return passed(f"{worst.saturated:.0%} of the values after {worst.place} are at the bounds of {worst.function}, yet the network learns as well as from a fresh start")
    told = f"loss {min(better):.3g} instead of {given:.3g}" if given is not None and better else ""
    cure = (
        Remedy(text="standardise the inputs: mean 0, deviation 1", tried=True, result=f"{scaled:.0%} at the bounds instead of {worst.saturated:.0%}{'; ' + told if told else ''}"),
        Remedy(text="start the weights by the layer's default reset", tried=True, result=f"{fresh:.0%} at the bounds instead of {worst.saturated:.0%}{'; ' + told if told else ''}"),
    )
    return warned(
        f"{worst.saturated:.0%} of the values after {worst.place or 'the inputs'} are at the bounds of {worst.function}",
        expected=f"less than {MOST:.0%} at the bounds",
        observed=Observed(value=worst.saturated, unit="share of values", n=worst.values),
        component="model" if fresh < scaled else "transform",
        where=(worst.place,),
        level=Level.VERIFIED,
        why="At its bounds the function is flat: the gradient that passes is a hundredth of what it could be, and the layers before it hardly learn.",
        remedies=cure if scaled <= fresh else cure[::-1],
    )


def wide_start(given: Given) -> Given:
    """Weights drawn with deviation 10."""
    for layer in (0, 2):
        given.model[layer].weight.data.normal_(0, 10)
    return given


def raw_inputs(given: Given) -> Given:
    """Inputs in hundreds."""
    return replace(given, train=(300 * given.train[0], given.train[1]), val=(300 * given.val[0], given.val[1]))


def modest_gain(given: Given) -> Given:
    """Weights one and a half times as large as by default."""
    for layer in (0, 2):
        given.model[layer].weight.data.mul_(1.5)
    return given


CHECK = Check(
    code="SKE261",
    name="saturated-units",
    source="Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=wide_start), Case(toy="huber-regression", plant=raw_inputs)),
    lookalikes=(Case(toy="huber-regression", plant=modest_gain),),
    under=("SKE268",),
)
