"""Names that are spellings of one, and names that are two."""

import pytest

from nohero.evidence.audit.name_likeness import LIKE, likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Salary", "salary"), ("customer_id", "CustomerID"), ("temperature", "temp"), ("price", "price_usd"), ("colour", "color"), ("heigth", "height"), ("Class 1", "class_1"),
        ("date of birth", "date_of_birth"), ("start_time", "startTime"),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one, other):
    assert likeness(one, other) >= LIKE
    assert likeness(other, one) >= LIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [("height", "weight"), ("start_time", "start_date"), ("min_price", "max_price"), ("x1", "x2"), ("2019", "2020"), ("1", "1"), ("store 4", "store 14"), ("red", "green"), ("birth_date", "death_date")],
)  # fmt: skip
def test_names_of_two_things(one, other):
    assert likeness(one, other) < LIKE
    assert likeness(other, one) < LIKE
