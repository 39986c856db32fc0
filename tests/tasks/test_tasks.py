"""What the tasks say in closed form, against torch, scikit-learn and plain sampling."""

import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from torch.nn import functional

from nohero.tasks.binary import Binary
from nohero.tasks.multiclass import Multiclass
from nohero.tasks.regression import Regression

YES_NO = Binary(classes=("no", "yes"))
RARE = Binary(classes=("no", "yes"), metric="AUROC")
LETTERS = Multiclass(classes=tuple("abcde"))
PRICES = Regression(mean=200.0, scale=40.0)
TASKS = (YES_NO, RARE, LETTERS, PRICES)
RNG = np.random.default_rng(0)


def sample(task, n, seed=0):
    """Outputs [N, K] and targets [N] that have something to do with each other."""
    rng = np.random.default_rng(seed)
    if task is PRICES:
        targets = rng.normal(size=n)
        return targets[:, None] + rng.normal(size=(n, 1)) * 0.5, targets
    targets = rng.integers(0, len(task.classes), n).astype(float)
    outputs = rng.normal(size=(n, task.num_outputs))
    if task.num_outputs == 1:
        return outputs + targets[:, None], targets
    outputs[np.arange(n), targets.astype(int)] += 1.0
    return outputs, targets


def as_torch(task, outputs, targets):
    y = torch.as_tensor(targets)
    return torch.as_tensor(outputs), y if task is PRICES else y.long()


@pytest.mark.parametrize("task", TASKS, ids=lambda t: f"{t.name} {t.metric}")
class TestEveryTask:
    def test_losses_are_torchs(self, task):
        outputs, targets = sample(task, 200)
        x, y = as_torch(task, outputs, targets)
        theirs = {
            "binary": lambda: functional.binary_cross_entropy_with_logits(x[:, 0], y.double(), reduction="none"),
            "multiclass": lambda: functional.cross_entropy(x, y, reduction="none"),
            "regression": lambda: functional.mse_loss(x[:, 0], y, reduction="none"),
        }[task.name]()
        np.testing.assert_allclose(task.losses(outputs, targets), theirs.numpy(), rtol=1e-10)
        assert float(task.loss(x, y)) == pytest.approx(float(theirs.mean()))

    def test_the_loss_can_be_descended(self, task):
        outputs, targets = sample(task, 8)
        x, y = as_torch(task, outputs, targets)
        x = x.float().requires_grad_()
        task.loss(x, y).backward()
        assert x.grad.abs().sum() > 0

    def test_a_column_of_targets_costs_the_same_as_a_row(self, task):
        outputs, targets = sample(task, 30)
        np.testing.assert_array_equal(task.losses(outputs, targets[:, None]), task.losses(outputs, targets))
        np.testing.assert_array_equal(task.hits(outputs, targets[:, None]), task.hits(outputs, targets))
        assert task.losses(outputs, targets).shape == (30,)

    def test_silent_outputs_cost_the_expected_loss(self, task):
        _, targets = sample(task, 500)
        silent = np.zeros((500, task.num_outputs))
        assert task.expected_initial_loss(targets) == pytest.approx(task.losses(silent, targets).mean())

    def test_no_constant_is_better_than_the_bias(self, task):
        _, targets = sample(task, 4000)
        bias = task.output_bias(targets)
        best = task.expected_initial_loss(targets, bias)
        assert len(bias) == task.num_outputs
        assert best == pytest.approx(task.losses(np.tile(bias, (4000, 1)), targets).mean())
        for seed in range(10):
            other = np.asarray(bias) + np.random.default_rng(seed).normal(size=len(bias)) * 0.3
            assert task.expected_initial_loss(targets, tuple(other)) > best - 1e-6

    def test_the_expected_loss_is_what_sampling_gives(self, task):
        """A constant answer against targets drawn afresh from the same shares."""
        rng = np.random.default_rng(3)
        _, targets = sample(task, 400)
        bias = tuple(rng.normal(size=task.num_outputs) * 0.5)
        drawn = rng.choice(targets, 200_000)
        sampled = task.losses(np.tile(bias, (len(drawn), 1)), drawn)
        assert task.expected_initial_loss(targets, bias) == pytest.approx(sampled.mean(), abs=5 * sampled.std() / math.sqrt(len(drawn)))

    def test_the_score_holds_its_value_and_loss(self, task):
        outputs, targets = sample(task, 300)
        score = task.score(outputs, targets)
        assert score.low < score.value < score.high
        assert score.loss == pytest.approx(task.losses(outputs, targets).mean())
        assert (score.n, score.metric) == (300, task.metric)
        assert task.score(outputs, targets) == score  # the bootstrap has its own seed

    def test_nothing_at_all_does_not_crash(self, task):
        outputs, targets = np.zeros((0, task.num_outputs)), np.zeros(0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            score = task.score(outputs, targets)
            assert score.n == 0
            assert math.isnan(score.loss)
            assert task.losses(outputs, targets).shape == task.hits(outputs, targets).shape == task.decide(outputs).shape == (0,)
            assert all(math.isfinite(b) for b in task.output_bias(targets))
            task.expected_initial_loss(targets)
            task.errors(outputs, targets)

    def test_one_item(self, task):
        outputs, targets = sample(task, 1)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert task.score(outputs, targets).n == 1
            task.errors(outputs, targets)

    def test_one_value_in_all_targets(self, task):
        outputs, _ = sample(task, 50)
        targets = np.ones(50)
        score = task.score(outputs, targets)
        assert math.isfinite(score.loss)
        assert all(math.isfinite(b) for b in task.output_bias(targets))
        assert math.isfinite(task.expected_initial_loss(targets, task.output_bias(targets)))

    @pytest.mark.parametrize("size", [1e-30, 1e4, 1e30])
    def test_extremes_stay_finite(self, task, size):
        outputs, targets = sample(task, 40)
        assert np.isfinite(task.losses(outputs * size, targets)).all()
        assert not math.isnan(task.score(outputs * size, targets).loss)

    def test_the_table_of_errors_counts_every_item(self, task):
        outputs, targets = sample(task, 200)
        table = task.errors(outputs, targets)
        assert all(len(row) == len(table.columns) for row in table.rows)
        counted = sum(row[1] for row in table.rows) if task is PRICES else sum(sum(row[1:]) for row in table.rows)
        assert counted == 200


def test_known_numbers():
    assert Multiclass(classes=tuple(map(str, range(27)))).expected_initial_loss(np.arange(27.0)) == pytest.approx(3.2958, abs=5e-5)
    assert YES_NO.expected_initial_loss(np.array([0.0, 1.0])) == pytest.approx(math.log(2))
    spam = np.r_[np.ones(747), np.zeros(4827)]
    assert spam.mean() == pytest.approx(0.1340, abs=5e-5)
    assert YES_NO.output_bias(spam)[0] == pytest.approx(-1.866, abs=2e-3)
    assert YES_NO.expected_initial_loss(spam, YES_NO.output_bias(spam)) == pytest.approx(0.394, abs=5e-4)
    odds = np.r_[np.ones(10_000), np.zeros(100_000)]
    assert YES_NO.output_bias(odds)[0] == pytest.approx(-2.303, abs=1e-3)  # not -2.197, the logit of 0.1
    assert PRICES.expected_initial_loss(np.array([-1.0, 1.0])) == 1.0


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_the_bias_of_classes_is_the_log_of_their_shares(labels):
    targets = np.array(labels, dtype=float)
    shares = np.exp(LETTERS.output_bias(targets))
    counts = np.bincount(labels, minlength=5) + 1
    np.testing.assert_allclose(shares / shares.sum(), counts / counts.sum())


def test_scores_are_scikit_learns():
    outputs, targets = sample(YES_NO, 400)
    said = outputs[:, 0] > 0
    score = YES_NO.score(outputs, targets)
    assert score.value == pytest.approx(metrics.accuracy_score(targets, said))
    assert score.others["AUROC"] == pytest.approx(metrics.roc_auc_score(targets, outputs[:, 0]))
    assert score.others["F1"] == pytest.approx(metrics.f1_score(targets, said))
    assert RARE.score(outputs, targets).value == score.others["AUROC"]
    outputs, targets = sample(LETTERS, 400)
    score = LETTERS.score(outputs, targets)
    assert score.value == pytest.approx(metrics.accuracy_score(targets, outputs.argmax(1)))
    assert score.others["macro F1"] == pytest.approx(metrics.f1_score(targets, outputs.argmax(1), average="macro"), abs=1e-6)
    outputs, targets = sample(PRICES, 400)
    score = PRICES.score(outputs, targets)
    own, true = outputs[:, 0] * 40 + 200, targets * 40 + 200
    assert score.value == pytest.approx(metrics.r2_score(true, own))
    assert score.others["mean absolute error"] == pytest.approx(metrics.mean_absolute_error(true, own))
    assert score.others["root mean squared error"] == pytest.approx(metrics.root_mean_squared_error(true, own))


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=30))
@settings(max_examples=25)
def test_ranking_with_ties_is_scikit_learns(pairs):
    outputs, targets = np.array([[float(a)] for a, _ in pairs]), np.array([float(b) for _, b in pairs])
    ours = RARE.score(outputs, targets).others["AUROC"]
    if len(set(targets)) < 2:
        assert math.isnan(ours)
    else:
        assert ours == pytest.approx(metrics.roc_auc_score(targets, outputs[:, 0]))


def test_a_class_that_never_occurs_is_left_out_of_the_mean():
    outputs, targets = sample(LETTERS, 300)
    few = targets < 3
    outputs = np.where(np.arange(5) < 3, outputs, -9.0)
    ours = LETTERS.score(outputs[few], targets[few]).others["macro F1"]
    assert ours == pytest.approx(metrics.f1_score(targets[few], outputs[few].argmax(1), average="macro"), abs=1e-6)


def test_one_class_only():
    lonely = Multiclass(classes=("all",))
    score = lonely.score(np.zeros((5, 1)), np.zeros(5))
    assert (score.value, score.loss) == (1.0, 0.0)
    assert math.isnan(RARE.score(np.arange(4.0)[:, None], np.ones(4)).value)


def test_the_broadcast_trap():
    """[N, 1] against [N] would become [N, N] in silence."""
    outputs, targets = torch.randn(16, 1), torch.randn(16)
    trapped = ((outputs - targets) ** 2).mean()
    for shape in ((16,), (16, 1)):
        loss = PRICES.loss(outputs.reshape(shape), targets)
        assert float(loss) == pytest.approx(float(((outputs[:, 0] - targets) ** 2).mean()))
        assert float(loss) != pytest.approx(float(trapped))


def test_probabilities_become_outputs_that_say_the_same():
    p = RNG.dirichlet(np.ones(5), 50)
    np.testing.assert_allclose(np.exp(LETTERS.outputs_of(p)), p)
    pair = RNG.dirichlet(np.ones(2), 50)
    np.testing.assert_allclose(1 / (1 + np.exp(-YES_NO.outputs_of(pair)[:, 0])), pair[:, 1])
    for task, sure in ((YES_NO, [[0.0, 1.0], [1.0, 0.0]]), (LETTERS, np.eye(5))):
        assert np.isfinite(task.outputs_of(np.asarray(sure))).all()


def test_decisions_are_told_in_the_targets_own_terms():
    np.testing.assert_allclose(PRICES.decide(np.array([[0.0], [1.0]])), [200.0, 240.0])
    assert YES_NO.decide(np.array([[-1.0], [2.0]])).tolist() == [0.0, 1.0]
    assert LETTERS.decide(np.eye(5)).tolist() == [0, 1, 2, 3, 4]


def test_many_classes_are_drawn_in_part():
    many = Multiclass(classes=tuple(f"c{i}" for i in range(50)))
    targets = np.r_[np.zeros(10), np.arange(50.0)]
    table = many.errors(np.zeros((60, 50)), targets)
    assert len(table.rows) == 20
    assert table.rows[0][:2] == ("c0", 11)
