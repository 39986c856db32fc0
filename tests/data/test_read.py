"""Sources that do not exist or do not fit are answered, and built-in sets are as their makers left them."""

import subprocess
import sys

import numpy as np
import pytest

from nohero.data.read import read
from nohero.run.errors import DataError, UsageError


@pytest.mark.parametrize(
    ("source", "hint"),
    [("built-in:digit", "`digits`"), ("builtin:wine", "built-in:wine"), ("digits", "built-in:digits"), ("no/such/file.csv", "nothing in")],
)
def test_an_unknown_source_is_answered(source, hint):
    with pytest.raises(UsageError) as caught:
        read(source)
    assert hint in caught.value.mend


def test_a_misspelt_file_is_answered_with_its_neighbour(tmp_path):
    (tmp_path / "housing.csv").write_text("a")
    with pytest.raises(UsageError, match="housng") as caught:
        read(str(tmp_path / "housng.csv"))
    assert "`housing.csv`" in caught.value.mend


def test_a_kind_of_file_that_is_not_read(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"")
    with pytest.raises(DataError, match=r"\.mp4"):
        read(str(tmp_path / "x.mp4"))


def test_flags_for_tables_do_not_fit_elsewhere():
    with pytest.raises(UsageError, match="--target x"):
        read("built-in:digits", target="x")


@pytest.mark.parametrize(
    ("name", "rows", "width", "kind"), [("breast_cancer", 569, 30, "O"), ("wine", 178, 13, "O"), ("diabetes", 442, 10, "f")]
)
def test_builtin_tables(name, rows, width, kind):
    raw = read(f"built-in:{name}")
    assert raw.frame.shape == (rows, width)
    assert raw.target.dtype.kind == kind
    assert raw.sha256 == read(f"built-in:{name}").sha256


def test_digits():
    raw = read("built-in:digits")
    assert raw.images.shape == (1797, 8, 8, 1)
    assert raw.images.dtype == np.uint8
    assert raw.images.max() == 255
    assert set(raw.target) == set("0123456789")


def test_taking_rows():
    raw = read("built-in:wine")
    part = raw.take(np.array([5, 2]))
    assert len(part) == part.frame.height == 2
    assert part.items.tolist() == ["row 6", "row 3"]
    assert part.frame.row(1) == raw.frame.row(2)


def test_reading_needs_no_torch_and_raw_needs_nothing():
    code = "import sys, nohero.data.raw; assert not {'numpy', 'polars', 'torch'} & set(sys.modules), 'raw'\n"
    code += "import nohero.data.split, nohero.data.transforms, nohero.data.schema\n"
    code += "from nohero.data.read import read; read('built-in:wine'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
