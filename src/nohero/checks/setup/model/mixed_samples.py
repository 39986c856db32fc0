"""What it asks: in eval mode, does each answer depend on its own item alone?

Why it matters: a view in place of a transpose, a norm over axis 0 or a layer that takes the batch for time blends the items. The
network still trains, and its answers change with the company they are given in.

How it is measured: half of a few items is exchanged for others; the answers of the half that stayed must be equal to the last
digit. The first module at which they part is named, and tried with its first two axes swapped.

When it is right to fail: at any move above rounding in eval mode, where the answers are counted by item.

What it cannot see: models that return a loss alone; graphs and sets, whose items belong together.

Mend: keep the items on one axis; batch_first=True; transpose in place of view; running statistics in eval mode.

Source: the recipe, the skeleton ("use backprop to chart dependencies").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.sample_dependence import SampleDependence
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(dependence: SampleDependence) -> Finding:
    """Any move in eval mode fails."""
    d = dependence
    if not d.mixed:
        return passed(f"in eval mode each of {d.n} answers depends on its own item alone")
    begins = f"; it begins in {d.module}" if d.module else ""
    message = f"in eval mode {len(d.mixed)} of {d.n} answers move, by up to {d.move:.2g} of their spread, when other items of the batch are exchanged{begins}"
    if d.sizes_vary:
        return unsure(message, component="model", remedies=("hand over batches of one size if the items of a batch are no set that belongs together",))
    if not d.sure:
        return unsure(message, component="model", remedies=("hand over train as a DataLoader, which tells the number of items in a batch, if the first axis counts the items; nothing, if it is time",))
    swap = Remedy(text=f"let {d.swapped} have its axes in the other order: batch_first=True, or transpose(0, 1) before and after it", tried=True, result="the mixing is gone")
    return failed(
        f"{message}, which works along the axis that counts the items as if it were time" if d.swapped else message,
        expected="each answer depends on its own item alone",
        observed=Observed(value=d.move, unit="spreads of the answers", n=d.n),
        component="model",
        where=(d.swapped or d.module,) if d.swapped or d.module else (),
        level=Level.VERIFIED,
        effect="answers change with the batch an item comes in",
        why="The network trains all the same and learns to live with it, so nothing crashes; but no answer can be trusted, and every score hangs on how the batches were cut.",
        remedies=(
            *((swap,) if d.swapped else ()),
            "look for view or reshape where transpose or permute is meant: items must stay on their axis",
            "look for a mean, a norm or a soft-max over axis 0",
            "a batch norm needs track_running_stats=True, and eval mode, to answer for one item alone",
        ),
    )


def batch_taken_for_time(given: Given) -> Given:
    """A transformer of torch's default layout (time first) in a program whose batches come first."""
    from torch import nn

    model: Any = given.model
    model.blocks = nn.TransformerEncoder(nn.TransformerEncoderLayer(24, 4, 48, dropout=0.0), 1, enable_nested_tensor=False)

    def forward(ids: Any, mask: Any) -> Any:
        out = model.blocks(model.token(ids))
        kept = mask[:, :, None].to(out.dtype)
        return model.head((out * kept).sum(1) / kept.sum(1))

    model.forward = forward
    return given


def viewed_for_transposed(given: Given) -> Given:
    """A view that deals the numbers of the batch out anew."""
    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(x.reshape(len(x), -1).t().reshape(x.shape))
    return given


def norm_without_memory(given: Given) -> Given:
    """A batch norm that keeps no running statistics."""
    from torch import nn

    given.model[1] = nn.BatchNorm2d(12, track_running_stats=False)
    return replace(given, optimizer=None)


def soft_max_over_items(given: Given) -> Given:
    """The answers are normalised over axis 0."""
    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(x).log_softmax(0)
    return given


def norm_over_each_item(given: Given) -> Given:
    """Each item's own mean is subtracted."""
    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(x - x.mean((1, 2, 3), keepdim=True))
    return given


def returned_similarities(given: Given) -> Given:
    """A contrastive model: the answer is the table of all pairs in the batch."""
    import torch
    from torch import nn

    inner: Any = given.model.forward
    given.model.forward = lambda x: inner(x) @ (inner(x + 0.1 * torch.ones_like(x))).t()
    return replace(given, loss=lambda s, _: nn.functional.cross_entropy(s, torch.arange(len(s))), step=None, evaluate=None)


CHECK = Check(
    code="SKE300",
    name="mixed-samples",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(
        Case(toy="bidirectional-transformer", plant=batch_taken_for_time),
        Case(toy="table-mlp", plant=viewed_for_transposed),
        Case(toy="cnn-batch-norm", plant=norm_without_memory),
        Case(toy="table-mlp", plant=soft_max_over_items),
    ),
    lookalikes=(Case(toy="cnn-batch-norm", plant=norm_over_each_item), Case(toy="table-mlp", plant=returned_similarities)),
    under=("SKE235",),
)
