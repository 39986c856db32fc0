"""What stands on both sides of the split, against a plain double loop."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.measured import measured, table, toy
from nohero.evidence.split_facts import measure

NUM = 40


def problem_of(values, target, **rest):
    return table({"a": values, "b": [f"w{v % 3}" for v in values]}, target, **rest)


def with_parts(problem, parts):
    train, val, test = (np.flatnonzero(np.asarray(parts) == i) for i in range(3))
    return replace(problem, split=replace(problem.split, train=train, val=val, test=test))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 12), min_size=NUM, max_size=NUM), st.lists(st.integers(0, 2), min_size=NUM, max_size=NUM))
def test_copies_across_by_a_double_loop(values, parts):
    parts[:3] = [0, 1, 2]
    sound = problem_of(list(range(NUM)), ["no", "yes"] * (NUM // 2))
    problem = with_parts(replace(sound, raw=problem_of(list(range(NUM)), ["no", "yes"] * (NUM // 2)).raw), parts)
    problem = replace(problem, raw=replace(problem.raw, frame=frame_of(values)))
    facts = measure(problem)
    for name, number in (("val", 1), ("test", 2)):
        across = [i for i in range(NUM) if parts[i] == number and any(parts[j] == 0 and values[j] == values[i] for j in range(NUM))]
        assert facts.copies_across[name] == len(across)
    for item, copy in facts.copies:
        i, j = (int(word.split()[1]) - 1 for word in (item, copy))
        assert parts[i] > 0
        assert j == next(j for j in range(NUM) if parts[j] == 0 and values[j] == values[i])
    assert facts.sizes == {name: parts.count(i) for i, name in enumerate(("train", "val", "test"))}
    assert facts.rows_twice == 0


def frame_of(values):
    import polars as pl

    return pl.DataFrame({"a": values, "b": [f"w{v % 3}" for v in values]})


def test_rows_that_stand_in_two_parts_are_counted_as_such():
    problem = toy("table")
    split = problem.split
    facts = measure(replace(problem, split=replace(split, train=np.r_[split.train, split.val[:7]])))
    before = measured("table")[0]["SplitFacts"]
    assert facts.rows_twice == 7
    assert facts.copies_across["val"] == before.copies_across["val"]


def test_classes_and_means_of_each_part():
    problem = toy("table")
    facts = measured("table")[0]["SplitFacts"]
    for i, rows in enumerate(problem.split.parts().values()):
        for name in problem.task.classes:
            assert facts.class_counts[name][i] == (problem.raw.target[rows] == name).sum()
    numbers = toy("numbers")
    for name, rows in numbers.split.parts().items():
        assert measured("numbers")[0]["SplitFacts"].target_means[name] == numbers.raw.target[rows].astype(float).mean()


def test_groups():
    problem = toy("grouped")
    facts = measure(problem)
    assert facts.groups_across == 0
    assert facts.num_groups == len(set(problem.raw.groups))
    rng = np.random.default_rng(0)
    parts = rng.integers(0, 3, len(problem.raw))
    shuffled = with_parts(problem, parts)
    across = {g for g in problem.raw.groups if len(set(parts[problem.raw.groups == g])) > 1}
    assert measure(shuffled).groups_across == len(across) > 0


def test_times():
    problem = toy("timed")
    assert measure(problem).timed
    assert measure(problem).late_training == 0
    parts = np.random.default_rng(0).integers(0, 3, len(problem.raw))
    times, evaluated = problem.raw.times, problem.raw.times[parts > 0].min()
    assert measure(with_parts(problem, parts)).late_training == sum(t > evaluated for t in times[parts == 0])
    assert not measure(toy("table")).timed
