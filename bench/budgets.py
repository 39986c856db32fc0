"""How well a budget is kept, and what the least one buys: wall time against budget for small sources.

    python bench/budgets.py [SECONDS ...] [--source built-in:wine ...]

Prints a line a run: budget, wall time, their ratio, how far the run came, what it left out, and its headline.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nohero.stored import read_run

BUDGETS = (10, 15, 30, 90)
SOURCES = ("built-in:wine", "built-in:digits")


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("seconds", nargs="*", type=int, default=list(BUDGETS))
    words.add_argument("--source", nargs="*", default=list(SOURCES))
    given = words.parse_args()
    print("source               budget    wall  ratio  stages  left out  headline")
    with tempfile.TemporaryDirectory(prefix="nohero-budget-") as folder:
        for source in given.source:
            for seconds in given.seconds:
                out = Path(folder, f"{seconds}")
                began = time.monotonic()
                command = [sys.executable, "-m", "nohero", "run", source, "--budget", f"{seconds}s", "--out", str(out), "-q"]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                wall = time.monotonic() - began
                if done.returncode not in (0, 1):
                    print(f"{source:<20} {seconds:5d} s  {wall:5.1f}  ended with {done.returncode}: {done.stderr.strip()}")
                    continue
                record = read_run("latest", out)
                stages = sum(stage.state != "waiting" for stage in record.stages)
                left = sum(len(stage.left_out) for stage in record.stages)
                print(f"{source:<20} {seconds:5d} s  {wall:5.1f}  {wall / seconds:5.2f}  {stages:6d}  {left:8d}  {record.headline}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
