"""What it asks: where chance flips, turns or shifts a picture, do its mask, boxes and points go with it?

Why it matters: an augmentation that is given the picture alone leaves boxes and masks where things were before. The network is
taught wrong places for a share of the items, and the loss still falls.

How it is measured: items are read several times; pairs of readings whose pictures are each other's flip, turn or shift are found
by correlation, and everything in the item that tells places is compared. Where numbers may be places, angles or something else, a
small probe learns them from validation pictures, and is shown these flipped: does it say another number?

When it is right to fail: in every such pair masks, or boxes and points known by name or by the order of their corners, or numbers
that a flip turns, stay bit for bit. UNSURE where two or four numbers may be places or something else and no probe can tell.

What it cannot see: moves that are no flip, turn or shift by whole pixels (small angles, other sizes), masks that go by a draw of their own (another check's business), and moves in the collate function or in the step.

Mend: give picture and target to one call of the transform; a flip from left to right takes x to width - x, and a steering angle to its negative.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.moved_pictures import Followers, MovedPictures
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

LEAST = 4  # pairs of readings
SHARE = 0.9  # of the pairs: what stays so often does not go along by a draw of its own


def judge(moved: MovedPictures) -> Finding:
    """What stays in all pairs was left out; what goes in some draws for itself."""
    if not moved.followers:
        return skipped("the items tell no places in their pictures")
    worst = max(moved.followers, key=lambda f: (f.stayed / max(1, f.stayed + f.went), f.sure))
    pairs = worst.stayed + worst.went
    if worst.stayed < LEAST or worst.stayed < SHARE * pairs:
        return passed(f"{worst.kind} go with their pictures in {worst.went} of {pairs} pairs of readings in which chance moved the picture")
    make: Callable[..., Finding] = failed if worst.sure else unsure
    return make(
        f"in {worst.stayed} of {pairs} pairs of readings the picture is {worst.moves[0]}, and {_called(worst)} stays as it was",
        expected=f"{worst.kind} that go with the picture",
        observed=Observed(value=float(worst.stayed), unit="pairs of readings", n=pairs),
        component="transform",
        where=(f"train: {worst.where}", worst.moves[0]),
        level=Level.VERIFIED,
        effect="for a share of the items the network is taught a wrong place, another one at each reading",
        why="A random transformation is done to the picture and not to what marks places in it.",
        remedies=("hand picture and target to one call of the transform, or draw once and apply to both", *(() if worst.sure else ("if these numbers are no places in the picture, all is well",))),
    )


def _called(follower: Followers) -> str:
    return f"what `{follower.where}` holds ({follower.kind}{'' if follower.sure else '?'})"


def masks_left(given: Given) -> Given:
    """Pictures are flipped at random, masks are not."""
    return flipping(given, lambda mask: mask)


def masks_taken_along(given: Given) -> Given:
    """Picture and mask are flipped by one draw."""
    return flipping(given, lambda mask: mask.flip(-1))


def boxes_left(given: Given) -> Given:
    """Pictures are flipped at random, the box of the bright thing is not."""
    return boxed(given, lambda box: box)


def boxes_taken_along(given: Given) -> Given:
    """Picture and box are flipped by one draw."""
    import torch

    return boxed(given, lambda box: torch.stack([1 - box[2], box[1], 1 - box[0], box[3]]))


def points_shifted_alone(given: Given) -> Given:
    """Pictures are rolled by a few pixels, the key points by name are not."""
    return boxed(given, lambda box: box, keypoints=True)


def an_angle_left(given: Given) -> Given:
    """Pictures are flipped at random; how far to the left or the right the bright thing lies stays as it was."""
    return _aside(given, lambda y: y)


def an_angle_turned(given: Given) -> Given:
    """The same, with the number turned by the flip."""
    return _aside(given, lambda y: -y)


def _aside(given: Given, along: Callable[[Any], Any]) -> Given:
    """One blob a picture, and its distance from the middle in half sides; validation is not flipped."""
    from dataclasses import replace

    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    place = torch.rand(300, 2, generator=torch.Generator().manual_seed(2)) * 12 + 2
    grid = torch.arange(16.0)
    x = torch.exp(-((grid[None, None] - place[:, :1, None]) ** 2 + (grid[None, :, None] - place[:, 1:, None]) ** 2) / 4)[:, None]
    y = place[:, :1] / 7.5 - 1
    data = _Flipped(TensorDataset(x[:200], y[:200]), along, lambda _x, y: y)
    model = _begun(nn.Sequential(nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 1)), data)
    held = DataLoader(TensorDataset(x[200:], y[200:]), batch_size=20)
    return replace(given, model=model, loss=nn.MSELoss(), train=_loader(given, data), val=held, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), step=None, evaluate=None, scheduler=None, unpack=None)


def numbers_of_the_whole(given: Given) -> Given:
    """Pictures are flipped at random; the two targets are the picture's brightness and contrast."""
    from dataclasses import replace

    import torch
    from torch import nn

    def changed(x: Any, _y: Any) -> Any:
        return torch.stack([x.mean(), x.std()])

    data = _Flipped(given.train.dataset, lambda y: y, changed)
    model = _begun(nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)), data)
    return replace(given, model=model, loss=nn.MSELoss(), train=_loader(given, data), val=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2), evaluate=None)


def flipping(given: Given, along: Callable[[Any], Any], *, aside: Callable[[Any], Any] = lambda mask: mask) -> Given:
    """The toy's pictures flipped at random; `along(mask)` where the picture is flipped, `aside(mask)` where it is not."""
    from dataclasses import replace

    return replace(given, train=_loader(given, _Flipped(given.train.dataset, along, lambda _x, y: y, aside)))


def boxed(given: Given, along: Callable[[Any], Any], *, keypoints: bool = False) -> Given:
    """The box around each mask, as (left, top, right, bottom) in shares of the side; or its first corner as a point by name."""
    from dataclasses import replace

    import torch
    from torch import nn

    def box(_x: Any, mask: Any) -> Any:
        rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
        return torch.stack([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]) / len(mask)

    flipped = _Flipped(given.train.dataset, along, box)
    data = _Rolled(flipped) if keypoints else flipped
    outputs = 2 if keypoints else 4
    model = _begun(nn.Sequential(nn.Flatten(), nn.Linear(144, 64), nn.ReLU(), nn.Linear(64, outputs)), flipped)
    unpack = (lambda batch: (batch["image"], batch["keypoints"])) if keypoints else given.unpack
    return replace(given, model=model, loss=nn.SmoothL1Loss(), train=_loader(given, data), val=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), evaluate=None, unpack=unpack)


def _begun(model: Any, data: _Flipped) -> Any:
    """The network with small last weights and its answers about the targets' mean."""
    import torch

    with torch.no_grad():
        model[-1].weight.mul_(0.1)
        model[-1].bias.copy_(torch.stack([y for _, y in data.pairs]).mean(0)[: len(model[-1].bias)])
    return model


def _loader(given: Given, data: Any) -> Any:
    from torch.utils.data import DataLoader

    return DataLoader(data, batch_size=given.train.batch_size, shuffle=True)


class _Flipped:
    """Items of a data set of pictures and masks, flipped at random."""

    def __init__(self, data: Any, along: Callable[[Any], Any], target: Callable[[Any, Any], Any], aside: Callable[[Any], Any] = lambda target: target) -> None:
        """`target(picture, mask)` is made before the flip; `along(target)` is done when the picture is flipped, else `aside(target)`."""
        self.pairs = [(x, target(x, y)) for x, y in ((x.clone(), y.clone()) for x, y in (data[i] for i in range(len(data))))]
        self.along, self.aside = along, aside

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, i: int) -> Any:
        import torch

        x, y = self.pairs[i]
        return (x.flip(-1), self.along(y)) if torch.rand(()) < 0.5 else (x, self.aside(y))


class _Rolled:
    """The pictures of such a data set, rolled to the right at random, with the first corner of the box as a point."""

    def __init__(self, data: _Flipped) -> None:
        """The flip is not used."""
        self.pairs = data.pairs

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, i: int) -> Any:
        import torch

        x, box = self.pairs[i]
        return {"image": x.roll(int(torch.randint(0, 4, ())), -1), "keypoints": box[:2]}


CHECK = Check(
    code="DAT374",
    name="unmoved-targets",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="segmentation-unet", plant=masks_left), Case(toy="segmentation-unet", plant=boxes_left), Case(toy="segmentation-unet", plant=points_shifted_alone), Case(toy="segmentation-unet", plant=an_angle_left)),
    lookalikes=(Case(toy="segmentation-unet", plant=an_angle_turned), Case(toy="segmentation-unet", plant=masks_taken_along), Case(toy="segmentation-unet", plant=boxes_taken_along), Case(toy="segmentation-unet", plant=numbers_of_the_whole)),
)
