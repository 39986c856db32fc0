"""The written page: its example runs, and it names every transform there is."""

import re
import subprocess
import sys
from pathlib import Path

from nohero.data import preprocessing
from nohero.data.preprocessing.stored import KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "transforms.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_transform_is_in_the_table_and_on_the_face():
    assert set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) == set(KINDS)
    assert set(KINDS) < set(preprocessing.__all__)
    for kind in KINDS.values():
        assert {"fit", "of"} & set(dir(kind))
        assert {"apply", "invert", "lost"} <= set(dir(kind))
