"""The journal: one JSON line an event, append-only; resuming is reading it again.

A line is written whole and synced before anything builds on it. A torn last line is what a kill leaves behind: it is cut
off at the next opening, and what it would have said is done again.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from nohero.run.errors import RunError
from nohero.run.values import to_plain

if TYPE_CHECKING:
    from pathlib import Path

CLOCK = ("at", "seconds", "step_seconds")  # what a wall clock says; differs between two runs of the same seed
VOLATILE = ("started", "resumed", "interrupted")  # events that tell of the process, not of the work


class Journal:
    """The events of one run, in order, on disk."""

    def __init__(self, path: Path) -> None:
        """Read what stands at `path`, cutting a torn last line."""
        self.path = path
        self.events: list[dict[str, Any]] = []
        if path.exists():
            self.events = _read(path)

    def append(self, event: str, **fields: Any) -> dict[str, Any]:  # any plain values
        """Write one event and sync it; returns it as it will be read back."""
        line = {"event": event, "at": round(time.time(), 3), **to_plain(fields)}
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RunError(
                f"the journal {self.path} cannot be written: {error.strerror}",
                expected="a writable run directory with space left",
                mend="free some space or choose another directory with --out, then go on with --resume",
            ) from error
        self.events.append(line)
        return line

    def last(self, event: str, **fields: Any) -> dict[str, Any] | None:
        """The newest event of that name whose fields have these values."""
        for line in reversed(self.events):
            if line["event"] == event and all(line.get(key) == value for key, value in fields.items()):
                return line
        return None

    def every(self, event: str) -> list[dict[str, Any]]:
        """All events of that name, oldest first."""
        return [line for line in self.events if line["event"] == event]


def _read(path: Path) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    events: list[dict[str, Any]] = []
    good = 0
    for line in raw.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        try:
            events.append(json.loads(line))
        except ValueError:
            break
        good += len(line)
    if good < len(raw):
        _cut(path, good, lost=raw[good:])
    return events


def _cut(path: Path, good: int, lost: bytes) -> None:
    if lost.count(b"\n") > 1:
        raise RunError(
            f"the journal {path} is damaged after byte {good}",
            expected="one JSON object a line; only the last line may be torn",
            mend=f"look at the file; `head -c {good}` of it is sound",
        )
    try:
        os.truncate(path, good)
    except OSError:  # a read-only run can still be read; only resuming needs the cut
        return


def content(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a run found out, without clocks and without the story of the process: equal for equal seeds."""
    return [_timeless(event) for event in events if event["event"] not in VOLATILE]


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in CLOCK}
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    return value
