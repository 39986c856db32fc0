"""What it asks: where chance moves picture and mask, does it move both by the same draw?

Why it matters: a random crop or flip that is called once for the picture and once for the mask draws twice. In most items the mask is
that of another part of the picture, and the network learns little more than how often each class comes.

How it is measured: items are read several times; where a picture is the flip or the shift of the same picture in another reading, both
found by correlation, the mask is moved back by the same move: is it as it was, or as it was after another move?

When it is right to fail: in four pairs of readings or more, and a fifth of those that tell, the mask stays where the picture was
flipped, or is shifted by other numbers of pixels; and it is moved too.

What it cannot see: moves that are no flip, turn or shift by whole pixels (small angles, other sizes); masks of pictures without structure.

Mend: draw once and apply the same numbers to both, or hand picture and mask to one call of the transform.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.data.unmoved_targets import flipping
from nohero.evidence.setup.moved_pictures import MovedPictures
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

LEAST = 4  # pairs of readings
SHARE = 0.2  # of the pairs that tell: two fair draws of one flip part in half of them, and a mask that goes along in none


def judge(moved: MovedPictures) -> Finding:
    """A mask that parts from its picture in many pairs, and is moved itself, fails."""
    masks = [f for f in moved.followers if f.kind == "masks"]
    if not masks:
        return skipped("the items hold no masks of their pictures")
    worst = max(masks, key=lambda f: f.strayed)
    if worst.strayed < LEAST or worst.strayed < SHARE * worst.told or not worst.went:
        return passed(f"masks are moved with their pictures in {worst.told - worst.strayed} of {worst.told} pairs of readings that tell")
    return failed(
        f"in {worst.strayed} of {worst.told} pairs of readings that tell, the mask in `{worst.where}` is moved otherwise than its picture: each is moved by a draw of its own",
        expected="masks that go with their pictures",
        observed=Observed(value=float(worst.strayed), unit="pairs of readings", n=worst.told),
        component="transform",
        where=(f"train: {worst.where}",),
        level=Level.VERIFIED,
        effect="the network is taught the mask of another part of the picture, another one at each reading",
        why="The same random transformation, called once for the picture and once for the mask, draws twice.",
        remedies=("draw once, and apply the same numbers to picture and mask", "hand picture and mask to one call of the transform"),
    )


def flipped_for_themselves(given: Given) -> Given:
    """Picture and mask are flipped at random, each by a draw of its own."""
    import torch

    def own(mask: Any) -> Any:
        return mask.flip(-1) if torch.rand(()) < 0.5 else mask

    return flipping(given, own, aside=own)


def cropped_for_themselves(given: Given) -> Given:
    """Picture and mask are cropped at random places, each at its own."""
    return _cropping(given, lambda place, own: own)


def cropped_together(given: Given) -> Given:
    """Both are cropped at one random place."""
    return _cropping(given, lambda place, own: place)


def flipped_together(given: Given) -> Given:
    """Both are flipped by one draw."""
    return flipping(given, lambda mask: mask.flip(-1))


def two_views(given: Given) -> Given:
    """Two views of each picture in eight levels, each flipped by a draw of its own, as contrastive learning wants them."""
    from dataclasses import replace

    import torch

    def view(x: Any) -> Any:
        levels = (x.clamp(-2, 2) * 2).round() / 2
        return levels.flip(-1) if torch.rand(()) < 0.5 else levels

    class Views(torch.utils.data.Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(given.train.dataset)

        def __getitem__(self, i: int) -> Any:
            x = given.train.dataset[i][0]
            return view(x), view(x)

    loader = torch.utils.data.DataLoader(Views(), batch_size=given.train.batch_size, shuffle=True)
    return replace(given, train=loader, val=None, evaluate=None, step=None, loss=lambda output, y: ((output.mean(1, keepdim=True) - y) ** 2).mean())


def _cropping(given: Given, place_of_mask: Callable[[Any, Any], Any]) -> Given:
    """Larger pictures, cut at random to the size of the toy's; the mask's place is chosen from the picture's and one of its own."""
    from dataclasses import replace

    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset
    side = inner[0][0].shape[-1]

    class Cropped(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(inner)

        def __getitem__(self, i: int) -> Any:
            x, mask = inner[i]
            place, own = (tuple(torch.randint(0, side // 2, (2,)).tolist()) for _ in range(2))
            return _cut(x, side, place), _cut(mask, side, place_of_mask(place, own))

    return replace(given, train=DataLoader(Cropped(), batch_size=given.train.batch_size, shuffle=True))


def _cut(values: Any, side: int, place: tuple[int, ...]) -> Any:
    wide = values.roll((side // 4, side // 4), (-2, -1)).repeat(*[1] * (values.ndim - 2), 2, 2)
    return wide[..., place[0] : place[0] + side, place[1] : place[1] + side].contiguous()


CHECK = Check(
    code="DAT463",
    name="parted-masks",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="segmentation-unet", plant=flipped_for_themselves), Case(toy="segmentation-unet", plant=cropped_for_themselves)),
    lookalikes=(Case(toy="segmentation-unet", plant=flipped_together), Case(toy="segmentation-unet", plant=cropped_together), Case(toy="segmentation-unet", plant=two_views)),
)
