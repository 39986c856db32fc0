"""The record survives the way to JSON and back."""

from __future__ import annotations

import json

from nohero.report.result import as_json, as_jsonl
from nohero.run.record import Record
from nohero.run.values import loads
from report.example_record import example, sound


def test_round_trip():
    assert loads(Record, as_json(sound())) == sound()
    again = loads(Record, as_json(example()))
    assert as_json(again) == as_json(example())
    assert again.findings[0] == example().findings[0]


def test_it_is_strict_json_with_the_schema_first():
    def refuse(name):
        raise AssertionError(name)

    plain = json.loads(as_json(example()), parse_constant=refuse)
    assert list(plain)[:2] == ["kind", "schema"]
    assert plain["schema"] == 1


def test_one_object_a_line():
    lines = [json.loads(line) for line in as_jsonl(example()).splitlines()]
    kinds = [line["kind"] for line in lines]
    assert kinds[0] == "Record"
    assert kinds.count("StageRecord") == 7
    assert kinds.count("Finding") == 13
    assert "findings" not in lines[1]


def test_unknown_fields_of_later_versions_are_passed_over():
    plain = json.loads(as_json(sound()))
    plain["of_a_later_version"] = {"x": 1}
    assert loads(Record, json.dumps(plain)) == sound()
