"""JUnit XML: a suite a stage, a case a check; a FAIL is a failure, SKIP and UNSURE are skipped with their reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from nohero.report.terminal import finding_text
from nohero.run.finding import Status
from nohero.run.stages import STAGES

if TYPE_CHECKING:
    from nohero.run.checked import Checked
    from nohero.run.finding import Finding

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters XML 1.0 cannot hold


def as_junit(checked: Checked) -> str:
    """The whole file."""
    root = ET.Element("testsuites", name="nohero", time=f"{checked.seconds:.3f}")
    for stage in STAGES:
        mine = [f for f in checked.findings if f.stage == stage]
        if mine:
            root.append(_suite(stage, mine))
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(stage: str, findings: list[Finding]) -> ET.Element:
    loud = [f for f in findings if not f.ignored]
    suite = ET.Element(
        "testsuite", name=f"nohero.{stage}", tests=str(len(findings)), time="0",
        failures=str(sum(f.status is Status.FAIL for f in loud)), errors=str(sum(f.status is Status.ERROR for f in loud)),
        skipped=str(sum(f.status in (Status.SKIP, Status.UNSURE) or bool(f.ignored) for f in findings)),
    )  # fmt: skip
    suite.extend(_case(stage, f) for f in findings)
    return suite


def _case(stage: str, finding: Finding) -> ET.Element:
    case = ET.Element("testcase", classname=f"nohero.{stage}.{finding.component or 'set-up'}", name=_said(f"{finding.code} {finding.name}"), time="0")
    block = _said(finding_text(finding, width=100))
    if finding.ignored:
        ET.SubElement(case, "skipped", message=_said(f"ignored: {finding.ignored}"))
    elif finding.status is Status.FAIL:
        ET.SubElement(case, "failure", message=_said(finding.message), type=finding.name).text = block
    elif finding.status is Status.ERROR:
        ET.SubElement(case, "error", message=_said(finding.message), type="broken").text = block
    elif finding.status in (Status.SKIP, Status.UNSURE):
        ET.SubElement(case, "skipped", message=_said(f"{finding.status.lower()}: {finding.message}"))
    elif finding.status is Status.WARN:
        ET.SubElement(case, "system-out").text = block
    return case


def _said(text: str) -> str:
    return FORBIDDEN.sub("?", text)
