"""The loss before any step: the closed form against many networks, and the bias where it belongs."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from evidence.measured import measured, toy
from nohero.evidence import initial_loss
from nohero.evidence.initial_loss import measure
from nohero.models.build import set_output_bias
from nohero.training.runs import few_of


@pytest.mark.parametrize(("name", "most"), [("table", 0.06), ("pictures", 0.1), ("rare", 0.06)])
def test_many_fresh_networks_cost_what_silence_costs(name, most):
    """The closed form is the loss of outputs that are all zero: fresh networks cost that and a little, for their outputs' spread."""
    problem = toy(name)
    facts = measure(problem)
    x, y = problem.to_input(problem.train.x[:256]), problem.train.y[:256]
    plain = replace(problem.start, prior_bias=False)
    with torch.no_grad():
        many = [float(problem.loss(problem.make_model(plain, seed).eval()(x), y)) for seed in range(40)]
    assert facts.expected <= np.mean(many) + 0.02
    assert np.mean(many) == pytest.approx(facts.expected, abs=most)
    assert np.mean(facts.without_bias) == pytest.approx(np.mean(many), abs=3 * np.std(many) / np.sqrt(initial_loss.SEEDS) + 0.01)
    assert np.mean(facts.with_bias) == pytest.approx(facts.expected_at_prior, abs=most)


def test_each_loss_is_that_of_one_seed():
    problem = toy("table")
    facts = measured("table")[0]["InitialLoss"]
    assert facts.n == min(initial_loss.ITEMS, len(problem.train))
    assert facts.bias_set
    few = few_of(problem.train, initial_loss.ITEMS)
    for i, (without, with_bias) in enumerate(zip(facts.without_bias, facts.with_bias, strict=True)):
        model = problem.make_model(replace(problem.start, prior_bias=False), problem.seed + i).eval()
        with torch.no_grad():
            assert without == float(problem.loss(model(problem.to_input(few.x)), few.y))
            set_output_bias(model, problem.task.output_bias(problem.train.y.double().numpy()))
            assert with_bias == float(problem.loss(model(problem.to_input(few.x)), few.y))


def test_a_rare_class_makes_the_prior_cheaper():
    facts = measure(toy("rare"))
    assert facts.expected == pytest.approx(np.log(2))
    share = float(toy("rare").train.y.double().mean())
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert facts.expected_at_prior == pytest.approx(entropy, abs=0.02)


def test_a_network_without_such_a_bias_says_so():
    problem = toy("table")
    bare = replace(problem, make_model=lambda *_: torch.nn.Linear(problem.train.x.shape[1], 1, bias=False))
    assert not measure(bare).bias_set
