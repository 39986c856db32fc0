"""The data stage's judges on made-up numbers: what is said, and where the bands lie."""

from __future__ import annotations

import math

import pytest

from checks.evidence_values import column, facts, prepared, proxies, seen, split
from nohero.checks.data import (
    clipped_target,
    constant_column,
    contradicting_labels,
    future_training_rows,
    identifier_column,
    leaked_copies,
    non_finite_inputs,
    preprocessing_leak,
    rare_class,
    repeated_items,
    straddling_groups,
    target_proxy,
    unusable_items,
)
from nohero.data.fields import Field


def field(name="f", kind="numeric", rows=1000, distinct=500, missing=0, **rest):
    return Field(name=name, kind=kind, num_rows=rows, num_missing=missing, num_distinct=distinct, **rest)


WIDE = tuple(field(f"f{i}") for i in range(5))


@pytest.mark.parametrize(
    ("count", "n", "fields", "status"),
    [
        (0, 1000, (), "PASS"),
        (146, 53_940, WIDE, "WARN"),  # diamonds
        (107, 891, WIDE, "WARN"),  # Titanic
        (24, 32_561, WIDE, "PASS"),  # Adult: named, too few to matter
        (1, 150, WIDE, "PASS"),  # iris
        (500, 1000, (field(distinct=3), field(distinct=4)), "PASS"),  # twelve possible rows
        (500, 1000, (), "WARN"),
    ],
)
def test_repeated_items(count, n, fields, status):
    finding = repeated_items.judge(facts(num_repeats=count, num_items=n, fields=fields))
    assert finding.status == status
    assert f"{count:,}" in finding.message or not count


@pytest.mark.parametrize(("lost", "kept", "status"), [(0, 100, "PASS"), (1, 9999, "WARN"), (50, 50, "FAIL"), (100, 0, "FAIL")])
def test_unusable_items(lost, kept, status):
    finding = unusable_items.judge(facts(num_unusable=lost, num_items=kept, unusable=(("row 1", "the target is empty"),) if lost else ()))
    assert finding.status == status
    assert f"{lost:,} of {lost + kept:,}" in finding.message or not lost


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({"a": (70, 20, 10), "b": (70, 20, 10)}, "PASS"),
        ({"a": (700, 200, 100), "b": (20, 5, 3)}, "PASS"),
        ({"a": (700, 200, 100), "b": (14, 4, 2)}, "WARN"),
        ({"a": (700, 200, 100), "b": (0, 20, 10)}, "WARN"),
        ({"a": (700, 200, 100), "b": (3, 0, 0)}, "WARN"),
        ({}, "SKIP"),
    ],
)
def test_rare_class(counts, status):
    finding = rare_class.judge(split(class_counts=counts))
    assert finding.status == status
    assert finding.where == (("b",) if status == "WARN" else ())


@pytest.mark.parametrize(
    ("count", "fields", "status"),
    [(0, (), "PASS"), (1, (), "WARN"), (5, WIDE, "PASS"), (20, WIDE, "WARN"), (300, (field(distinct=3),), "PASS")],
)
def test_contradicting_labels(count, fields, status):
    assert contradicting_labels.judge(facts(num_contradictions=count, fields=fields)).status == status


@pytest.mark.parametrize(
    ("name", "identifies"),
    [
        ("id", True), ("PassengerId", True), ("customer_id", True), ("UUID", True), ("row index", True), ("ID_number", True),
        ("width", False), ("idle time", False), ("humidity", False), ("paid", False), ("keyboard", False), ("", False),
    ],
)  # fmt: skip
def test_names_that_identify(name, identifies):
    assert identifier_column.says_so(name) is identifies


def test_identifier_column():
    number = field("customer_id", distinct=1000)
    assert identifier_column.judge(facts(fields=(*WIDE, number))).where == ("customer_id",)
    left_out = facts(fields=(*WIDE, number), dropped=(("customer_id", "identifier: as told"),))
    assert identifier_column.judge(left_out).status == "PASS"
    assert identifier_column.judge(facts(fields=(field("customer_id", distinct=100),))).status == "PASS"
    assert identifier_column.judge(facts()).status == "SKIP"


def test_constant_column():
    constant = field("site", kind="constant", distinct=1)
    assert constant_column.judge(facts(fields=(*WIDE, constant))).status == "WARN"
    named = constant_column.judge(facts(fields=(*WIDE, constant), dropped=(("site", "constant: always `7`"),)))
    assert named.status == "PASS"
    assert "site" in named.message
    assert constant_column.judge(facts(fields=(field("site", kind="constant", distinct=1, missing=10),))).status == "PASS"


@pytest.mark.parametrize(
    ("columns", "status", "first"),
    [
        ((column("alive", 1.0, one_to_one=True), column("sex", 0.78)), "FAIL", "alive"),
        ((column("sex", 0.78), column("alive", 1.0, math.nan, one_to_one=True)), "FAIL", "alive"),
        ((column("boat", 0.977, 0.83),), "WARN", "boat"),  # alone it knows what all others do not
        ((column("odor", 0.985, 1.0),), "PASS", ""),  # mushrooms: the others know it too
        ((column("petal length", 0.96, 0.95),), "PASS", ""),
        ((column("worst perimeter", 0.91, 0.93),), "PASS", ""),
        ((column("carat", 0.87, 0.86, rank_match=0.963),), "PASS", ""),
        ((column("gross", 0.999, 0.8, rank_match=1.0),), "FAIL", "gross"),
        ((column("last year", 0.95, 0.94, rank_match=0.995),), "UNSURE", "last year"),
        ((column("chance", 0.7, math.nan, one_to_one=True),), "PASS", ""),
        ((), "SKIP", ""),
    ],
)
def test_target_proxy(columns, status, first):
    finding = target_proxy.judge(proxies(*columns))
    assert finding.status == status
    assert finding.where[:1] == ((first,) if first else ())


def test_few_rows_leave_a_proxy_unsure():
    assert target_proxy.judge(proxies(column("alive", 1.0, one_to_one=True), n=8)).status == "UNSURE"


@pytest.mark.parametrize(
    ("at_highest", "between", "highest", "n", "values", "status"),
    [
        (965, 122, 500_001.0, 20_640, 3842, "WARN"),  # California housing
        (16, 8, 50.0, 506, 229, "WARN"),  # Boston housing
        (1, 12, 346.0, 442, 214, "PASS"),  # diabetes
        (200, 20, 100.0, 1000, 90, "UNSURE"),  # percentages
        (300, 280, 5.0, 1000, 5, "PASS"),  # grades
        (9, 10, 99.5, 1000, 700, "PASS"),
    ],
)
def test_clipped_target(at_highest, between, highest, n, values, status):  # noqa: PLR0917
    found = facts(class_counts={}, num_items=n, at_highest=at_highest, at_lowest=1, highest=highest, most_between=between, num_values=values)
    assert clipped_target.judge(found).status == status


def test_a_pile_at_zero_is_where_amounts_begin():
    low = {"class_counts": {}, "at_highest": 1, "at_lowest": 400, "highest": 9.5, "most_between": 5, "num_values": 500}
    assert clipped_target.judge(facts(**low, lowest=0.0)).status == "PASS"
    assert clipped_target.judge(facts(**low, lowest=0.05)).status == "WARN"


@pytest.mark.parametrize(
    ("copies", "twice", "fields", "status"),
    [
        ({"val": 0, "test": 0}, 0, (), "PASS"),
        ({"val": 24, "test": 12}, 0, (), "FAIL"),
        ({"val": 1, "test": 0}, 0, (), "WARN"),
        ({"val": 0, "test": 0}, 1, (), "FAIL"),
        ({"val": 90, "test": 40}, 0, (field(distinct=3),), "UNSURE"),
        ({"val": 90, "test": 40}, 5, (field(distinct=3),), "FAIL"),
    ],
)
def test_leaked_copies(copies, twice, fields, status):
    assert leaked_copies.judge(split(copies_across=copies, rows_twice=twice), facts(fields=fields)).status == status


def test_groups_and_times():
    assert straddling_groups.judge(split()).status == "SKIP"
    assert straddling_groups.judge(split(num_groups=50)).status == "PASS"
    assert straddling_groups.judge(split(num_groups=50, groups_across=1)).status == "FAIL"
    assert future_training_rows.judge(split()).status == "SKIP"
    assert future_training_rows.judge(split(timed=True)).status == "PASS"
    assert future_training_rows.judge(split(timed=True, late_training=1)).status == "FAIL"
    assert future_training_rows.judge(split(timed=True, late_training=1, num_groups=50)).status == "WARN"


@pytest.mark.parametrize(
    ("train", "everything", "apart", "status"),
    [
        (0.0, 0.2, 0.2, "PASS"),
        (0.2, 0.0, 0.2, "FAIL"),
        (math.inf, 0.0, math.inf, "FAIL"),
        (0.0, math.inf, math.inf, "PASS"),
        (1e-3, 1e-3, 0.0, "PASS"),
        (0.3, 0.4, 0.2, "UNSURE"),
        (math.nan, math.nan, math.nan, "SKIP"),
    ],
)
def test_preprocessing_leak(train, everything, apart, status):
    assert preprocessing_leak.judge(prepared(from_train=train, from_all=everything, apart=apart)).status == status


def test_non_finite_inputs():
    assert non_finite_inputs.judge(seen(), prepared()).status == "PASS"
    assert non_finite_inputs.judge(seen(num_nonfinite=1), prepared()).status == "FAIL"
    assert non_finite_inputs.judge(seen(), prepared(val_nonfinite=1)).status == "FAIL"
    assert non_finite_inputs.judge(seen(column_means=(0.0, math.nan)), prepared()).where == ("income",)
