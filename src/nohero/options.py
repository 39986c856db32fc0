"""What a run is asked to do, as plain values that the journal keeps, and how the command line's words become them."""

from __future__ import annotations

import math
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nohero.run.errors import BudgetError, UsageError, did_you_mean
from nohero.run.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEED = 17
BUDGET = "10m"
LEAST_BUDGET = 10.0  # seconds; measured: bench/budgets.py
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
EFFORTS = ("full", "tiny")
MOST_SEED = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Options:
    """One run's orders."""

    source: str
    target: str | None = None
    group: str | None = None
    time: str | None = None
    task: str | None = None
    drop: tuple[str, ...] = ()  # columns left out of the inputs
    decisions: str | None = None  # file that says which items to leave out or to call otherwise
    card: str | None = None  # file that states where the data came from
    human: str | None = None  # file of a person's accuracy, as `nohero label` keeps it
    budget: float | None = None  # seconds; None is no limit
    until: str | None = None
    seed: int = SEED
    passes: dict[str, str] = field(default_factory=dict)  # code -> why its finding is passed
    distil: bool = False
    image_size: int | None = None
    threads: int | None = None  # None lets the problem choose
    device: str = "cpu"
    effort: str = "full"


def read_time(text: str, *, mend: str) -> float | None:
    """'90s', '10m', '2h', '90' (seconds) or 'none' as seconds; None is no limit."""
    word = text.strip().lower()
    if word in ("none", "no"):
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*([smh]?)", word)
    seconds = float(found[1]) * UNITS[found[2]] if found else math.nan
    if not math.isfinite(seconds):
        raise UsageError(f"unknown budget `{text}`", expected="a time such as 90s, 10m or 2h, or none", mend=mend)
    return seconds


def parse_budget(text: str) -> float | None:
    """A run's budget as seconds; None is no limit."""
    seconds = read_time(text, mend=f"--budget {BUDGET}, for example")
    if seconds is None:
        return None
    if seconds < LEAST_BUDGET:
        raise BudgetError(
            f"a budget of {text} is too little for anything",
            expected=f"at least {LEAST_BUDGET:g} s: starting up, the baselines and one small network take as long",
            mend="--budget 90s gives every stage of a small table or picture set some time",
        )
    return seconds


def parse_passes(given: Iterable[str]) -> dict[str, str]:
    """Each 'CODE=reason' (or 'name=reason') as code -> reason."""
    from nohero.checks.check import find_check

    passes = {}
    for text in given:
        word, sign, reason = text.partition("=")
        check = find_check(word.strip())
        reason = reason.strip().strip("\"'").strip()
        if not sign or not reason:
            raise UsageError(
                f"--pass {word.strip()} has no reason",
                expected='a reason that the report will show, as in --pass CODE="why this is all right"',
                mend=f'--pass {check.code}="..." with the reason in the place of the dots',
            )
        passes[check.code] = reason
    return passes


def check_options(options: Options) -> Options:
    """The same options, or an error that says which of them cannot be."""
    if options.until is not None and options.until not in STAGES:
        raise UsageError(f"unknown stage `{options.until}`", expected=f"one of {', '.join(STAGES)}", mend=did_you_mean(options.until, STAGES))
    if options.effort not in EFFORTS:
        raise UsageError(f"unknown effort `{options.effort}`", expected=" or ".join(EFFORTS), mend=did_you_mean(options.effort, EFFORTS))
    if options.device != "cpu":
        raise UsageError(f"device `{options.device}` is not served", expected="cpu", mend="leave out --device; this version trains on the CPU")
    if options.threads is not None and not 1 <= options.threads <= 1024:
        raise UsageError(f"--threads {options.threads}", expected="1 or more", mend="leave out --threads, and the size of the data decides")
    if not 0 <= options.seed <= MOST_SEED:
        raise UsageError(f"--seed {options.seed}", expected=f"a whole number from 0 to {MOST_SEED}", mend=f"--seed {SEED}, for example")
    return options


def told_path(text: str) -> str:
    """A path as a journal may keep it: without the name of a home folder, and from here where it lies below."""
    path = Path(text)
    if not path.is_absolute():
        return text
    for root, mark in ((Path.cwd(), ""), (Path.home(), "~")):
        if root != Path(root.anchor) and path.is_relative_to(root):
            inside = path.relative_to(root).as_posix()
            return f"{mark}/{inside}" if mark else inside
    return text


def told_command(arguments: Sequence[str]) -> str:
    """The command line as the report shows it, ready to be pasted."""
    words = [word for argument in arguments for word in _told(argument)]
    return " ".join(["nohero", *(_quoted(word) for word in words)])


def _told(argument: str) -> tuple[str, ...]:
    flag, sign, value = argument.partition("=")
    return (flag, told_path(value)) if flag.startswith("--") and sign else (told_path(argument),)


def _quoted(word: str) -> str:
    """Quoted for a shell, which must still see the sign for the home folder."""
    return f"~/{shlex.quote(word[2:])}" if word.startswith("~/") else shlex.quote(word)
