"""Small files, small functions, and the words first."""

import ast
from functools import cache
from pathlib import Path

import nohero

SOURCE = Path(nohero.__file__).parent
TEXTS = {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}
LONGEST_FILE = 350
LONGEST_FUNCTION = 40
ATTICS = {"utils", "util", "common", "helpers", "helper", "base", "misc", "manager"}


@cache
def trees():
    return {name: ast.parse(text, name) for name, text in TEXTS.items()}


def test_there_are_files():
    assert len(TEXTS) > 100


def test_no_file_is_long():
    lines = {name: len(text.splitlines()) for name, text in TEXTS.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_long():
    lines = {
        f"{name}: {node.name}": node.end_lineno - node.lineno + 1
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: count for name, count in lines.items() if count > LONGEST_FUNCTION} == {}


def test_what_it_is_for_stands_first():
    assert [name for name, tree in trees().items() if not ast.get_docstring(tree) or tree.body[0].lineno != 1] == []


def test_there_is_no_attic():
    assert [name for name in TEXTS if ATTICS & {Path(name).stem, *Path(name).parts}] == []
