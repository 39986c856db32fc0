"""The split proposal by the command line: by block for slices, and the source is left as it was."""

import hashlib
import subprocess
import sys

from nohero.checks.audit.refiled import repainted
from nohero.testing.collections.cells import folder, make


def tree(place):
    return {p.relative_to(place).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(place.rglob("*")) if p.is_file()}


def audited(source, out, *more):
    return subprocess.run([sys.executable, "-m", "nohero", "audit", str(source), "--write-split", str(out), "--select", "DAT840", "--quiet", *more], capture_output=True, text=True, check=False)


def test_a_folder_of_marked_pictures_is_divided_and_left_as_it_was(tmp_path):
    before = tree(folder())
    done = audited(folder(), tmp_path / "s")
    assert done.returncode == 0, done.stderr
    assert "42 train, 12 val, 6 test" in done.stderr
    assert tree(folder()) == before
    again = audited(folder(), tmp_path / "t")
    assert again.returncode == 0
    assert tree(tmp_path / "s") == tree(tmp_path / "t")


def test_slices_are_divided_by_block(tmp_path):
    stack = repainted(make(), stacked=True)
    done = audited(stack.root, tmp_path / "s")
    assert "split by block" in done.stderr
    assert (tmp_path / "s" / "test.txt").read_text().splitlines() == [f"images/cell{i:03d}.png" for i in range(55, 61)]
