"""Words of the command line become plain values, or an error that says what would have done."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.environment import environment, version_of
from nohero.options import LEAST_BUDGET, Options, check_options, parse_budget, parse_passes, told_command, told_path
from nohero.run.errors import BudgetError, UsageError
from nohero.run.values import dumps, loads
from nohero.sitting import _refuse_slow_start


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7200), ("90", 90), (" 1.5 m ", 90), ("90S", 90), ("none", None), ("NONE", None), (".5h", 1800)]
)
def test_budgets(text, seconds):
    assert parse_budget(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "ten", "-90s", "1e9s", "90 sec", "nan", "inf", "1m30s", "٩٠x"])
def test_what_is_no_budget(text):
    with pytest.raises(UsageError):
        parse_budget(text)


@pytest.mark.parametrize("text", ["0", "1s", "0.01m", f"{LEAST_BUDGET - 0.1}s"])
def test_budgets_too_small_for_anything(text):
    with pytest.raises(BudgetError) as caught:
        parse_budget(text)
    assert caught.value.exit_code == 4
    assert "at least" in caught.value.expected


@given(st.text(max_size=12))
def test_any_text_is_a_budget_or_an_error(text):
    try:
        seconds = parse_budget(text)
    except (UsageError, BudgetError):
        return
    assert seconds is None or seconds >= LEAST_BUDGET


def test_reading_that_eats_the_budget():
    _refuse_slow_start(None, 1e6)
    _refuse_slow_start(20.0, 9.9)
    with pytest.raises(BudgetError, match="reading the data took 11 s"):
        _refuse_slow_start(20.0, 11.0)


def test_passes_by_code_or_name():
    assert parse_passes(["dat110=known", 'leaked-copies="a = b"']) == {"DAT110": "known", "DAT210": "a = b"}


def test_options_come_back_from_the_journal():
    options = Options(source="x.csv", target="y", budget=90.0, passes={"DAT110": "known"}, image_size=32)
    assert loads(Options, dumps(options)) == options
    assert check_options(options) == options


def test_paths_are_told_without_a_name(tmp_path, monkeypatch):
    home = tmp_path / "home" / "jane"
    (home / "work").mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.chdir(home / "work")
    assert told_path(str(home / "work" / "data" / "x.csv")) == "data/x.csv"
    assert told_path(str(home / "x.csv")) == "~/x.csv"
    assert told_path("/data/x.csv") == "/data/x.csv"
    assert told_path("../x.csv") == "../x.csv"
    assert told_path("built-in:wine") == "built-in:wine"
    assert told_command(["run", str(home / "my x.csv"), f"--out={home}/runs", "--pass", "DAT110=it is"]) == (
        "nohero run ~/'my x.csv' --out ~/runs --pass 'DAT110=it is'"
    )


def test_an_environment_names_no_one(monkeypatch):
    monkeypatch.setenv("USER", "jane-doe")
    told = environment()
    assert {"nohero", "python", "torch", "system", "cores"} <= set(told)
    assert all(isinstance(value, str) and value for value in told.values())
    assert "jane-doe" not in "".join(told.values())
    assert version_of("no-such-package-at-all") == ""
