"""What it asks: does an item get the same answer wherever in the batch it stands?

Why it matters: code that lays positions along axis 0 gives the batch's first item the first position and all its steps the same
one. The order in time is then unknown to the network, and answers hang on the order of the batch.

How it is measured: the same items are asked in another order in eval mode; each must keep its answer. The first module at which
they part is named, and tried with its first two axes swapped.

When it is right to fail: any move above rounding, where no item depends on the others.

What it cannot see: models whose answers are random in eval mode.

Mend: add positions along the axis of time, such as x + place[:, :x.size(1)].

Source: Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), section 3.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.sample_dependence import SampleDependence
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(dependence: SampleDependence) -> Finding:
    """Any move with the place alone fails."""
    d = dependence
    if d.mixed:
        return skipped("the items are mixed, so that their order tells nothing more")
    if d.why_no_place:
        return skipped(d.why_no_place)
    if not d.placed:
        return passed(f"each of {d.n} items keeps its answer in another order of the batch")
    swap = Remedy(text=f"swap the first two axes around {d.place_swapped}, or lay its positions along axis 1", tried=True, result="each item keeps its answer")
    return failed(
        f"position is laid along the batch axis: {len(d.placed)} of {d.n} answers move, by up to {d.place_move:.2g} of their spread, when the same items come in another order"
        + (f"; it begins in {d.place_module}" if d.place_module else ""),
        expected="an item's answer does not depend on its place in the batch",
        observed=Observed(value=d.place_move, unit="spreads of the answers", n=d.n),
        component="model",
        where=(d.place_module,) if d.place_module else (),
        level=Level.VERIFIED,
        why="Every step of one item gets the same position, so the order in time is lost, and the answer hangs on the order of the batch.",
        remedies=(*((swap,) if d.place_swapped else ()), "lay positions along the axis of time: x + place[:, : x.size(1)]", "look for arange(len(x)) or x.size(0) where the length of the sequence is meant"),
    )


def _encoding(axis: int) -> Any:
    """The encoding of torch's tutorial, positions along `axis`."""
    import torch
    from torch import nn

    class Encoding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            angle = torch.arange(64)[:, None] * torch.exp(torch.arange(0, 24, 2) * (-0.4))
            table = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
            self.register_buffer("table", table[:, None] if axis == 0 else table[None])

        def forward(self, x: Any) -> Any:
            table: Any = self.table
            return x + (table[: x.size(0)] if axis == 0 else table[:, : x.size(1)])

    return Encoding()


def _encoded(given: Given, axis: int) -> Given:
    model: Any = given.model
    model.encoding = _encoding(axis)
    model.place = None

    def forward(ids: Any, mask: Any) -> Any:
        out = model.blocks(model.encoding(model.token(ids)), src_key_padding_mask=mask == 0)
        kept = mask[:, :, None].to(out.dtype)
        return model.head((out * kept).sum(1) / kept.sum(1))

    model.forward = forward
    return given


def encoding_of_time_first_code(given: Given) -> Given:
    """The tutorial's time-first encoding on batches that come first."""
    return _encoded(given, 0)


def numbered_items(given: Given) -> Given:
    """Positions from arange over the length of the batch."""
    import torch

    model: Any = given.model
    place = torch.nn.Embedding(64, 32)
    model.add_module("place", place)
    first, rest = model[0], list(model)[1:5]

    def forward(x: Any) -> Any:
        h = first(x) + place(torch.arange(len(x)))
        for layer in rest:
            h = layer(h)
        return h

    model.forward = forward
    return given


def encoding_along_time(given: Given) -> Given:
    """The same encoding, batch first."""
    return _encoded(given, 1)


CHECK = Check(
    code="SKE302",
    name="position-along-batch",
    source="Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), section 3.5",
    judge=judge,
    sabotages=(Case(toy="bidirectional-transformer", plant=encoding_of_time_first_code), Case(toy="table-mlp", plant=numbered_items)),
    lookalikes=(Case(toy="bidirectional-transformer", plant=encoding_along_time),),
    under=("SKE270", "SKE300"),
)
