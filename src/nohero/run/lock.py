"""One writer a run: a lock that goes when its process goes, so that a kill leaves nothing to clean up."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nohero.run.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = ".lock"


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the run for writing; a second process is told who holds it."""
    try:
        import fcntl
    except ImportError:  # no such call on this system: two writers are then the user's to avoid
        yield
        return
    try:
        handle = os.open(run / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RunError(
            f"the run {run} cannot be written: {error.strerror}", expected="a writable run directory", mend="check its permissions"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode("ascii", errors="replace").strip()
            raise RunError(
                f"another process{f' ({holder})' if holder else ''} is writing to {run}",
                expected="one writer at a time",
                mend="wait until it ends, or stop it, then go on with --resume",
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()}".encode())
        yield
    finally:
        os.close(handle)
