"""How a run shows that it is alive: one moving line in a terminal, plain lines in a log, or nothing.

All of it goes to stderr, so that stdout holds results alone. Every word of progress is also a safe place to stop, which is
where a user's interrupt is answered.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from nohero.recipe import RECIPE
from nohero.report.numbers import duration
from nohero.report.untrusted import line
from nohero.report.words import gate_word
from nohero.run.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEARTBEAT = 60.0  # seconds of silence in a log before it says that the run goes on
LIVELY = 10  # redraws a second
BAR = 20  # columns
WIDEST_TIME = len("59 min 59 s left")
WIDEST_STAGE = max(map(len, STAGES))


class Progress(Protocol):
    """What a sitting tells while it works."""

    def earlier(self, stages: Sequence[str]) -> None:
        """Stages that earlier sittings finished."""

    def begun(self, stage: str, seconds: float) -> None:
        """A stage begins and has so many seconds; infinite without a budget."""

    def ended(self, event: dict[str, Any]) -> None:
        """A stage ended; its event in the journal."""

    def measuring(self, name: str) -> None:
        """A measurement begins."""

    def training(self, label: str, step: int, of: int, loss: float) -> None:
        """A training went so far."""

    def stage_under_way(self) -> str:
        """The stage that has begun and not ended, or ''."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class Now:
    """What is under way, and how much of the stage is done."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.stage, self.doing, self.detail = "", "", ""
        self.seconds, self.began = math.inf, time.monotonic()
        self._done, self._part = 0, 0.0

    def begin(self, stage: str, seconds: float) -> None:
        """A stage begins."""
        self.stage, self.doing, self.detail = stage, "", ""
        self.seconds, self.began = seconds, time.monotonic()
        self._done, self._part = 0, 0.0

    def measure(self, name: str) -> None:
        """A measurement begins: those before it in the stage are done."""
        evidence = next((s.evidence for s in RECIPE if s.name == self.stage), ())
        self._done = evidence.index(name) if name in evidence else self._done
        self.doing, self.detail, self._part = spaced(name), "", 0.0

    def train(self, label: str, step: int, of: int, loss: float) -> None:
        """A training went so far."""
        self.detail = f"{line(label)}: step {step:,}/{of:,}, validation loss {loss:.4g}"
        self._part = step / max(of, 1)

    def took(self) -> float:
        """Seconds since the stage began."""
        return time.monotonic() - self.began

    def share(self) -> float:
        """0 to 1: by time where the stage has a share of the budget, else by measurements."""
        if math.isfinite(self.seconds):
            return min(0.99, self.took() / max(self.seconds, 0.1))
        evidence = next((s.evidence for s in RECIPE if s.name == self.stage), ())
        return min(0.99, (self._done + 0.5 * self._part) / max(len(evidence), 1))

    def left(self) -> str:
        """Time left to the stage, where that is known."""
        return f"{duration(max(0.0, self.seconds - self.took()))} left" if math.isfinite(self.seconds) else duration(self.took())


class Silent:
    """Says nothing."""

    def __init__(self, check: Callable[[], None] | None = None) -> None:
        """`check` raises where the user asked to stop."""
        self._check = check or (lambda: None)
        self._stage = ""

    def earlier(self, stages: Sequence[str]) -> None:
        """Nothing."""

    def begun(self, stage: str, seconds: float) -> None:  # noqa: ARG002 (the protocol's)
        """Remember the stage."""
        self._stage = stage
        self._check()

    def ended(self, event: dict[str, Any]) -> None:  # noqa: ARG002
        """Forget the stage."""
        self._stage = ""
        self._check()

    def measuring(self, name: str) -> None:  # noqa: ARG002
        """A safe place to stop."""
        self._check()

    def training(self, label: str, step: int, of: int, loss: float) -> None:  # noqa: ARG002
        """A safe place to stop."""
        self._check()

    def stage_under_way(self) -> str:
        """The stage."""
        return self._stage

    def close(self) -> None:
        """Nothing."""


class Lines:
    """For logs: a line for each finished stage, and one a minute while nothing else is said."""

    def __init__(self, check: Callable[[], None], stream: TextIO | None = None, heartbeat: float = HEARTBEAT) -> None:
        """Start the clock of the heartbeat."""
        self._check, self._stream = check, stream or sys.stderr
        self._now, self._heartbeat = Now(), heartbeat
        self._closed, self._said = threading.Event(), time.monotonic()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def earlier(self, stages: Sequence[str]) -> None:
        """One line for all of them."""
        if stages:
            self._say(f"done by an earlier sitting: {', '.join(stages)}")

    def begun(self, stage: str, seconds: float) -> None:
        """Silent, as its end says more."""
        self._now.begin(stage, seconds)
        self._check()

    def ended(self, event: dict[str, Any]) -> None:
        """One line."""
        self._say(ended_text(event))
        self._now.begin("", math.inf)
        self._check()

    def measuring(self, name: str) -> None:
        """Silent."""
        self._now.measure(name)
        self._check()

    def training(self, label: str, step: int, of: int, loss: float) -> None:
        """Silent."""
        self._now.train(label, step, of, loss)
        self._check()

    def stage_under_way(self) -> str:
        """The stage."""
        return self._now.stage

    def close(self) -> None:
        """End the heartbeat."""
        self._closed.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._closed.wait(min(1.0, self._heartbeat / 4)):
            if self._now.stage and time.monotonic() - self._said >= self._heartbeat:
                doing = "; ".join(part for part in (self._now.doing, self._now.detail) if part)
                self._say(f"{self._now.stage}, {duration(self._now.took())} so far: {doing or 'at work'}")

    def _say(self, text: str) -> None:
        self._said = time.monotonic()
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), file=self._stream, flush=True)


class Bars:
    """For a terminal: finished stages stay, the one under way moves in a single line."""

    def __init__(self, check: Callable[[], None], *, color: bool = True) -> None:
        """Begin to draw."""
        from rich.console import Console
        from rich.live import Live

        self._check, self._now = check, Now()
        self._console = Console(stderr=True, no_color=not color, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, refresh_per_second=LIVELY, transient=True, get_renderable=self._draw)
        self._live.start()

    def earlier(self, stages: Sequence[str]) -> None:
        """One line for all of them."""
        if stages:
            self._console.print(f"done by an earlier sitting: {', '.join(stages)}")

    def begun(self, stage: str, seconds: float) -> None:
        """A new bar."""
        self._now.begin(stage, seconds)
        self._check()

    def ended(self, event: dict[str, Any]) -> None:
        """The line that stays."""
        self._console.print(ended_text(event), soft_wrap=False, overflow="ellipsis", no_wrap=True)
        self._now.begin("", math.inf)
        self._check()

    def measuring(self, name: str) -> None:
        """Shown beside the bar."""
        self._now.measure(name)
        self._check()

    def training(self, label: str, step: int, of: int, loss: float) -> None:
        """Shown beside the bar."""
        self._now.train(label, step, of, loss)
        self._check()

    def stage_under_way(self) -> str:
        """The stage."""
        return self._now.stage

    def close(self) -> None:
        """Give the terminal back."""
        self._live.stop()

    def _draw(self) -> Any:  # a rich renderable
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        now = self._now
        if not now.stage:
            return Text("")
        row = Table.grid(padding=(0, 1))
        row.add_column(no_wrap=True, width=WIDEST_STAGE)
        row.add_column(width=BAR)
        row.add_column(no_wrap=True, justify="right", width=WIDEST_TIME)
        row.add_column(no_wrap=True, overflow="ellipsis")
        doing = " ".join(part for part in (now.doing, now.detail) if part)
        row.add_row(now.stage, ProgressBar(total=1.0, completed=now.share(), width=BAR), now.left(), Text(doing))
        return row


def ended_text(event: dict[str, Any]) -> str:
    """'skeleton    open    3.4 s  the dullest network reaches …'."""
    word = gate_word(event.get("state", "")).word
    by = f"by {', '.join(event['closed_by'])}: " if event.get("closed_by") else ""
    said = f"{by}{line(event.get('sentence', ''))}"
    return f"{event.get('name', ''):<{WIDEST_STAGE}}  {word:<6}  {duration(event.get('seconds', 0.0)):>8}  {said}".rstrip()


def spaced(name: str) -> str:
    """'SkeletonRun' as 'skeleton run'."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def choose(check: Callable[[], None], *, silent: bool, plain: bool, color: bool) -> Progress:
    """The progress that fits where stderr goes."""
    if silent:
        return Silent(check)
    return Bars(check, color=color) if sys.stderr.isatty() and not plain else Lines(check)
