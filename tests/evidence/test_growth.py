"""Growth on a toy, and the way its predictions move against a slow twin."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evidence_of import engine
from nohero.evidence.prediction_dynamics import to_and_fro
from nohero.testing.toys import TOYS


@pytest.fixture(scope="module", params=["table", "numbers"])
def measured(request, tmp_path_factory):
    problem = TOYS[request.param]()
    made = engine(problem, tmp_path_factory.mktemp("growth"))
    return problem, made, made.evidence("Growth")


def test_the_chosen_size_is_the_best_or_a_smaller_one_as_good(measured):
    _, _, growth = measured
    lowest = min(s.best_val_loss for s in growth.sizes)
    assert growth.best.best_val_loss <= 1.01 * lowest
    assert all(s.best_val_loss > 1.01 * lowest for s in growth.sizes[: growth.chosen])


def test_the_sizes_differ_as_asked(measured):
    problem, _, growth = measured
    assert tuple((s.width, s.depth) for s in growth.sizes) == problem.ladder[: len(growth.sizes)]
    for s in growth.sizes:
        from dataclasses import replace

        model = problem.make_model(replace(problem.start, width=s.width, depth=s.depth), 0)
        assert s.num_parameters == sum(math.prod(p.shape) for p in model.parameters())


def test_losses_are_those_of_the_stored_network(measured):
    """The slow twin: load the weights and predict one item at a time."""
    import torch

    from nohero.evidence.growth import Growth

    problem, made, growth = measured
    assert isinstance(growth, Growth)
    event = next(e for e in made.directory.journal.every("training") if e["label"] == f"width {growth.sizes[0].width}, depth {growth.sizes[0].depth}")
    runs = made._supplies["Runs"]
    trained = runs.found(event["key"])
    from dataclasses import replace

    model = runs.model(problem, replace(problem.start, width=growth.sizes[0].width, depth=growth.sizes[0].depth), trained)
    with torch.no_grad():
        one_by_one = [float(problem.task.loss(model(problem.to_input(problem.val.x[i : i + 1])), problem.val.y[i : i + 1])) for i in range(len(problem.val))]
    assert growth.sizes[0].val_loss == pytest.approx(sum(one_by_one) / len(one_by_one), rel=1e-4)


def test_measured_again_it_is_the_same(measured, tmp_path):
    problem, _, growth = measured
    again = engine(problem, tmp_path).evidence("Growth")
    assert again.jitter == growth.jitter
    assert [s.train_losses for s in again.sizes] == [s.train_losses for s in growth.sizes]


def slow(said):
    """Item by item and look by look."""
    looks, items = said.shape
    start = looks // 2 - 1 if looks > 3 else 0
    back, count = 0.0, 0
    for i in range(items):
        for t in range(start + 1, looks - 1):
            before, after = said[t, i] - said[t - 1, i], said[t + 1, i] - said[t, i]
            back += min(abs(before), abs(after)) if before * after < 0 else 0.0
            count += 1
    return back / count / (said.max() - said.min()) if count else 0.0


@pytest.mark.parametrize("looks", [3, 4, 5, 9, 25])
def test_to_and_fro_against_its_twin(looks):
    said = np.random.default_rng(looks).random((looks, 6))
    assert to_and_fro(said) == pytest.approx(slow(said))


def test_progress_is_no_jitter():
    assert to_and_fro(np.linspace(0, 1, 20)[:, None] ** 2) == 0.0


def test_a_swing_is():
    assert to_and_fro(np.array([[0.0], [1.0]] * 10)) == pytest.approx(1.0)


@pytest.mark.parametrize("said", [np.zeros((0, 3)), np.zeros((1, 3)), np.ones((9, 3)), np.full((9, 2), np.nan)])
def test_nothing_to_tell(said):
    assert to_and_fro(said) == 0.0
