"""The gate at the end of a stage: closed by every FAIL and ERROR that no one has answered for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.run.finding import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

CLOSING = (Status.FAIL, Status.ERROR)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Whether a stage may be left, and what keeps it shut or was passed by."""

    stage: str
    closed_by: tuple[str, ...] = ()  # codes
    passed_by: dict[str, str] | None = None  # code -> the reason that was given

    @property
    def open(self) -> bool:
        """No finding stands in the way."""
        return not self.closed_by


def judge_gate(stage: str, findings: Iterable[Finding], reasons: Mapping[str, str], *, advisory: Container[str] = ()) -> Gate:
    """Close the gate for each failing code without a written reason; `advisory` codes are told and close nothing."""
    closing = [f for f in findings if f.status in CLOSING and f.code not in advisory]
    passed = {f.code: reasons[f.code] for f in closing if f.code in reasons}
    return Gate(stage=stage, closed_by=tuple(f.code for f in closing if f.code not in reasons), passed_by=passed)
