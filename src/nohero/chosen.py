"""Which checks, which findings are passed by with a reason, and how long: the words of `nohero.check` and of its verb, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import COMPONENTS, FAMILIES, Check, audit_checks, find_check, setup_checks
from nohero.options import read_time
from nohero.run.errors import BudgetError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def seconds_of(budget: float | str | None) -> float | None:
    """A budget as seconds: a number, '10s', '2m', or None and 'none' for no limit."""
    seconds = read_time("none" if budget is None else str(budget), mend="budget=60")
    if seconds is None:
        return None
    if not seconds > 0:
        raise BudgetError(f"a budget of {budget!r} is too little for anything", expected="a second at least", mend="budget=10 gives the most valuable part")
    return seconds


def chosen_checks(select: str | Iterable[str] = ()) -> tuple[Check, ...]:
    """The checks of a set-up that codes, beginnings of codes, names or components choose; all where none is named."""
    return _chosen(setup_checks(), COMPONENTS, select)


def audit_checks_chosen(select: str | Iterable[str] = ()) -> tuple[Check, ...]:
    """The checks of data alone that codes, beginnings of codes, names or families choose; all where none is named."""
    return _chosen(audit_checks(), FAMILIES, select)


def _chosen(checks: tuple[Check, ...], folders: tuple[str, ...], select: str | Iterable[str]) -> tuple[Check, ...]:
    words = [w.strip() for w in (select.split(",") if isinstance(select, str) else select) if w.strip()]
    if not words or any(w.upper() == "ALL" for w in words):
        return checks
    found: list[Check] = []
    for word in words:
        mine = [c for c in checks if c.code.startswith(word.upper()) or c.name == word or f".{word}." in c.judge.__module__]
        if not mine:
            known = [*folders, *(c.code for c in checks), *(c.name for c in checks)]
            raise UsageError(f"select `{word}` chooses no check", expected=f"a code, the beginning of codes, a name or one of {', '.join(folders)}", mend=did_you_mean(word, known))
        found += mine
    return tuple(c for c in checks if c in found)


def read_ignored(ignore: Mapping[str, str] | None) -> dict[str, str]:
    """Code -> reason; a reason is needed."""
    reasons = {}
    for word, reason in (ignore or {}).items():
        check = find_check(word)
        if not str(reason).strip():
            raise UsageError(f"`{word}` is ignored without a reason", expected="a reason that the report will show", mend=f'ignore={{"{check.code}": "why this is all right"}}')
        reasons[check.code] = str(reason).strip()
    return reasons
