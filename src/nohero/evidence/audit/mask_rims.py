"""Whether the rims of masks lie on edges of their own pictures, more than the same rims do anywhere else in it.

Objects on a photograph lie among edges of the ground, which draw a probe aside; but their own rim lies on edges all along, and hardly
any other place of the picture is like that. Of 2,000 sound masks of cut-outs, words and cells 95 in 100 lie better than at 999 of
1,000 other places, masks of other pictures anywhere between none and all.

Legend: N pictures, S side of the small copies.
"""

from __future__ import annotations

from typing import Any

SMOOTH = 0.7  # pixels
PLACED = 0.98  # share of all places: a rim that lies better than at so many lies on edges
PART = 64  # pictures at a time


class Rims:
    """Steepness under every mask's rim, wherever in its picture the rim is laid."""

    def __init__(self, pictures_NSSC: Any, masks_NSS: Any) -> None:
        """Steepness counts by its rank in the picture: a few hard edges would outweigh all others."""
        import numpy as np
        from scipy.ndimage import gaussian_filter
        from scipy.stats import rankdata

        steep = np.zeros(masks_NSS.shape, dtype=np.float32)
        for i, picture in enumerate(pictures_NSSC):
            gy, gx = np.gradient(gaussian_filter(picture.astype(np.float32), (SMOOTH, SMOOTH, 0)), axis=(0, 1))
            steep[i] = rankdata((gy**2 + gx**2).sum(2)).reshape(steep[i].shape) / steep[i].size
        self.steep = steep
        self.masks = masks_NSS
        self._laid: Any = None

    def laid(self, rows: Any, change: Any = None) -> Any:
        """float32 [rows, S, S]: mean steepness under the rims, moved by so much, or by a pixel more or less; of masks without a rim nothing."""
        import numpy as np
        from scipy.ndimage import maximum_filter

        masks = self.masks[rows] if change is None else change(self.masks[rows])
        rims = _rims(masks)
        size = rims.sum(axis=(1, 2))
        there = np.fft.irfft2(np.fft.rfft2(self.steep[rows]) * np.conj(np.fft.rfft2(rims)), s=rims.shape[1:])
        there = np.where(size[:, None, None] > 0, there / np.maximum(size, 1)[:, None, None], 0.0)
        return maximum_filter(there.astype(np.float32), size=(1, 3, 3), mode="wrap")

    def owns(self) -> tuple[Any, Any]:
        """[N] and [N] of `placed`, of the masks as they are given."""
        import numpy as np

        self._laid = np.concatenate([self.laid(np.arange(start, min(start + PART, len(self.masks)))) for start in range(0, len(self.masks), PART)])
        return placed(self._laid)

    def posed(self, rows: Any, change: Any, move: tuple[int, int] | None) -> tuple[Any, Any]:
        """The same of some masks in another pose; a mask moved by so much lies where its rim was laid already."""
        import numpy as np

        if move is not None:
            return placed(self._laid[rows], move)
        parts = [placed(self.laid(rows[start : start + PART], change)) for start in range(0, len(rows), PART)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def placed(there: Any, place: tuple[int, int] = (0, 0)) -> tuple[Any, Any]:
    """(share of all places that are worse than this one, standard deviations above their mean); 1 and 0 for masks without a rim."""
    import numpy as np

    here, spread = there[:, place[0], place[1]], there.std(axis=(1, 2))
    share = (there < here[:, None, None]).mean(axis=(1, 2))
    return np.where(spread > 0, share, 1.0), np.where(spread > 0, (here - there.mean(axis=(1, 2))) / np.maximum(spread, 1e-9), 0.0)


def _rims(masks_NSS: Any) -> Any:
    """1 where a mask steps, 0 elsewhere."""
    import numpy as np

    gy, gx = np.gradient(masks_NSS, axis=(1, 2))
    return ((gy != 0) | (gx != 0)).astype(np.float32)
