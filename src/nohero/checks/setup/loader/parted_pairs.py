"""What it asks: does the loader keep each item's target beside its input?

Why it matters: a collate function that sorts or pads the inputs, and leaves the targets in their order, gives most inputs the target of another
item. The loss falls a little, to what a guess costs, and nothing crashes.

How it is measured: items are read from the data set and handed to the loader's collate function. Each row of the batch is looked up among them by
its content, and its target compared with that item's own.

When it is right to fail: rows carry another item's target.

What it cannot see: items that are random or too poor to be told apart, targets that are no single numbers.

Mend: sort whole items: items.sort(key=lambda item: len(item[0])), and only then take inputs and targets apart.

Source: the recipe, become one with the data (look at what goes into the network); PyTorch's notes on packed sequences.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.collated_pairs import CollatedPairs
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given

LEAST = 4  # rows that are known
SHARE = 0.1  # of them; equal targets hide the rest


def judge(pairs: CollatedPairs) -> Finding:
    """Rows with another item's target fail."""
    if pairs.rows < LEAST:
        return skipped("the rows of a batch cannot be told apart by the items they come from")
    if pairs.apart < max(2, SHARE * pairs.rows):
        return passed(f"{pairs.rows} rows have their own targets" + (f"; {pairs.moved} stand in another order, inputs and targets alike" if pairs.moved else ""))
    return failed(
        f"{pairs.apart} of {pairs.rows} rows that the loader made have the target of another item",
        expected="each input with its own target",
        observed=Observed(value=pairs.apart / pairs.rows, unit="of the rows", n=pairs.rows),
        component="loader",
        where=("train.collate_fn",),
        level=Level.VERIFIED,
        why="The order of the inputs was changed and that of the targets was not, so the network is told the answers of other items.",
        remedies=("sort whole items, and take inputs and targets apart afterwards", "index the targets with the order that the inputs were given"),
    )


def _collated(given: Given, collate: Any) -> Given:
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=32, shuffle=True, collate_fn=collate), val=None)


def inputs_sorted_alone(given: Given) -> Given:
    """Inputs are sorted by their first number, targets are not."""
    import torch

    def collate(items: Any) -> Any:
        x, y = torch.stack([i[0] for i in items]), torch.stack([i[1] for i in items])
        return x[x[:, 0].argsort()], y

    return _collated(given, collate)


def targets_reversed(given: Given) -> Given:
    """Targets are gathered from the last item to the first."""
    import torch

    return _collated(given, lambda items: (torch.stack([i[0] for i in items]), torch.stack([i[1] for i in items[::-1]])))


def whole_items_sorted(given: Given) -> Given:
    """Items are sorted, and then taken apart."""
    import torch

    def collate(items: Any) -> Any:
        items = sorted(items, key=lambda i: float(i[0][0]))
        return torch.stack([i[0] for i in items]), torch.stack([i[1] for i in items])

    return _collated(given, collate)


def a_flag_behind_the_target(given: Given) -> Given:
    """Items end with a flag that the step weighs its own goals by."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = torch.utils.data.default_collate([given.train.dataset[i] for i in range(len(given.train.dataset))])
    train = DataLoader(TensorDataset(x, y, (torch.arange(len(y)) % 3 == 0).float()), batch_size=32, shuffle=True)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        inputs, targets, flag = batch
        optimizer.zero_grad()
        value = loss(model(inputs), (targets + flag.long()) % 3)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, train=train, val=None, step=step)


CHECK = Check(
    code="DAT460",
    name="parted-pairs",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=inputs_sorted_alone), Case(toy="table-mlp", plant=targets_reversed)),
    lookalikes=(Case(toy="table-mlp", plant=whole_items_sorted), Case(toy="table-mlp", plant=a_flag_behind_the_target)),
)
