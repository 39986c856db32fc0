"""What it asks: is there a large part of the main input that never has any influence on the answers?

Why it matters: the first step read in place of the last, a slice over the wrong axis, or features cut away leave a network that works
with a fraction of what it is given, and trains all the same.

How it is measured: the gradient of randomly weighted answers on the input, summed over items; places where it is exactly zero are
altered all at once, and no answer may move.

When it is right to fail: a quarter of the places along one axis is idle, though it holds content.

What it cannot see: regions whose influence is small and not zero, or fades through many steps.

Mend: out[:, -1] for the last step of batch-first code; look at slices and at the axis that is reduced.

Source: the recipe, the skeleton ("use backprop to chart dependencies").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.input_use import InputUse, Region
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

LARGE = 0.25  # share of the places along one axis; a picture's borders or a centre crop are below 0.15
PLACES = 2  # one column left out on purpose is no region


LONG = 24  # columns: a row of so many may be a series


def judge(use: InputUse) -> Finding:
    """A quarter of an axis warns."""
    large = [r for r in use.regions if r.confirmed and not r.faded and len(r.idle) >= max(PLACES, LARGE * r.of)]
    if not large:
        if use.why_no_regions:
            return skipped(use.why_no_regions)
        return passed("no large region of the main input is idle")
    if all(_out_of_reach(r) for r in large):
        return unsure(f"the first {len(large[0].idle)} of {large[0].of} steps of {large[0].name} have no influence on any answer", component="model", remedies=("if the network is not meant to look farther back, give it shorter rows; else add layers, strides or dilation",))
    r = max(large, key=lambda r: len(r.idle) / r.of)
    place = f"{r.name}[{', '.join([':'] * r.axis + [_spans(r.idle)])}{', :' * (r.axes - r.axis - 1)}]"
    return warned(
        f"{len(r.idle)} of {r.of} places along axis {r.axis} of {r.name} have no influence on any answer: {place}{_first_alone(r)}",
        expected="every part of the input that holds content counts",
        observed=Observed(value=len(r.idle) / r.of, unit="share of the axis", n=r.of),
        component="model",
        where=(place,),
        level=Level.VERIFIED,
        why="What has no influence cannot be learnt from. The network trains on the rest, and the loss stays higher than it need be.",
        remedies=("to read a recurrent network's last step, batch first, write out[:, -1]; with the time first, out[-1]", "look at the slices and at the axis that is reduced or indexed in the forward function", "leave the part out of the data if it is not needed"),
    )


def _out_of_reach(r: Region) -> bool:
    """The oldest steps of a series of readings: beyond the reach of the network's filters."""
    return r.axis == 1 and (r.axes == 3 or (r.axes == 2 and r.of >= LONG)) and r.idle == tuple(range(len(r.idle))) and len(r.idle) < r.of - 1


def _first_alone(r: Region) -> str:
    rest = [i for i in range(max(r.idle) + 2) if i not in r.idle]
    return "; only the first counts" if rest and rest[0] == 0 and len(r.idle) == r.of - 1 else ""


def _spans(places: tuple[int, ...]) -> str:
    """1:4, 7 for 1, 2, 3, 7."""
    spans: list[list[int]] = []
    for p in places:
        if spans and p == spans[-1][1] + 1:
            spans[-1][1] = p
        else:
            spans.append([p, p])
    shown = [f"{a}:{b + 1}" if b > a else str(a) for a, b in spans]
    return ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "")


def first_step_read(given: Given) -> Given:
    """The recurrent network's answer at the first step, in place of the last."""
    model: Any = given.model
    model.forward = lambda x: model.head(model.gru(x)[0][0])
    return given


def features_cut_away(given: Given) -> Given:
    """Two of the columns are dropped by a slice."""
    import torch

    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(torch.cat([x[:, :4], x[:, :2]], 1))
    return given


def first_token_of_causal_attention(given: Given) -> Given:
    """The first token's answer, though the mask lets it see itself alone."""
    import torch

    model: Any = given.model

    def forward(ids: Any, mask: Any) -> Any:
        steps = ids.shape[1]
        hidden = torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1)
        return model.head(model.blocks(model.token(ids) + model.place(torch.arange(steps)), mask=hidden)[:, 0])

    model.forward = forward
    return given


def first_token_of_full_attention(given: Given) -> Given:
    """The first token's answer, which sees all others."""
    import torch

    model: Any = given.model

    def forward(ids: Any, mask: Any) -> Any:
        return model.head(model.blocks(model.token(ids) + model.place(torch.arange(ids.shape[1], device=ids.device)), src_key_padding_mask=mask == 0)[:, 0])

    model.forward = forward
    return given


def border_cropped(given: Given) -> Given:
    """A picture's outermost rows are cut off."""
    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(x[:, :, 1:, 1:])
    return given


CHECK = Check(
    code="SKE321",
    name="ignored-region",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(
        Case(toy="time-first-gru", plant=first_step_read),
        Case(toy="table-mlp", plant=features_cut_away),
        Case(toy="bidirectional-transformer", plant=first_token_of_causal_attention),
    ),
    lookalikes=(Case(toy="bidirectional-transformer", plant=first_token_of_full_attention), Case(toy="cnn-batch-norm", plant=border_cropped)),
    under=("SKE300", "SKE320"),
)
