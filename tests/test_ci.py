"""The assertions and the pytest plug-in."""

import json
import random

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import TensorDataset

import nohero
from nohero.run.errors import UsageError

X = torch.randn(64, 5, generator=torch.Generator().manual_seed(1))
Y = (X[:, 0] > 0).long() + (X[:, 1] > 0).long()


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 3))


def test_a_sound_set_up_is_trainable_and_its_time_is_kept(tmp_path):
    memory = tmp_path / "steps.json"
    for _ in range(2):
        nohero.assert_trainable(net(), nn.CrossEntropyLoss(), (X, Y), memory=memory, select="loss")
    known = json.loads(memory.read_text())["steps"]
    assert len(known) == 2
    memory.write_text(json.dumps({"steps": [1, 1, 1]}))
    with pytest.raises(AssertionError, match="the median of 3 earlier runs is 1"):
        nohero.assert_trainable(net(), nn.CrossEntropyLoss(), (X, Y), memory=memory, select="loss")


def test_a_faulty_set_up_is_not():
    with pytest.raises(AssertionError, match="silent faults"):
        nohero.assert_trainable(net(), lambda out, y: -nn.functional.cross_entropy(out, y), (X, Y), select="loss")


def test_leaks_are_found():
    data = TensorDataset(X, Y)
    parts = [torch.utils.data.Subset(data, range(*r)) for r in ((0, 40), (40, 50), (50, 64))]
    nohero.assert_no_leak(*parts)
    with pytest.raises(AssertionError, match="10 items of part 1"):
        nohero.assert_no_leak((X[:40], Y[:40]), (X[30:50], Y[30:50]))


def test_groups_are_kept_together():
    items = [{"x": X[i], "speaker": i // 8} for i in range(64)]

    class Items(torch.utils.data.Dataset):
        def __init__(self, part):
            self.part = part

        def __len__(self):
            return len(self.part)

        def __getitem__(self, i):
            return self.part[i]

    nohero.assert_no_leak(Items(items[:40]), Items(items[40:]), groups="speaker")
    with pytest.raises(AssertionError, match="1 groups stand in part 1"):
        nohero.assert_no_leak(Items(items[:36]), Items(items[36:]), groups="speaker")


def test_leaks_between_files_and_frames_are_named(tmp_path):
    rows = [f"{i},{i % 7},{i * 13 % 97},{'ab'[i % 2]}" for i in range(100)]
    for name, chosen in (("train", rows[:70]), ("test", rows[70:]), ("leaky", [*rows[70:], "200,3,39,b", "201,5,65,a"])):
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,age,size,label", *chosen]))
    paths = {name: str(tmp_path / f"{name}.csv") for name in ("train", "test", "leaky")}
    frames = {name: pl.read_csv(path) for name, path in paths.items()}
    for sides in (paths, frames):
        nohero.assert_no_leak(sides["train"], sides["test"])
        with pytest.raises(AssertionError, match=r"2 items of part 1 stand in the training part as well: (row|item) 31 = (row|item) 4, (row|item) 32 = (row|item) 6;"):
            nohero.assert_no_leak(sides["train"], sides["leaky"])  # but for the number and the label
    nohero.assert_no_leak(frames["train"], paths["test"], groups="id")
    with pytest.raises(AssertionError, match="7 groups stand in part 1"):
        nohero.assert_no_leak(paths["train"], paths["test"], groups="age")


def test_leaks_between_folders_of_pictures_and_between_data_sets_of_them(tmp_path):
    draw = np.random.default_rng(0)
    faces = [Image.fromarray(draw.integers(0, 255, (9, 9, 3), dtype=np.uint8)) for _ in range(20)]
    for part, chosen in (("train", faces[:12]), ("test", faces[11:])):
        for label in ("a", "b"):
            (tmp_path / part / label).mkdir(parents=True)
        for i, face in enumerate(chosen):
            face.save(tmp_path / part / "ab"[i % 2] / f"{part}{i}.png")
    with pytest.raises(AssertionError, match=r"1 items of part 1 .*: a/test0.png = b/train11.png"):
        nohero.assert_no_leak(tmp_path / "train", tmp_path / "test")
    pairs = [(face, i % 2) for i, face in enumerate(faces)]
    nohero.assert_no_leak(Listed(pairs[:12]), Listed(pairs[12:]))
    with pytest.raises(AssertionError, match=r"1 items of part 1 .*: 0 = 11"):
        nohero.assert_no_leak(Listed(pairs[:12]), Listed([(faces[11].copy(), 1), *pairs[12:]]))


class Listed(torch.utils.data.Dataset):
    def __init__(self, part):
        self.part = part

    def __len__(self):
        return len(self.part)

    def __getitem__(self, i):
        return self.part[i]


def test_sides_of_two_kinds_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "b.csv").write_text("c,d\n1,2\n3,4\n")
    with pytest.raises(UsageError, match="together"):
        nohero.assert_no_leak(tmp_path / "a.csv", (X, Y))
    with pytest.raises(UsageError, match="no field in common"):
        nohero.assert_no_leak(tmp_path / "a.csv", tmp_path / "b.csv")
    with pytest.raises(UsageError, match="groups"):
        nohero.assert_no_leak(tmp_path / "a.csv", tmp_path / "a.csv", groups=len)


class State:
    def __init__(self):
        torch.manual_seed(3)
        self.model = nn.Sequential(nn.Linear(5, 8), nn.Dropout(0.5), nn.Linear(8, 3))
        self.optimizer = torch.optim.Adam(self.model.parameters(), 0.01)
        self.order = random.Random(5)


def go_on(state, steps):
    for _ in range(steps):
        rows = [state.order.randrange(len(X)) for _ in range(8)]
        state.optimizer.zero_grad()
        nn.functional.cross_entropy(state.model(X[rows]), Y[rows]).backward()
        state.optimizer.step()


def saved(state):
    kept = {"model": state.model.state_dict(), "optimizer": state.optimizer.state_dict(), "order": state.order.getstate(), "torch": torch.get_rng_state()}
    return {k: {n: v.clone() for n, v in part.items()} if k == "model" else part for k, part in kept.items()}


def loaded(state, kept, *, streams=True):
    state.model.load_state_dict(kept["model"])
    state.optimizer.load_state_dict(kept["optimizer"])
    state.order.setstate(kept["order"])
    if streams:
        torch.set_rng_state(kept["torch"])


def test_an_exact_resume_passes_and_a_forgotten_stream_fails():
    nohero.assert_exact_resume(State, go_on, saved, loaded, steps=4)
    with pytest.raises(AssertionError, match="after resuming, model"):
        nohero.assert_exact_resume(State, go_on, saved, lambda state, kept: loaded(state, kept, streams=False), steps=4)


pytest_plugins = ["pytester"]


def test_the_plug_in_makes_a_test_of_every_check(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makepyfile(wrong="""
        import torch
        from torch import nn
        def setup():
            return {"model": nn.Linear(5, 3), "loss": lambda o, y: -nn.functional.cross_entropy(o, y), "train": (torch.randn(64, 5), torch.randint(0, 3, (64,)))}
    """)
    done = pytester.runpytest_subprocess("--nohero", "wrong.py", "-p", "no:cacheprovider", "-k", "reversed or broadcast or clipped")
    done.assert_outcomes(failed=1, passed=done.parseoutcomes().get("passed", 0), skipped=done.parseoutcomes().get("skipped", 0), deselected=done.parseoutcomes().get("deselected", 0))
    assert "reversed-loss" in done.stdout.str()


def test_the_fixture(nohero_check):
    report = nohero_check(net(), nn.CrossEntropyLoss(), (X, Y), select="loss")
    assert report.findings == () or report.ok
