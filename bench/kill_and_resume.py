"""Kill a run at random moments, resume it each time, and compare its journal with that of an undisturbed run.

    python bench/kill_and_resume.py [SOURCE] [--kills 10] [--effort tiny] [--seed 0]

Prints one line a kill and, at the end, whether the two journals say the same to the last digit.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nohero.run.directory import find
from nohero.run.journal import content

LATER = 0.3  # seconds at most between the chosen event and the kill: in the midst of what comes next
POLL = 0.005  # seconds


def command(out: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "nohero", "run", *words, "--out", str(out), "--no-progress", "--quiet"]


def lines(out: Path) -> int:
    """Events on disk, a torn last line not counted."""
    path = out / "latest" / "journal.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def sit(words: list[str], env: dict[str, str], out: Path, until: int | None = None, later: float = 0.0) -> str:
    """One sitting, killed `later` seconds after the journal has `until` events."""
    process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while until is not None and process.poll() is None and lines(out) < until:
        time.sleep(POLL)
    if until is not None and process.poll() is None:
        time.sleep(later)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return "killed"
    _, said = process.communicate()
    if process.returncode not in (0, 1):
        sys.exit(f"a sitting ended with {process.returncode}: {said}")
    return "ended by itself"


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("source", nargs="?", default="built-in:wine")
    words.add_argument("--kills", type=int, default=10)
    words.add_argument("--effort", default="tiny")
    words.add_argument("--seed", type=int, default=0)
    given = words.parse_args()
    env = {**os.environ, "NOHERO_EFFORT": given.effort, "OMP_WAIT_POLICY": "passive"}
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="nohero-kill-") as folder:
        whole, torn = Path(folder, "whole"), Path(folder, "torn")
        began = time.monotonic()
        sit(command(whole, given.source, "--budget", "none"), env, whole)
        total = len(find(whole).journal.events)
        print(f"undisturbed: {time.monotonic() - began:.1f} s, {total} events", flush=True)
        print("kill  at event  last event")
        for number, place in enumerate(sorted(draw.sample(range(1, total), given.kills)), start=1):
            words = command(torn, "--resume") if lines(torn) else command(torn, given.source, "--budget", "none")
            how = sit(words, env, torn, until=max(place + number, lines(torn) + 2), later=draw.uniform(0, LATER))  # each sitting adds an event of its own
            last = find(torn).journal.events[-1]
            told = f"{last['event']} {last.get('name') or last.get('type') or last.get('label') or last.get('key') or ''}"
            print(f"{number:4d}  {lines(torn):8d}  {told}{'' if how == 'killed' else f' ({how})'}", flush=True)
        sit(command(torn, "--resume"), env, torn)
        one, other = content(find(whole).journal.events), content(find(torn).journal.events)
        same = one == other
        print("the journals say the same" if same else f"the journals differ: {len(one)} and {len(other)} events")
        if not same:
            place = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
            print(f"first at event {place}:\n  {str(one[place : place + 1])[:600]}\n  {str(other[place : place + 1])[:600]}")
        return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
