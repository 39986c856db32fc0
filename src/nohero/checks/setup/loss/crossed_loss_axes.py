"""What it asks: does each label weigh on its own item's answer, and is the soft-max taken over the classes?

Why it matters: a `view` where a transpose is meant, a flattened target in another order than the answers, or a soft-max over the
batch give a loss of the right shape from the wrong pairs. It falls a little, and the model learns next to nothing.

How it is measured: one label at a time is changed, and the slope of the loss is compared before and after, in the model's own
tensor: it must move at the label's own item and place. For classes the answers are shifted along each axis: a soft-max does not
notice a shift along its own.

When it is right to fail: when half of the labels or more move other items alone, or several other places more than their own; or
when the loss does not notice a shift along the batch and notices one along the classes.

What it cannot see: axes of the same length that are exchanged, where no item can be told from a place.

Mend: keep the item axis first on both sides; use transpose or permute, not view; take the soft-max over the class axis.

Source: the recipe, the skeleton ("use backprop to chart dependencies").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_pairing import LossPairing
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given

SHARE = 0.5  # of the labels changed; a right loss has none
PROBES = 4  # labels changed at the least
BLIND = 1e-5  # relative change under a shift the soft-max cannot see; sums differ by about 1e-7
SEES = 1e-2  # relative change under a shift it does see


def judge(pairing: LossPairing) -> Finding:
    """Labels that pull elsewhere fail, and so does a soft-max over the items."""
    astray = max(pairing.strays, pairing.strewn)
    if pairing.probes >= PROBES and astray >= SHARE * pairing.probes:
        what = "other items' answers, and not their own" if pairing.strays >= pairing.strewn else "several other places more than at their own"
        return _crossed(f"{astray} of {pairing.probes} labels pull at {what} ({', '.join(pairing.stray_example)})", astray, pairing.probes, pairing)
    for axis, change in (("the items of the batch", pairing.shift_items), ("the places of a row", pairing.shift_places)):
        if change < BLIND and pairing.shift_classes > SEES and not pairing.in_batch and pairing.target_shape[:1] == pairing.answer_shape[:1]:
            return _crossed(f"the loss takes its soft-max over {axis}: shifting a class for all of them changes nothing, shifting an item's classes changes {pairing.shift_classes:.2g} of it", change, pairing.items, pairing)
    if not pairing.probes and pairing.shift_classes != pairing.shift_classes:
        return skipped("which label belongs to which answer cannot be told from the shapes")
    return passed(f"each of {pairing.probes} labels that were changed pulls at its own item's answer")


def _crossed(message: str, value: float, n: int, pairing: LossPairing) -> Finding:
    return failed(
        message,
        expected="each label pulls at the answer of its own item and place; soft-max over the classes",
        observed=Observed(value=float(value), unit="labels astray" if value >= 1 else "relative change", n=n),
        component="loss",
        where=("the loss", f"answers {list(pairing.answer_shape)}, targets {list(pairing.target_shape)}"),
        level=Level.VERIFIED,
        why="Shapes fit, so nothing crashes; but the answers are compared with labels of other items or places, and what is learnt is noise.",
        remedies=("use transpose(1, 2) or permute, not view or reshape, to bring the classes to the axis the loss wants", "flatten answers and targets in the same order of axes", "take softmax and log_softmax over the class axis"),
    )


def classes_by_view(given: Given) -> Given:
    """(B, T, K) is viewed as (B, K, T)."""
    from torch.nn import functional

    def loss(out_BTV: Any, y_BT: Any) -> Any:
        return functional.cross_entropy(out_BTV.reshape(out_BTV.shape[0], out_BTV.shape[2], out_BTV.shape[1]), y_BT)

    return replace(given, loss=loss)


def flattened_in_two_orders(given: Given) -> Given:
    """Answers are flattened time first, targets item first."""
    from torch.nn import functional

    def loss(out_BTV: Any, y_BT: Any) -> Any:
        return functional.cross_entropy(out_BTV.transpose(0, 1).flatten(0, 1), y_BT.flatten())

    return replace(given, loss=loss)


def softmax_over_the_batch(given: Given) -> Given:
    """An own cross-entropy with the soft-max over axis 0."""

    def loss(out_BK: Any, y_B: Any) -> Any:
        return -out_BK.log_softmax(0).gather(1, y_B[:, None]).mean()

    return replace(given, loss=loss)


def targets_reversed_in_the_loss(given: Given) -> Given:
    """The targets run backwards through the batch."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.huber_loss(out, y.flip(0)))


def shifted_inside(given: Given) -> Given:
    """Each place is compared with the label before: an own shift, which hits one place each."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.cross_entropy(out[:, 1:].transpose(1, 2), y[:, :-1]))


def batch_dice_beside(given: Given) -> Given:
    """A cross-entropy with a Dice term over the whole batch."""
    from torch.nn import functional

    def loss(out_BTV: Any, y_BT: Any) -> Any:
        hot = functional.one_hot(y_BT, out_BTV.shape[-1]).float()
        p = out_BTV.softmax(-1)
        dice = 1 - ((2 * (p * hot).sum((0, 1)) + 1) / ((p + hot).sum((0, 1)) + 1)).mean()
        return functional.cross_entropy(out_BTV.transpose(1, 2), y_BT) + dice

    return replace(given, loss=loss)


def all_sizes_alike(given: Given) -> Given:
    """As many items as places as classes: shapes do not tell where the classes are."""
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset

    x_NT = torch.randint(0, 16, (320, 16), generator=torch.Generator().manual_seed(0))
    model = nn.Sequential(nn.Embedding(16, 32), nn.Linear(32, 16))
    train = DataLoader(TensorDataset(x_NT, (x_NT + 1) % 16), batch_size=16, shuffle=True)
    return replace(given, model=model, train=train, val=None, scheduler=None, loss=lambda out, y: functional.cross_entropy(out.transpose(1, 2), y), optimizer=torch.optim.Adam(model.parameters(), lr=3e-3))


def some_places_left_out(given: Given) -> Given:
    """Targets equal to the inputs, shifted in the loss, and ends that count for nothing: with a place more, the mean is another."""
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset

    x_NT = torch.randint(1, 13, (128, 12), generator=torch.Generator().manual_seed(0))
    ends_N = 4 + torch.arange(128) % 9
    y_NT = torch.where(torch.arange(12) < ends_N[:, None], x_NT, -100)
    model = nn.Sequential(nn.Embedding(13, 16), nn.Linear(16, 13))

    def loss(out_BTV: Any, y_BT: Any) -> Any:
        return functional.cross_entropy(out_BTV[:, :-1].flatten(0, 1), y_BT[:, 1:].flatten(), ignore_index=-100)

    return replace(given, model=model, train=DataLoader(TensorDataset(x_NT, y_NT), batch_size=16, shuffle=True), val=None, scheduler=None, loss=loss, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3))


CHECK = Check(
    code="SKE345",
    name="crossed-loss-axes",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="causal-transformer", plant=classes_by_view), Case(toy="causal-transformer", plant=flattened_in_two_orders), Case(toy="table-mlp", plant=softmax_over_the_batch), Case(toy="huber-regression", plant=targets_reversed_in_the_loss)),
    lookalikes=(Case(toy="causal-transformer", plant=shifted_inside), Case(toy="causal-transformer", plant=batch_dice_beside), Case(toy="causal-transformer", plant=all_sizes_alike), Case(toy="causal-transformer", plant=some_places_left_out)),
    under=("SKE343",),
)
