"""What is written names no machine and leaves no promise open."""

import re
import subprocess
from pathlib import Path

import pytest

import nohero

ROOT = Path(__file__).parents[1]
SOURCE = Path(nohero.__file__).parent
PLACES = re.compile("|".join(rf"(?<![\w.~-])/{name}\b" for name in ("wo" + "rk", "t" + "mp", "ro" + "ot")))
PROMISES = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X|HA" + r"CK)\b")


def tracked():
    """Every text file that is kept, or would be."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_text_names_a_place_on_somebodys_machine():
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path, text in tracked() for match in PLACES.finditer(text)]
    assert found == []


def test_no_promise_is_left_in_the_source():
    found = [f"{p.name}: {match[0]}" for p in sorted(SOURCE.rglob("*.py")) for match in PROMISES.finditer(p.read_text(encoding="utf-8"))]
    assert found == []
