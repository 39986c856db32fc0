"""The ladder of changes on a toy: its numbers against a plain recount from the stored trainings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evidence_of import engine, half_of
from nohero.evidence.paired import interval
from nohero.run.values import to_plain
from nohero.testing.toys import TOYS

CUT = dict.fromkeys(("dropout", "smaller input", "smaller network", "binned numbers", "weight decay"), "left out to keep the test short")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    toy = TOYS["numbers"]()
    problem = replace(toy, declined=toy.declined | CUT)
    folder = tmp_path_factory.mktemp("ladder") / "run"
    made = engine(problem, folder)
    return problem, made, made.evidence("ChangeLadder"), folder


def losses_of(problem, made, name, seeds):
    """Validation losses [seeds, N] of the trainings called `name`, item by item."""
    runs, every = made._supplies["Runs"], made.directory.journal.every("training")
    settings = next(e["settings"] for e in every if e["label"].startswith(f"{name}, seed"))  # seed 0 may have been trained as a size
    found = []
    for s in range(seeds):
        event = next(e for e in every if e["settings"] == settings and e["seed"] == problem.seed + s)
        outputs = runs.val_outputs(runs.found(event["key"]))
        found.append([float(problem.task.losses(outputs[i : i + 1], np.asarray([float(problem.val.y[i])]))[0]) for i in range(len(problem.val))])
    return np.array(found)


def test_the_first_gain_recounted(measured):
    problem, made, ladder, _ = measured
    first = ladder.changes[0]
    before, after = (losses_of(problem, made, name, ladder.num_seeds) for name in ("champion", first.name))
    assert (first.gain, first.low, first.high) == pytest.approx(interval(before - after), rel=1e-6, abs=1e-9)
    assert first.gain_by_seed == pytest.approx(tuple((before - after).mean(1)))
    assert ladder.start_loss == pytest.approx(before.mean())


def test_what_is_kept_is_beyond_noise_and_becomes_the_champion(measured):
    ladder = measured[2]
    assert all(c.kept == (c.low > 0) for c in ladder.changes)
    assert ladder.end_loss <= ladder.start_loss + 1e-9
    kept = {c.name for c in ladder.changes if c.kept}
    assert ladder.champion["keep_best"] == bool(kept & {"early stopping", "bigger network with early stopping"})


def test_declined_changes_are_not_tried(measured):
    problem, _, ladder, _ = measured
    assert not {c.name for c in ladder.changes} & set(problem.declined)
    assert ladder.declined == problem.declined


def test_the_lowest_loss_on_the_way_is_no_higher_than_the_last(measured):
    ladder = measured[2]
    assert ladder.best_on_the_way <= ladder.end_loss + 1e-9


def test_a_rule_of_the_users_own_decides(measured, tmp_path):
    problem = replace(measured[0], keep_if=lambda change: change.name == "augmentation")
    kept = [c.name for c in engine(problem, tmp_path).evidence("ChangeLadder").changes if c.kept]
    assert kept == ["augmentation"]


def test_killed_half_way_it_ends_the_same(measured, tmp_path):
    problem, _, ladder, folder = measured
    resumed = engine(problem, half_of(folder, tmp_path / "killed")).evidence("ChangeLadder")
    assert to_plain(resumed) == to_plain(ladder)
