"""How the verbs speak: results to stdout, all else to stderr, colour and signs only where the terminal takes them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.report.untrusted import line
from nohero.run.directory import write_whole
from nohero.run.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.errors import NoheroError

LOG_WIDTH = 100  # columns where there is no terminal to ask


def manner(*, plain: bool = False, verbose: bool = False) -> dict[str, Any]:
    """What `report.terminal.text` wants to know of stdout."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return {
        "color": not plain and colourful(sys.stdout),
        "width": shutil.get_terminal_size((LOG_WIDTH, 24)).columns,
        "verbose": verbose,
        "ascii_only": plain or not encoding.startswith(("utf", "cp65001")),
    }


def colourful(stream: Any) -> bool:
    """Whether colour is welcome there (no-color.org)."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """A result, to stdout."""
    _write(sys.stdout, text)


def tell(text: str) -> None:
    """A remark, to stderr."""
    _write(sys.stderr, text)


def error_text(error: NoheroError) -> str:
    """The three parts, each on one line, whatever characters they quote."""
    return f"error: {line(error.what)}\n  expected  {line(error.expected)}\n  help      {line(error.mend)}"


def one_of(word: str, known: Sequence[str], flag: str) -> str:
    """`word`, which must be one of `known`."""
    if word not in known:
        raise UsageError(f"unknown {flag} `{word}`", expected=f"one of {', '.join(known)}", mend=did_you_mean(word, known))
    return word


def put(text: str, output: Path | None) -> None:
    """To the file that was asked for, or to stdout."""
    if output is None:
        say(text.removesuffix("\n"))
        return
    if output.is_dir():
        raise UsageError(f"-o {output} is a folder", expected="the name of a file to write", mend=f"-o {output / 'result'}, for example")
    write_whole(output, text.encode())
    tell(f"written: {output}")


def _write(stream: Any, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)
