"""The proof: every check on every healthy toy, every sabotage and every lookalike; measured once for all tests here."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from nohero.checks.check import Case, all_checks, find_check
from nohero.run.values import dumps, loads
from nohero.testing.prove import Cells, Matrix, Row, matrix, prove
from nohero.testing.toys import TOYS

LONGEST = 600  # seconds to wait for the process that makes the matrix


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> Matrix:
    """The matrix, made by the first process that asks for it and read by the others."""
    base = tmp_path_factory.getbasetemp()
    shared: Path = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    kept, turn = shared / "matrix.json", shared / "matrix.turn"
    try:
        turn.mkdir()
    except FileExistsError:
        for _ in range(LONGEST):
            if kept.exists():
                return loads(Matrix, kept.read_text())
            time.sleep(1)
        pytest.fail("the matrix was not made in time")
    made = matrix()
    aside = shared / "matrix.part"
    aside.write_text(dumps(made))
    aside.rename(kept)
    return made


def test_every_sabotage_is_caught_by_its_check(whole):
    assert not [(c.row.title, c.statuses.get(c.row.code), c.messages.get(c.row.code)) for c in whole.missed]


def test_no_check_fires_on_a_healthy_toy_or_on_its_lookalike(whole):
    assert not whole.false_alarms


def test_no_check_breaks(whole):
    assert not whole.broken


def test_the_matrix_holds_every_case_once(whole):
    planted = [(c.code, case.name, case.toy) for c in all_checks() for case in (*c.sabotages, *c.lookalikes)]
    rows = [(c.row.code, c.row.case, c.row.toy) for c in whole.rows if c.row.code]
    assert rows == planted
    assert [c.row.toy for c in whole.rows if not c.row.code] == list(TOYS)


def test_healthy_toys_are_judged_by_every_check(whole):
    codes = {c.code for c in all_checks()}
    assert all(set(c.statuses) == codes for c in whole.rows if c.row.kind == "healthy")


def test_lookalikes_of_data_and_skeleton_set_off_no_other_check(whole):
    assert not [(c.row.title, c.strays, c.messages) for c in whole.rows if c.strays and c.row.code[:3] in ("DAT", "SKE")]


def test_the_matrix_is_told_as_text_and_as_a_table(whole):
    assert max(len(line) for line in whole.text(width=140).splitlines()) <= 140
    assert all(code in whole.markdown() for code in whole.codes)
    assert f"{whole.counts['caught']} of {whole.counts['sabotages']}" in whole.sentence()


def test_one_check_can_be_proved_alone():
    result = prove(find_check("unusable-items"))
    assert result.holds
    assert result.matrix.counts == {"sabotages": 2, "caught": 2, "healthy toys": 2, "lookalikes": 1, "false alarms": 0}


def test_a_check_without_an_effect_is_found_out():
    from dataclasses import replace

    blind = replace(find_check("unusable-items"), sabotages=(Case(toy="table", plant=untouched),), lookalikes=())
    result = prove(blind)
    assert not result.holds
    assert [c.row.case for c in result.matrix.missed] == ["untouched"]


def untouched(problem):
    return problem


@pytest.mark.parametrize(
    ("kind", "status", "mended", "caught", "alarms"),
    [
        ("sabotage", "FAIL", True, True, ()),
        ("sabotage", "WARN", True, True, ()),
        ("sabotage", "FAIL", False, False, ()),
        ("sabotage", "UNSURE", True, False, ()),
        ("sabotage", "ERROR", True, False, ()),
        ("lookalike", "WARN", True, True, ("DAT110",)),
        ("lookalike", "UNSURE", True, False, ()),
        ("lookalike", "ERROR", True, False, ("DAT110",)),
    ],
)
def test_what_counts_as_caught(kind, status, mended, caught, alarms):
    row = Row(toy="table", kind=kind, case="x", code="DAT110")
    cells = Cells(row=row, statuses={"DAT110": status, "DAT120": "WARN"}, mended={"DAT110": mended})
    assert (cells.caught, cells.alarms) == (caught, alarms)


def test_toys_are_the_same_each_time():
    for make in TOYS.values():
        assert make().fingerprint == make().fingerprint
