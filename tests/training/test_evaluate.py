"""Evaluation answers for every item once, whatever the batch, and leaves the network as it was."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from nohero.data.batches import array_set
from nohero.training.evaluate import mean_loss, outputs_of, targets_of
from nohero.training.runs import few_of
from training.problems import settings, toy


def network(name):
    return toy(name).make_model(settings(name, dropout=0.5), 0)


@pytest.mark.parametrize("name", ["table", "pictures", "numbers"])
def test_the_batch_does_not_matter(name):
    problem, model = toy(name), network(name)
    whole = outputs_of(problem, model, problem.val)
    assert whole.shape == (len(problem.val), problem.task.num_outputs)
    assert whole.dtype == np.float64
    for batch in (1, 7, 10_000):
        np.testing.assert_allclose(outputs_of(problem, model, problem.val, batch=batch), whole, rtol=1e-5, atol=1e-6)
    losses = problem.task.losses(whole, targets_of(problem.val))
    assert mean_loss(problem, whole, problem.val) == pytest.approx(losses.mean())


@pytest.mark.parametrize("training", [True, False])
def test_each_layer_keeps_its_own_mode(training):
    model = network("pictures").train(training)
    frozen = next(m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d))
    frozen.eval()
    state = {k: v.clone() for k, v in model.state_dict().items()}
    outputs_of(toy("pictures"), model, toy("pictures").val)
    assert model.training is training
    assert frozen.training is False
    assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())


def test_modes_are_put_back_after_a_failure_too():
    model = network("table").train()
    problem = replace(toy("table"), to_input=lambda x: x[:, :1])
    with pytest.raises(RuntimeError):
        outputs_of(problem, model, problem.val)
    assert model.training
    assert model.body.training


def test_no_gradient_is_kept_and_the_grad_mode_is_left():
    model = network("table")
    outputs_of(toy("table"), model, toy("table").val)
    assert torch.is_grad_enabled()
    assert all(p.grad is None for p in model.parameters())


def test_outputs_without_a_second_dimension():
    problem = toy("numbers")
    flat = torch.nn.Sequential(network("numbers"), torch.nn.Flatten(0))
    np.testing.assert_array_equal(outputs_of(problem, flat, problem.val), outputs_of(problem, flat[0], problem.val))


def test_nothing_to_evaluate():
    problem = toy("pictures")
    empty = array_set(problem.val.x[:0].numpy(), problem.val.y[:0].numpy(), [])
    assert outputs_of(problem, network("pictures"), empty).shape == (0, 5)
    assert np.isnan(mean_loss(problem, outputs_of(problem, network("pictures"), empty), empty))


def test_the_users_own_evaluation_takes_its_place():
    problem = replace(toy("table"), evaluate=lambda _problem, _model, items: [[1.0]] * len(items))
    assert (outputs_of(problem, network("table"), problem.val) == 1.0).all()


def test_an_even_sample():
    problem = toy("table")
    few = few_of(problem.train, 10)
    assert len(few) == 10
    assert few.rows[0] == problem.train.rows[0]
    assert few.rows[-1] == problem.train.rows[-1]
    for x, row in zip(few.x, few.rows, strict=True):
        assert torch.equal(x, problem.train.x[int(np.flatnonzero(problem.train.rows == row)[0])])
    assert few_of(problem.train, 10**6) is problem.train
