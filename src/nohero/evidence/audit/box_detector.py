"""Whether boxes look like boxes: a linear detector of small crops, fitted to the boxes of other pictures, against places thrown into the same picture.

A detector knows what lies in a box and how it lies: a cell in the middle of its box is another thing than half a cell. Of 364 pictures of
blood cells, whose boxes have 0.7 on average with a spread of 0.24, and thrown ones -0.6 with 0.14, it finds all 36 with the boxes of others.

Legend: P pictures, B boxes, G side of a crop, K channels, F features.
"""

from __future__ import annotations

from typing import Any

CROP = 8  # pixels of a crop's side
RIM = 1  # pixels of a crop that lie around the box
MARGIN = 0.25  # of the box's sides, on each side, that belongs to the crop
MOST = 60  # boxes of a picture
THROWS = 12  # places a box, to which its own is compared
RIDGE = 0.5  # of the mean variance; sets of forty pictures are told apart better than with a tenth of it, sets of 300 as well
FOLDS = 5
ASIDE, BESIDE = 3, 2  # places anywhere, and places beside it, that are shown for each box
NUDGES = (0.3, 0.7)  # of a box's sides, by which boxes are moved to show the detector what lies badly


class Detector:
    """Scores of boxes in each picture, by weights that were fitted to other pictures."""

    def __init__(self, thumbs: Any, boxes: list[Any], generator: Any) -> None:
        """`thumbs` [P, S, S, C] and for each picture its boxes as shares [B, 4]: left, top, right, bottom."""
        import numpy as np

        self.maps = _maps(thumbs)
        self.boxes = [np.clip(corners[:MOST], 0, 1) for corners in boxes]
        parts = [_moments(self, fold, generator) for fold in range(FOLDS)]
        self.weights = [_fitted([part for k, part in enumerate(parts) if k != fold]) for fold in range(FOLDS)]
        self.own = [self.scores(i, corners) for i, corners in enumerate(self.boxes)]
        self.chance = np.stack([self._chances(i, generator) for i in range(len(boxes))])

    def scores(self, i: int, corners: Any) -> Any:
        """[B]: 1 for what is like a box, -1 for what is like a place anywhere, on average."""
        return _crops(self.maps[i], corners) @ self.weights[i % FOLDS]

    def _chances(self, i: int, generator: Any) -> Any:
        """[THROWS]: mean scores of boxes of the same sizes at random places."""
        import numpy as np

        return self.scores(i, np.concatenate([thrown(self.boxes[i], generator) for _ in range(THROWS)])).reshape(THROWS, -1).mean(1)


def thrown(corners: Any, generator: Any) -> Any:
    """Boxes of the same sizes anywhere."""
    import numpy as np

    size = corners[:, 2:] - corners[:, :2]
    low = generator.random(size.shape) * (1 - size)
    return np.concatenate([low, low + size], axis=1)


def _nudged(corners: Any, generator: Any) -> Any:
    """Each box moved beside itself."""
    import numpy as np

    angle, far = generator.random(len(corners)) * 2 * np.pi, generator.uniform(*NUDGES, len(corners))
    step = np.stack([np.cos(angle), np.sin(angle)], axis=1) * far[:, None] * (corners[:, 2:] - corners[:, :2])
    return corners + np.concatenate([step, step], axis=1)


def _maps(thumbs: Any) -> Any:
    """float32 [P, S, S, K]: the smoothed channels and their steepness, standardised picture by picture."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    made = np.empty((*thumbs.shape[:3], thumbs.shape[3] + 1), dtype=np.float32)
    for i, picture in enumerate(thumbs):
        x = gaussian_filter(picture.astype(np.float32), (0.5, 0.5, 0))
        gy, gx = np.gradient(x.mean(2))
        one = np.concatenate([x, np.sqrt(gy**2 + gx**2)[..., None]], axis=2)
        made[i] = (one - one.mean((0, 1))) / np.maximum(one.std((0, 1)), 1e-3)
    return made


def _crops(maps: Any, corners: Any) -> Any:
    """float32 [B, F]: each box with its margin at G x G points, by straight lines between pixels, and a one."""
    import numpy as np

    side, margin = len(maps), MARGIN * (corners[:, 2:] - corners[:, :2])
    low, high = corners[:, :2] - margin, corners[:, 2:] + margin
    at = np.clip((low[:, :, None] + (high - low)[:, :, None] * (np.arange(CROP) + 0.5) / CROP) * side - 0.5, 0, side - 1.001)  # B, 2, G
    whole = at.astype(int)
    part = (at - whole).astype(np.float32)
    (x, y), (fx, fy) = (whole[:, 0, None, :], whole[:, 1, :, None]), (part[:, 0, None, :, None], part[:, 1, :, None, None])
    upper = maps[y, x] * (1 - fx) + maps[y, x + 1] * fx
    lower = maps[y + 1, x] * (1 - fx) + maps[y + 1, x + 1] * fx
    found = upper * (1 - fy) + lower * fy
    around = np.ones((CROP, CROP), dtype=bool)
    around[RIM:-RIM, RIM:-RIM] = False
    apart = np.abs(found - found[:, around].mean(1)[:, None, None])
    parts = [part.reshape(len(corners), -1) for part in (found, apart)]
    return np.concatenate([*parts, np.ones((len(corners), 1), dtype=np.float32)], axis=1)


def _moments(detector: Detector, fold: int, generator: Any) -> tuple[Any, Any]:
    """Of boxes, and of what is none, in every fifth picture: second moments [F, F], whose last row holds the sums, and their number last."""
    import numpy as np

    rows = range(fold, len(detector.boxes), FOLDS)
    moves = (thrown,) * ASIDE + (_nudged,) * BESIDE
    there = np.concatenate([_crops(detector.maps[i], detector.boxes[i]) for i in rows])
    none = np.concatenate([_crops(detector.maps[i], move(detector.boxes[i], generator)) for i in rows for move in moves])
    return there.T @ there, none.T @ none


def _fitted(parts: list[tuple[Any, Any]]) -> Any:
    """Least squares to 1 for boxes and -1 for what is none, both of one weight."""
    import numpy as np

    there, none = (sum(part) for part in zip(*parts, strict=True))
    there, none = there / there[-1, -1], none / none[-1, -1]
    both = there + none
    return np.linalg.solve(both + RIDGE * float(np.trace(both)) / len(both) * np.eye(len(both)), there[-1] - none[-1]).astype(np.float32)
