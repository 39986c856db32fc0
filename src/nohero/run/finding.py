"""A finding: one claim with its numbers, its picture, its remedy and its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bars, Images, Lines, Table, Text
from nohero.run.wording import in_number

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """What a check concluded."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    WARN = "WARN"  # likely harm
    FAIL = "FAIL"  # conclusions would be wrong, or training cannot work
    UNSURE = "UNSURE"  # the numbers cannot decide; the message says what would
    SKIP = "SKIP"  # always with a reason
    ERROR = "ERROR"  # the check itself broke


class Level(StrEnum):
    """How strong the evidence is."""

    VERIFIED = "verified"  # a counterfactual run differs in this part alone
    MEASURED = "measured"  # a direct number
    HEURISTIC = "heuristic"  # a pattern


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A measured value: unit, number of items behind it, and its 95 % interval where it has one."""

    value: float
    unit: str = ""
    n: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One thing to do; `tried` says that nohero did it on a copy, `result` what came of it."""

    text: str
    tried: bool = False
    result: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check concluded and why. `code`, `name`, `stage` and `source` are stamped on by the check."""

    status: Status
    message: str
    expected: str = ""
    observed: Observed | None = None
    numbers: dict[str, float] = field(default_factory=dict)
    component: str = ""  # data, transform, loader, model, loss, optimizer, schedule, step, evaluation, search
    where: tuple[str, ...] = ()
    items: tuple[str, ...] = ()  # names of all items concerned, for an export
    level: Level = Level.MEASURED
    effect: str = ""
    why: str = ""
    remedies: tuple[Remedy, ...] = ()
    figure: Lines | Bars | Images | Table | Text | None = None
    code: str = ""
    name: str = ""
    stage: str = ""
    source: str = ""
    also: tuple[str, ...] = ()  # codes folded under this one
    ignored: str = ""  # the reason a user gave for passing this finding


def _finding(status: Status, message: str, rest: Mapping[str, Any]) -> Finding:
    values = dict(rest)
    remedies = values.pop("remedies", ())
    values["remedies"] = tuple(r if isinstance(r, Remedy) else Remedy(text=r) for r in remedies)
    return Finding(status=status, message=in_number(message), **values)


def passed(message: str, **rest: Any) -> Finding:  # the fields of Finding
    """The check looked and found nothing wrong."""
    return _finding(Status.PASS, message, rest)


def warned(message: str, **rest: Any) -> Finding:
    """Likely harm."""
    return _finding(Status.WARN, message, rest)


def failed(message: str, **rest: Any) -> Finding:
    """Conclusions would be wrong, or training cannot work."""
    return _finding(Status.FAIL, message, rest)


def unsure(message: str, **rest: Any) -> Finding:
    """The numbers cannot decide; `remedies` say what would."""
    return _finding(Status.UNSURE, message, rest)


def skipped(reason: str, **rest: Any) -> Finding:
    """Not applicable, over budget or ignored: always with the reason."""
    return _finding(Status.SKIP, reason, rest)


def broken(message: str, **rest: Any) -> Finding:
    """The check itself broke: never a PASS, never the end of the run."""
    return _finding(Status.ERROR, message, rest)
