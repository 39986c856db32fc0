"""Files that were packed with gzip, bzip2 or xz, read as if they lay there unpacked."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nohero.run.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

OPENERS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
MOST = 4e9  # bytes that a packed file may hold, read whole
AT_ONCE = 1 << 24


def is_packed(path: Path) -> bool:
    """By its last suffix."""
    return path.suffix.lower() in OPENERS


def form_of(path: Path) -> str:
    """The suffix that says what the file holds: `.csv` of rows.csv and of rows.csv.gz."""
    return (Path(path.stem) if is_packed(path) else path).suffix.lower()


def stem_of(path: Path) -> str:
    """The name without suffixes."""
    return Path(path.stem).stem if is_packed(path) else path.stem


def open_unpacked(path: Path) -> IO[bytes]:
    """The bytes inside, to be read from the beginning. Raises OSError, and one of BROKEN while it is read."""
    opener = OPENERS.get(path.suffix.lower())
    return opener(path) if opener else path.open("rb")


def content_of(path: Path, source: str) -> bytes:
    """All bytes inside; raises DataError where they cannot be read, or are too many."""
    try:
        if not is_packed(path):
            return path.read_bytes()
        parts, size = [], 0
        with open_unpacked(path) as file:
            while part := file.read(AT_ONCE):
                parts.append(part)
                size += len(part)
                if size > MOST:
                    raise DataError(f"{source} holds more than {MOST / 1e9:.0f} GB, unpacked", expected="less, or a file that is not packed", mend="unpack it, and name the file inside")
        return b"".join(parts)
    except (OSError, *BROKEN) as error:
        raise unreadable(path, source, error) from error


def unreadable(path: Path, source: str, error: Exception) -> DataError:
    """What is said of a file that may not be read, or was packed and is torn."""
    if isinstance(error, OSError) and error.errno is not None:
        return DataError(f"{source} cannot be read: {error.strerror}", expected="a file that may be read", mend="check its permissions")
    return DataError(f"{source} cannot be unpacked: {error}", expected=f"a whole {path.suffix} file", mend="copy it again: it may have been cut off, or is not packed at all")


def size_inside(path: Path, enough: float) -> float:
    """Bytes inside, counted no farther than `enough`."""
    if not is_packed(path):
        return float(path.stat().st_size)
    size = 0.0
    with open_unpacked(path) as file:
        while size <= enough and (part := file.read(AT_ONCE)):
            size += len(part)
    return size
