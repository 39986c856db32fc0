"""Splits keep groups and copies whole, repeat from the seed, and are as large as they were asked to be."""

import hashlib
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.run.errors import DataError, UsageError
from nohero.sources.collection import Collection
from nohero.sources.split_files import write_split
from nohero.sources.splitting import COPIES, items_for, points_of, propose


def rows(n, *, seed=0, groups=0, label=True):
    rng = np.random.default_rng(seed)
    columns = {"x": rng.normal(size=n), "y": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]), "day": rng.integers(0, 50, n)}
    if groups:
        columns["who"] = rng.integers(0, groups, n).astype(str)
    return Collection(name="t", source="t.csv", kind="row", frame=pl.DataFrame(columns), items=tuple(f"row {i + 1}" for i in range(n)), label="y" if label else "")


def part_of(proposal, n):
    part = np.full(n, -1)
    for k, index in enumerate(proposal.split.parts().values()):
        assert (part[index] == -1).all()
        part[index] = k
    assert (part >= 0).all()
    return part


@settings(max_examples=60)
@given(n=st.integers(30, 300), groups=st.integers(0, 60), seed=st.integers(0, 10_000), data=st.data())
def test_groups_and_copies_never_straddle(n, groups, seed, data):
    pairs = data.draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=10))
    collection = rows(n, seed=seed, groups=groups)
    collection = collection.with_(group="who" if groups else "")
    collection.kept[COPIES] = pairs[:3]
    try:
        proposal = propose(collection, seed=seed, copies=pairs[3:])
    except DataError:
        assert groups < 20 or len(pairs) > 5
        return
    part = part_of(proposal, n)
    assert all(part[a] == part[b] for a, b in pairs)
    for folds in (proposal.folds,) if proposal.folds is not None else ():
        assert all(folds[a] == folds[b] for a, b in pairs)
        assert not groups or (collection.frame.with_columns(pl.Series("fold", folds)).group_by("who").agg(pl.col("fold").n_unique())["fold"] == 1).all()
    if groups:
        assert (collection.frame.with_columns(pl.Series("part", part)).group_by("who").agg(pl.col("part").n_unique())["part"] == 1).all()
    assert propose(collection, seed=seed, copies=pairs[3:]).split.sha256 == proposal.split.sha256


def test_shares_and_classes():
    collection = rows(1000)
    part = part_of(propose(collection), 1000)
    assert np.bincount(part).tolist() == [700, 200, 100]
    label = collection.frame["y"].to_numpy()
    for k in range(3):
        assert abs((label[part == k] == "c").mean() - (label == "c").mean()) < 0.01


def test_another_seed_is_another_split():
    assert propose(rows(200), seed=1).split.sha256 != propose(rows(200), seed=2).split.sha256


def test_exact_copies_stay_together():
    collection = rows(200)
    doubled = collection.with_(frame=pl.concat([collection.frame, collection.frame]), items=tuple(f"row {i}" for i in range(400)))
    part = part_of(propose(doubled), 400)
    assert (part[:200] == part[200:]).all()


def test_the_newest_are_the_test():
    collection = rows(500).with_(time="day")
    proposal = propose(collection)
    day = collection.frame["day"].to_numpy()
    assert proposal.split.method == "by time"
    assert day[proposal.split.train].max() < day[proposal.split.val].min()
    assert day[proposal.split.val].max() < day[proposal.split.test].min()


def test_blocks_are_runs():
    proposal = propose(rows(60, label=False), blocks=True)
    part = part_of(proposal, 60)
    assert (np.diff(part) >= 0).all()
    assert (np.diff(proposal.folds) >= 0).all()


def test_sized_by_an_interval():
    assert items_for(2.5) == 557  # Wilson, at an accuracy of 90 %
    assert points_of(557) <= 2.5 < points_of(556)
    proposal = propose(rows(5000), interval=2.5)
    assert len(proposal.split.test) == len(proposal.split.val) == 557
    few = propose(rows(200), interval=1.0)
    assert len(few.split.test) == 50
    assert "would be needed" in few.split.notes[0]
    with pytest.raises(UsageError):
        propose(rows(200), interval=0.0)


def test_given_parts_stay():
    collection = rows(300)
    frame = collection.frame.with_columns(pl.Series("part", ["test" if i % 5 == 0 else "train" for i in range(300)]))
    proposal = propose(collection.with_(frame=frame, split="part"))
    assert proposal.split.test.tolist() == list(range(0, 300, 5))
    assert len(proposal.split.val) > 20


def test_the_files_name_the_items_and_can_be_checked(tmp_path):
    collection = rows(100)
    proposal = propose(collection, seed=3)
    write_split(collection, proposal, tmp_path / "s", seed=3)
    names = [line for part in ("train", "val", "test") for line in (tmp_path / "s" / f"{part}.txt").read_text().splitlines()]
    assert sorted(names) == sorted(collection.items)
    told = json.loads((tmp_path / "s" / "split.json").read_text())
    assert told["split_sha256"] == proposal.split.sha256
    for line in (tmp_path / "s" / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "s" / name).read_bytes()).hexdigest() == digest
    write_split(collection, proposal, tmp_path / "s", seed=3)
    with pytest.raises(UsageError, match=r"another train\.txt"):
        write_split(collection, propose(collection, seed=4), tmp_path / "s", seed=4)
