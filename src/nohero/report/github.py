"""Annotations for GitHub's log: one workflow command a finding that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.sarif import PLACE
from nohero.run.finding import Status

if TYPE_CHECKING:
    from nohero.run.checked import Checked

COMMANDS = {Status.FAIL: "error", Status.WARN: "warning"}


def as_github(checked: Checked) -> str:
    """One line a finding; the numbers cannot decide, or a check broke: a notice."""
    lines = []
    for finding in checked.told:
        place = next((found for found in map(PLACE.match, finding.where) if found), None)
        where = f"file={_property(place[1])},line={place[2]}," if place else ""
        help_ = f" Help: {finding.remedies[0].text}" if finding.remedies else ""
        lines.append(f"::{COMMANDS.get(finding.status, 'notice')} {where}title={_property(f'{finding.code} {finding.name}')}::{_data(finding.message + '.' + help_)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
