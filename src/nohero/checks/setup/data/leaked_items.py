"""What it asks: do evaluated items stand in the training part, exactly or nearly?

Why it matters: what was learnt by heart is answered right, so the score praises memory.

How it is measured: items with equal inputs on both sides, too rich to be equal by chance (whole-number data: more than its
own repeats lead to expect); one data set drawn by both parts; neighbours far nearer than the density of the data allows.

When it is right to fail: when the parts share items, or one evaluated item in fifty has a copy; below that it warns.

What it cannot see: copies that were cropped, turned or reworded.

Mend: divide the data anew, with copies kept together, before any augmentation.

Source: Kapoor and Narayanan 2023, leakage by duplicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import rebuilt, replanted, tensors
from nohero.evidence.setup.item_copies import ItemCopies, Leak
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

SHARE = 0.02  # of a part: copies that move a score by more than most evaluations' noise
LEAST = 0.005  # of a part: below it, single copies are in every large collection
NEAR = 0.05  # of a part: near copies
ANSWERED = 0.25  # of the copies: with fewer, what stands in both parts is no answered item
COARSE = 0.2  # of a part: more copies than inputs that are alike by nature explain
CHANCE = 0.01  # share of near neighbours expected by chance, beyond which nearness says nothing


def _share(leak: Leak) -> float:
    """The share of the part that training has seen, beyond what is natural."""
    noise = 0.05 + 4 * (leak.expected * (1 - leak.expected) / max(leak.n, 1)) ** 0.5 if leak.expected else 0.0
    exact = max(0.0, leak.copies / max(leak.n, 1) - leak.expected - noise)
    near = leak.near / max(leak.near_of, 1)
    close = near if leak.near >= 5 and leak.near_chance < CHANCE and near >= max(NEAR, 5 * leak.near_chance) else 0.0
    return max(exact if leak.copies >= 2 else 0.0, close, min(1.0, leak.shared / max(leak.n, 1)))


def judge(copies: ItemCopies) -> Finding:
    """The worst part decides."""
    if not copies.leaks:
        return passed("there is no second part that could hold training items")
    worst = max(copies.leaks, key=_share)
    share = _share(worst)
    if share < LEAST:
        return passed(f"no more evaluated items than chance allows have copies among {copies.items:,} training items")
    if worst.asked_apart or worst.same_answer < ANSWERED:
        how = "marked as not its own" if worst.asked_apart else "with other targets"
        return passed(f"{worst.copies:,} items of {worst.part} stand in training too, {how}: one graph or table in several parts")
    words = [f"the parts draw {worst.shared:,} items from the same places of one data set"] if worst.shared else []
    words += [f"{worst.copies:,} of {worst.n:,} items of {worst.part} are copies of training items" + (f", where {worst.expected:.0%} are natural" if worst.expected else "")] if worst.copies else []
    words += [f"{worst.near:,} of {worst.near_of:,} looked at have a training item nearer than a twentieth of the way to the tenth nearest ({worst.near_chance:.1%} by chance)"] if worst.near >= 5 else []
    if copies.alike and not worst.shared and share < COARSE:
        return unsure(
            "; ".join(words) + f"; but {copies.alike} training items with equal inputs have different labels, so that these inputs do not tell the items apart",
            component="data",
            where=(worst.part,),
            remedies=("compare the items by what tells them apart (a number, a name, the raw file); if they are others, nothing is wrong",),
        )
    return (failed if share >= SHARE else warned)(
        "; ".join(words),
        expected="no item on both sides of the split",
        observed=Observed(value=share, unit=f"of {worst.part}", n=worst.n),
        component="data",
        where=(worst.part, *(f"{worst.part} item {a} = train item {b}" for a, b in (worst.pairs or worst.near_pairs))),
        level=Level.MEASURED,
        effect=f"up to {share:.0%} of the score is memory",
        why="An item that was trained on is answered from memory, so the score says nothing about new items to that extent, and the choice of model goes by memory too.",
        remedies=("divide the data first, with equal items kept together, and augment or oversample the training part alone", "remove the copies from the training part", "look whether train and val were given the same data set or file"),
        figure=Table(title="Evaluated items and their copies", columns=("evaluated", "in training"), rows=worst.pairs or worst.near_pairs) if worst.pairs or worst.near_pairs else None,
    )


def the_same_set_for_both(given: Given) -> Given:
    """The validation loader was given the training set."""
    from dataclasses import replace

    return replace(given, val=rebuilt(given.val, tensors(given.train)))


def oversampled_before_the_split(given: Given) -> Given:
    """A sixth of the validation items stands in training as well."""
    import torch

    extra = tensors(given.val)
    return replanted(given, lambda *fields: tuple(torch.cat([f, e[::6]]) for f, e in zip(fields, extra, strict=True)))


def augmented_before_the_split(given: Given) -> Given:
    """Noisy copies of a third of the validation pictures are in training."""
    import torch

    x, y = tensors(given.val)
    noise = 0.003 * torch.randn(x[::3].shape, generator=torch.Generator().manual_seed(3))
    return replanted(given, lambda a, b: (torch.cat([a, x[::3] + noise]), torch.cat([b, y[::3]])))


def nodes_of_one_graph(given: Given) -> Given:
    """Both parts hold all items, and a mask that says which of them are asked for; the masks have none in common."""
    from dataclasses import replace

    import torch

    x, y = tensors(given.train)
    mine = torch.rand(len(x), generator=torch.Generator().manual_seed(5)) < 0.5

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(model(batch[0])[batch[2]], batch[1][batch[2]])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, train=[(x, y, mine)], val=[(x, y, ~mine)], step=step, evaluate=None)


def few_copies_in_training(given: Given) -> Given:
    """Training has copies of its own; validation has none of them."""
    import torch

    order = torch.randperm(380, generator=torch.Generator().manual_seed(4))
    return replanted(given, lambda *fields: tuple(torch.cat([f, f[100:120]])[order] for f in fields))


def too_few_values_to_tell(given: Given) -> Given:
    """Rows of few whole numbers, some of which agree though their labels do not."""
    import torch

    def coarse(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (x * 1.4).round() / 1.4, y

    return replanted(given, coarse, "train", "val")


CHECK = Check(
    code="DAT332",
    name="leaked-items",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=the_same_set_for_both), Case(toy="huber-regression", plant=oversampled_before_the_split), Case(toy="cnn-batch-norm", plant=augmented_before_the_split), Case(toy="causal-transformer", plant=the_same_set_for_both)),
    lookalikes=(Case(toy="table-mlp", plant=nodes_of_one_graph), Case(toy="table-mlp", plant=too_few_values_to_tell), Case(toy="table-mlp", plant=few_copies_in_training)),
)
