"""Evidence measured for a test on a small toy, in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from nohero.engine import Engine
from nohero.run.directory import RunDirectory
from nohero.training.allowance import Allowance
from nohero.training.runs import Runs


def engine(problem, folder):
    """An engine over `folder`, which keeps what it measures there."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    directory = RunDirectory(Path(folder))
    return Engine(directory, problem, Runs(directory), Allowance(directory.journal, None))


def half_of(folder, copy, what="training"):
    """A copy of a run as if it had been killed: the journal ends after half of its events of that kind."""
    shutil.copytree(folder, copy)
    lines = (Path(copy) / "journal.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    told = [i for i, line in enumerate(lines) if f'"event":"{what}"' in line]
    (Path(copy) / "journal.jsonl").write_text("".join(lines[: told[len(told) // 2] + 1]), encoding="utf-8")
    return copy
