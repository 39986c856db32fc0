"""How many fields that hang together with no other are shared by pairs of rows: of a date, what follows from it, and a place, two are.

A field that rows share because they share another is told by rows of equal value in that other: where they never differ in the one it counts for nothing, where they differ in it as any two rows do it counts
for one.
"""

from __future__ import annotations

from typing import Any

SHARED = 0.5  # of the pairs that share a field, for it to be asked about
FEWEST = 20  # rows next to each other by the other field, with an equal value there, that tell
FIELDS = 40  # that are asked about: the richest


def shared_weight(codes: Any, pairs: Any, seed: int = 0) -> float:
    """`codes` are cells as whole numbers or hashes, [N, F]; `pairs` are places of rows, [P, 2], and tell nothing themselves."""
    import numpy as np

    if not len(pairs):
        return 0.0
    one, other = pairs.T
    richness = [len(np.unique(column)) for column in codes.T]
    shared = sorted(np.flatnonzero((codes[one] == codes[other]).mean(0) >= SHARED).tolist(), key=lambda j: -richness[j])[:FIELDS]
    known = np.minimum(one, other).astype(np.int64) * len(codes) + np.maximum(one, other)
    weights = np.ones(len(shared))
    varied = [1 - float(((np.unique(codes[:, j], return_counts=True)[1] / len(codes)) ** 2).sum()) for j in shared]
    shuffled = np.random.default_rng(seed).permutation(len(codes))
    for place, j in enumerate(shared):
        order = shuffled[np.argsort(codes[shuffled, j], kind="stable")]
        first, second = order[:-1], order[1:]
        equal = codes[first, j] == codes[second, j]
        equal[equal] = ~np.isin(np.minimum(first[equal], second[equal]) * len(codes) + np.maximum(first[equal], second[equal]), known)
        if equal.sum() < FEWEST:
            continue
        for later in range(place + 1, len(shared)):
            differ = float((codes[first[equal], shared[later]] != codes[second[equal], shared[later]]).mean())
            weights[later] = min(weights[later], differ / varied[later] if varied[later] > 0 else 0.0)
    return float(weights.sum())
