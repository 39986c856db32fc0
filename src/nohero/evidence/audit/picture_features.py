"""Features of pictures that are cheap and tell classes apart: answers of random patches of the set itself, pooled over the picture.

Coates and Ng, Learning feature representations with k-means (2012), with patches drawn instead of clustered.

Legend: N pictures, H height, W width, C channels, P places, Q patch pixels, K filters, G cells of the pooling grid, F features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

KEY = "picture features"
SIDE = 32  # pixels: larger small copies are averaged down to it
PATCH, STRIDE = 6, 2  # pixels
FILTERS, CELLS = 112, 3  # 112 filters on a grid of 3 x 3 cells: 1,008 features
DRAWN = 20_000  # patches that the whitening is fitted to
FLOOR = 0.1  # of the mean variance, added before whitening, and to each patch's own variance
CHUNK = 256  # pictures at a time


def features(collection: Collection) -> Any:
    """float32 [N, F], F at most 1,024; standardised columns, the same for the same collection."""
    return collection.shared(KEY, lambda: _features(thumbnails(collection).pixels, collection.seed))


def _features(pixels_NHWC: Any, seed: int) -> Any:
    whiten, filters = _filters(pixels_NHWC, np.random.default_rng(seed))
    made = np.empty((len(pixels_NHWC), FILTERS * CELLS**2), dtype=np.float32)
    for block, patches in enumerate(_patches(pixels_NHWC)):
        made[block * CHUNK : (block + 1) * CHUNK] = _pooled(patches, whiten, filters)
    made -= made.mean(axis=0)
    spread = np.sqrt(np.einsum("nf,nf->f", made, made, dtype=np.float64) / len(made))
    made /= (spread + 1e-6).astype(np.float32)
    return made


def _small(part_NHWC: Any) -> Any:
    """float32 [N, H, W, C] with sides of at most SIDE, and of at least a patch."""
    step = max(1, -(-max(part_NHWC.shape[1:3]) // SIDE))
    height, width = (n // step for n in part_NHWC.shape[1:3])
    values = part_NHWC[:, : height * step, : width * step].astype(np.float32)
    if step > 1:
        values = values.reshape(len(values), height, step, width, step, -1).mean(axis=(2, 4))
    missing = [max(0, PATCH + STRIDE * (CELLS - 1) - n) for n in (height, width)]
    return np.pad(values, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)), mode="edge") if any(missing) else values


def _windows(values_NHWC: Any) -> Any:
    """[N, rows, columns, Q]: all patches at every second place."""
    views = np.lib.stride_tricks.sliding_window_view(values_NHWC, (PATCH, PATCH), axis=(1, 2))[:, ::STRIDE, ::STRIDE]
    return np.ascontiguousarray(views).reshape(*views.shape[:3], -1)


def _levelled(patches: Any) -> Any:
    """Each patch without its mean and of about unit spread."""
    level = patches - patches.mean(axis=-1, keepdims=True)
    return level / np.sqrt(level.var(axis=-1, keepdims=True) + 100 * FLOOR)


def _patches(pixels_NHWC: Any) -> Iterator[Any]:
    for start in range(0, len(pixels_NHWC), CHUNK):
        yield _levelled(_windows(_small(pixels_NHWC[start : start + CHUNK])))


def _filters(pixels_NHWC: Any, generator: Any) -> tuple[Any, Any]:
    """The whitening [Q, Q] and whitened patches of length one [Q, K]."""
    some = np.sort(generator.choice(len(pixels_NHWC), min(len(pixels_NHWC), 1000), replace=False))
    patches = _levelled(_windows(_small(pixels_NHWC[some]))).reshape(-1, PATCH * PATCH * pixels_NHWC.shape[3])
    patches = patches[generator.choice(len(patches), min(DRAWN, len(patches)), replace=False)]
    values, directions = np.linalg.eigh(patches.T @ patches / len(patches))
    whiten = (directions / np.sqrt(np.maximum(values, 0) + FLOOR * max(float(values.mean()), 1e-6))) @ directions.T
    strong = patches[np.argsort(-np.square(patches).sum(axis=1), kind="stable")[: max(1, len(patches) // 2)]]
    chosen = strong[generator.choice(len(strong), FILTERS, replace=len(strong) < FILTERS)] @ whiten
    return whiten.astype(np.float32), (chosen / (np.linalg.norm(chosen, axis=1, keepdims=True) + 1e-6)).T.astype(np.float32)


def _pooled(patches: Any, whiten: Any, filters: Any) -> Any:
    """[N, F]: the mean of rectified answers in each cell of the grid."""
    count, rows, columns = patches.shape[:3]
    answers = patches.reshape(-1, patches.shape[3]) @ (whiten @ filters)
    np.maximum(answers, 0, out=answers)
    answers = answers.reshape(count, rows, columns, -1)
    for axis, size in ((1, rows), (2, columns)):
        starts = np.arange(CELLS) * size // CELLS
        answers = np.add.reduceat(answers, starts, axis=axis)
    return np.sqrt(answers.reshape(count, -1))
