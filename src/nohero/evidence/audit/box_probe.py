"""Whether boxes lie where boxes are to be expected: a probe from pixels to boxes, fitted on other pictures, against every picture's boxes.

Legend: P pictures, S side of the small copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.evidence.dealing import standard
from nohero.evidence.mask_probe import features_of, probed, scores_of

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 32  # pixels: at 32 blood cells are told as well as at 64


def learnt(thumbs_PSSC: Any, boxes: list[Any]) -> tuple[Any, Any]:
    """([P, S, S] where a probe that was fitted to other pictures expects boxes, [P, S, S] where they are)."""
    import numpy as np

    small = thumbs_PSSC.astype(np.float32)
    while small.shape[1] >= 2 * SIDE:
        small = np.mean([small[:, i::2, j::2][:, : small.shape[1] // 2, : small.shape[2] // 2] for i in (0, 1) for j in (0, 1)], axis=0)
    drawn = np.stack([_drawn(corners, small.shape[1]) for corners in boxes])
    return probed(features_of(small.transpose(0, 3, 1, 2)), drawn)[1], drawn


def fits_of(said: Any, drawn: Any) -> Any:
    """[P, P]: what the probe says of picture i against the boxes of picture j, in standard deviations over all pairs."""
    return standard(_even(said) @ _even(drawn).T)


def better_posed(said: Any, drawn: Any, boxes: list[Any], aspects: list[float], poses: dict[str, Callable[[Any, float], Any]]) -> list[tuple[int, str, float]]:
    """(picture, the pose in which its boxes fit best, correlation gained), the greatest gain first."""
    import numpy as np

    given = scores_of(said, drawn)
    best: list[tuple[float, str]] = [(0.0, "")] * len(boxes)
    for name, change in poses.items():
        moved = np.stack([_drawn(np.clip(change(corners, aspect), 0, 1), drawn.shape[1]) for corners, aspect in zip(boxes, aspects, strict=True)])
        best = [max(was, (float(gain), name)) for was, gain in zip(best, scores_of(said, moved) - given, strict=True)]
    return sorted(((i, name, gain) for i, (gain, name) in enumerate(best) if name), key=lambda found: -found[2])


def numbered(corners: Any, side: int) -> Any:
    """[S, S]: each box has a number of its own, so that boxes side by side keep the side between them."""
    import numpy as np

    made = np.zeros((side, side), dtype=np.float32)
    for k, (left, top, right, bottom) in enumerate(np.round(np.clip(corners, 0, 1) * side).astype(int)):
        made[top:bottom, left:right] = k + 1.0
    return made


def _drawn(corners: Any, side: int) -> Any:
    """[S, S]: 1 in the boxes."""
    import numpy as np

    made = np.zeros((side, side), dtype=np.float32)
    for left, top, right, bottom in np.round(np.clip(corners, 0, 1) * side).astype(int):
        made[top:bottom, left:right] = 1.0
    return made


def _even(maps: Any) -> Any:
    """[P, S * S]: without their means, of length one."""
    import numpy as np

    flat = maps.reshape(len(maps), -1).astype(np.float64)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.sqrt((flat**2).sum(axis=1, keepdims=True)), 1e-9)
