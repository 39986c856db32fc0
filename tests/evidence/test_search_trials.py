"""The search: the same points from the same past, pruning, edges and importance against plain twins."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from evidence_of import engine, half_of
from late_evidence import trials
from nohero.evidence.search_reading import edges_of, importance_of, near, rank_correlation
from nohero.run.values import to_plain
from nohero.search.points import hopeless, next_values
from nohero.testing.toys import TOYS

CUT = ("augmentation", "dropout", "smaller input", "smaller network", "binned numbers", "weight decay", "bigger network with early stopping")
RANGES = {"learning_rate": (1e-4, 1e-2)}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    toy = TOYS["numbers"]()
    declined = toy.declined | dict.fromkeys(CUT, "left out to keep the test short")
    problem = replace(toy, declined=declined, effort=replace(toy.effort, trials=9, steps=160), ladder=toy.ladder[:1])
    folder = tmp_path_factory.mktemp("search") / "run"
    made = engine(problem, folder)
    return problem, made.evidence("SearchTrials"), folder


def test_some_are_pruned_and_none_of_them_is_the_best(measured):
    search = measured[1]
    assert len(search.trials) == 9
    assert any(t.pruned for t in search.trials)
    if search.best >= 0:
        assert not search.trials[search.best].pruned
        assert search.trials[search.best].loss == min(t.loss for t in search.trials if not t.pruned)


def test_points_lie_in_their_range(measured):
    search = measured[1]
    for trial in search.trials:
        for name, (low, high) in search.ranges.items():
            assert low <= trial.values[name] <= high


def test_the_gain_at_an_edge_recounted(tmp_path):
    """A range whose high end is the best of it: the best trial against the best one further in, item by item."""
    toy = TOYS["numbers"]()
    declined = toy.declined | dict.fromkeys((*CUT, "early stopping"), "left out to keep the test short")
    problem = replace(toy, declined=declined, effort=replace(toy.effort, trials=6, seeds=1), ladder=toy.ladder[:1], rates=(2e-5, 1e-3))
    made = engine(problem, tmp_path)
    search = made.evidence("SearchTrials")
    assert search.at_edge == {"learning_rate": "high"}
    runs = made._supplies["Runs"]
    found = {e["label"]: runs.val_outputs(runs.found(e["key"])) for e in made.directory.journal.every("training")}
    done = sorted((t for t in search.trials if not t.pruned), key=lambda t: t.loss)
    inside = next(t for t in done if not near(t.values["learning_rate"], problem.rates, "high"))
    best, other = (found[f"trial {t.number}"].reshape(-1) for t in (done[0], inside))
    gains = [(float(o) - float(y)) ** 2 - (float(b) - float(y)) ** 2 for b, o, y in zip(best, other, problem.val.y, strict=True)]
    half = 1.98 * np.std(gains, ddof=1) / math.sqrt(len(gains))
    assert search.edge_gains["learning_rate"] == pytest.approx((np.mean(gains), np.mean(gains) - half, np.mean(gains) + half), rel=1e-2)


def test_from_scratch_it_is_the_same_search(measured, tmp_path):
    problem, search, _ = measured
    assert to_plain(engine(problem, tmp_path).evidence("SearchTrials")) == to_plain(search)


def test_killed_half_way_it_is_the_same_search(measured, tmp_path):
    problem, search, folder = measured
    assert to_plain(engine(problem, half_of(folder, tmp_path / "killed")).evidence("SearchTrials")) == to_plain(search)


def test_the_same_past_asks_the_same_question(measured):
    problem, search, _ = measured
    for number in range(len(search.trials)):
        past = list(search.trials[:number])
        assert next_values(problem, past, search.ranges, 9) == next_values(problem, past, search.ranges, 9)
        assert search.trials[number].values["learning_rate"] == next_values(problem, past, search.ranges, 9)["learning_rate"]


def test_a_trial_without_a_finite_loss_does_not_end_the_search(measured):
    problem = measured[0]
    past = list(trials((1e-3, math.nan), (2e-3, math.inf), (3e-3, 0.5), (5e-3, 0.4)))
    assert 1e-4 <= next_values(problem, past, RANGES, 6)["learning_rate"] <= 1e-2


@pytest.mark.parametrize(
    ("look", "best", "expected"),
    [(6, 0.9, True), (6, 0.4, False), (5, 0.9, False), (6, math.inf, True)],
)
def test_pruning_against_the_median(look, best, expected):
    courses = [tuple(0.2 * k + 1 / (i + 1) for i in range(10)) for k in range(4)]
    assert hopeless(look, best, courses) is expected
    slow = sorted(min(c[i] for i in range(look)) for c in courses)[2]
    assert expected is (look >= 6 and best > slow)


def test_few_others_prune_nothing():
    assert not hopeless(20, 9.0, [(0.1,) * 20] * 3)


def test_rank_correlation_against_a_recount():
    rng = np.random.default_rng(0)
    rates, losses = 10 ** rng.uniform(-4, -2, 12), rng.random(12)
    rank = lambda v: np.array([sum(w < x for w in v) for x in v], dtype=float)
    expected = float(np.corrcoef(rank(rates), rank(losses))[0, 1])
    assert rank_correlation(trials(*zip(rates, losses, strict=True)), "learning_rate") == pytest.approx(expected)


@pytest.mark.parametrize("points", [(), ((1e-3, 0.5),), ((1e-3, 0.5),) * 8, ((1e-3, math.nan),) * 8])
def test_nothing_to_tell(points):
    assert rank_correlation(trials(*points), "learning_rate") == 0.0
    assert all(v >= 0 for v in importance_of(list(trials(*points)), RANGES).values())


@pytest.mark.parametrize(("rate", "edge"), [(1.1e-4, "low"), (1e-3, None), (9e-3, "high"), (5e-5, None)])
def testedges_of(rate, edge):
    found = edges_of(list(trials((1e-3, 0.6), (rate, 0.5))), RANGES)
    assert found == ({} if edge is None else {"learning_rate": edge})


def test_no_trials_noedges_of():
    assert edges_of([], RANGES) == {}
