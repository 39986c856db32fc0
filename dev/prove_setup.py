"""Prove checks of the second door: `python dev/prove_setup.py SKE4 [--all-toys]` on their own cases and on every healthy set-up."""

from __future__ import annotations

import sys

from nohero.checks.check import setup_checks
from nohero.testing.prove_setup import matrix

if __name__ == "__main__":
    words = [w for w in sys.argv[1:] if not w.startswith("-")]
    chosen = [c for c in setup_checks() if not words or any(c.code.startswith(w) or c.name == w for w in words)]
    found = matrix(chosen, own=True, workers=1 if "-1" in sys.argv else 2, told=lambda n, of, cells: print(f"{n}/{of} {cells.row.kind} {cells.row.title} {cells.seconds} s", flush=True))
    print(found.text())
    for cells in found.missed:
        print("MISSED", cells.row.title, cells.statuses, cells.messages)
    for title, code, message in (*found.false_alarms, *found.broken):
        print("ALARM", title, code, message)
