"""What it asks: are the inputs on a scale that the network's start is made for?

Why it matters: default starts assume inputs of about deviation 1. Bytes from 0 to 255, or a column in thousands, drown the
other features, saturate units and make the first updates useless.

How it is measured: mean and deviation of each floating feature. Where one is far off, a short training on the inputs as given
is raced against the same training on standardised inputs, with the user's own step.

When it is right to fail: never; it warns, where the standardised inputs clearly learn faster.

What it cannot see: a scale that matters only late in training.

Mend: standardise each feature with the mean and deviation of the training rows.

Source: the recipe, the skeleton; LeCun and others 1998, Efficient backprop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.start_race import StartRace
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

BETTER = 0.7  # of the loss given, at most, that the standardised inputs must reach
GAIN = 0.1  # of its first loss that the standardised run must lose
END = 10  # last losses averaged


def judge(race: StartRace) -> Finding:
    """Sizes raise the question, the race answers it."""
    if not race.num_features:
        return skipped("the model takes no floating inputs with an axis of features")
    if not race.features:
        return passed(f"all {race.num_features} features have a deviation and a mean that default starts are made for")
    if len(race.scaled) < 2 * END or len(race.given) < 2 * END:
        return skipped(f"{len(race.features)} of {race.num_features} features are far from deviation 1, but no race could be run")
    given, scaled, began = (sum(v) / len(v) for v in (race.given[-END:], race.scaled[-END:], race.scaled[:3]))
    off = max(race.features, key=lambda f: max(f.deviation, 1 / max(f.deviation, 1e-9)))
    sizes = f"{len(race.features)} of {race.num_features} features are far from deviation 1 ({off.name}: mean {off.mean:.3g}, deviation {off.deviation:.3g})"
    if began - scaled < GAIN * abs(began) or scaled > BETTER * given:
        return passed(f"{sizes}, and standardising changes little: loss {scaled:.3g} instead of {given:.3g} after {len(race.scaled)} steps")
    return warned(
        f"{sizes}; after {len(race.scaled)} steps the loss is {given:.3g}, with standardised inputs {scaled:.3g}",
        expected="inputs of about mean 0 and deviation 1",
        observed=Observed(value=off.deviation, unit="deviation", n=race.items),
        component="transform",
        where=tuple(f.name for f in race.features[:20]),
        level=Level.VERIFIED,
        why="Default starts and step sizes are made for inputs of deviation 1; larger ones drown the rest and saturate units, smaller ones are not heard.",
        remedies=(Remedy(text="standardise each feature by the training rows' mean and deviation", tried=True, result=f"loss {scaled:.3g} instead of {given:.3g}"), "or put a batch norm before the first layer"),
        figure=Lines(title="inputs as given and standardised", x_label="step", y_label="loss", series=tuple(Series(name=n, x=tuple(float(k) for k in range(len(v))), y=v) for n, v in (("as given", race.given), ("standardised", race.scaled)))),
    )


def one_column_in_thousands(given: Given) -> Given:
    """One column that says nothing is in thousands."""
    import torch

    def change(pair: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        x_NC = pair[0].clone()
        x_NC[:, 4] = 3000 * x_NC[:, 4] + 40_000
        return x_NC, pair[1]

    return replace(given, train=change(given.train), val=change(given.val))


def norm_comes_first(given: Given) -> Given:
    """Raw inputs, and a batch norm that scales them first."""
    import torch
    from torch import nn

    x_NC, _ = given.train.dataset.tensors
    x_NC.mul_(60.0).add_(128.0)
    model = nn.Sequential(nn.BatchNorm1d(6), *given.model)
    return replace(given, model=model, val=None, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None)


def moderate_scale(given: Given) -> Given:
    """Inputs of deviation 4."""
    x_NC, _ = given.train.dataset.tensors
    x_NC.mul_(4.0)
    return replace(given, val=None)


def border_pixels(given: Given) -> Given:
    """All columns of deviation 0.2, and one that is nearly always zero, and then one sixteenth."""
    x_NC, _ = given.train.dataset.tensors
    x_NC.mul_(0.2)
    x_NC[:, 5] = 0.0
    x_NC[::40, 5] = 1 / 16
    return replace(given, val=None)


CHECK = Check(
    code="SKE268",
    name="unscaled-inputs",
    source="the recipe, the skeleton; LeCun and others 1998, Efficient backprop",
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=one_column_in_thousands),),
    lookalikes=(Case(toy="table-mlp", plant=norm_comes_first), Case(toy="table-mlp", plant=moderate_scale), Case(toy="table-mlp", plant=border_pixels)),
)
