"""How two texts that belong together are alike in form: lengths, numbers, signs and marks that a translation or an answer takes over.

Legend: N rows, K features.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNS = "$%{}()[]<>:;!?/\\\"'&#@*+=_-"  # that translations keep
LEAST, MOST = 0.2, 0.95  # correlation of a feature that tells anything, and the greatest that is believed
SENTENCE = re.compile(r"[.!?…。！？]\s*$")
DIGIT = re.compile(r"\d")


def form_fits(columns: tuple[Sequence[str], Sequence[str]], shifts: Sequence[int]) -> dict[int, Any]:
    """Float [N] by shift: the log of how much likelier both forms are together than apart, of the first text and the second so many rows below, as jointly normal features have it."""
    import numpy as np

    full = np.array([bool(a) and bool(b) for a, b in zip(*columns, strict=True)])
    n = len(full)
    sides = [_forms(texts) for texts in columns]
    sides = [(s - s[full].mean(axis=0)) / np.maximum(s[full].std(axis=0), 1e-9) if full.any() else s for s in sides]
    r = (sides[0][full] * sides[1][full]).mean(axis=0) if full.any() else np.zeros(sides[0].shape[1])
    told = np.flatnonzero(r >= LEAST)
    a, b, r = np.clip(sides[0][:, told], -4, 4), np.clip(sides[1][:, told], -4, 4), np.minimum(r[told], MOST)
    fits = {}
    for by in shifts:
        row = np.zeros(n)
        inside = np.arange(max(0, -by), min(n, n - by))
        one, other = a[inside], b[inside + by]
        row[inside] = ((r * one * other - r**2 * (one**2 + other**2) / 2) / (1 - r**2)).sum(axis=1) * full[inside] * full[inside + by]
        fits[by] = np.clip(row / max(1, len(told)), -1, 1)
    return fits


def _forms(texts: Sequence[str]) -> Any:
    """float64 [N, K]."""
    import numpy as np

    return np.array([[np.log1p(len(t)), len(t.split()), len(DIGIT.findall(t)), t.count("\n"), bool(SENTENCE.search(t)), t.count(","), *(t.count(s) for s in SIGNS)] for t in texts], dtype=np.float64)
