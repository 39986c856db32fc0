"""Checks keep the house's form: heads, codes, names, sizes, proof, purity, sources."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nohero.checks
from nohero.checks.check import COMPONENTS, FAMILIES, HEADS, all_checks, every_check, find_check
from nohero.run.errors import UsageError
from nohero.run.stages import LETTERS

FOLDER = Path(nohero.checks.__file__).parent
CHECKS = {check.code: check for check in every_check()}
LEAST, MOST = 40, 130  # lines of a file
MOST_WITH_STEPS = 220  # of a set-up's check, whose proof spells out whole training steps as users write them


def _file(code: str) -> Path:
    return Path(sys.modules[CHECKS[code].judge.__module__].__file__)


def test_codes_and_names_are_unique():
    checks = every_check()
    assert len({c.code for c in checks}) == len({c.name for c in checks}) == len(checks) >= 23


def test_every_file_of_a_stage_is_a_check():
    folders = [*LETTERS, *(f"setup/{component}" for component in COMPONENTS), *(f"audit/{family}" for family in FAMILIES), "watch", "layer"]
    files = {p for folder in folders for p in (FOLDER / folder).glob("*.py") if p.name != "__init__.py"}
    assert files == {_file(code) for code in CHECKS}


@pytest.mark.parametrize("code", CHECKS)
def test_code_name_and_folder_agree(code):
    check, file = CHECKS[code], _file(code)
    assert re.fullmatch(r"[A-Z]{3}\d{3}", code)
    of_stage = file.parent.parent.name == "checks" and file.parent.name in LETTERS
    assert code[:3] == LETTERS[file.parent.name] if of_stage else code[:3] in LETTERS.values()
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name)
    assert file.stem == check.name.replace("-", "_")


@pytest.mark.parametrize("code", CHECKS)
def test_the_heads_stand_in_order(code):
    paragraphs = CHECKS[code].text.split("\n\n")
    heads = [p.split(":")[0] for p in paragraphs]
    assert [h for h in heads if h in HEADS] == list(HEADS)
    assert all(len(p.split(":", 1)[1].split()) >= 3 for p in paragraphs if p.split(":")[0] in HEADS)


@pytest.mark.parametrize("code", CHECKS)
def test_files_are_of_a_readable_size(code):
    lines = _file(code).read_text(encoding="utf-8").splitlines()
    own_door = {"setup", "audit"} & set(_file(code).parts)  # their proofs follow the judge
    told = next(i for i, line in enumerate([*lines, "CHECK = "]) if line.startswith("CHECK = ") or (own_door and re.search(r"\((given: Given|collection: Collection)", line)))
    assert LEAST <= len(lines) <= (MOST_WITH_STEPS if own_door else MOST)
    assert told <= MOST, "what is asked and how it is judged must stay short, whatever the proof needs"


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_brings_its_proof_and_its_source(code):
    check = CHECKS[code]
    assert check.sabotages
    assert check.source
    cases = [case.name for case in (*check.sabotages, *check.lookalikes)]
    assert all(case.plant.__doc__ for case in (*check.sabotages, *check.lookalikes)), cases


@pytest.mark.parametrize("code", CHECKS)
def test_thresholds_say_where_they_come_from(code):
    lines = _file(code).read_text(encoding="utf-8").splitlines()
    constants = [line for line in lines if re.match(r"[A-Z][A-Z0-9_]*(, [A-Z][A-Z0-9_]*)* = [\d(]", line)]
    assert all("#" in line for line in constants), constants


@pytest.mark.parametrize("code", CHECKS)
def test_judging_needs_nothing_heavy(code):
    tree = ast.parse(_file(code).read_text(encoding="utf-8"))
    heavy = {"torch", "numpy", "polars", "sklearn", "scipy", "PIL", "optuna"}
    at_top = {n.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for n in node.names}
    at_top |= {(node.module or "").split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not at_top & heavy
    (judge,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "judge")
    assert not [node for node in ast.walk(judge) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_listing_all_checks_imports_no_torch():
    code = "import sys; from nohero.checks.check import all_checks; [c.text for c in all_checks()]; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_checks_are_found_by_code_and_by_name():
    check = all_checks()[0]
    assert find_check(check.code.lower()) is check
    assert find_check(check.name) is check
    with pytest.raises(UsageError, match="unknown check"):
        find_check("no-such-check")
