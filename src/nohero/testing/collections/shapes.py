"""Drawn shapes on noise, as files in class folders in train and test folders; written once a process into a temporary folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

CLASSES = ("circle", "cross", "square")
COUNTS = {"train": 60, "test": 24}  # of each class
SIDE = 36


def make() -> Collection:
    """Nothing is wrong: three classes of equal size, every picture drawn anew in other places, sizes and colours."""
    from nohero.sources.opening import open_source

    return open_source(str(folder()))


@cache
def folder() -> Path:
    """The written files."""
    import numpy as np

    generator = np.random.default_rng(17)
    root = temporary()
    for part, count in COUNTS.items():
        for kind in CLASSES:
            (root / part / kind).mkdir(parents=True)
            for number in range(count):
                shape(kind, generator).save(root / part / kind / f"{number:03}.png")
    return root


def temporary() -> Path:
    """A folder that is removed when the process ends."""
    import atexit
    import shutil
    import tempfile

    root = Path(tempfile.mkdtemp(prefix="nohero-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root


def shape(kind: str, generator: Any) -> Any:
    """A Pillow image of one shape on noise."""
    import numpy as np
    from PIL import Image, ImageDraw

    ground = generator.integers(60, 190, 3)
    slope = generator.normal(0, 1.2, (2, 1, 1, 3))
    place = np.arange(SIDE) - SIDE / 2
    texture = generator.normal(0, 14, (SIDE // 4, SIDE // 4, 3)).repeat(4, axis=0).repeat(4, axis=1)
    noise = ground + place[:, None, None] * slope[0] + place[None, :, None] * slope[1] + texture + generator.normal(0, 8, (SIDE, SIDE, 3))
    image = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    colour = tuple(int(v) for v in (ground + generator.choice([-1, 1]) * generator.integers(45, 90, 3)).clip(0, 255))
    radius = int(generator.integers(6, 11))
    x, y = (int(v) for v in generator.integers(radius + 2, SIDE - radius - 2, 2))
    box = (x - radius, y - radius, x + radius, y + radius)
    if kind == "circle":
        draw.ellipse(box, fill=colour)
    elif kind == "square":
        draw.rectangle(box, fill=colour)
    else:
        draw.line((x - radius, y, x + radius, y), fill=colour, width=4)
        draw.line((x, y - radius, x, y + radius), fill=colour, width=4)
    return image
