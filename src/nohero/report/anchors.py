"""One id for each thing on the page that can be linked to; no two alike, whatever the codes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.report.untrusted import anchor
from nohero.run.finding import Status

if TYPE_CHECKING:
    from nohero.run.finding import Finding
    from nohero.run.record import Record, StageRecord

TAKEN = ("main", "verdict", "findings", "checks", "data-card", "reproduce", "legend", "ladder", "theme", "show")
BESIDE = ("", "-title", "-hatch")  # what may be hung on an id for the parts of one thing


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A finding, the id under which it stands on the page, and the name of its stage."""

    finding: Finding
    ident: str
    stage: str

    @property
    def quiet(self) -> bool:
        """Nothing to act on: it is listed, not told."""
        return self.finding.status in (Status.PASS, Status.SKIP)


@dataclass(frozen=True, kw_only=True)
class PlacedStage:
    """A stage, the id of its section, and its findings in their places."""

    stage: StageRecord
    ident: str
    findings: tuple[Placed, ...]


def place(record: Record) -> tuple[PlacedStage, ...]:
    """Every stage and every finding with its id: a finding's is its code, where no other has it."""
    used = {name + end for name in TAKEN for end in BESIDE}
    stages = [(stage, _free(f"stage-{anchor(stage.name)}", used)) for stage in record.stages]
    return tuple(PlacedStage(stage=stage, ident=ident, findings=_placed(stage, used)) for stage, ident in stages)


def _placed(stage: StageRecord, used: set[str]) -> tuple[Placed, ...]:
    return tuple(Placed(finding=f, ident=_free(_apart(anchor(f.code or f.name)), used), stage=stage.name) for f in stage.findings)


def _apart(wanted: str) -> str:
    """Names that the page gives to its own parts are not for findings."""
    return f"code-{wanted}" if wanted.startswith(("stage-", "theme-", "show-")) else wanted


def _free(wanted: str, used: set[str]) -> str:
    ident, number = wanted, 1
    while any(ident + end in used for end in BESIDE):
        number += 1
        ident = f"{wanted}-{number}"
    used.update(ident + end for end in BESIDE)
    return ident
