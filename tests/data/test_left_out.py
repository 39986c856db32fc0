"""Columns that the user leaves out."""

import numpy as np
import polars as pl
import pytest

from nohero.cli import main
from nohero.data.left_out import without_columns
from nohero.data.read import read
from nohero.prediction import predict
from nohero.run.errors import DataError, UsageError


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    sold = x[:, 0] + 0.3 * rng.normal(size=200) > 0
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "receipt": np.where(sold, "written", "none"), "sold": np.where(sold, "yes", "no")})
    frame.write_csv(tmp_path / "shop.csv")
    return tmp_path / "shop.csv"


def test_the_column_is_gone_and_a_note_says_so(table):
    raw = without_columns(read(str(table), target="sold"), ["receipt"])
    assert raw.frame.columns == ["a", "b"]
    assert any("receipt" in note for note in raw.notes)


def test_what_is_no_column_is_refused(table):
    raw = read(str(table), target="sold")
    with pytest.raises(UsageError) as caught:
        without_columns(raw, ["reciept"])
    assert "did you mean `receipt`?" in caught.value.mend
    with pytest.raises(UsageError, match="no column `sold`"):
        without_columns(raw, ["sold"])
    with pytest.raises(DataError, match="every column"):
        without_columns(raw, ["a", "b", "receipt"])
    with pytest.raises(UsageError, match="does not fit"):
        without_columns(read("built-in:digits"), ["a"])


def test_a_run_closed_by_a_proxy_goes_through_without_it(table, tmp_path, capsys):
    words = ["run", str(table), "--target", "sold", "--until", "data", "--budget", "none", "--effort", "tiny", "--out", str(tmp_path / "runs"), "-q"]
    assert main(words) == 1
    assert "--drop receipt" in " ".join(capsys.readouterr().out.split())  # wherever the line is broken
    assert main([*words, "--drop", "receipt"]) == 0


def test_predicting_needs_no_column_that_was_left_out(table, tmp_path):
    words = ["run", str(table), "--target", "sold", "--budget", "none", "--effort", "tiny", "--out", str(tmp_path / "runs"), "-q", "--drop", "receipt"]
    assert main(words) == 0
    pl.read_csv(table).head(5).select("a", "b").write_csv(tmp_path / "bare.csv")
    pl.read_csv(table).head(5).select("a", "b", "receipt").write_csv(tmp_path / "whole.csv")
    bare, whole = (predict("latest", tmp_path / name, out=tmp_path / "runs") for name in ("bare.csv", "whole.csv"))
    assert [row.probabilities for row in bare.rows] == [row.probabilities for row in whole.rows]
    assert len(bare.rows) == 5
