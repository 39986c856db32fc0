"""The file of answers: one line an answer, written at once; the last line of an item counts, and half a line is none."""

from __future__ import annotations

import json
import os
import time
from threading import Lock
from typing import TYPE_CHECKING, Any

from nohero.run.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.labelling.sheet import Sheet

CANNOT_TELL = None  # as an answer
RECENT = 20  # answers that say how long the next will take


class Answers:
    """What has been answered, by item; every change is in the file before it is here."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        """Read what an earlier sitting left, or begin."""
        self.path, self._sheet, self._lock = path, sheet, Lock()
        self.given: dict[str, str | None] = {}
        self.locked: set[str] = set()  # answered before the given labels were seen
        self._seconds: list[float] = []
        asked = set(sheet.collection.items)
        for line in read_lines(path):
            if line.get("event") == "answer" and line.get("item") in asked and (line.get("answer") is None or line["answer"] in sheet.classes):
                self.given[line["item"]] = line["answer"]
            elif line.get("event") == "finished":
                self.locked = set(self.given)
        if not path.exists():
            self._append({"event": "begun", "source": sheet.collection.source, "sha256": sheet.collection.sha256, "label": sheet.collection.label, "seed": sheet.seed, "annotator": sheet.annotator, "classes": list(sheet.classes)})  # fmt: skip

    def put(self, item: str, answer: str | None, seconds: float | None = None) -> bool:
        """Write one answer; False where the given label has been seen already."""
        with self._lock:
            if item in self.locked:
                return False
            self._append({"event": "answer", "item": item, "answer": answer, "seconds": None if seconds is None else round(seconds, 2)})
            self.given[item] = answer
            if seconds is not None:
                self._seconds.append(seconds)
            return True

    def finish(self) -> None:
        """From here on the given labels are seen: what is answered stays."""
        with self._lock:
            self._append({"event": "finished"})
            self.locked = set(self.given)

    def seconds_each(self) -> float | None:
        """How long an answer takes: the median of the last ones."""
        recent = sorted(self._seconds[-RECENT:])
        return recent[len(recent) // 2] if recent else None

    def of(self, number: int) -> str | None:
        """The answer to the item asked as number 1, 2, ...; None too where it is not answered."""
        return self.given.get(self._sheet.item(number))

    def answered(self, number: int) -> bool:
        """Whether that item has been answered."""
        return self._sheet.item(number) in self.given

    def open_after(self, number: int) -> int | None:
        """The next item without an answer, from there on and round; None where all are answered."""
        size = len(self._sheet)
        return next((k for k in ((number + i) % size + 1 for i in range(size)) if not self.answered(k)), None)

    def num_answered(self) -> int:
        """Of the items asked."""
        return sum(self.answered(k) for k in range(1, len(self._sheet) + 1))

    def _append(self, line: dict[str, Any]) -> None:
        text = json.dumps({**line, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                if file.tell() and not _ends_whole(file):
                    file.write(b"\n")  # what a kill left of a line stays alone
                file.write(text.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RunError(f"{self.path} cannot be written: {error.strerror}", expected="a folder that may be written, with space left", mend="choose another one with --out DIR") from error


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file of answers; nothing where there is none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}", expected="a file of answers", mend="check the path and its permissions") from error
    found = []
    for text in content.decode("utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            found.append(line)
    return found


def _ends_whole(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
