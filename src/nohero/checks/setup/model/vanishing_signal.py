"""What it asks: does the signal get through the depth of the network, forwards and backwards, at the start?

Why it matters: where each layer shrinks or blows up what it is given, the last layer hears nothing of the input, or the first
nothing of the loss. The network sits on a plateau, or explodes.

How it is measured: each layer's spread over the items, and the gradient at its answers. Where these differ by orders of
magnitude, a short training from the start as given is raced against one whose layers were drawn anew and scaled so that each
answers with deviation 1, with the user's own step; and against one whose items get each other's inputs.

When it is right to fail: where the fresh start learns, and the given one no more than can be learnt without inputs.

What it cannot see: signals that vanish later, and through time in a recurrent layer.

Mend: the default start of each layer, a gain that fits the activation, a norm or a residual path.

Source: He and others 2015, arXiv:1502.01852; the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.signals import Signals
from nohero.evidence.setup.start_race import StartRace
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

BEHIND = 0.25  # of the fresh start's gain; a given start that made less of it than this is behind
GAIN = 0.1  # of its first loss that the fresh start must lose, or the race says nothing
FEWEST = 40  # steps of a race that decides: a sound start that is slower at first has caught up by then
END = 10  # last losses averaged


def judge(signals: Signals, race: StartRace) -> Finding:
    """The race decides; the signals say what is odd."""
    layers = [layer for layer in signals.layers if layer.trainable]
    if len(layers) < 2:
        return skipped("fewer than two trainable layers were called on floating inputs")
    if not race.odd:
        return passed(f"the spread stays within {_ratio([x.spread for x in layers]):.0f} and the gradient within {_ratio([x.gradient for x in layers]):.0f} times over {len(layers)} layers")
    if not race.given or not race.redrawn:
        return skipped("the start looks odd, but no race could be run")
    began, end = sum(race.redrawn[:3]) / 3, sum(race.redrawn[-END:]) / END
    mute = sum(race.mute[-END:]) / END if race.mute else began
    began = min(began, mute) if mute - end >= GAIN * abs(mute) else began  # shares of classes are learnt without any signal
    given = sum(race.given[-END:]) / END
    spreads, grads = _ratio([x.spread for x in layers]), _ratio([x.gradient for x in layers])
    if began - end < GAIN * abs(began) or given < began - BEHIND * (began - end):
        return passed(f"{', '.join(race.odd)} at the start look odd, but the network learns from there: loss {given:.3g}, {end:.3g} from a fresh start")
    if min(len(race.given), len(race.redrawn)) < FEWEST:
        return unsure(
            f"{', '.join(race.odd)} at the start look odd, and in the time there was {min(len(race.given), len(race.redrawn))} steps could be raced: too few to tell",
            component="model", where=(_worst(signals),), remedies=("a larger budget, a smaller batch or a quieter machine lets the race decide",),
        )  # fmt: skip
    scaled = sum(race.scaled[-END:]) / END if race.scaled else float("nan")
    if scaled <= began - BEHIND * (began - end):
        return passed(f"the start looks odd because of the inputs' sizes: standardised, the network learns from it (loss {scaled:.3g})")
    still = given != given or given >= race.given[0] - BEHIND * (began - end)
    say = failed if still else warned
    return say(
        f"over {len(layers)} layers the spread differs {spreads:.1e} times and the gradient {grads:.1e} times; after {len(race.given)} steps the loss is {given:.3g}, from a fresh start {end:.3g}",
        expected="spread and gradient of one order from the first layer to the last",
        observed=Observed(value=given, unit="loss", n=len(race.given)),
        component="model",
        where=(_worst(signals),),
        level=Level.VERIFIED,
        why="Each layer multiplies what it gets. A factor a little off one, to the power of the depth, leaves nothing, or far too much.",
        remedies=(
            Remedy(text="start each layer so that its answers have deviation 1 (its default reset, a gain that fits the activation)", tried=True, result=f"loss {end:.3g} instead of {given:.3g}"),
            "put a norm after each layer, or a residual path round it",
        ),
        figure=Lines(title="two starts", x_label="step", y_label="loss", series=(_line("as given", race.given), _line("fresh start", race.redrawn))),
    ) if signals.layers else unsure("no layer was heard")


def _ratio(values: list[float]) -> float:
    known = [v for v in values if v == v]
    return max(known) / max(min(known), 1e-30) if known else 1.0


def _worst(signals: Signals) -> str:
    """The layer whose spread is farthest from what its default start gives."""
    default = {layer.name: layer.spread for layer in signals.default_layers}
    odd = [(max(layer.spread, 1e-30) / max(default.get(layer.name, 1.0), 1e-30), layer.name) for layer in signals.layers if layer.trainable]
    return next((name for ratio, name in odd if ratio > 5 or ratio < 0.2), odd[0][1] if odd else "")


def _line(name: str, losses: tuple[float, ...]) -> Series:
    return Series(name=name, x=tuple(float(k) for k in range(len(losses))), y=losses)


def tiny_start(given: Given) -> Given:
    """All weights a thousand times too small: Adam finds its way from there."""
    for layer in (0, 2, 4):
        given.model[layer].weight.data.mul_(1e-3)
        given.model[layer].bias.data.zero_()
    return given


def huge_start(given: Given) -> Given:
    """All weights drawn with deviation 3."""
    for layer in (0, 2, 4):
        given.model[layer].weight.data.normal_(0, 3)
    return given


def deep_sigmoids(given: Given) -> Given:
    """Ten layers of sigmoids."""
    import torch
    from torch import nn

    torch.manual_seed(2)
    inner = [part for _ in range(10) for part in (nn.Linear(32, 32), nn.Sigmoid())]
    model = nn.Sequential(nn.Linear(6, 32), nn.Sigmoid(), *inner, nn.Linear(32, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None)


def silent_branches(given: Given) -> Given:
    """The head starts at zero, so that nothing before it gets a gradient in the first step."""
    given.model[4].weight.data.zero_()
    given.model[4].bias.data.zero_()
    return given


def four_layers(given: Given) -> Given:
    """Two layers more."""
    import torch
    from torch import nn

    torch.manual_seed(2)
    inner = [part for _ in range(4) for part in (nn.Linear(32, 32), nn.ReLU())]
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), *inner, nn.Linear(32, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None)


CHECK = Check(
    code="SKE262",
    name="vanishing-signal",
    source="He and others 2015, arXiv:1502.01852; the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=huge_start), Case(toy="table-mlp", plant=deep_sigmoids)),
    lookalikes=(Case(toy="table-mlp", plant=tiny_start), Case(toy="table-mlp", plant=silent_branches), Case(toy="table-mlp", plant=four_layers)),
    under=("DAT300", "SKE260", "SKE261", "SKE263", "SKE268"),
)
