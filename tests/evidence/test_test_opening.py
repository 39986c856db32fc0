"""The opening of the test set: intervals, ranking and calibration against plain twins."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from evidence_of import engine
from nohero.evidence.calibration import calibration, calibration_error
from nohero.evidence.test_opening import _ranking, gap_of, headline_gain
from nohero.tasks.binary import Binary
from nohero.tasks.multiclass import Multiclass
from nohero.tasks.regression import Regression
from nohero.testing.toys import TOYS

CUT = ("augmentation", "dropout", "smaller input", "smaller network", "binned numbers", "weight decay", "bigger network with early stopping")
YES_NO = Binary(classes=("no", "yes"))


@pytest.fixture(scope="module", params=["table", "rare"])
def measured(request, tmp_path_factory):
    toy = TOYS[request.param]()
    declined = toy.declined | dict.fromkeys(CUT, "left out to keep the test short")
    problem = replace(toy, declined=declined, effort=replace(toy.effort, trials=2), ladder=toy.ladder[:1], openings=2)
    made = engine(problem, tmp_path_factory.mktemp("opening"))
    return problem, made, made.evidence("TestOpening")


def test_the_score_recounted(measured):
    import torch

    from nohero.evidence.average import average
    from nohero.models.settings import Settings

    problem, made, opening = measured
    ensemble, runs = made.evidence("Ensemble"), made._supplies["Runs"]
    answers = []
    for key in ensemble.keys:
        model = runs.model(problem, Settings(**ensemble.settings), runs.found(key))
        with torch.no_grad():
            answers.append(np.concatenate([model(problem.to_input(problem.test.x[i : i + 1])).numpy() for i in range(len(problem.test))]))
    targets = problem.test.y.double().numpy()
    together = average(problem.task, answers)
    losses = problem.task.losses(together, targets)
    assert opening.score.loss == pytest.approx(losses.mean(), rel=1e-4)
    assert opening.score.n == len(problem.test)
    assert opening.worst[0][3] == pytest.approx(losses.max(), rel=1e-3)
    assert opening.openings == 3


def test_every_baseline_answers(measured):
    _, made, opening = measured
    assert [b.name for b in opening.baselines] == [b.name for b in made.evidence("Baselines").baselines]
    for b in opening.baselines:
        assert b.gain == pytest.approx(opening.score.value - b.score.value, abs=1e-9)
        assert b.low <= b.gain <= b.high


def test_the_gap_is_test_minus_validation(measured):
    opening = measured[2]
    assert opening.gap == pytest.approx(opening.score.loss - opening.validation.loss)


def test_the_gap_covers_zero_as_often_as_it_should():
    rng = np.random.default_rng(0)
    inside = [low <= 0 <= high for _, low, high in (gap_of(rng.exponential(1, 150), rng.exponential(1, 300)) for _ in range(1000))]
    assert 0.925 <= np.mean(inside) <= 0.975


@pytest.mark.parametrize("sizes", [(0, 5), (1, 5), (5, 0)])
def test_a_gap_of_nothing(sizes):
    gap, low, high = gap_of(*(np.ones(n) for n in sizes))
    assert (low, high) == (-math.inf, math.inf)
    assert math.isnan(gap) or gap == 0


def test_ranking_counts_pairs():
    rng = np.random.default_rng(1)
    said, ones = rng.integers(0, 6, 40).astype(float), rng.random(40) < 0.3
    pairs = [(said[i] > said[j]) + 0.5 * (said[i] == said[j]) for i in np.flatnonzero(ones) for j in np.flatnonzero(~ones)]
    assert _ranking(said, ones) == pytest.approx(np.mean(pairs))
    assert math.isnan(_ranking(said, ones & False))


def test_the_headline_decides_what_is_compared():
    rng = np.random.default_rng(2)
    targets = (rng.random(300) < 0.08).astype(float)
    ours, theirs = (targets[:, None] * 2 - 4 + rng.normal(0, noise, (300, 1)) for noise in (0.5, 3.0))
    by_hits = headline_gain(YES_NO, ours, theirs, targets)
    by_rank = headline_gain(replace(YES_NO, metric="AUROC"), ours, theirs, targets)
    assert by_hits[0] == pytest.approx(np.mean(YES_NO.hits(ours, targets)) - np.mean(YES_NO.hits(theirs, targets)))
    assert by_rank[0] == pytest.approx(_ranking(ours, targets == 1) - _ranking(theirs, targets == 1))
    assert by_rank[1] > 0


def test_a_temperature_that_was_put_in_is_found():
    rng = np.random.default_rng(3)
    task = Multiclass(classes=("a", "b", "c"))
    honest = rng.normal(0, 2, (4000, 3))
    chances = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    targets = np.array([rng.choice(3, p=p) for p in chances]).astype(float)
    half = slice(0, 2000), slice(2000, 4000)
    too_sure = calibration(task, 3 * honest[half[0]], targets[half[0]], 3 * honest[half[1]], targets[half[1]])
    assert too_sure.temperature == pytest.approx(3, rel=0.15)
    assert too_sure.low > 0.05
    assert too_sure.error_after < 0.03 < too_sure.error_before
    sound = calibration(task, honest[half[0]], targets[half[0]], honest[half[1]], targets[half[1]])
    assert sound.temperature == pytest.approx(1, rel=0.1)
    assert sound.gain < 0.005


def test_the_temperature_is_the_best_of_a_fine_grid():
    rng = np.random.default_rng(4)
    outputs, targets = rng.normal(0, 4, (300, 1)), (rng.random(300) < 0.5).astype(float)
    found = calibration(YES_NO, outputs, targets, outputs, targets)
    grid = min(YES_NO.losses(outputs / t, targets).mean() for t in np.exp(np.linspace(-3, 3, 3000)))
    assert YES_NO.losses(outputs / found.temperature, targets).mean() == pytest.approx(grid, abs=1e-4)


def test_calibration_error_by_hand():
    outputs = np.log(np.array([[0.8, 0.2]] * 10))
    targets = np.array([0.0] * 5 + [1.0] * 5)
    assert calibration_error(Multiclass(classes=("a", "b")), outputs, targets) == pytest.approx(0.5 * 0.2 + 0.5 * 0.8)


@pytest.mark.parametrize("outputs", [np.zeros((0, 1)), np.zeros((1, 1)), np.full((9, 1), np.nan)])
def test_nothing_to_calibrate(outputs):
    targets = np.zeros(len(outputs))
    assert math.isnan(calibration(YES_NO, outputs, targets, outputs, targets).gain)
    assert math.isnan(calibration(Regression(), np.zeros((9, 1)), np.zeros(9), np.zeros((9, 1)), np.zeros(9)).gain)
