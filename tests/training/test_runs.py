"""Trainings are done once and found again, by another process as well."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from nohero.run.directory import RunDirectory, create
from nohero.run.journal import content
from nohero.training import loop
from nohero.training.evaluate import mean_loss, outputs_of
from nohero.training.runs import Runs
from training.problems import same, settings, toy

CHOSEN = settings(steps=50)


@pytest.fixture
def folder(tmp_path):
    return create(tmp_path, "test")


def counted(problem):
    """The problem, and how many networks were made of it."""
    made = []

    def make(chosen, seed):
        made.append(seed)
        return problem.make_model(chosen, seed)

    return replace(problem, make_model=make), made


def test_a_finished_training_is_found_and_not_done_again(folder):
    problem, made = counted(toy("table"))
    first = Runs(folder).train(problem, CHOSEN, 1, "one")
    runs = Runs(RunDirectory(folder.path))
    assert runs.train(problem, CHOSEN, 1, "the same under another label") == first
    assert made == [1]
    for other in ((replace(CHOSEN, steps=51), 1), (CHOSEN, 2)):
        assert runs.train(problem, *other, "other").key != first.key
    assert runs.train(replace(problem, name="other"), CHOSEN, 1, "other").key != first.key
    assert len(made) == 4


def test_a_pruned_training_is_not_taken_for_a_whole_one(folder):
    runs = Runs(folder)
    pruned = runs.train(toy("table"), CHOSEN, 1, "pruned", prune=lambda look, _: look == 1)
    whole = runs.train(toy("table"), CHOSEN, 1, "whole")
    assert (pruned.steps, whole.steps) == ((20,), (20, 40, 50))


def test_what_is_kept_is_what_was_trained(folder):
    problem, runs = toy("pictures"), Runs(folder)
    chosen = settings("pictures", steps=40, keep_best=True)
    trained = runs.train(problem, chosen, 1, "one")
    model = runs.model(problem, chosen, trained)
    assert not model.training
    outputs = outputs_of(problem, model, problem.val)
    np.testing.assert_array_equal(runs.val_outputs(trained), outputs)
    assert trained.val_loss == mean_loss(problem, outputs, problem.val) == min(trained.val_losses)
    assert trained.val_score == (outputs.argmax(1) == problem.val.y.numpy()).mean()
    assert trained.train_loss == mean_loss(problem, outputs_of(problem, model, problem.train), problem.train)
    assert runs.tensors(trained)["probes"].shape == (2, 24, 5)
    assert Runs(RunDirectory(folder.path)).found(trained.key) == trained


def test_a_killed_training_goes_on_where_it_was(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)
    problem = toy("table")
    whole = Runs(create(tmp_path, "whole")).train(problem, CHOSEN, 1, "one")

    def die(_label, step, _of, _loss):
        if step == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Runs(folder, told=die).train(problem, CHOSEN, 1, "one")
    assert len(list((folder.path / "checkpoints").iterdir())) == 1
    steps = []
    runs = Runs(RunDirectory(folder.path), told=lambda _label, step, _of, _loss: steps.append(step))
    resumed = runs.train(problem, CHOSEN, 1, "one")
    assert steps == [40, 50]
    assert not list((folder.path / "checkpoints").iterdir())
    assert content(runs.directory.journal.events) == content([{"event": "training", **json.loads(json.dumps(vars(whole)))}])
    assert same(runs.tensors(resumed), Runs(RunDirectory(tmp_path / "0002-whole")).tensors(whole))


def test_what_a_label_is_told(folder):
    told = []
    Runs(folder, told=lambda *said: told.append(said[:3])).train(toy("table"), CHOSEN, 1, "one")
    assert told == [("one", 20, 50), ("one", 40, 50), ("one", 50, 50)]


def test_a_step_is_timed_once_and_leaves_no_trace(folder):
    problem, made = counted(toy("table"))
    runs = Runs(folder)
    before = torch.get_rng_state()
    price = runs.step_seconds(problem, CHOSEN)
    assert 0 < price < 1
    assert runs.step_seconds(problem, replace(CHOSEN, learning_rate=1.0)) == price
    assert len(made) == 1
    assert torch.equal(torch.get_rng_state(), before)
    assert not folder.journal.events


def test_a_loss_that_is_no_number_is_kept_as_such(folder):
    broken = replace(toy("table"), loss=lambda outputs, targets: outputs.sum() * float("nan"), name="broken")
    trained = Runs(folder).train(broken, CHOSEN, 1, "one")
    assert trained.stopped == "the loss is nan at step 1"
    assert np.isnan(Runs(RunDirectory(folder.path)).found(trained.key).train_losses[0])
