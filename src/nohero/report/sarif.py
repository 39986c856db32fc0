"""SARIF 2.1.0 (OASIS): one result a finding that is told, with rules for the codes in use alone."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from nohero.run.finding import Status

if TYPE_CHECKING:
    from nohero.run.checked import Checked
    from nohero.run.finding import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Status.FAIL: "error", Status.WARN: "warning", Status.ERROR: "note", Status.UNSURE: "note"}
PLACE = re.compile(r"^(?P<file>[^:*?<>|]+\.py):(?P<line>[1-9]\d*)$")


def as_sarif(checked: Checked) -> str:
    """The whole log."""
    told = (*checked.told, *(f for f in checked.findings if f.ignored))
    codes = sorted({f.code for f in told})
    driver = {"name": "nohero", "informationUri": "https://pypi.org/project/nohero/", "rules": [_rule(next(f for f in told if f.code == code)) for code in codes]}
    run = {"tool": {"driver": driver}, "results": [_result(f, codes) for f in told], "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": finding.code, "name": finding.name, "shortDescription": {"text": finding.name.replace("-", " ")}}
    if finding.source:
        rule["fullDescription"] = {"text": f"Source: {finding.source}"}
    return rule


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    remedies = "; ".join(r.text for r in finding.remedies)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": LEVELS.get(finding.status, "note"),
        "message": {"text": f"{finding.message}." + (f" Help: {remedies}." if remedies else "")},
        "locations": [_location(finding)],
        "partialFingerprints": {"nohero/v1": hashlib.sha256("\x1f".join((finding.code, finding.component, *finding.where)).encode()).hexdigest()[:32]},
        "properties": {"component": finding.component, "evidence": finding.level.value, "expected": finding.expected},
    }
    if finding.ignored:
        result["suppressions"] = [{"kind": "external", "justification": finding.ignored}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    """A line of the user's code where one is known, else the part's name alone."""
    for place in finding.where:
        if (found := PLACE.match(place)) is not None:
            uri = found["file"].replace("\\", "/").lstrip("/")
            return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": int(found["line"])}}}
    names = list(finding.where[:10]) or [finding.component or "set-up"]
    return {"logicalLocations": [{"fullyQualifiedName": name, "kind": "member"} for name in names]}
