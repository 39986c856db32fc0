"""A column that is the target under another name is the strongest and stands for it one to one."""

import numpy as np
import pytest

from evidence.measured import measured, table
from nohero.evidence.target_proxies import measure

RNG = np.random.default_rng(0)
N = 300
NOISE = {"noise": RNG.normal(size=N), "word": RNG.choice(["u", "v", "w"], N)}
LABELS = RNG.choice(["no", "yes"], N)
VALUES = RNG.normal(size=N)


def by_name(facts):
    return {column.name: column for column in facts.columns}


@pytest.mark.parametrize("copy", [[f"is {label}" for label in LABELS], (LABELS == "yes") * 7.0, LABELS == "yes"], ids=["words", "numbers", "booleans"])
def test_a_planted_copy_of_a_class(copy):
    facts = measure(table({**NOISE, "copy": copy}, LABELS))
    assert facts.columns[0].name == "copy"
    found = by_name(facts)["copy"]
    assert (found.score, found.distinct, found.one_to_one) == (1.0, 2, True)
    assert found.score_without < 0.65
    assert not by_name(facts)["noise"].one_to_one
    assert 0.5 <= facts.constant < 0.6
    assert facts.metric == "accuracy"


@pytest.mark.parametrize("copy", [VALUES, 3 - 2 * VALUES, np.exp(VALUES)], ids=["same", "falling", "exponential"])
def test_a_planted_copy_of_a_value(copy):
    facts = measure(table({**NOISE, "copy": copy}, VALUES, kind="regression"))
    found = by_name(facts)["copy"]
    assert facts.columns[0].name == "copy"
    assert found.score > 0.95
    assert found.rank_match == pytest.approx(1.0)
    assert by_name(facts)["noise"].rank_match < 0.2
    assert (facts.metric, facts.constant) == ("R2", 0.0)


def test_noise_tells_nothing():
    facts = measure(table(NOISE, LABELS))
    assert all(column.score < 0.65 for column in facts.columns)
    assert not any(column.one_to_one for column in facts.columns)


def test_a_column_with_a_value_for_each_row_is_not_taken_for_the_target():
    facts = measure(table({**NOISE, "each": np.arange(N) * 1.5}, VALUES, kind="regression"))
    assert not by_name(facts)["each"].one_to_one


def test_scores_are_sorted_and_the_rest_is_asked_of_the_strongest():
    facts = measured("table")[0]["TargetProxies"]
    scores = [column.score for column in facts.columns]
    assert scores == sorted(scores, reverse=True)
    assert [np.isnan(column.score_without) for column in facts.columns][:3] == [False, False, True]


def test_odd_columns():
    odd = {"huge": RNG.choice([1e300, -1e300, np.inf, 1.0], N), "gaps": np.where(RNG.random(N) < 0.5, np.nan, 1.0), "none": [None, "x", "y"] * (N // 3)}
    facts = measure(table({**NOISE, **odd}, LABELS))
    assert {column.name for column in facts.columns} == {*NOISE, *odd}
    assert all(np.isfinite(column.score) for column in facts.columns)


def test_pictures_have_no_columns():
    assert measured("pictures")[0]["TargetProxies"].columns == ()
