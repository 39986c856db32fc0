"""How much memory a table may take, and which are too large to be read whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nohero.data.packed import BROKEN, form_of, size_inside
from nohero.data.parquet_file import PARQUET
from nohero.run.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARE = 0.5  # of the memory that is free may be taken
TIMES, PACKED = 10, 30  # bytes in memory for a byte of a text or a database, and of a parquet file, while it is read whole
UNITS = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "": 1.0}
LEAST = 50e6  # bytes: less holds no sample


def memory_of(asked: float | str | None) -> float:
    """Bytes that a table may take: a number, "500MB", "2GB", or None for half of what is free."""
    if asked is None:
        return SHARE * _free()
    word = str(asked).strip().casefold().replace(" ", "")
    number, unit = word.rstrip("kmgtb"), word[len(word.rstrip("kmgtb")) :]
    try:
        found = float(number) * UNITS[unit]
    except (ValueError, KeyError):
        raise UsageError(f"memory {asked!r} is no size", expected="a number of bytes, 500MB or 2GB", mend="--memory 2GB") from None
    if not LEAST <= found < 1e18:
        raise UsageError(f"memory {asked!r} is {'too little' if found < LEAST else 'more than there is'}", expected="50MB at least", mend="--memory 2GB")
    return found


def _free() -> float:
    """Bytes that are free for this process: of the machine, or of the group of processes it runs in."""
    free = 4e9
    with suppress(OSError, ValueError, AttributeError):
        free = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"))
    with suppress(OSError, ValueError, IndexError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = float(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) * 1024
    with suppress(OSError, ValueError):
        limit, used = (float(Path(f"/sys/fs/cgroup/memory.{k}").read_text(encoding="ascii")) for k in ("max", "current"))
        free = min(free, max(limit - used, 0.0))
    return free


def is_large(paths: Sequence[Path], memory: float) -> bool:
    """Whether these files would take more than that, read whole."""
    need = 0.0
    for path in paths:
        with suppress(OSError, *BROKEN):
            times = PACKED if form_of(path) in PARQUET else TIMES
            need += size_inside(path, memory / times) * times
    return need > memory
