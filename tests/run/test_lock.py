"""One writer a run, and nothing to clean up after a kill."""

import subprocess
import sys

import pytest

from nohero.run.errors import RunError
from nohero.run.lock import NAME, locked


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path):
    with locked(tmp_path):
        with pytest.raises(RunError, match=r"another process \(process \d+\) is writing"), locked(tmp_path):
            pass
        code = f"from pathlib import Path\nfrom nohero.run.lock import locked\nwith locked(Path({str(tmp_path)!r})): pass"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "RunError" in done.stderr
    with locked(tmp_path):
        pass


def test_a_lock_goes_with_its_process(tmp_path):
    code = f"import os\nfrom pathlib import Path\nfrom nohero.run.lock import locked\nwith locked(Path({str(tmp_path)!r})): os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert (tmp_path / NAME).exists()
    with locked(tmp_path):
        pass


def test_a_fault_inside_lets_go(tmp_path):
    with pytest.raises(ValueError, match="inside"), locked(tmp_path):
        raise ValueError("inside")
    with locked(tmp_path):
        pass


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RunError, match="cannot be written"), locked(tmp_path / "nowhere"):
        pass
