"""What it asks: were masks of classes resized as if they were pictures?

Why it matters: between class 2 and class 6 interpolation writes 3, 4 and 5: classes that are not there, along every edge.

How it is measured: values of the masks that stand only on edges, with a lower and a higher value beside them.

When it is right to fail: it warns, when there are three such values or more and the masks are no soft masks between 0 and 1.
Soft masks, and a single class of edges, may be meant so: unsure.

What it cannot see: interpolation between two neighbouring classes.

Mend: resize masks by the nearest value.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.mask_fit import MaskFit
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

MOST = 0.3  # of the pixels, that may stand on edges
THIN = 40  # lines one pixel wide, in all masks looked at
RAMPS = 0.85  # of them; three different numbers in any order are a ramp in one case of three
SEVERAL = 3  # values; one or two may be classes of edges


def judge(fit: MaskFit) -> Finding:
    """Values between."""
    if fit.thin >= THIN and fit.ramps >= RAMPS * fit.thin and len(fit.values) > SEVERAL and fit.whole:
        return warned(
            f"of {fit.thin:,} lines one pixel wide {fit.ramps / fit.thin:.0%} hold a class whose number lies between those on their two sides; of classes that touch by chance a third would",
            expected="classes with regions of their own",
            observed=Observed(value=fit.ramps / fit.thin, unit="of the thin lines", n=fit.thin),
            component="transform",
            where=("train: target",),
            level=Level.MEASURED,
            effect="a rim of a wrong class along the edges",
            why="Numbers of classes have no middle. Between class 1 and class 5 bilinear resizing leaves a rim of class 3.",
            remedies=("resize and turn masks with the nearest value (interpolation=NEAREST)", "store masks as PNG: JPEG changes values along edges"),
        )
    if not fit.between or fit.between_share > MOST:
        return passed(f"the masks' {len(fit.values)} values stand in regions of their own")
    soft = min(fit.values) >= 0 and max(fit.values) <= 1 and not fit.whole
    few = fit.whole and len(fit.between) < SEVERAL
    return (unsure if soft or few else warned)(
        f"{len(fit.between)} values of the masks ({', '.join(f'{v:g}' for v in fit.between[:5])}{', …' if len(fit.between) > 5 else ''}) stand only on edges between a lower and a higher one, in {fit.between_share:.1%} of the pixels",
        expected="classes with regions of their own",
        observed=Observed(value=fit.between_share, unit="of the pixels", n=fit.n),
        component="transform",
        where=("train: target", *(f"value {v:g}" for v in fit.between[:5])),
        level=Level.HEURISTIC,
        effect="classes that do not exist along every edge",
        why="Numbers of classes have no middle. Values that occur only between two others are what bilinear resizing or turning leaves behind.",
        remedies=("resize and turn masks with the nearest value (interpolation=NEAREST)", "if masks are meant soft, or edges are a class, nothing need be done", "store masks as PNG: JPEG changes values along edges"),
    )


def resized_as_pictures(given: Given) -> Given:
    """Masks with class 0 and 6, enlarged bilinearly and made whole numbers again."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        planes = (y if y.ndim == 4 else y[:, None]).float()
        small = torch.nn.functional.interpolate(planes, scale_factor=0.5, mode="nearest")
        grown = torch.nn.functional.interpolate(small, size=planes.shape[-2:], mode="bilinear")
        return x, (6 * grown).round().reshape(y.shape).to(y.dtype)

    return _as_values(replanted(given, change))


def _as_values(given: Given) -> Given:
    """A loss that takes any values, so that the set-up runs."""
    from dataclasses import replace


    def loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return ((output[:, 1] - target.float().reshape(output[:, 1].shape)) ** 2).mean()

    return replace(given, loss=loss, step=None, evaluate=None)


def several_classes(given: Given) -> Given:
    """Masks of classes 0 and 6, whole throughout."""
    return _as_values(replanted(given, lambda x, y: (x, y * 6)))


def six_classes_resized(given: Given) -> Given:
    """Patches of six classes, enlarged bilinearly: every rim is itself a class."""
    return _as_values(replanted(given, lambda x, y: (x, _patches(y, "bilinear"))))


def six_classes_whole(given: Given) -> Given:
    """The same, enlarged rightly."""
    return _as_values(replanted(given, lambda x, y: (x, _patches(y, "nearest"))))


def _patches(y: torch.Tensor, mode: str) -> torch.Tensor:
    import torch

    small = torch.randint(0, 6, (len(y), 1, 4, 4), generator=torch.Generator().manual_seed(5)).float()
    return torch.nn.functional.interpolate(small, size=y.shape[-2:], mode=mode)[:, 0].round().to(y.dtype)


CHECK = Check(
    code="DAT376",
    name="interpolated-masks",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="segmentation-unet", plant=resized_as_pictures), Case(toy="segmentation-unet", plant=six_classes_resized)),
    lookalikes=(Case(toy="segmentation-unet", plant=several_classes), Case(toy="segmentation-unet", plant=six_classes_whole)),
)
