"""What the transform was fitted on, the samples that are shown, and the tensor that the network receives."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from evidence.measured import measured, toy, with_network
from nohero.data.transforms import fit_transforms
from nohero.evidence import prepared_inputs, samples, seen_inputs


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_a_transform_fitted_on_train_is_seen_as_such(name):
    facts = measured(name)[0]["PreparedInputs"]
    assert facts.from_train == 0.0
    assert facts.from_all == facts.apart > 0.0
    assert facts.val_nonfinite == 0
    assert facts.num_columns == toy(name).train.x[0].numel()


@pytest.mark.parametrize("name", ["table", "pictures"])
def test_a_transform_fitted_on_all_rows_is_seen_as_such(name):
    problem = toy(name)
    leaking = fit_transforms(problem.raw, np.arange(len(problem.raw)), problem.task.name).inputs
    facts = prepared_inputs.measure(replace(problem, transform=leaking))
    assert facts.from_all == 0.0
    assert facts.from_train == facts.apart > 0.0


def test_the_users_own_inputs_have_no_transform():
    problem = toy("numbers")
    broken = problem.val.x.clone()
    broken[0, :2] = torch.tensor([float("nan"), float("inf")])
    facts = prepared_inputs.measure(replace(problem, transform=None, val=replace(problem.val, x=broken)))
    assert facts.val_nonfinite == 2
    assert np.isnan(facts.from_train)


def test_samples_are_training_rows_as_read():
    problem = toy("table")
    facts = measured("table")[0]["Samples"]
    assert len(facts.rows) == samples.ROWS
    for row in facts.rows:
        i = int(row[0].split()[1]) - 1
        assert i in problem.split.train
        assert row[1] == problem.raw.target[i]
        assert list(row[2:]) == list(problem.raw.frame.row(i))


def test_samples_of_every_class():
    problem = toy("pictures")
    facts = measured("pictures")[0]["Samples"]
    captions = [image.caption for image in facts.images]
    assert set(captions) == set(problem.task.classes)
    assert all(captions.count(name) == facts.per_class for name in problem.task.classes)


@pytest.mark.parametrize("name", ["table", "numbers", "pictures"])
def test_what_is_seen_is_what_the_network_receives(name):
    problem, received = toy(name), []

    class Door(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = problem.make_model(problem.start, 0)

        def forward(self, x):
            received.append(x.clone())
            return self.inner(x)

    facts = seen_inputs.measure(with_network(problem, Door))
    (x,) = received
    assert facts.shape == tuple(x.shape)
    assert facts.dtype == str(x.dtype).removeprefix("torch.")
    assert (facts.mean, facts.std) == (pytest.approx(float(x.double().mean())), pytest.approx(float(x.double().std())))
    assert (facts.low, facts.high) == (float(x.min()), float(x.max()))
    assert torch.equal(x, problem.to_input(problem.train.x[: len(x)]))
    whole = problem.to_input(problem.train.x[:2000]).double()
    for i in range(x.shape[1]):
        assert facts.column_means[i] == pytest.approx(float(whole[:, i].mean()))
        assert facts.column_stds[i] == pytest.approx(float(whole[:, i].std()))
    assert len(facts.column_names) == x.shape[1]


def test_numbers_that_are_not_finite_are_counted_and_kept_out():
    problem = toy("table")
    x = problem.train.x.clone()
    x[0, :3] = torch.tensor([float("nan"), float("inf"), -float("inf")])
    facts = seen_inputs.measure(replace(problem, train=replace(problem.train, x=x)))
    assert facts.num_nonfinite == 3
    assert np.isfinite([facts.mean, facts.std, facts.low, facts.high]).all()
    nothing = seen_inputs.measure(replace(problem, train=replace(problem.train, x=torch.full_like(x, float("nan")))))
    assert nothing.num_nonfinite == nothing.shape[0] * nothing.shape[1]
    assert np.isnan(nothing.mean)


def test_a_tables_rows_are_shown_as_the_cells_they_were_made_of():
    problem = toy("table")
    seen = seen_inputs.measure(problem)
    frame = problem.raw.frame[problem.split.train]
    assert set(seen.cell_names) <= set(frame.columns)
    for row, cells in enumerate(seen.cells):
        for name, told in zip(seen.cell_names, cells[1:], strict=True):
            value = frame[name][row]
            if isinstance(told, float):
                assert told == pytest.approx(float(value), rel=1e-3, abs=1e-3)
            else:
                assert told in (None if value is None else str(value), "(other)")
    assert len(seen.figures()) == 2
