"""Repeatability, the reach of the gradient, one batch, and the race of inputs."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from evidence.measured import EFFORT, measured, supplies, table, toy, with_network
from nohero.evidence import gradient_reach, input_race, one_batch, repeatability
from nohero.evidence.input_race import InputRace
from nohero.training.evaluate import targets_of


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_the_same_seed_repeats(name):
    facts = measured(name)[0]["Repeatability"]
    assert (facts.largest_difference, facts.first_difference, facts.read_difference) == (0.0, "", 0.0)
    assert facts.other_seed_difference > 0


def test_a_network_that_does_not_follow_its_seed():
    problem, calls = toy("table"), []

    def make(settings, seed):
        calls.append(seed)
        return problem.make_model(settings, len(calls))

    facts = repeatability.measure(replace(problem, make_model=make))
    assert facts.largest_difference > 0
    assert facts.first_difference == next(iter(problem.make_model(problem.start, 0).state_dict()))


def test_inputs_that_change_between_readings():
    problem, calls = toy("table"), []
    shifting = replace(problem, to_input=lambda x: (calls.append(1), x + 1e-6 * len(calls))[1])
    facts = repeatability.measure(shifting)
    assert facts.read_difference > 0


def test_every_parameter_of_a_sound_network_moves():
    facts = measured("table")[0]["GradientReach"]
    problem = toy("table")
    model = problem.make_model(problem.start, problem.seed)
    assert facts.names == tuple(name for name, _ in model.named_parameters())
    assert facts.num_parameters == sum(p.numel() for p in model.parameters())
    assert all(facts.wanted)
    assert all(facts.has_gradient)
    assert all(-6 < ratio < 0 for name, ratio in zip(facts.names, facts.update_ratios, strict=True) if name.endswith("weight"))


def test_update_ratios_by_a_plain_loop():
    problem = toy("table")
    model = problem.make_model(problem.start, problem.seed)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = problem.make_optimizer(model, problem.start)
    order = torch.randperm(len(problem.train), generator=torch.Generator().manual_seed(problem.seed * 1_000_003))
    batch = problem.start.batch_size
    steps = min(gradient_reach.STEPS, len(order) // batch)
    for i in range(steps):
        index = order[i * batch : (i + 1) * batch]
        optimizer.zero_grad()
        problem.loss(model(problem.to_input(problem.train.x[index])), problem.train.y[index]).backward()
        optimizer.step()
    expected = [float(torch.log10((p.detach() - before[n]).norm() / steps / before[n].norm().clamp_min(1e-8))) for n, p in model.named_parameters()]
    assert measured("table")[0]["GradientReach"].update_ratios == pytest.approx(expected, abs=1e-4)


def test_parameters_that_nothing_reaches():
    problem = toy("table")

    class Split(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.used = problem.make_model(problem.start, 0)
            self.unused = torch.nn.Linear(3, 3)
            self.frozen = torch.nn.Linear(1, 1).requires_grad_(requires_grad=False)
            self.cut = torch.nn.Linear(1, 1)

        def forward(self, x):
            return self.frozen(self.used(x)) + self.cut(x[:, :1]).detach()

    facts = gradient_reach.measure(with_network(problem, Split))
    told = dict(zip(facts.names, zip(facts.wanted, facts.has_gradient, facts.update_ratios, strict=True), strict=True))
    assert told["unused.weight"] == (True, False, -np.inf)
    assert told["cut.weight"] == (True, False, -np.inf)
    assert told["frozen.weight"] == (False, False, -np.inf)
    assert told["used.head.weight"][:2] == (True, True)


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_one_batch_is_learnt_by_heart(name):
    facts = measured(name)[0]["OneBatch"]
    problem = toy(name)
    assert facts.n == one_batch.ITEMS
    assert facts.losses[-1] < facts.losses[0]
    if name != "numbers":
        assert facts.right == facts.n
        assert facts.last < 0.02
        assert set(facts.targets) == set(problem.task.classes)
    x, y = one_batch.chosen(problem)
    shares = np.unique(y.numpy(), return_counts=True)[1] / len(y)
    constant = -(shares * np.log(shares)).sum() if problem.task.classes else float(np.var(y.double().numpy()))
    assert facts.constant == pytest.approx(constant)
    assert facts.floor == 0.0
    assert len(x) == len(y) == facts.n


def contradicting(kind, targets):
    """Sixteen items: eight inputs, each with two targets."""
    problem = toy({"binary": "table", "regression": "numbers"}[kind])
    x = torch.randn(8, problem.train.x.shape[1], generator=torch.Generator().manual_seed(0)).repeat_interleave(2, 0)
    y = torch.tensor(targets, dtype=problem.train.y.dtype)
    return replace(problem, train=replace(problem.train, x=x, y=y, rows=np.arange(16)), effort=replace(EFFORT, batch_steps=400))


def test_contradictions_raise_the_floor_for_classes():
    problem = contradicting("binary", [0, 1] * 4 + [0, 0] * 4)  # four inputs with both answers
    facts = one_batch.measure(problem)
    assert facts.floor == pytest.approx(0.5 * np.log(2))
    assert facts.floor <= facts.last < facts.floor + 0.02
    assert facts.right == 12


def test_contradictions_raise_the_floor_for_values():
    problem = contradicting("regression", [0.0, 1.0] * 4 + [2.0, 2.0] * 4)
    facts = one_batch.measure(problem)
    assert facts.floor == pytest.approx(0.5 * 0.25)
    assert facts.floor <= facts.last < facts.floor + 0.05


def test_without_contradictions_the_floor_is_zero():
    x = torch.arange(8.0)[:, None].repeat(2, 1)
    assert one_batch._floor(toy("table"), x, torch.arange(8).repeat(2) % 2) == 0.0


def test_a_network_with_its_own_dropout_leaves_the_global_state():
    problem = toy("table")
    noisy = with_network(problem, lambda: torch.nn.Sequential(torch.nn.Dropout(0.2), problem.make_model(problem.start, 0)))
    before = torch.get_rng_state()
    one_batch.measure(replace(noisy, effort=replace(EFFORT, batch_steps=20)))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loss_that_is_no_number_is_told():
    problem = toy("table")
    facts = one_batch.measure(replace(problem, loss=lambda outputs, targets: problem.loss(outputs, targets) * float("nan")))
    assert len(facts.losses) == 1
    assert len(facts.tried) == len(one_batch.RATES)


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_real_inputs_win_the_race(name):
    facts = measured(name)[0]["InputRace"]
    problem = toy(name)
    assert facts.gain_low < facts.gain < facts.gain_high
    assert facts.gain > 0
    assert facts.n == len(problem.val)
    assert len(facts.real) == len(facts.zeroed) == len(facts.dealt) == 2
    gain = np.mean([min(z) - min(r) for r, z in zip(facts.real, facts.zeroed, strict=True)])
    assert facts.gain == pytest.approx(gain, abs=1e-6)
    best = problem.task.output_bias(targets_of(problem.train))
    assert facts.constant == pytest.approx(problem.task.expected_initial_loss(targets_of(problem.val), best))


def test_curves_of_unequal_length_can_be_drawn():
    facts = InputRace(
        steps=(20, 40, 60), real=((1.0, 0.5, 0.4), (1.0, 0.6)), zeroed=((1.0,), (1.0,)), dealt=((1.0, 1.0, 1.0),) * 2,
        constant=1.0, gain=0.5, gain_low=0.4, gain_high=0.6, n=5, unit="nats",
    )  # fmt: skip
    (figure,) = facts.figures()
    assert [len(s.x) for s in figure.series] == [len(s.y) for s in figure.series] == [2, 1, 3]


def test_useless_inputs_do_not_win():
    rng = np.random.default_rng(0)
    problem = table({"a": rng.normal(size=300), "b": rng.normal(size=300)}, rng.choice(["no", "yes"], 300))
    facts = input_race.measure(*supplies(problem).values())
    assert facts.gain_low < 0.01
