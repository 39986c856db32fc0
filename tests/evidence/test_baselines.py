"""The baselines and the dullest network, against scikit-learn and plain evaluation."""

from dataclasses import replace

import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.neighbors import KNeighborsClassifier

from evidence.measured import EFFORT, measured, supplies, toy
from nohero.evidence import baselines, skeleton_run
from nohero.run.directory import create
from nohero.training.allowance import Allowance
from nohero.training.evaluate import outputs_of, targets_of
from nohero.training.runs import Runs


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_the_best_constant_is_the_dummys(name):
    problem = toy(name)
    constant = measured(name)[0]["Baselines"].constant
    dummy = DummyClassifier(strategy="most_frequent") if problem.task.classes else DummyRegressor()
    flat = problem.to_input(problem.train.x).flatten(1), problem.to_input(problem.val.x).flatten(1)
    dummy.fit(flat[0], targets_of(problem.train))
    assert constant.score.value == pytest.approx(dummy.score(flat[1], targets_of(problem.val)), abs=1e-6)


def test_nearest_neighbours_are_scikit_learns():
    problem = toy("table")
    found = next(b for b in measured("table")[0]["Baselines"].baselines if b.name == "nearest neighbours")
    theirs = KNeighborsClassifier(5).fit(problem.train.x, problem.train.y)
    assert found.score.value == pytest.approx(theirs.score(problem.val.x, problem.val.y), abs=0.01)


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_they_are_fitted_on_train_and_beat_the_constant(name):
    facts = measured(name)[0]["Baselines"]
    assert facts.constant.name == "best constant"
    assert len(facts.baselines) >= 3
    assert facts.best.score.value == max(b.score.value for b in facts.baselines) > facts.constant.score.value
    assert all(b.score.n == len(toy(name).val) for b in facts.baselines)
    assert facts.left_out == ()


def test_what_is_too_dear_is_left_out(tmp_path):
    problem = toy("table")
    run = create(tmp_path, "poor")
    allowance = Allowance(run.journal, 0.5)
    allowance.enter("data")
    facts = baselines.measure(problem, Runs(run), allowance)
    assert [b.name for b in facts.baselines] == ["best constant"]
    assert "gradient-boosted trees" in facts.left_out
    assert len(run.journal.every("left_out")) == len(facts.left_out)


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_the_dullest_network_is_evaluated_whole(name):
    facts, problem = measured(name)[0]["SkeletonRun"], toy(name)
    assert facts.num_evaluated == facts.num_val == len(problem.val)
    assert facts.batch_difference < 1e-4 * max(1.0, facts.output_scale)
    assert facts.repeat_difference == 0.0
    assert facts.constant_loss == measured(name)[0]["Baselines"].constant.score.loss
    assert facts.stopped == ""
    assert len(facts.steps) == len(facts.train_losses) == len(facts.val_losses)
    assert facts.score.loss == pytest.approx(min(facts.val_losses))


def test_an_evaluation_that_leaves_items_out_is_noticed():
    def few(problem, model, items):
        return outputs_of(replace(problem, evaluate=None), model, items)[: len(items) // 32 * 32 or len(items)]

    problem = replace(toy("table"), evaluate=few, effort=EFFORT)
    facts = skeleton_run.measure(*supplies(problem).values(), measured("table")[0]["Baselines"])
    assert facts.num_evaluated == facts.num_val // 32 * 32 < facts.num_val
    assert facts.score.n == facts.num_val  # the others are answered by ours
