"""A record for other programs: JSON whose fields are only ever added to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nohero.run.values import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.run.record import Record


def as_json(record: Record) -> str:
    """The whole record, indented; `nohero.run.values.loads(Record, text)` reads it back."""
    return json.dumps(to_plain(record), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def as_jsonl(record: Record) -> str:
    """One object a line: the run, then each stage and each of its findings, told apart by `kind`."""
    return "".join(json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n" for line in _lines(record))


def _lines(record: Record) -> Iterator[dict[str, object]]:
    plain = to_plain(record)
    stages = plain.pop("stages")
    yield plain
    for stage in stages:
        findings = stage.pop("findings")
        yield stage
        yield from findings
