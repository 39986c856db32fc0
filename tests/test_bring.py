"""From raw data to a problem: dull choices, written down, that depend on the training part alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from evidence.measured import table, toy
from nohero.bring import bring, reassemble, weakest_masked
from nohero.choices import LEAST_STEPS, MOST_STEPS, steps_for
from nohero.models.narrowed import Narrowed

RNG = np.random.default_rng(0)


def test_steps_are_about_as_many_epochs_for_any_size():
    assert steps_for(100, 32) == LEAST_STEPS
    assert steps_for(10**6, 128) == MOST_STEPS
    assert steps_for(4000, 64) == 25 * 4000 // 64


def test_a_source_becomes_a_problem():
    problem, why = bring("built-in:wine", seed=5, threads=1, distil=True)
    assert "multiclass" in why
    assert (problem.seed, problem.distil, problem.task.num_outputs) == (5, True, 3)
    rows = np.sort(np.concatenate([problem.train.rows, problem.val.rows, problem.test.rows]))
    assert (rows == np.arange(len(problem.raw))).all()


def test_a_rare_class_is_scored_by_ranking():
    assert toy("rare").task.metric == "AUROC"
    assert toy("table").task.metric == "accuracy"


def test_bytes_arrive_standardised():
    problem = toy("pictures")
    assert problem.train.x.dtype == torch.uint8
    x = problem.to_input(problem.train.x)
    assert x.dtype == torch.float32
    assert float(x.mean()) == pytest.approx(0.0, abs=1e-4)
    assert float(x.std()) == pytest.approx(1.0, abs=1e-3)
    assert torch.equal(problem.train.x, toy("pictures").train.x)


def test_the_weakest_columns_are_masked():
    y = RNG.normal(size=200)
    columns = {"strong": y + 0.1 * RNG.normal(size=200), "noise": RNG.normal(size=200), "weak": y + 3 * RNG.normal(size=200), "flat": [1.0] * 199 + [2.0]}
    problem = table(columns, y, kind="regression")
    strength = [abs(np.corrcoef(problem.train.x[:, i], problem.train.y)[0, 1]) for i in range(problem.shape[0])]
    mask = weakest_masked(problem.train, 0.5)
    assert mask.sum() == problem.shape[0] - int(0.5 * problem.shape[0])
    assert min(s for s, kept in zip(strength, mask, strict=True) if kept) >= max(s for s, kept in zip(strength, mask, strict=True) if not kept)


@pytest.mark.parametrize("name", ["table", "pictures"])
def test_the_factory_does_what_the_settings_say(name):
    problem = toy(name)
    x = problem.to_input(problem.train.x[:5])
    for settings in (replace(problem.start, fewer_inputs=0.5), replace(problem.start, width=9, depth=1), replace(problem.start, depth=0)):
        model = problem.make_model(settings, 1).eval()
        assert model(x).shape == (5, problem.task.num_outputs)
        assert isinstance(model, Narrowed) == (settings.fewer_inputs > 0)
    at_prior = problem.make_model(problem.start, 1)
    assert at_prior.head.bias.tolist() == pytest.approx(problem.task.output_bias(problem.train.y.numpy()))


def test_a_fingerprint_changes_with_what_evidence_depends_on():
    problem = toy("table")
    assert problem.fingerprint == toy("table").fingerprint
    changed = {"name": "other", "seed": 99, "threads": 7, "distil": True, "written": "code", "ladder": ((1, 1),), "start": replace(problem.start, steps=3)}
    prints = {replace(problem, **{name: value}).fingerprint for name, value in changed.items()}
    assert len(prints | {problem.fingerprint}) == len(changed) + 1


def test_posed_again_on_other_rows():
    problem = toy("table")
    half = reassemble(problem, problem.raw.take(np.arange(0, len(problem.raw), 2)))
    assert len(half.raw) == len(problem.raw) // 2
    assert (half.task.name, half.seed, half.effort) == (problem.task.name, problem.seed, problem.effort)
    assert half.fingerprint != problem.fingerprint
