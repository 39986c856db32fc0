"""Rendering is quick and needs nothing but the run: no torch, no numpy, not even a terminal library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nohero.report

FILES = sorted(Path(nohero.report.__path__[0]).glob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_only_the_run_and_the_standard_library_are_imported(path):
    for name in imported(path):
        assert name.startswith(("nohero.run", "nohero.report")) or name.split(".")[0] in sys.stdlib_module_names


def test_a_fresh_interpreter_loads_nothing_heavy():
    code = "import sys, nohero.report.page, nohero.report.terminal, nohero.report.result; print(sorted({'torch', 'numpy', 'polars', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
