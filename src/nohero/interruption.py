"""Stopping a run by Ctrl-C: once stops at the next safe place and keeps what was done, twice stops at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERRUPTED = 130  # exit code
SHOW_CURSOR = "\x1b[?25h"  # a bar hides it


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Within it, an interrupt is kept until the yielded function is called, which then raises KeyboardInterrupt.

    So the journal is never torn by it. A second interrupt ends the process as a kill would, which a run survives.
    """
    asked = threading.Event()

    def answer(_number: int, _frame: Any) -> None:
        if asked.is_set():
            if sys.stderr.isatty():
                os.write(2, SHOW_CURSOR.encode())
            os._exit(INTERRUPTED)
        asked.set()
        os.write(2, b"\nstopping at the next safe place; once more stops at once\n")

    def check() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's alone
        yield check
        return
    before = {number: signal.signal(number, answer) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
