"""What it asks: is padding on the side on which the lengths, or the mask, say it is?

Why it matters: a batch that is padded on the left while its lengths count from the left makes the model stop in the middle: it reads
padding, and the ends of the sequences never count.

How it is measured: each row of a batch begins with as many places of padding as its length leaves, so that the lengths are right
and lie on the wrong side. Then the real places that the lengths do not reach are exchanged: do the answers move?

When it is right to fail: they do not, while they move when all real places are exchanged.

What it cannot see: rows whose padding is a value that also begins real rows, and answers for each place, which move by themselves.

Mend: pad behind the content (pad_sequence does), or take the state of the last place (-1) where the padding stands before it.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.turned_padding import TurnedPadding
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

STILL = 1e-6  # of the move by all real places: float32 rounds below it


def judge(padding: TurnedPadding) -> Finding:
    """Real places that never count fail."""
    if not padding.n:
        return passed("no batch is padded on one side and counted from the other")
    told = f"{padding.n} rows of {padding.content} are padded on the left, and {padding.said_by} counts their places from the left"
    if not padding.real > 0 or padding.hidden != padding.hidden:
        return unsure(f"{told}; the answers could not be compared", component="data", remedies=("look whether the model takes the last real place of each row",))
    if padding.hidden > STILL * padding.real:
        return passed(f"{told}; the model reads the real places all the same")
    return failed(
        f"{told}: the {padding.unread:.0%} of the real places that stand behind are never read (the answers do not move when they are exchanged)",
        expected="lengths or a mask that reach the real places",
        observed=Observed(value=padding.unread, unit="of the real places", n=padding.n),
        component="loader",
        where=("collate", padding.content, padding.said_by),
        level=Level.VERIFIED,
        effect="the model reads padding in place of the ends of the sequences",
        why="Lengths that are counted from the start, and a mask that begins with ones, belong to rows that are filled from the start.",
        remedies=("pad behind the content: torch.nn.utils.rnn.pad_sequence, or padding_side='right'", "with padding before the content take the last place (-1), and a mask that ends with ones"),
    )


def padded_before(given: Given) -> Given:
    """Rows are filled from the end, and the state at length - 1 is taken."""
    return _padded(given, left=True, last=False)


def padded_behind(given: Given) -> Given:
    """The same, filled from the start."""
    return _padded(given, left=False, last=False)


def padded_before_and_read_at_the_end(given: Given) -> Given:
    """Rows are filled from the end, and the last state is taken; the lengths are for something else."""
    return _padded(given, left=True, last=True)


def _padded(given: Given, *, left: bool, last: bool) -> Given:
    from dataclasses import replace

    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Subset, TensorDataset

    generator = torch.Generator().manual_seed(3)
    lengths = torch.randint(3, 13, (300,), generator=generator)
    ids = torch.randint(1, 9, (300, 12), generator=generator)
    y = (ids.gather(1, lengths[:, None] - 1)[:, 0] > 4).long()
    ids = ids * (torch.arange(12) < lengths[:, None])
    if left:
        ids = torch.stack([row.roll(12 - int(n)) for row, n in zip(ids, lengths, strict=True)])

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(9, 12, padding_idx=0)
            self.gru = nn.GRU(12, 16, batch_first=True)
            self.head = nn.Linear(16, 2)
            self.longer = nn.Linear(1, 2) if last else None

        def forward(self, x: Any, length: Any) -> Any:
            out, _ = self.gru(self.embedding(x))
            if self.longer is not None:
                return self.head(out[:, -1]) + self.longer(length[:, None] / 12)
            return self.head(out[torch.arange(len(x)), length - 1])

    model = Net()
    data = TensorDataset(ids, lengths, y)
    parts = (Subset(data, range(220)), Subset(data, range(220, 300)))
    return replace(
        given, model=model, loss=nn.CrossEntropyLoss(), train=DataLoader(parts[0], batch_size=20, shuffle=True), val=DataLoader(parts[1], batch_size=20), step=None, evaluate=None, scheduler=None,
        unpack=lambda batch: ((batch[0], batch[1]), batch[2]), optimizer=torch.optim.Adam(model.parameters(), lr=1e-2),
    )  # fmt: skip


CHECK = Check(
    code="DAT378",
    name="turned-padding",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="lstm-lengths", plant=padded_before),),
    lookalikes=(Case(toy="lstm-lengths", plant=padded_behind), Case(toy="lstm-lengths", plant=padded_before_and_read_at_the_end)),
)
