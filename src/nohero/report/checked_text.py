"""A check of a set-up for the terminal: the findings, causes first, and one line of sum."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.report.terminal import finding_text

if TYPE_CHECKING:
    from nohero.run.checked import Checked

WORDS = {"PASS": "passed", "FAIL": "failed", "WARN": "warned", "UNSURE": "unsure", "SKIP": "skipped", "ERROR": "broke"}


def text(checked: Checked, *, color: bool = False, width: int = 80, verbose: bool = False, ascii_only: bool = False) -> str:
    """Every finding that is told, then the sum."""
    shown = checked.findings if verbose else checked.told
    parts = [finding_text(f, color=color, width=width, verbose=verbose, ascii_only=ascii_only) for f in shown]
    counts = Counter(str(f.status) for f in checked.findings)
    told = ", ".join(f"{counts[s]} {w}" for s, w in WORDS.items() if counts[s])
    return "\n".join([*parts, f"{len(checked.findings)} checks: {told}; {checked.seconds:.1f} s\n"])
