"""The ensemble: averages against loops, the gain recounted, disagreement, and the student."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from evidence_of import engine
from nohero.evidence.average import average, probabilities
from nohero.evidence.ensemble import WORTH, disagreement
from nohero.tasks.binary import Binary
from nohero.tasks.multiclass import Multiclass
from nohero.tasks.regression import Regression
from nohero.testing.toys import TOYS

CUT = ("augmentation", "dropout", "smaller input", "smaller network", "binned numbers", "weight decay", "bigger network with early stopping", "label smoothing", "mirror images")
TASKS = (Binary(classes=("no", "yes")), Multiclass(classes=("a", "b", "c")), Regression())


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)
def test_the_average_is_that_of_the_answers(task):
    """Item by item: probabilities by their definition, mean, and back."""
    outputs = [np.random.default_rng(k).normal(0, 3, (7, task.num_outputs)) for k in range(4)]
    together = average(task, outputs)
    for i in range(7):
        if not task.classes:
            assert together[i, 0] == pytest.approx(sum(o[i, 0] for o in outputs) / 4)
            continue
        if task.num_outputs == 1:
            each = [(1 - 1 / (1 + math.exp(-o[i, 0])), 1 / (1 + math.exp(-o[i, 0]))) for o in outputs]
        else:
            each = [[math.exp(v) / sum(math.exp(w) for w in o[i]) for v in o[i]] for o in outputs]
        mean = [sum(p[k] for p in each) / 4 for k in range(len(task.classes))]
        assert probabilities(task, together)[i] == pytest.approx(mean)
        assert task.losses(together, np.zeros(7))[i] == pytest.approx(-math.log(mean[0]))


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)
def test_the_average_of_one_is_itself(task):
    outputs = np.random.default_rng(1).normal(0, 1, (5, task.num_outputs))
    assert average(task, [outputs]) == pytest.approx(outputs)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)
def test_averaging_never_loses_to_the_mean_member(task):
    rng = np.random.default_rng(2)
    outputs = [rng.normal(0, 2, (50, task.num_outputs)) for _ in range(5)]
    targets = rng.integers(0, max(2, len(task.classes)), 50).astype(float)
    assert task.losses(average(task, outputs), targets).mean() <= np.mean([task.losses(o, targets).mean() for o in outputs])


def test_disagreement():
    assert disagreement(np.ones((3, 8))) == 0.0
    assert disagreement(np.ones((1, 8))) == 0.0
    assert disagreement(np.zeros((3, 8))) == 0.0
    losses = np.array([[1.0, 4.0], [3.0, 0.0]])
    assert disagreement(losses) == pytest.approx(((1 + 2) / 2) / 2)  # standard deviations 1 and 2, mean loss 2


@pytest.fixture(scope="module", params=["table", "numbers"])
def measured(request, tmp_path_factory):
    toy = TOYS[request.param]()
    declined = toy.declined | dict.fromkeys(CUT, "left out to keep the test short")
    problem = replace(toy, declined=declined, effort=replace(toy.effort, members=3, trials=4), ladder=toy.ladder[:1])
    made = engine(problem, tmp_path_factory.mktemp("ensemble"))
    return problem, made, made.evidence("Ensemble")


def test_the_gain_recounted(measured):
    problem, made, ensemble = measured
    runs = made._supplies["Runs"]
    assert len(ensemble.member_losses) == 3
    assert ensemble.curve[0] == pytest.approx(ensemble.member_losses[0])
    assert ensemble.gain == pytest.approx(np.mean(ensemble.member_losses) - ensemble.curve[-1])
    assert ensemble.low <= ensemble.gain <= ensemble.high
    if ensemble.num_used == 3:
        outputs = [runs.val_outputs(runs.found(key)) for key in ensemble.keys]
        targets = problem.val.y.double().numpy()
        assert ensemble.curve[-1] == pytest.approx(problem.task.losses(average(problem.task, outputs), targets).mean())


def test_an_average_that_gains_next_to_nothing_is_not_handed_on(measured):
    ensemble = measured[2]
    worth = ensemble.low > 0 and ensemble.gain > WORTH * np.mean(ensemble.member_losses)
    assert ensemble.num_used == (3 if worth else 1)


def test_longer_training_is_told_with_its_interval(measured):
    ensemble = measured[2]
    assert ensemble.longer_steps == 2 * ensemble.short_steps
    assert ensemble.longer_low <= ensemble.longer_gain <= ensemble.longer_high
    assert ensemble.longer_kept == (ensemble.longer_gain > 0)
    assert ensemble.settings["steps"] == (ensemble.longer_steps if ensemble.longer_kept else ensemble.short_steps)


def test_the_student_is_handed_on_alone(measured, tmp_path):
    """Taught by the average, it agrees with it more than a member does with another."""
    problem, _, ensemble = measured
    made = engine(replace(problem, distil=True), tmp_path)
    taught = made.evidence("Ensemble")
    if ensemble.num_used == 1:
        assert taught.distilled == {}
        return
    assert taught.num_used == 1
    assert taught.distilled["agreement with the ensemble"] > 0.9
    assert taught.distilled["student loss"] < 1.2 * np.mean(ensemble.member_losses)
