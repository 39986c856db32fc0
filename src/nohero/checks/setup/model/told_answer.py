"""What it asks: where a decoder is fed the tokens it has to tell, does it get each of them only after it was asked for it?

Why it matters: a decoder that is fed the target unshifted copies. The loss falls to nothing within an epoch, the score on held-out data as well, and what is
generated, where nobody feeds the answer, is nonsense.

How it is measured: tokens of an input that are the loss's targets are altered step by step. Whichever targets change with a step: do the
answers at these very places move, and do those well before them?

When it is right to fail: the answers at these places move, and none well before them: step by step the answer is told what it has to tell. Where
the model gets nothing else to tell it by, as an autoencoder, no answer before may move at all.

What it cannot see: losses that are not torch's cross-entropy; decoders whose answers see all steps.

Mend: feed the target moved by one step, a start token first: `decoder(torch.cat([start, y[:, :-1]], 1))`, or answers up to the last against targets from the second.

Source: Williams and Zipser 1989, A learning algorithm for continually running fully recurrent neural networks (teacher forcing).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.fed_targets import FedTargets
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given

LEAST = 3  # steps that were altered


def judge(targets: FedTargets) -> Finding:
    """Answers that are told what they have to tell fail."""
    told = [f for f in targets.fed if f.probed >= LEAST and f.seen == f.probed and (f.earlier if f.helped else f.before) == 0]
    if not told:
        return passed(f"{', '.join(f.name for f in targets.fed)}: no step by step sight of the token that is to be told")
    first = told[0]
    return failed(
        f"the answer at each step sees the very token of {first.name} that it has to tell: when the token is altered the answer moves, and none well before it, at {first.seen} of {first.probed} steps",
        expected="an answer that is given before its token is fed",
        observed=Observed(value=float(first.seen), unit="steps", n=first.probed),
        component="model",
        where=(first.name,),
        level=Level.VERIFIED,
        why="Copying the token is the easiest way to tell it, and is of no use where the token is not there yet.",
        remedies=("feed the tokens moved by one step, a start token first", "or hold the answers up to the last step against the tokens from the second on: logits[:, :-1], y[:, 1:]"),
    )


def _reversing(given: Given, fed: Any, held: Any) -> Given:
    """A row of tokens is to be told backwards, by an encoder and a decoder that make their own loss."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    source_NT = torch.randint(1, 9, (160, 6), generator=torch.Generator().manual_seed(2))
    rows = [{"source": s, "told": s.flip(0)} for s in source_NT]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.reader, self.teller, self.head = nn.Embedding(9, 8), nn.GRU(8, 16, batch_first=True), nn.GRU(8, 16, batch_first=True), nn.Linear(16, 9)

        def forward(self, source: Any, told: Any) -> Any:
            _, state = self.reader(self.tokens(source))
            logits_BTK = self.head(self.teller(self.tokens(fed(told)), state)[0])
            answer, target = held(logits_BTK, told)
            return {"loss": nn.functional.cross_entropy(answer.flatten(0, 1), target.flatten()), "logits": logits_BTK}

    torch.manual_seed(6)
    model = Net()
    return replace(given, model=model, loss=None, unpack=None, train=DataLoader(rows, batch_size=20, shuffle=True), val=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


def fed_unshifted(given: Given) -> Given:
    """The decoder gets the tokens as they are."""
    return _reversing(given, lambda y: y, lambda o, y: (o, y))


def shifted_the_wrong_way(given: Given) -> Given:
    """Tokens up to the last are held against answers from the second on."""
    return _reversing(given, lambda y: y, lambda o, y: (o[:, 1:], y[:, :-1]))


def fed_after_a_start(given: Given) -> Given:
    """A start token first."""
    import torch

    return _reversing(given, lambda y: torch.cat([torch.zeros_like(y[:, :1]), y[:, :-1]], 1), lambda o, y: (o, y))


def next_tokens(given: Given) -> Given:
    """Fed as they are, and each answer is held against the next."""
    return _reversing(given, lambda y: y, lambda o, y: (o[:, :-1], y[:, 1:]))


def seen_from_both_sides(given: Given) -> Given:
    """An autoencoder of tokens, each told from its place and its neighbours; which are real is said beside."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    rows = [{"ids": s, "mask": torch.ones(8)} for s in torch.randint(0, 9, (160, 8), generator=torch.Generator().manual_seed(2))]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.near, self.head = nn.Embedding(9, 8), nn.Conv1d(8, 4, 3, padding=1), nn.Linear(4, 9)

        def forward(self, ids: Any, mask: Any) -> Any:
            logits_BTK = self.head(self.near((self.tokens(ids) * mask[..., None]).transpose(1, 2)).transpose(1, 2))
            return {"loss": nn.functional.cross_entropy(logits_BTK.flatten(0, 1), ids.flatten()), "logits": logits_BTK}

    torch.manual_seed(6)
    model = Net()
    return replace(given, model=model, loss=None, unpack=None, train=DataLoader(rows, batch_size=20, shuffle=True), val=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


CHECK = Check(
    code="SKE312",
    name="told-answer",
    source="Williams and Zipser 1989, A learning algorithm for continually running fully recurrent neural networks",
    judge=judge,
    sabotages=(Case(toy="lstm-lengths", plant=fed_unshifted), Case(toy="lstm-lengths", plant=shifted_the_wrong_way)),
    lookalikes=(Case(toy="lstm-lengths", plant=fed_after_a_start), Case(toy="lstm-lengths", plant=next_tokens), Case(toy="lstm-lengths", plant=seen_from_both_sides)),
)
