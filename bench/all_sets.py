"""The audit of every set of a folder: items, CPU seconds of one process with one thread, and how many findings of each kind.

    OMP_NUM_THREADS=1 python bench/all_sets.py ../shared/data

Each set is a process of its own; the seconds hold opening, measuring and judging, not the start of Python. A set that breaks is a row
that says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SETS: dict[str, tuple[str, ...]] = {
    "abalone/abalone.csv": ("c8",), "adult": ("c14",), "california-housing/housing.csv": ("median_house_value",), "titanic": ("Survived",), "wine-quality/winequality-red.csv": ("c11",),
    "wine-quality/winequality-white.csv": ("c11",), "time-series/airline-passengers.csv": (), "time-series/daily-min-temperatures.csv": (), "bccd": (), "membrane": (), "cifar10-small": (),
    "exif-orientation": (), "fashion-mnist": (), "imagenet-sample": (), "names": (), "rt-polarity": (), "sms-spam": (), "tinyshakespeare": (), "char-embeddings/glove.840B.300d-char.txt": (), "fsdd": ("name_0",),
}  # fmt: skip
CODE = """
import json, resource, sys, time
import polars, numpy, nohero
from nohero.run.errors import NoheroError
began = time.process_time()
try:
    told = nohero.audit(sys.argv[1], target=sys.argv[2] or None, budget=None, progress=False).checked
except NoheroError as error:
    print(json.dumps({"refused": str(error).splitlines()[0]})); raise SystemExit
count = lambda s: sorted(f.code for f in told.findings if f.status == s and not f.ignored)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"parts": told.parts[0], "seconds": time.process_time() - began, "peak": peak} | {s: count(s) for s in ("FAIL", "WARN", "UNSURE", "PASS", "SKIP", "ERROR")}))
"""


def row(path: Path, name: str, target: str) -> str:
    """One set."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CODE, str(path / name), target], capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if done.returncode:
        return f"| {name} | broke: {(done.stderr.strip().splitlines() or ['?'])[-1]} |"
    found = json.loads(done.stdout.splitlines()[-1])
    if "refused" in found:
        return f"| {name} | refused: {found['refused']} |"
    told = [f"{len(found[s])}" + (f" ({', '.join(found[s])})" if s in ("FAIL", "WARN", "UNSURE", "ERROR") and found[s] else "") for s in ("FAIL", "WARN", "UNSURE", "PASS", "SKIP", "ERROR")]
    return f"| {name} | {found['parts']} | {found['seconds']:.1f} | {found['peak']:,.0f} | " + " | ".join(told) + " |"


def main() -> None:
    """Print the table."""
    print("| set | items | CPU s | peak MB | FAIL | WARN | UNSURE | PASS | SKIP | ERROR |\n|---|---|---|---|---|---|---|---|---|---|")
    data = Path(sys.argv[1])
    for name, target in SETS.items():
        print(row(data, name, target[0] if target else ""), flush=True)


if __name__ == "__main__":
    main()
