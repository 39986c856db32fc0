"""Small grey pictures of strokes in one array, with a label and no parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

COUNT, SIDE = 360, 20
NAMES = ("0", "1", "2", "3")


def make() -> Collection:
    """Nothing is wrong: strokes in four directions, with noise, in other places and strengths."""
    import numpy as np
    import polars as pl

    from nohero.sources.collection import PICTURE, Collection

    generator = np.random.default_rng(23)
    labels = generator.permutation(np.arange(COUNT) % len(NAMES))
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    pictures = np.zeros((COUNT, SIDE, SIDE), dtype=np.uint8)
    for i, label in enumerate(labels):
        angle = np.pi / 4 * label + generator.normal(0, 0.12)
        across = (x - generator.uniform(-4, 4)) * np.sin(angle) - (y - generator.uniform(-4, 4)) * np.cos(angle)
        stroke = generator.uniform(90, 190) * np.exp(-0.5 * (across / generator.uniform(1.2, 2.2)) ** 2)
        blobs = generator.normal(0, 16, (SIDE // 4, SIDE // 4)).repeat(4, axis=0).repeat(4, axis=1)
        pictures[i] = np.clip(30 + stroke + blobs + generator.normal(0, 9, (SIDE, SIDE)), 0, 255).astype(np.uint8)
    return Collection(
        name="strokes", source="strokes.npz", kind=PICTURE, label="label", pictures=pictures, items=tuple(f"picture {i}" for i in range(COUNT)),
        frame=pl.DataFrame({"number": range(COUNT), "label": [NAMES[i] for i in labels]}),
    )  # fmt: skip
