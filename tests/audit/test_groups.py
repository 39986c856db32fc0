"""Groups over given parts: what the split proposal says of them, and the assertion that nothing leaks."""

import numpy as np
import polars as pl
import pytest

import nohero
from nohero.sources.opening import open_source
from nohero.sources.splitting import propose


def write(folder, *, straddling):
    """Sixty patients of five visits each; a patient's visits lie in one file, or every fifth in the other."""
    generator = np.random.default_rng(3)
    patient, visit = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    frame = pl.DataFrame({"patient": patient, "visit": visit, "value": generator.normal(size=300).round(3), "ill": generator.integers(0, 2, 300)})
    test = visit == 4 if straddling else patient % 5 == 4
    paths = [folder / name for name in ("train.csv", "test.csv")]
    for path, rows in zip(paths, (~test, test), strict=True):
        frame.filter(pl.Series(rows)).write_csv(path)
    return [str(p) for p in paths]


def test_groups_that_given_parts_divide_are_said_to_be_divided(tmp_path):
    collection = open_source(*write(tmp_path, straddling=True), target="ill", group="patient")
    notes = " ".join(propose(collection).split.notes)
    assert "60 of 60 groups of `patient` stand in several parts" in notes
    assert "each wholly in one part" not in notes
    assert "exact copies" not in notes


def test_a_part_taken_from_train_takes_whole_groups(tmp_path):
    collection = open_source(*write(tmp_path, straddling=False), target="ill", group="patient")
    proposal = propose(collection)
    assert "60 groups of `patient`, each wholly in one part" in " ".join(proposal.split.notes)
    patients = [set(collection.frame["patient"][rows.tolist()]) for rows in proposal.split.parts().values()]
    assert not patients[0] & patients[1]
    assert not patients[0] & patients[2]


def test_the_assertion_names_divided_groups(tmp_path):
    train, test = write(tmp_path, straddling=True)
    nohero.assert_no_leak(train, test)
    with pytest.raises(AssertionError, match="60 groups stand in part 1"):
        nohero.assert_no_leak(train, test, groups="patient")


def test_numbers_of_several_frame_files_are_kept(tmp_path):
    paths = [tmp_path / name for name in ("train.parquet", "test.parquet")]
    for k, path in enumerate(paths):
        pl.DataFrame({"name": [f"{k} {i}" for i in range(20)], "score": np.linspace(0, 1, 20), "town": ["a", "b"] * 10}).write_parquet(path)
    collection = open_source(*map(str, paths), target="score")
    assert collection.frame.columns == ["name", "score", "town", "part"]
    assert collection.frame["score"].dtype == pl.Float64
    assert len(collection) == 40


def test_rows_without_a_part_break_no_check():
    import polars as pl

    import nohero

    n = 200
    frame = pl.DataFrame({"size": [i * 7919 % 101 / 7 for i in range(n)], "kind": ["ab"[i % 2] for i in range(n)], "label": ["xy"[i // 2 % 2] for i in range(n)], "part": [None if i == 5 else "test" if i % 4 == 0 else "train" for i in range(n)]})
    report = nohero.audit(frame, target="label", split="part", progress=False)
    assert [f.code for f in report.all if f.status == "ERROR"] == []
