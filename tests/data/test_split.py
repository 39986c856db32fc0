"""A split is a partition that the seed decides, in which nothing straddles that must not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.copies import copy_groups
from nohero.data.raw import Raw
from nohero.data.split import index_files, split
from nohero.data.task_kind import infer_task
from nohero.run.errors import DataError, NoheroError


def make(features, target, **rest):
    frame = pl.DataFrame({f"x{i}": np.asarray(column) for i, column in enumerate(features)})
    items = np.array([f"row {i + 1}" for i in range(frame.height)])
    return Raw(name="t", source="t", modality="table", frame=frame, target=target, target_name="y", items=items, sha256="0", **rest)


def labels(*counts):
    return np.array([f"k{i}" for i, n in enumerate(counts) for _ in range(n)], dtype=object)


def part_of(divided, count):
    part = np.full(count, -1)
    for number, rows in enumerate(divided.parts().values()):
        assert (part[rows] == -1).all()
        part[rows] = number
    assert (part >= 0).all()
    return part


@settings(max_examples=80)
@given(
    codes=st.lists(st.integers(0, 4), min_size=60, max_size=300),
    values=st.integers(30, 400),
    seed=st.integers(0, 99),
    task=st.sampled_from(["multiclass", "regression"]),
)
def test_a_partition_that_keeps_copies_together(codes, values, seed, task):
    rng = np.random.default_rng(seed)
    features = [rng.integers(0, values, len(codes)) * 1.0]
    target = np.array([f"k{c}" for c in codes], dtype=object) if task == "multiclass" else np.array(codes, dtype=float)
    raw = make(features, target)
    divided = split(raw, task, seed=seed)
    part = part_of(divided, len(codes))
    if not any("cannot be kept together" in note for note in divided.notes):
        for value in np.unique(features[0]):
            assert len(set(part[features[0] == value])) == 1
    assert split(raw, task, seed=seed).sha256 == divided.sha256


@settings(max_examples=60)
@given(groups=st.lists(st.integers(0, 12), min_size=40, max_size=200), seed=st.integers(0, 99))
def test_groups_never_straddle(groups, seed):
    groups = np.array([*groups, 0, 1, 2, 3])
    raw = make([np.arange(len(groups)) * 0.5], labels(len(groups) // 2, len(groups) - len(groups) // 2), groups=groups.astype(object))
    divided = split(raw, "binary", seed=seed)
    part = part_of(divided, len(groups))
    assert divided.method == "by group"
    assert all(len(set(part[groups == g])) == 1 for g in np.unique(groups))


@settings(max_examples=60)
@given(times=st.lists(st.integers(0, 50), min_size=40, max_size=200), seed=st.integers(0, 9))
def test_time_runs_from_train_to_test_and_ties_stay(times, seed):
    times = np.array([*times, 0, 25, 50], dtype=float)
    divided = split(make([np.arange(len(times))], np.arange(len(times)) * 1.0, times=times), "regression", seed=seed)
    assert divided.method == "by time"
    assert times[divided.train].max() < times[divided.val].min()
    assert times[divided.val].max() < times[divided.test].min()


def test_shares_are_exact_over_all_and_near_in_each_class():
    target = labels(500, 300, 150, 50)
    divided = split(make([np.arange(1000) * 1.1], target), "multiclass", seed=3)
    assert [len(rows) for rows in divided.parts().values()] == [700, 200, 100]
    for rows, share in zip(divided.parts().values(), (0.7, 0.2, 0.1), strict=True):
        for label, count in zip(*np.unique(target.astype(str), return_counts=True), strict=True):
            assert abs((target[rows] == label).sum() - share * count) <= 1
    assert divided.method == "stratified"


def test_another_seed_gives_another_split():
    raw = make([np.arange(100) * 1.1], labels(50, 50))
    assert split(raw, "binary", seed=0).sha256 != split(raw, "binary", seed=1).sha256


def test_a_number_is_stratified_by_quantiles():
    values = np.random.default_rng(0).lognormal(size=2000)
    divided = split(make([np.arange(2000) * 1.1], values), "regression", seed=0)
    medians = [np.median(values[rows]) for rows in divided.parts().values()]
    assert np.ptp(medians) < 0.1
    assert "quantile bins" in divided.notes[-1]


@pytest.mark.parametrize(("lonely", "says"), [(1, "has one member"), (2, "has 2 members")])
def test_a_class_too_small_goes_to_train_and_is_listed(lonely, says):
    target = labels(60, 40, lonely)
    divided = split(make([np.arange(len(target)) * 1.1], target), "multiclass", seed=0)
    assert set(range(100, 100 + lonely)) <= set(divided.train.tolist())
    assert says in divided.notes[0]
    assert "`k2`" in divided.notes[0]
    assert len(divided.unsplit) == lonely


def test_a_class_of_three_is_in_every_part():
    target = labels(60, 40, 3)
    divided = split(make([np.arange(103) * 1.1], target), "multiclass", seed=0)
    assert all((target[rows] == "k2").sum() == 1 for rows in divided.parts().values())


def test_too_few_rows():
    with pytest.raises(DataError, match="19 usable rows"):
        split(make([np.arange(19)], labels(10, 9)), "binary", seed=0)


@pytest.mark.parametrize("what", ["groups", "times"])
def test_too_few_groups_or_moments(what):
    values = np.array([0, 1] * 20)
    raw = make([np.arange(40)], labels(20, 20), **{what: values.astype(object if what == "groups" else float)})
    with pytest.raises(DataError, match="has 2 "):
        split(raw, "binary", seed=0)


def test_rows_that_are_all_copies():
    divided = split(make([np.zeros(40)], np.arange(40) * 1.0), "regression", seed=0)
    assert "only 1 different" in divided.notes[0]
    assert [len(rows) for rows in divided.parts().values()] == [28, 8, 4]


def test_given_parts_stay_and_the_lacking_one_comes_from_train():
    given_split = np.array(["test"] * 30 + ["train"] * 90)
    raw = make([np.arange(120) * 1.1], labels(15, 15)[np.r_[0:30, np.tile(np.arange(30), 3)]], given_split=given_split)
    divided = split(raw, "binary", seed=0)
    assert divided.test.tolist() == list(range(30))
    assert len(divided.val) == 20
    assert divided.method == "as given"


def test_groups_tied_by_copies_go_together():
    groups = np.repeat(np.arange(30), 4)
    feature = np.arange(120) * 1.1
    feature[4] = feature[0]  # groups 0 and 1 share a copy
    part = part_of(split(make([feature], labels(60, 60), groups=groups.astype(object)), "binary", seed=1), 120)
    assert part[0] == part[4]


def test_a_row_number_does_not_hide_copies():
    values = [1.0, 2, 1, 2, 3, 1, *range(10, 30)]
    found = copy_groups(make([np.arange(26)[::-1], values], labels(26)))
    assert found[:6].tolist() == [0, 1, 0, 1, 2, 0]
    assert copy_groups(make([np.arange(26) ** 2, values], labels(26))).tolist() == list(range(26))


def test_copies_of_pictures():
    images = np.random.default_rng(0).integers(0, 255, (5, 4, 4, 3), dtype=np.uint8)
    images[3] = images[1]
    raw = Raw(name="i", source="i", modality="image", images=images, target=labels(5), items=np.arange(5).astype(str), sha256="0")
    assert copy_groups(raw).tolist() == [0, 1, 2, 1, 3]


def test_the_index_files_name_every_row():
    raw = make([np.arange(40)], labels(20, 20))
    divided = split(raw, "binary", seed=0)
    files = index_files(divided, raw)
    assert set(files) == {"split/train.csv", "split/val.csv", "split/test.csv"}
    first, second, *rest = files["split/val.csv"].decode().splitlines()
    assert divided.sha256 in first
    assert second == "row,item"
    assert rest == [f"{i},row {i + 1}" for i in divided.val]


def target_only(values):
    array = np.array(values, dtype=object if isinstance(values[0], str) else float)
    return make([np.arange(len(array))], array)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"] * 20, "binary"),
        (["a", "b", "c"] * 20, "multiclass"),
        ([0, 1] * 20, "binary"),
        ([1.5, 2.5] * 20, "binary"),
        (list(range(10)) * 10, "multiclass"),
        (list(range(1, 6)) * 10, "multiclass"),
        (list(range(3, 9)) * 10, "regression"),
        (list(range(1, 30)) * 10, "regression"),
        ([i / 7 for i in range(50)], "regression"),
    ],
)
def test_the_task_is_inferred_and_explained(values, kind):
    found, why = infer_task(target_only(values))
    assert found == kind
    assert why.startswith(kind)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["a", "b"] * 20, "regression"),
        (["a", "b", "c"] * 20, "binary"),
        ([i * 0.37 for i in range(5000)], "multiclass"),
        ([3.0] * 40, None),
        (["same"] * 40, "binary"),
        ([f"name {i}" for i in range(40)], None),
        (["a", "b"] * 20, "regresion"),
    ],
)
def test_tasks_that_do_not_fit_are_refused(values, wanted):
    with pytest.raises(NoheroError) as caught:
        infer_task(target_only(values), wanted)
    assert caught.value.what
    assert caught.value.expected
    assert caught.value.mend


@pytest.mark.parametrize(("wanted", "kind"), [("multiclass", "multiclass"), ("classification", "multiclass"), ("regression", "regression")])
def test_a_wanted_task_overrides(wanted, kind):
    assert infer_task(target_only(list(range(3, 9)) * 10), wanted)[0] == kind
