"""A run is a directory: the journal, evidence beside it by fingerprint, checkpoints, the page, the model.

Files are written aside, synced and renamed, so that a kill leaves the old file or the new one, never half of either.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from nohero.run.errors import RunError, did_you_mean
from nohero.run.journal import Journal

LATEST = "latest"  # the link to the newest run
PLAIN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
NUMBERED = re.compile(r"([0-9]{4,})-")  # how a run's folder begins
LONGEST = 80  # characters of a run's name: file systems allow 255 bytes


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a kill leaves the old file or the new one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise RunError(
            f"{path} cannot be written: {error.strerror}",
            expected="a writable run directory with space left",
            mend="free some space or choose another directory with --out, then go on with --resume",
        ) from error


def fingerprint(*parts: object) -> str:
    """A short stable name for what `parts` say: the first 16 hex digits of a SHA-256."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:16]


class RunDirectory:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        """Open `path`, which must exist, and read its journal."""
        self.path = path
        self.journal = Journal(path / "journal.jsonl")

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    def write(self, relative: str, data: bytes) -> Path:
        """Write one file of the run whole."""
        target = self.path / relative
        write_whole(target, data)
        return target

    def clean(self) -> None:
        """Remove what killed writers left aside."""
        for part in self.path.rglob(".*.part"):
            part.unlink(missing_ok=True)


def create(out: Path, name: str) -> RunDirectory:
    """A fresh folder `out/NNNN-name`, numbered after those that exist."""
    safe = PLAIN_NAME.sub("-", name).strip("-.")[:LONGEST] or "run"
    try:
        out.mkdir(parents=True, exist_ok=True)
        number = 1 + max((_number(folder) for folder in out.iterdir()), default=0)
        while True:
            path = out / f"{number:04d}-{safe}"
            try:
                path.mkdir()
                break
            except FileExistsError:
                number += 1
    except OSError as error:
        raise RunError(
            f"the run directory {out} cannot be made: {error.strerror}",
            expected="a folder that may be written",
            mend="choose another one with --out DIR",
        ) from error
    return RunDirectory(path)


def find(out: Path, name: str | None = None) -> RunDirectory:
    """The run called `name` (a path, a folder's name, its number or `latest`), or the newest one in `out`."""
    runs = list_runs(out)
    if name in (None, LATEST) and runs:
        return runs[-1]
    if name is not None:
        for run in runs:
            if run.name == name or (name.isdecimal() and _number(run.path) == int(name)):
                return run
        direct = Path(name)
        if (direct / "journal.jsonl").is_file():
            return RunDirectory(direct.parent / direct.readlink() if direct.is_symlink() else direct)
    raise RunError(
        f"no run `{name}` in {out}" if name else f"no run in {out} yet",
        expected="a folder that holds a journal.jsonl",
        mend=did_you_mean(name, [r.name for r in runs]) if name and runs else "make one with `nohero run SOURCE`",
    )


def list_runs(out: Path) -> list[RunDirectory]:
    """Every run in `out`, oldest first."""
    folders = [d for d in out.iterdir() if (d / "journal.jsonl").is_file() and not d.is_symlink()] if out.is_dir() else []
    return [RunDirectory(d) for d in sorted(folders, key=lambda d: (_number(d), d.name))]


def _number(folder: Path) -> int:
    found = NUMBERED.match(folder.name)
    return int(found[1]) if found else 0


def link_latest(out: Path, run: RunDirectory) -> None:
    """Let `latest` in `out` point to the newest run, where the file system has links."""
    link, aside = out / LATEST, out / f".{LATEST}.{run.name}"
    try:
        if link.is_symlink() or not link.exists():
            aside.symlink_to(run.name, target_is_directory=True)
            aside.replace(link)
    except OSError:
        aside.unlink(missing_ok=True)
