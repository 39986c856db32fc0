"""Whether a number that goes with a picture changes when the picture is flipped: a probe of items that nobody moved is shown them flipped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ITEMS, LEAST = 300, 60
SECONDS = 0.8
CELLS = 8  # cells along each side that a picture is averaged to
KNOWN = 0.3  # R2 of the probe, left out, below which it knows too little of the number
TURNED = 0.5  # correlation of what it says of the flipped picture with the number: below minus this the number turns, above it stays
FLIPS: dict[str, Callable[[Any], Any]] = {"flipped left to right": lambda cells: cells[:, :, ::-1], "flipped upside down": lambda cells: cells[:, ::-1]}


def turns(read: Callable[[int], tuple[Any, Any] | None], many: int, move: str) -> bool | None:
    """Whether any of the numbers turns with the pictures (channels last); None where a small probe cannot tell.

    `read` gives picture and numbers of one of `many` items.
    """
    import numpy as np

    if move not in FLIPS:
        return None
    began, cells, numbers = time.monotonic(), [], []
    for i in np.unique(np.linspace(0, many - 1, ITEMS).astype(int)):
        found = read(int(i))
        if found is not None:
            cells.append(_cells(found[0]))
            numbers.append(np.asarray(found[1], dtype=float).reshape(-1))
        if time.monotonic() - began > SECONDS:
            break
    if len(cells) < LEAST or len({c.shape for c in cells}) > 1 or len({len(n) for n in numbers}) > 1:
        return None
    fates = _fates(np.stack(cells), np.stack(numbers), FLIPS[move])
    return True if True in fates else False if False in fates and None not in fates else None


def _fates(cells: Any, numbers: Any, flip: Callable[[Any], Any]) -> list[bool | None]:
    """For each number: does it turn, does it stay, or is that not known?"""
    import numpy as np

    from nohero.evidence.setup import probing

    spread = numbers.std(0)
    rows, flipped = (c.reshape(len(c), -1) for c in (cells, flip(cells)))
    centre, scale = rows.mean(0), max(float(rows.std()), 1e-12)
    rows, flipped = (rows - centre) / scale, (flipped - centre) / scale
    y = (numbers - numbers.mean(0)) / np.where(spread > 0, spread, 1)
    half = np.arange(len(y)) % 2 == 0
    known = np.zeros_like(y)
    shown = np.zeros_like(y)
    for part in (half, ~half):
        known[part], shown[part] = (probing.fitted(rows[~part], y[~part], z[part]) for z in (rows, flipped))
    fates: list[bool | None] = []
    for j in range(y.shape[1]):
        told = 1 - float(((known[:, j] - y[:, j]) ** 2).mean()) / max(float(y[:, j].var()), 1e-12)
        if not spread[j] > 0 or told < KNOWN or not shown[:, j].std() > 0:
            fates.append(None)
            continue
        along = float(np.corrcoef(shown[:, j], y[:, j])[0, 1])
        fates.append(True if along < -TURNED else False if along > TURNED else None)
    return fates


def _cells(picture: Any) -> Any:
    """The picture (height, width, channels) averaged over cells, one channel."""
    import numpy as np

    grey = np.nan_to_num(picture.mean(2))
    rows, columns = (np.linspace(0, n, CELLS + 1).astype(int) for n in grey.shape)
    return np.stack([[grey[rows[i] : rows[i + 1], columns[j] : columns[j + 1]].mean() for j in range(CELLS)] for i in range(CELLS)])
