"""Counts of the data against counting by two plain loops."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.measured import measured, raw_table, table, toy
from nohero.bring import assemble
from nohero.evidence.data_facts import _twins, measure


def double_loop(groups, target):
    """Items equal to an earlier one; and items whose input stands earlier, but never with their target."""
    repeats, contradictions = [], []
    for i in range(len(groups)):
        earlier = [j for j in range(i) if groups[j] == groups[i]]
        same = [j for j in earlier if target[j] == target[i]]
        if same:
            repeats.append((i, same[0]))
        elif earlier:
            contradictions.append((i, earlier[0]))
    return repeats, contradictions


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab")), max_size=25))
def test_repeats_and_contradictions_by_a_double_loop(pairs):
    groups = np.array([g for g, _ in pairs], dtype=np.int64)
    target = np.array([t for _, t in pairs], dtype=object)
    repeats, contradictions = _twins(groups, target)
    assert (sorted(repeats), sorted(contradictions)) == double_loop(groups, target)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("xyz"), st.sampled_from(["no", "yes"])), min_size=40, max_size=60))
def test_rows_of_a_table_by_a_double_loop(rows):
    rows += [(9, "x", "no"), (8, "y", "no"), (7, "z", "no")] + [(9 + i, "x", "yes") for i in range(4, 7)]  # three of each class in any case
    rows += [(20 + i, "x", "no") for i in range(20)]
    facts = measure(table({"a": [a for a, _, _ in rows], "b": [b for _, b, _ in rows]}, [t for _, _, t in rows]))
    groups = [rows.index(next(r for r in rows if r[:2] == row[:2])) for row in rows]
    repeats, contradictions = double_loop(groups, [t for _, _, t in rows])
    assert (facts.num_repeats, facts.num_contradictions) == (len(repeats), len(contradictions))
    assert facts.repeats == tuple((f"row {i + 1}", f"row {j + 1}") for i, j in sorted(repeats, key=lambda p: (groups[p[0]], p[0]))[:12])


def test_class_counts():
    raw = toy("table").raw
    facts = measured("table")[0]["DataFacts"]
    assert facts.class_counts == {name: int((raw.target == name).sum()) for name in ("no", "yes")}
    assert facts.num_items == len(raw)
    assert facts.target_bins == ()
    assert [f.name for f in facts.fields] == raw.frame.columns


def test_classes_that_are_numbers_are_named_as_the_task_names_them():
    raw = raw_table({"a": np.sin(np.arange(60.0)), "b": np.cos(np.arange(60.0))}, np.r_[np.zeros(30), np.ones(30)])
    facts = measure(assemble(raw, "binary"))
    assert facts.class_counts == {"0": 30, "1": 30}


def test_values():
    target = toy("numbers").raw.target.astype(float)
    facts = measured("numbers")[0]["DataFacts"]
    assert (facts.lowest, facts.highest) == (target.min(), target.max())
    assert facts.at_highest == (target == target.max()).sum()
    assert facts.at_lowest == (target == target.min()).sum()
    assert sum(count for _, _, count in facts.target_bins) == len(target)
    for low, high, count in facts.target_bins[:-1]:
        assert count == sum(low <= v < high for v in target)
    assert facts.class_counts == {}
    assert facts.num_values == len(set(target))


def test_copies_of_pictures():
    raw = toy("pictures").raw
    index = np.r_[np.arange(len(raw)), [0, 0, 5]]
    twice = replace(raw.take(index), items=np.array([f"p{i}" for i in range(len(index))]))
    before = measured("pictures")[0]["DataFacts"].num_repeats
    assert measure(assemble(twice, "multiclass")).num_repeats == before + 3


@pytest.mark.parametrize("values", [[5.0] * 29 + [6.0], [-1e300] * 15 + [1e300] * 15], ids=["nearly constant", "huge"])
def test_odd_targets(values):
    facts = measure(table({"a": np.arange(30.0), "b": np.cos(np.arange(30.0))}, values, kind="regression"))
    assert sum(count for _, _, count in facts.target_bins) == 30
