"""Small runs for the tests: real walks through the recipe on small data, with little effort."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from nohero.options import Options
from nohero.sitting import begin, take_up

PASSED_BECAUSE = "a small run for a test"


def finished(out, source, **options):
    """A run walked to its end, every gate that closes on the way passed with a reason."""
    outcome = begin(Options(source=str(source), effort="tiny", **options), out=Path(out))
    while outcome.gate is not None:
        outcome = take_up(Path(out), outcome.directory.name, passes=dict.fromkeys(outcome.gate.closed_by, PASSED_BECAUSE))
    return outcome.directory


def nohero(*words, cwd=None, env=None, timeout=120):
    """The command line in a process of its own."""
    return subprocess.run([sys.executable, "-m", "nohero", *map(str, words)], capture_output=True, text=True, cwd=cwd, env=env, timeout=timeout, check=False)


def write_shop(path, rows=140, seed=0):
    """A table with numbers, words, dates, gaps, a target of classes and one of values."""
    draw = random.Random(seed)
    lines = ["size,colour,day,weight,price,sold"]
    for i in range(rows):
        size, colour = draw.gauss(10, 3), draw.choice(["red", "blue", "=green"])
        weight = "" if i % 11 == 0 else f"{draw.gauss(5, 1):.3f}"
        price = 2 * size + (5 if colour == "red" else 0) + draw.gauss(0, 1)
        lines.append(f"{size:.3f},{colour},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},{weight},{price:.3f},{'yes' if price + draw.gauss(0, 4) > 22 else '-no'}")
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_pictures(folder, per_class=26, seed=0):
    """Three class folders of small pictures: a bright square in one of three places."""
    draw = np.random.default_rng(seed)
    for number, name in enumerate(("left", "middle", "right")):
        (Path(folder) / name).mkdir(parents=True)
        for i in range(per_class):
            pixels = draw.integers(0, 90, (12, 12), dtype=np.uint8)
            pixels[4:9, 4 * number : 4 * number + 4] += 120
            Image.fromarray(pixels).save(Path(folder) / name / f"{i}.png")
    return folder
