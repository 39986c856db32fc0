"""The written pages say what the code says, and every example runs."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def maker():
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date():
    wanted = maker().pages()
    stale = [name for name, text in wanted.items() if not (ROOT / "docs" / name).is_file() or (ROOT / "docs" / name).read_text() != text]
    assert not stale, f"run `make docs`: {stale}"
    extra = {f"checks/{p.name}" for p in (ROOT / "docs" / "checks").glob("*.md")} - set(wanted)
    assert not extra, f"pages of checks that are gone: {extra}"


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)h][^)]*)\)", README):
        assert (ROOT / target.split("#")[0]).exists(), target


def test_examples_in_the_readme_are_the_files():
    found = re.findall(r"<!-- example: (\S+) -->\n```python\n(.*?)```", README, re.DOTALL)
    assert found
    for name, code in found:
        assert (ROOT / name).read_text(encoding="utf-8").endswith(code), name


def test_every_verb_of_the_readme_exists():
    from nohero.cli import VERBS

    for verb in re.findall(r"^nohero (\w+)", README, re.MULTILINE):
        assert verb in VERBS, verb


@pytest.mark.parametrize("example", sorted(p.name for p in (ROOT / "examples").glob("*.py")))
def test_examples_run(example, tmp_path):
    environment = {**os.environ, "NOHERO_EFFORT": "tiny", "OMP_NUM_THREADS": "1"}
    if "def project" not in (ROOT / "examples" / example).read_text(encoding="utf-8"):
        done = subprocess.run([sys.executable, str(ROOT / "examples" / example)], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "double-activation" in done.stdout
        assert (tmp_path / "check.html").is_file()
        return
    command = [sys.executable, "-m", "nohero", "run", str(ROOT / "examples" / example), "--out", str(tmp_path), "--budget", "none"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.glob("*/report.html"))
