"""What it asks: is an axis moved by view or reshape where it had to be transposed?

Why it matters: a reshape does not move numbers: (B, T, C) viewed as (T, B, C) blends items and time, heads put together without a transpose blend tokens.

How it is measured: every reshape of a forward pass is read, with two numbers of items: a length that keeps its name but has other numbers before and behind it stands for something else now.

When it is right to fail: such a reshape happens with both numbers of items.

What it cannot see: axes of equal length, and reshapes inside torch's own layers.

Mend: use transpose or permute to move axes; view and reshape only to split and join neighbours.

Source: the recipe, the skeleton (use backprop to chart dependencies); Karpathy's most common mistakes
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.executed_ops import ExecutedOps
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(ops: ExecutedOps) -> Finding:
    """A length that turns up elsewhere fails."""
    if not ops.regrouped:
        return passed("no reshape regroups axes")
    first = ops.regrouped[0]
    return failed(
        f"{first.module or 'the model'} reshapes {list(first.before)} to {list(first.after)}: {'items of the batch' if first.batch else 'axes'} are regrouped, not moved",
        expected="transpose or permute where an axis changes its place",
        observed=Observed(value=float(len(ops.regrouped)), unit="reshapes"),
        component="model",
        where=tuple(dict.fromkeys(r.module or "forward" for r in ops.regrouped)),
        level=Level.MEASURED,
        why="A reshape reads the same numbers in the same order: what stood along one axis now lies along another.",
        remedies=("move axes with transpose or permute, then reshape", "with heads: x.transpose(1, 2).reshape(B, T, C) after attention, view(B, T, H, D).transpose(1, 2) before"),
    )


def heads_split_by_view(given: Given) -> Given:
    """Heads are cut out by view alone, and put together again."""
    head, blocks = given.model.head, given.model.blocks

    def mixing(_: Any, args: Any) -> Any:
        x = args[0]
        return (x.view(len(x), 4, x.shape[1], -1).transpose(1, 2).reshape(x.shape),)

    head.register_forward_pre_hook(mixing)
    return replace(given, model=given.model) if blocks is not None else given


def time_swapped_by_view(given: Given) -> Given:
    """(B, T, F) viewed as (T, B, F) and back after the layer."""
    model = given.model
    first = next(m for m in model.modules() if not list(m.children()))
    first.register_forward_hook(lambda _, __, out: out.view(out.shape[1], out.shape[0], -1).transpose(0, 1).reshape(out.shape) if out.ndim == 3 else out)
    return replace(given, model=model)


def heads_split_rightly(given: Given) -> Given:
    """Split, transpose, and back."""
    given.model.head.register_forward_pre_hook(lambda _, args: (args[0].view(len(args[0]), args[0].shape[1], 4, -1).transpose(1, 2).transpose(1, 2).reshape(args[0].shape),))
    return replace(given, model=given.model)


CHECK = Check(
    code="SKE225",
    name="regrouped-axes",
    source="the recipe, the skeleton (use backprop to chart dependencies); Karpathy's most common mistakes",
    judge=judge,
    sabotages=(Case(toy="causal-transformer", plant=heads_split_by_view), Case(toy="causal-transformer", plant=time_swapped_by_view)),
    lookalikes=(Case(toy="causal-transformer", plant=heads_split_rightly),),
)
