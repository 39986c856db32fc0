"""The whole recipe on real sets, one after another: test score, best baseline, wall time against the budget.

    python bench/real_data.py DATA [--budget 90] [--only titanic,adult]

DATA is a folder that holds titanic/, adult/, wine-quality/, california-housing/, abalone/, cifar10-small/, fashion-mnist/.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FASHION_PER_CLASS = 300  # pictures written out as an image folder


def main() -> None:
    """Run each set and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--budget", type=int, default=90)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else []
    print("| set | items | task | metric | test score | best baseline | gate | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in sources(options.data, Path(folder)).items():
            if not wanted or name in wanted:
                print(row(name, arguments, options.budget, Path(folder) / "runs"), flush=True)


def sources(data: Path, work: Path) -> dict[str, list[str]]:
    """The command-line arguments of each set."""
    return {
        "titanic": [str(data / "titanic/train.csv"), "--target", "Survived"],
        "titanic with `alive`": [str(with_disguise(data / "titanic/train.csv", work / "titanic-alive.csv")), "--target", "Survived"],
        "adult": [str(data / "adult/adult-train.csv"), "--target", "14"],
        "wine-quality, red": [str(data / "wine-quality/winequality-red.csv"), "--target", "11"],
        "california-housing": [str(data / "california-housing/housing.csv"), "--target", "median_house_value"],
        "abalone": [str(data / "abalone/abalone.csv"), "--target", "8"],
        "cifar10-small": [str(data / "cifar10-small")],
        "fashion-mnist": [str(fashion_folder(data / "fashion-mnist", work / "fashion"))],
    }


def row(name: str, arguments: list[str], budget: int, out: Path) -> str:
    """Run one set and read its result."""
    began = time.monotonic()
    command = [sys.executable, "-m", "nohero", "run", *arguments, "--budget", f"{budget}s", "--out", str(out), "--format", "json", "--no-progress"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    try:
        record = json.loads(done.stdout)
    except ValueError:
        return f"| {name} | | | | exit {done.returncode}: {done.stderr.strip().splitlines()[:1]} | | | {seconds:.0f} |"
    closed = [f"{stage['name']} closed by {', '.join(stage['closed_by'])}" for stage in record["stages"] if stage["closed_by"]]
    bars = (record["ladder"] or {}).get("bars", [])
    test = next((bar for bar in bars if bar["note"] == "test"), None)
    score = f"{test['value']:.3f} [{test['low']:.3f}, {test['high']:.3f}]" if test else "not opened"
    metric = (record["ladder"] or {}).get("value_label", "")
    final = next((s for s in record["stages"] if s["name"] == "final"), {})
    best = final.get("sentence", "").partition("best baseline: ")[2].partition(";")[0] or "-"
    return f"| {name} | {record['facts'].get('items', '')} | {record['task']} | {metric} | {score} | {best} | {'; '.join(closed) or 'all open'} | {seconds:.0f} |"


def with_disguise(path: Path, target: Path) -> Path:
    """The Titanic's passengers with a column `alive` of yes and no, as some copies of the set have it."""
    with path.open(newline="") as file, target.open("w", newline="") as out:
        rows = csv.DictReader(file)
        writer = csv.DictWriter(out, [*(rows.fieldnames or []), "alive"])
        writer.writeheader()
        for line in rows:
            writer.writerow({**line, "alive": "yes" if line["Survived"] == "1" else "no"})
    return target


def fashion_folder(source: Path, target: Path) -> Path:
    """The first pictures of each class of Fashion-MNIST as a folder of class folders."""
    from PIL import Image

    if not source.is_dir():
        return source
    with gzip.open(source / "train-images-idx3-ubyte.gz") as file:
        _, count, height, width = struct.unpack(">4I", file.read(16))
        pixels = file.read(count * height * width)
    with gzip.open(source / "train-labels-idx1-ubyte.gz") as file:
        labels = file.read()[8:]
    written: dict[int, int] = {}
    for i, label in enumerate(labels):
        if written.get(label, 0) < FASHION_PER_CLASS:
            written[label] = written.get(label, 0) + 1
            folder = target / f"class {label}"
            folder.mkdir(parents=True, exist_ok=True)
            size = height * width
            Image.frombytes("L", (width, height), pixels[i * size : (i + 1) * size]).save(folder / f"{i:05d}.png")
    return target


if __name__ == "__main__":
    main()
