"""What it asks: are pairs that are drawn as "not there" really none of those that are there?

Why it matters: a recommender is taught what a user did not choose by things drawn at random. Where these are not looked up among the
things the user chose, the same pair is right in one line and wrong in another, and favourites suffer most.

How it is measured: some items of each label are read again. Where those of one label stay and those of the other are drawn anew, the drawn ones
are looked up among those that stay.

When it is right to fail: it warns, when more of them are known than labels are wrong in benchmarks. A few may be meant so: unsure.

What it cannot see: negatives that were drawn once and stored, and pairs known to other parts alone.

Mend: draw again while the pair is known: while (user, thing) in liked: draw.

Source: Rendle et al. 2009, BPR: Bayesian personalized ranking (arXiv:1205.2618).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.drawn_negatives import DrawnNegatives
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned
from nohero.tasks.interval import wilson

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

MUCH = 0.06  # of the drawn items; benchmarks that were looked at by hand have 0.1 to 6 % wrong labels (Northcutt et al. 2021)
SOME = 0.02  # the same, below which nothing is said


def judge(negatives: DrawnNegatives) -> Finding:
    """An interval for the share of drawn items that are known."""
    share = negatives.known / max(1, negatives.n)
    low, high = wilson(negatives.known, max(1, negatives.n))
    told = f"{negatives.known:,} of {negatives.n:,} items that are drawn anew for label {negatives.drawn:g} have the inputs of an item of label {negatives.fixed:g} ({low:.1%} to {high:.1%})"
    if low < SOME:
        return passed(told)
    return (warned if low > MUCH else unsure)(
        told,
        expected="drawn items that are none of the known ones",
        observed=Observed(value=share, unit="of the drawn items", n=negatives.n, low=low, high=high),
        component="data",
        where=tuple(f"items {b} and {a}" for a, b in negatives.pairs),
        level=Level.MEASURED,
        effect=f"{share:.0%} of what is taught as {negatives.drawn:g} is taught as {negatives.fixed:g} as well",
        why="A pair that is drawn at random may be one that is known to be there. The more a user chose, the oftener.",
        remedies=("draw again while the pair is among the known ones", "with very many things to draw from, a few known ones do no harm"),
    )


def drawn_among_all(given: Given) -> Given:
    """Things are drawn for each user without a look at what the user liked."""
    return _liked(given, looked_up=False)


def drawn_among_the_rest(given: Given) -> Given:
    """Things are drawn again while the user liked them."""
    return _liked(given, looked_up=True)


def _liked(given: Given, *, looked_up: bool) -> Given:
    from dataclasses import replace

    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    generator = torch.Generator().manual_seed(4)
    liked = torch.randn(40, 3, generator=generator) @ torch.randn(3, 30, generator=generator) > 0.5
    known = liked.nonzero()

    class Pairs(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return 2 * len(known)

        def __getitem__(self, i: int) -> Any:
            pair = known[i // 2].clone()
            if i % 2:
                pair[1] = torch.randint(0, 30, ())
                while looked_up and liked[pair[0], pair[1]]:
                    pair[1] = torch.randint(0, 30, ())
            return pair, torch.tensor(1.0 - i % 2)

    class Factors(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.users, self.things = nn.Embedding(40, 6), nn.Embedding(30, 6)

        def forward(self, pair: Any) -> Any:
            return (self.users(pair[:, 0]) * self.things(pair[:, 1])).sum(1) / 3

    model = Factors()
    kept = {"step": None, "evaluate": None, "scheduler": None, "unpack": None, "task": None, "classes": None}
    return replace(given, model=model, loss=nn.BCEWithLogitsLoss(), train=DataLoader(Pairs(), batch_size=32, shuffle=True), val=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2), **kept)


CHECK = Check(
    code="DAT329",
    name="known-negatives",
    source="Rendle et al. 2009, BPR: Bayesian personalized ranking (arXiv:1205.2618)",
    judge=judge,
    sabotages=(Case(toy="word-embeddings", plant=drawn_among_all),),
    lookalikes=(Case(toy="word-embeddings", plant=drawn_among_the_rest),),
)
