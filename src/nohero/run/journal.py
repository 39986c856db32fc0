"""The journal: one JSON line an event, append-only; resuming is reading it again.

A line is written whole and synced before anything builds on it. A torn last line is what a kill leaves behind: it is passed
over in reading, cut off before the next line is written, and what it would have said is done again. Reading changes nothing,
so that a run may be looked at while it is under way.
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
        """Read what stands at `path`, passing over a torn last line."""
        self.path = path
        self.events: list[dict[str, Any]] = []
        self._sound: int | None = None  # bytes before a torn last line, while one stands there
        if path.exists():
            self.events, self._sound = _read(path)

    def append(self, event: str, **fields: Any) -> dict[str, Any]:  # any plain values
        """Write one event and sync it; returns it as it will be read back."""
        line = {"event": event, "at": round(time.time(), 3), **to_plain(fields)}
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
        try:
            if self._sound is not None:
                os.truncate(self.path, self._sound)
                self._sound = None
            with self.path.open("ab") as file:
                file.write(text.encode("utf-8", "backslashreplace"))  # half a surrogate pair, as odd file names hold, becomes its JSON escape
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
        line: dict[str, Any]
        for line in reversed(self.events):
            if line["event"] == event and all(line.get(key) == value for key, value in fields.items()):
                return line
        return None

    def every(self, event: str) -> list[dict[str, Any]]:
        """All events of that name, oldest first."""
        return [line for line in self.events if line["event"] == event]


def _read(path: Path) -> tuple[list[dict[str, Any]], int | None]:
    """The events, and how many bytes they take where something torn follows them."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RunError(f"the journal {path} cannot be read: {error.strerror}", expected="a file of JSON lines", mend="check its permissions") from error
    events: list[dict[str, Any]] = []
    good = 0
    for line in raw.splitlines(keepends=True):
        event = _event(line)
        if event is None:
            break
        events.append(event)
        good += len(line)
    if b"\n" in raw[good:-1]:  # something follows the damage: no kill leaves that behind
        raise RunError(
            f"the journal {path} is damaged after byte {good}",
            expected="one JSON object a line; only the last line may be torn",
            mend=f"look at the file; `head -c {good}` of it is sound",
        )
    return events, good if good < len(raw) else None


def _event(line: bytes) -> dict[str, Any] | None:
    """The event that a whole line tells, or None."""
    if not line.endswith(b"\n"):
        return None
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "event" in said else None


def content(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a run found out, without clocks and without the story of the process: equal for equal seeds."""
    return [_timeless(event) for event in events if event["event"] not in VOLATILE]


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in CLOCK}
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    return value
