"""The label as a word in another field."""

from __future__ import annotations

import polars as pl

from nohero.checks.audit.labels.label_in_words import judge
from nohero.evidence.audit.label_words import measure
from nohero.evidence.audit.profile import measure as profiled
from nohero.run.finding import Finding
from nohero.sources.anything import open_anything


def said(remarks: list[str], labels: list[str]) -> Finding:
    collection = open_anything(pl.DataFrame({"size": [i * 7919 % 97 for i in range(len(labels))], "remark": remarks, "label": labels}), target="label")
    return judge(measure(collection, profiled(collection)))


LABELS = [("Death", "Retirement", "Death", "Resignation")[i % 4] for i in range(200)]


def test_named_in_brackets() -> None:
    assert said([f"{1900 + i} - {1910 + i} ({c.lower()})" for i, c in enumerate(LABELS)], LABELS).status == "WARN"
    assert said([f"{1900 + i} - {1910 + i} ({c})" if i % 3 else f"{i}" for i, c in enumerate(LABELS)], LABELS).status == "UNSURE"


def test_parts_of_words_and_any_class_are_no_label() -> None:
    assert said([f"un{c.lower()}able {i}" for i, c in enumerate(LABELS)], LABELS).status == "PASS"
    assert said([f"{LABELS[i * 7 // 3 % 4]} {i}" for i in range(200)], LABELS).status == "PASS"
