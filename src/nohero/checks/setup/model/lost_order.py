"""What it asks: can a network that attends tell one order of its input from another?

Why it matters: attention by itself sees a set. Where positions are forgotten, the network learns from a bag of tokens, and every word
order is one to it.

How it is measured: attention that was executed is noted. Places between the first and the last real one are exchanged; an answer
that stays, or goes along place by place, was given without regard to order. For pictures, the patches are exchanged.

When it is right to fail: tokens, or pictures cut into patches, and self-attention was executed over them.

What it cannot see: whether order counts for the task; sets of readings are passed.

Mend: add positions, learned or of sines, or rotate queries and keys by place.

Source: Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), section 3.5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.order_use import OrderUse
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(use: OrderUse) -> Finding:
    """Tokens and patches warn; readings that are no next-step task may be a set."""
    u = use
    if not u.attends:
        return passed(f"no attention is executed over {u.name}, so that order is the network's own affair")
    if not u.lost:
        return passed(f"another order of {u.name} gets other answers")
    message = f"the order of {u.name} is lost: with its {u.kind} exchanged among {u.steps} places, {u.how}, though the network attends over them"
    if u.as_a_set and not u.shifted:
        return unsure(f"{message}; the tokens of a row may be a set", component="model", remedies=("add positions if order counts",))
    if u.kind == "tokens" and not u.shifted and not u.per_position and not u.placed:
        return unsure(f"{message}; the model holds nothing that could tell places", component="model", remedies=("add positions if order counts; nothing, if a bag of tokens is meant",))
    if u.kind == "readings" and not u.shifted:
        return unsure(message, component="model", remedies=("add positions if the rows are steps in time; nothing, if they are a set",))
    return warned(
        message,
        expected="another order gets another answer",
        observed=Observed(value=0.0, unit="move of the answers", n=u.n),
        component="model",
        where=(u.name,),
        level=Level.MEASURED,
        why="Attention weighs what is there, not where it stands; without positions a sentence is a bag of words and a picture a bag of patches.",
        remedies=("add positions to the embeddings: x + place[:, : x.size(1)]", "look whether positions are computed and not added, or all the same"),
    )


def positions_forgotten(given: Given) -> Given:
    """Tokens alone go into attention."""
    model: Any = given.model

    def forward(ids: Any, mask: Any) -> Any:
        out = model.blocks(model.token(ids), src_key_padding_mask=mask == 0)
        kept = mask[:, :, None].to(out.dtype)
        return model.head((out * kept).sum(1) / kept.sum(1))

    model.forward = forward
    return given


def one_position_for_all(given: Given) -> Given:
    """Every place gets position 0."""
    import torch

    model: Any = given.model

    def forward(ids: Any, mask: Any) -> Any:
        out = model.blocks(model.token(ids) + model.place(torch.zeros_like(ids)), src_key_padding_mask=mask == 0)
        return model.head(out[:, 0])

    model.forward = forward
    return given


def a_bag_of_words(given: Given) -> Given:
    """A network that never had positions."""
    import torch

    changed = positions_forgotten(given)
    del changed.model.place
    return replace(changed, optimizer=torch.optim.AdamW(changed.model.parameters(), lr=5e-3))


def patches_without_places(given: Given) -> Given:
    """A small vision transformer that forgets positions."""
    return _vision(given, places=False)


def patches_with_places(given: Given) -> Given:
    """The same with positions."""
    return _vision(given, places=True)


def _vision(given: Given, *, places: bool) -> Given:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cut = nn.Conv2d(3, 16, 4, 4)
            self.place = nn.Parameter(0.1 * torch.randn(1, 9, 16)) if places else None
            self.block = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
            self.head = nn.Linear(16, 3)

        def forward(self, x: Any) -> Any:
            h = self.cut(x).flatten(2).transpose(1, 2)
            return self.head(self.block(h if self.place is None else h + self.place).mean(1))

    torch.manual_seed(4)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), 3e-3))


def set_of_readings(given: Given) -> Given:
    """Attention over the points of a set."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.into, self.head = nn.Linear(2, 16), nn.Linear(16, 1)
            self.block = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.head(self.block(self.into(x)).mean(1)).squeeze(1)

    torch.manual_seed(4)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), 3e-3))


CHECK = Check(
    code="SKE335",
    name="lost-order",
    source="Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), section 3.5",
    judge=judge,
    sabotages=(
        Case(toy="bidirectional-transformer", plant=positions_forgotten),
        Case(toy="bidirectional-transformer", plant=one_position_for_all),
        Case(toy="cnn-batch-norm", plant=patches_without_places),
    ),
    lookalikes=(Case(toy="cnn-batch-norm", plant=patches_with_places), Case(toy="set-network", plant=set_of_readings), Case(toy="bidirectional-transformer", plant=a_bag_of_words)),
    under=("SKE300", "SKE302", "SKE330"),
)
