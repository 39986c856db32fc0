"""A check of a set-up in every form it can be told in, chosen by name or by a file's suffix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nohero.report import checked_page, checked_text
from nohero.report.github import as_github
from nohero.report.junit import as_junit
from nohero.report.sarif import as_sarif
from nohero.run.errors import UsageError, did_you_mean
from nohero.run.values import to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.run.checked import Checked

SCHEMA = 1  # of the JSON form; fields are only ever added


def as_json(checked: Checked) -> str:
    """Everything; findings in causal order."""
    return json.dumps({"schema": SCHEMA, **to_plain(checked)}, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def as_jsonl(checked: Checked) -> str:
    """One object a line: the sum, then each finding."""
    plain = to_plain(checked)
    findings = plain.pop("findings")
    lines = [{"schema": SCHEMA, **plain}, *findings]
    return "".join(json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n" for line in lines)


FORMATS: dict[str, Callable[[Checked], str]] = {
    "text": checked_text.text,
    "json": as_json,
    "jsonl": as_jsonl,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
    "html": checked_page.page,
}
SUFFIXES = {".html": "html", ".htm": "html", ".json": "json", ".jsonl": "jsonl", ".sarif": "sarif", ".xml": "junit", ".txt": "text", ".md": "github"}


def written(checked: Checked, suffix: str) -> str:
    """The form that goes with a file's suffix."""
    if suffix.lower() not in SUFFIXES:
        raise UsageError(f"no form of the report goes with `{suffix}`", expected=", ".join(SUFFIXES), mend=did_you_mean(suffix, SUFFIXES))
    return FORMATS[SUFFIXES[suffix.lower()]](checked)
