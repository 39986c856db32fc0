"""Kappa and alpha against published examples, scikit-learn, slow twins, and annotations by real people."""

import csv
import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from nohero.tasks.agreement import agreement, alpha, compare, kappa, kappa_interval, single_judgement, two_judgements
from real_files import real

ANSWERS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)
NONE = None
FOUR = [  # Krippendorff 2011, example C: four observers, twelve units
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]


def spread(table):
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_kappa_of_published_tables():
    assert kappa(*spread([[20, 5], [10, 15]])) == pytest.approx(0.4)
    assert kappa(*spread([[75, 1, 4], [5, 4, 1], [0, 0, 10]])) == pytest.approx(0.676, abs=5e-4)  # Fleiss 1981, table 13.1
    assert kappa(*spread([[45, 15], [25, 15]])) == pytest.approx(0.1304, abs=5e-5)
    assert kappa(*spread([[25, 35], [5, 35]])) == pytest.approx(0.2593, abs=5e-5)


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_four_observers_with_gaps(level, value):
    assert alpha(FOUR, level=level) == pytest.approx(value, abs=5e-4)


def test_alpha_of_two_observers():
    meg, owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert alpha([meg, owen]) == pytest.approx(0.095, abs=5e-4)
    assert alpha([list("aabbdcccedda"), list("babbbccceddd")]) == pytest.approx(0.692, abs=5e-4)


def test_alpha_of_three_coders_with_gaps():
    rows = ["*****3412113 3*3", "1*2133 43*******", "**213 44*21133*4"]
    coders = [[None if c == "*" else int(c) for c in row.replace(" ", "")] for row in rows]
    assert {len(c) for c in coders} == {15}
    assert alpha(coders) == pytest.approx(0.691, abs=5e-4)
    assert alpha(coders, level="interval") == pytest.approx(0.811, abs=5e-4)


@given(ANSWERS, st.sampled_from(["none", "linear", "quadratic"]))
def test_kappa_is_that_of_scikit_learn(pairs, weights):
    first, second = zip(*pairs, strict=True)
    ours = kappa(first, second, weights=weights)
    if len({*first, *second}) == 1:
        assert math.isnan(ours)
        return
    theirs = cohen_kappa_score(first, second, weights=None if weights == "none" else weights)
    assert ours == pytest.approx(theirs, nan_ok=True)


def slow_alpha(annotations, apart):
    units = [[a for a in unit if a is not None] for unit in zip(*annotations, strict=True)]
    units = [u for u in units if len(u) > 1]
    everything = [a for u in units for a in u]
    n = len(everything)
    observed = sum(apart(a, b) / (len(u) - 1) for u in units for a, b in permutations(u, 2)) / n
    expected = sum(apart(a, b) for a, b in permutations(everything, 2)) / (n * (n - 1))
    return 1 - observed / expected


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_alpha_against_all_pairs(seed):
    rng = np.random.default_rng(seed)
    table = [[None if v == 4 else int(v) for v in row] for row in rng.integers(0, 5, (3, 12))]
    if len({v for unit in zip(*table, strict=True) if sum(a is not None for a in unit) > 1 for v in unit if v is not None}) < 2:
        return
    assert alpha(table) == pytest.approx(slow_alpha(table, lambda a, b: a != b))
    assert alpha(table, level="interval") == pytest.approx(slow_alpha(table, lambda a, b: (a - b) ** 2))


def test_what_is_not_answered_is_left_out():
    found = compare(["a", "b", None, "a"], ["a", None, "b", "b"])
    assert (found.share.hits, found.share.of, found.unpaired) == (1, 2, 2)
    assert found.confusions == (("a", "b", 1),)
    assert [(name, share.hits, share.of) for name, share in found.by_class] == [("a", 1, 2)]


def test_nothing_to_compare():
    found = compare([], [])
    assert math.isnan(found.kappa)
    assert math.isnan(found.share.value)
    assert math.isnan(alpha([[None], [1]]))
    assert math.isnan(alpha([[1, 1], [1, 1]]))


def test_an_order_counts_answers_that_nobody_gave():
    assert kappa(["low", "high"], ["mid", "high"], weights="linear", order=["low", "mid", "high"]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="no order: odd"):
        alpha([["odd", "low"], ["low", "low"]], level="ordinal", order=["low"])
    with pytest.raises(ValueError, match="none of"):
        kappa([1], [2], weights="cubic")
    with pytest.raises(ValueError, match="none of"):
        alpha([[1], [2]], level="ratio")


def test_few_items_that_all_agree_promise_little():
    low, high = kappa_interval(list("ababababab"), list("ababababab"))
    assert low < 0.5
    assert high == 1.0
    assert kappa_interval([1, 2, 3] * 3, [1, 2, 3] * 3, weights="quadratic")[0] < 0.9


def test_kappas_interval_holds_the_truth_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    held, times = 0, 200
    truth = 1 - 0.2 / (2 / 3)  # three equal classes, a fifth answered with one of the other two
    for _ in range(times):
        first = rng.integers(0, 3, 120)
        second = np.where(rng.random(120) < 0.2, (first + rng.integers(1, 3, 120)) % 3, first)
        low, high = kappa_interval(first.tolist(), second.tolist())
        held += low <= truth <= high
    assert 0.92 <= held / times <= 0.995


@pytest.fixture
def people():
    with real("cifar10-small/train_human_labels.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_three_annotators_of_small_pictures(people):
    clean = [row["clean_label"] for row in people]
    three = [[row[f"random_label{i}"] for row in people] for i in (1, 2, 3)]
    for one in three:
        found = compare(clean, one)
        assert 0.155 < 1 - found.share.value < 0.195
        assert found.kappa == pytest.approx(cohen_kappa_score(clean, one))
        assert found.kappa_low < found.kappa < found.kappa_high
        assert len(found.by_class) == 10
    kappas = [kappa(three[a], three[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert all(0.66 < k < 0.71 for k in kappas)
    assert alpha(three) == pytest.approx(np.mean(kappas), abs=2e-3)
    assert agreement(clean, [row["worse_label"] for row in people]).value == pytest.approx(0.6, abs=0.02)


def test_fifty_judgements_a_picture():
    with real("cifar10-small/test_human_counts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])[3:]
    votes = np.array([[float(row[name]) for name in names] for row in rows])
    right, low, high = single_judgement(votes, np.array([names.index(row["label"]) for row in rows]))
    assert low < right < high
    assert right == pytest.approx(0.952, abs=0.01)
    assert two_judgements(votes)[0] == pytest.approx(0.924, abs=0.015)
