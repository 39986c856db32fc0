"""Which outputs depend on which inputs: two coded backward passes against one backward pass for each output."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.measured import measured, toy, with_network
from nohero.evidence.batch_dependence import ITEMS, measure


def plain_twin(model, x):
    """Items whose gradient holds something of another item's output: one backward pass for each output."""
    mixed, ignored = set(), set(range(len(x)))
    for i in range(len(x)):
        leaf = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(model(leaf)[i].sum(), leaf)
        touched = set(torch.nonzero(gradient.flatten(1).abs().amax(1)).flatten().tolist())
        mixed |= touched - {i}
        ignored -= touched & {i}
    return tuple(sorted(mixed)), tuple(sorted(ignored))


class Leak(torch.nn.Module):
    """A network whose output `to` holds a trace of input `of`."""

    def __init__(self, inner, to, of, size):
        super().__init__()
        self.inner, self.to_item, self.of_item, self.size = inner, to, of, size

    def forward(self, x):
        outputs = self.inner(x)
        if len(x) <= max(self.to_item, self.of_item):
            return outputs
        trace = torch.zeros_like(outputs)
        trace[self.to_item] = self.size * x[self.of_item].flatten()[:1].sum()
        return outputs + trace


def network(name):
    problem = toy(name)
    return problem.make_model(problem.start, problem.seed)


def batch(name):
    return toy(name).to_input(toy(name).train.x[:ITEMS])


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_a_clean_network(name):
    facts = measured(name)[0]["BatchDependence"]
    assert facts.n == ITEMS
    assert (facts.mixed_in_eval, facts.forward_mixed, facts.ignored) == ((), (), ())
    assert plain_twin(network(name).eval(), batch(name)) == ((), ())
    assert facts.chart == ()


def test_batch_norm_mixes_in_training_only():
    facts = measured("pictures")[0]["BatchDependence"]
    assert facts.mixed_in_train == tuple(range(ITEMS)) == plain_twin(network("pictures").train(), batch("pictures"))[0]
    assert facts.mixing_layers == tuple(n for n, m in network("pictures").named_modules() if isinstance(m, torch.nn.BatchNorm2d))
    assert measured("table")[0]["BatchDependence"].mixing_layers == ()
    assert measured("table")[0]["BatchDependence"].mixed_in_train == ()


@settings(max_examples=12)
@given(st.tuples(st.integers(0, ITEMS - 1), st.integers(0, ITEMS - 1)).filter(lambda p: p[0] != p[1]), st.sampled_from([1e-3, 1.0, -1e-3]))
def test_a_single_leaking_pair_is_found(pair, size):
    to, of = pair
    leaking = Leak(network("table"), to, of, size).eval()
    facts = measure(with_network(toy("table"), lambda: leaking))
    assert facts.mixed_in_eval == (of,) == plain_twin(leaking, batch("table"))[0]
    assert facts.mixed_in_train == (of,)
    assert len(facts.chart) == 12
    if max(pair) < 12:
        expected = torch.zeros(12, 12, dtype=torch.bool)
        expected[range(12), range(12)] = True
        expected[to, of] = True
        assert torch.equal(torch.tensor(facts.chart) > 0, expected)


def test_a_leak_without_a_gradient_is_seen_by_redrawing():
    inner = network("table")

    class Ranked(torch.nn.Module):
        def forward(self, x):
            return inner(x) + (x[:, :1] > x[:, :1].mean()).float()

    facts = measure(with_network(toy("table"), Ranked))
    assert facts.mixed_in_eval == ()
    first = batch("table")[:, 0]
    assert set(torch.nonzero(first > first.mean()).flatten().tolist()) <= set(facts.forward_mixed) != set()


def test_a_reshape_in_place_of_a_transpose():
    def make():
        inner = network("table")
        inner.forward = lambda x: inner.head(inner.body(x.reshape(x.shape[1], x.shape[0]).T))
        return inner

    facts = measure(with_network(toy("table"), make))
    assert facts.mixed_in_eval
    assert facts.mixed_in_eval == plain_twin(make().eval(), batch("table"))[0]


def test_an_ignored_item():
    class Deaf(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = network("table")

        def forward(self, x):
            return self.inner(torch.cat([x[:2], torch.zeros_like(x[2:3]), x[3:]]))

    assert measure(with_network(toy("table"), Deaf)).ignored == (2,)


def test_outputs_that_are_no_numbers_are_not_taken_for_mixing():
    class Broken(torch.nn.Module):
        def forward(self, x):
            return x[:, :1] * float("nan")

    assert measure(with_network(toy("table"), Broken)).forward_mixed == ()


def test_dropout_mixes_nothing():
    problem = toy("table")
    facts = measure(with_network(problem, lambda: torch.nn.Sequential(torch.nn.Dropout(0.5), network("table"))))
    assert (facts.mixed_in_train, facts.mixed_in_eval) == ((), ())


def test_whole_numbers_have_no_gradient_and_are_redrawn():
    problem = toy("table")
    words = torch.randint(0, 9, (50, 6))
    model = torch.nn.Sequential(torch.nn.Embedding(9, 4), torch.nn.Flatten(), torch.nn.Linear(24, 1))
    facts = measure(with_network(replace(problem, train=replace(problem.train, x=words)), lambda: model))
    assert (facts.mixed_in_eval, facts.forward_mixed) == ((), ())
