"""One moving line on a terminal while a set-up is checked: what is looked at, how far it is, how long it may still take."""

from __future__ import annotations

import sys
import time
from typing import Any


class Line:
    """The line on stderr; findings stand above it as they come."""

    def __init__(self, *, silent: bool = False) -> None:
        """Silent where nobody looks."""
        self._began = time.monotonic()
        self._moving = sys.stderr.isatty() and not silent

    def told(self, name: str, done: int, of: int) -> None:
        """`name` is under way."""
        if not self._moving:
            return
        took = time.monotonic() - self._began
        left = f", about {took / done * (of - done):.0f} s left" if done > 3 else ""
        bar = "#" * (16 * done // max(of, 1))
        self._write(f"{bar:<16} {done}/{of}{left}  {name[:40]}")

    def found(self, finding: Any) -> None:
        """A finding came: the loud ones are said at once."""
        if not self._moving or str(finding.status) not in ("FAIL", "WARN"):
            return
        self._write("")
        word = "error" if str(finding.status) == "FAIL" else "warning"
        print(f"{word}[{finding.code}] {finding.name} ({time.monotonic() - self._began:.1f} s)", file=sys.stderr, flush=True)  # noqa: T201

    def close(self) -> None:
        """Leave the line empty."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._moving:
            sys.stderr.write(f"\r{text:<78}\r{text}")
            sys.stderr.flush()
