"""Fewer pictures in a record, evenly spread and said so, for a page that would be too large to mail."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from nohero.report.decimate import pick, spread
from nohero.report.sentences import sentence
from nohero.run.figure import Bars, Images, Lines, Table, Text

if TYPE_CHECKING:
    from nohero.run.finding import Finding
    from nohero.run.record import Record, StageRecord

Drawn = Lines | Bars | Images | Table | Text


def image_bytes(record: Record) -> int:
    """How many bytes of the page its pictures take."""
    figures: list[Drawn | None] = [figure for stage in record.stages for figure in stage.figures]
    figures += [finding.figure for finding in record.findings]
    return sum(len(image.png) for figure in figures if isinstance(figure, Images) for image in figure.images)


def with_fewer_images(record: Record, share: float) -> Record:
    """The record with this share of each sheet's pictures."""
    return dataclasses.replace(record, stages=tuple(_stage(stage, share) for stage in record.stages))


def _stage(stage: StageRecord, share: float) -> StageRecord:
    findings = tuple(_finding(finding, share) for finding in stage.findings)
    return dataclasses.replace(stage, findings=findings, figures=tuple(_fewer(figure, share) for figure in stage.figures))


def _finding(finding: Finding, share: float) -> Finding:
    return finding if finding.figure is None else dataclasses.replace(finding, figure=_fewer(finding.figure, share))


def _fewer(figure: Drawn, share: float) -> Drawn:
    if not isinstance(figure, Images):
        return figure
    size = len(figure.images)
    kept = tuple(pick(figure.images, spread(size, int(size * share))))
    if len(kept) == size:
        return figure
    said = f"{sentence(figure).rstrip('.')}. {len(kept):,} of {size:,} pictures are shown, to keep this page below 3 MB."
    return dataclasses.replace(figure, images=kept, sentence=said)
