"""One loop for every training: a plain twin gives the same losses, and no interruption changes a bit."""

import math
import os
from dataclasses import replace

import numpy as np
import pytest
import torch

from nohero.run.errors import RunError
from nohero.training import checkpoint, loop
from nohero.training.evaluate import mean_loss, outputs_of
from nohero.training.loop import Training, smoothed
from training.problems import same, settings, toy


def trained(problem, chosen, seed=0, **rest):
    training = Training(problem, chosen, seed)
    training.run(**rest)
    return training


def plain_twin(problem, chosen, seed):
    """The same training written out: nothing of ours but the network and the loss."""
    model = problem.make_model(chosen, seed)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": chosen.weight_decay}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=chosen.learning_rate, fused=True)
    x, y, batch = problem.train.x, problem.train.y, chosen.batch_size
    losses, step, epoch = [], 0, 0
    model.train()
    while step < chosen.steps:
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed * 1_000_003 + epoch))
        for start in range(0, len(x) - batch + 1, batch):
            if step == chosen.steps:
                break
            index = order[start : start + batch]
            torch.manual_seed((seed * 1_000_003 + step) % 2**31)
            optimizer.zero_grad()
            loss = problem.loss(model(problem.to_input(x[index])), y[index])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            step += 1
        epoch += 1
    return losses, model


@pytest.mark.parametrize(("name", "extra"), [("table", {}), ("numbers", {"dropout": 0.2, "weight_decay": 0.1}), ("pictures", {"dropout": 0.2})])
def test_the_plain_twin_gives_the_same_losses_to_the_last_bit(name, extra):
    problem, chosen = toy(name), settings(name, steps=25, **extra)
    with torch.random.fork_rng(devices=[]):
        losses, model = plain_twin(problem, chosen, seed=5)
    training = Training(problem, chosen, seed=5)
    ours, step = [], training.take_step
    training.take_step = lambda x, y: ours.append(step(x, y)) or ours[-1]
    training.run()
    assert ours == losses
    assert same(training.model.state_dict(), model.state_dict())


FULL = {"dropout": 0.2, "augment": "light", "weight_decay": 0.05, "schedule": "cosine", "keep_best": True}


class Killed(Exception):  # noqa: N818 - what a kill looks like from inside
    pass


def killed_at(step, problem, chosen, saved):
    """Train until `step`, keeping a checkpoint at every look, and die there."""

    def die(at, _of, _loss):
        if at >= step:
            raise Killed

    with pytest.raises(Killed):
        trained(problem, chosen, seed=3, saved=saved, told=die)


@pytest.mark.parametrize("name", ["table", "pictures"])
@pytest.mark.parametrize("stops", [(40,), (60,), (40, 80)])
def test_a_resumed_training_is_the_same_to_the_last_bit(name, stops, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)
    problem = toy(name)
    chosen = settings(name, steps=90, flip=name == "pictures", label_smoothing=0.1 if name == "pictures" else 0.0, **FULL)
    whole = trained(problem, chosen, seed=3)
    saved = tmp_path / "c.safetensors"
    for step in stops:
        killed_at(step, problem, chosen, saved)
        assert checkpoint.read(saved)[1]["step"] < step
    resumed = trained(problem, chosen, seed=3, saved=saved)
    assert same(resumed.model.state_dict(), whole.model.state_dict())
    assert same(resumed.course.best, whole.course.best)
    for word in ("step", "steps", "train_losses", "val_losses", "best_loss", "best_step", "stopped"):
        assert getattr(resumed.course, word) == getattr(whole.course, word), word
    assert all(torch.equal(a, b) for a, b in zip(resumed.course.probes, whole.course.probes, strict=True))
    state, before = resumed.optimizer.state_dict()["state"], whole.optimizer.state_dict()["state"]
    assert all(torch.equal(state[i][k], before[i][k]) for i in before for k in before[i])


def test_a_resumed_pruned_training_stays_pruned(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)
    saved, chosen = tmp_path / "c.safetensors", settings(steps=100)
    first = trained(toy("table"), chosen, saved=saved, prune=lambda look, _: look == 2)
    again = trained(toy("table"), chosen, saved=saved, prune=lambda *_: False)
    assert again.course.stopped == first.course.stopped == "pruned at step 40"
    assert again.course.step == 40


def test_a_kill_while_a_checkpoint_is_written_leaves_the_one_before(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)
    problem, chosen, saved = toy("table"), settings(steps=90, **FULL), tmp_path / "c.safetensors"
    whole = trained(problem, chosen, seed=3)
    killed_at(60, problem, chosen, saved)
    before = saved.read_bytes()

    def broken(_descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        with pytest.raises(RunError):
            trained(problem, chosen, seed=3, saved=saved)
    assert saved.read_bytes() == before
    assert same(trained(problem, chosen, seed=3, saved=saved).model.state_dict(), whole.model.state_dict())


@pytest.mark.parametrize("make", [
    lambda p, lr: torch.optim.SGD(p, lr=lr),
    lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    lambda p, lr: torch.optim.RMSprop(p, lr=lr),
    lambda p, lr: torch.optim.Adam(p, lr=lr, amsgrad=True),
])  # fmt: skip
def test_other_optimizers_resume_too(make, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)
    problem = replace(toy("table"), make_optimizer=lambda model, chosen: make(model.parameters(), chosen.learning_rate))
    chosen, saved = settings(steps=60), tmp_path / "c.safetensors"
    whole = trained(problem, chosen, seed=3)
    killed_at(40, problem, chosen, saved)
    assert same(trained(problem, chosen, seed=3, saved=saved).model.state_dict(), whole.model.state_dict())


def test_nothing_global_is_touched():
    torch.manual_seed(11)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    trained(toy("pictures"), settings("pictures", steps=20, **FULL))
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == numpy_before).all()
    assert torch.get_default_dtype() is torch.float32
    assert torch.is_grad_enabled()


def test_the_global_state_does_not_matter():
    chosen = settings(steps=30, **FULL)
    torch.manual_seed(1)
    one = trained(toy("table"), chosen)
    torch.manual_seed(2)
    assert same(trained(toy("table"), chosen).model.state_dict(), one.model.state_dict())
    assert not same(trained(toy("table"), chosen, seed=1).model.state_dict(), one.model.state_dict())


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_it_with_a_reason(value):
    problem, calls = toy("table"), []

    def loss(outputs, targets):
        calls.append(1)
        return problem.loss(outputs, targets) * (value if len(calls) > 30 else 1.0)

    training = trained(replace(problem, loss=loss), settings(steps=80, keep_best=True))
    assert training.course.stopped == f"the loss is {value} at step 31"
    assert training.course.step == 31 == training.course.steps[-1]
    assert math.isfinite(mean_loss(problem, outputs_of(problem, training.model, problem.val), problem.val))  # the best of before is kept


def test_keep_best_keeps_the_best():
    problem, chosen = toy("table"), settings(steps=160, width=64, learning_rate=3e-2, keep_best=True)
    kept = trained(problem, chosen)
    last = trained(problem, replace(chosen, keep_best=False))
    assert kept.course.val_losses == last.course.val_losses
    assert min(kept.course.val_losses) < kept.course.val_losses[-1]  # else the test says nothing

    def loss(training):
        return mean_loss(problem, outputs_of(problem, training.model, problem.val), problem.val)

    assert loss(kept) == min(kept.course.val_losses) == kept.course.best_loss
    assert loss(last) == last.course.val_losses[-1]
    assert kept.course.best_step == kept.course.steps[int(np.argmin(kept.course.val_losses))]


def test_prune_hears_the_best_loss_and_stops():
    heard = []
    training = trained(toy("table"), settings(steps=100), prune=lambda look, best: heard.append((look, best)) or look == 3)
    assert training.course.stopped == "pruned at step 60"
    assert [look for look, _ in heard] == [1, 2, 3]
    assert [best for _, best in heard] == list(np.minimum.accumulate(training.course.val_losses))


def test_looks_are_spread_over_the_training():
    told = []
    training = trained(toy("table"), settings(steps=50), told=lambda *said: told.append(said))
    assert training.course.steps == [20, 40, 50]
    assert told == list(zip([20, 40, 50], [50] * 3, training.course.val_losses, strict=True))


def test_training_losses_are_means_between_looks():
    problem, chosen = toy("table"), settings(steps=50)
    with torch.random.fork_rng(devices=[]):
        losses, _ = plain_twin(problem, chosen, seed=0)
    told = trained(problem, chosen).course.train_losses
    assert told == pytest.approx([np.mean(losses[:20]), np.mean(losses[20:40]), np.mean(losses[40:])])


def test_rates_that_a_user_set_apart_stay_apart():
    problem = toy("table")

    def two_rates(model, chosen):
        body, head = list(model.body.parameters()), list(model.head.parameters())
        return torch.optim.SGD([{"params": head, "lr": 0.1}, {"params": body, "lr": 0.01}])

    training = trained(replace(problem, make_optimizer=two_rates), settings(steps=3, learning_rate=0.5))
    assert [group["lr"] for group in training.optimizer.param_groups] == pytest.approx([0.5, 0.05])


def test_smoothing_is_torchs():
    problem = toy("pictures")
    outputs, targets = torch.randn(9, 5), torch.arange(9) % 5
    theirs = torch.nn.functional.cross_entropy(outputs, targets, label_smoothing=0.2)
    assert float(smoothed(problem, outputs, targets, 0.2)) == pytest.approx(float(theirs))
    assert torch.equal(smoothed(problem, outputs, targets, 0.0), problem.loss(outputs, targets))


@pytest.mark.parametrize("shape", [(9,), (9, 1)])
def test_one_output_has_no_classes_to_smooth_over(shape):
    problem = toy("table")
    outputs, targets = torch.randn(shape), torch.arange(9) % 2
    assert torch.equal(smoothed(problem, outputs, targets, 0.2), problem.loss(outputs, targets))
