"""Data to predict is read in the source's own form, strictly where an answer would rest on it."""

import numpy as np
import pytest
from PIL import Image

from nohero.data.read import read
from nohero.data.schema import Schema, read_like, schema_of
from nohero.data.transforms import fit_transforms
from nohero.run.errors import DataError, UsageError
from nohero.run.values import dumps, loads

ROWS = [f"{i},{i % 5 + 0.5},{'red' if i % 3 else 'blue'},2024-01-{i % 28 + 1:02d},{i % 2}" for i in range(60)]
HEADER = "size,weight,colour,day,label\n"


@pytest.fixture
def trained(table):
    raw = read(table(HEADER + "\n".join(ROWS), "train.csv"), target="label")
    return schema_of(raw), fit_transforms(raw, np.arange(len(raw)), "binary")


def test_a_schema_comes_back_from_json(trained):
    assert loads(Schema, dumps(trained[0])) == trained[0]


def test_with_and_without_the_target(trained, table):
    schema, fitted = trained
    full = read_like(table(HEADER + "\n".join(ROWS), "new.csv"), schema)
    bare = read_like(table("\n".join(r.rpartition(",")[0] for r in [HEADER.strip(), *ROWS]), "bare.csv"), schema)
    assert full.target.tolist() == [i % 2 for i in range(60)]
    assert bare.target is None
    assert (fitted.x(full) == fitted.x(bare)).all()
    assert fitted.inputs.check_columns(full.frame) == ()


def test_a_single_row_in_another_order(trained, table):
    raw = read_like(table("day,colour,weight,size,note\n2024-01-05,green,,3,hello\n"), trained[0])
    assert np.isfinite(trained[1].x(raw)).all()
    assert trained[1].inputs.check_columns(raw.frame) == ("note",)


def test_a_row_with_a_spoilt_cell_is_set_aside_with_its_reason(trained, table):
    raw = read_like(table("size,weight,colour,day\n1,2,red,2024-01-01\n1,heavy,red,2024-01-01\n1,,red,soon\n"), trained[0])
    assert raw.items.tolist() == ["row 1"]
    assert [(u.where, u.reason) for u in raw.unusable] == [
        ("row 2", "column `weight`: `heavy` is not a number, as in training"),
        ("row 3", "column `day`: `soon` is not a date, as in training"),
    ]


def test_a_missing_column_is_named(trained, table):
    raw = read_like(table("size,wieght,colour,day\n1,2,red,2024-01-01\n"), trained[0])
    with pytest.raises(DataError) as caught:
        trained[1].x(raw)
    assert "`wieght`" in caught.value.mend


def test_a_file_without_header(table):
    raw = read(table("\n".join(ROWS), "train.csv"))
    schema = schema_of(raw)
    assert not schema.header
    assert read_like(table("1,2.5,red,2024-01-01,1\n", "a.csv"), schema).target.tolist() == [1.0]
    bare = read_like(table("1,2.5,red,2024-01-01\n", "b.csv"), schema)
    assert bare.frame.columns == ["c0", "c1", "c2", "c3"]
    named = read_like(table("c0,c1,c2,c3\n1,2.5,red,2024-01-01\n", "c.csv"), schema)
    assert named.frame.height == 1
    with pytest.raises(DataError, match="2 columns"):
        read_like(table("1,2\n", "d.csv"), schema)


def test_a_target_at_the_front_of_a_file_without_header(table):
    raw = read(table("\n".join(f"{i % 2},{i}.5,{i * 2}" for i in range(30))), target="0")
    assert read_like(table("1.5,2\n", "b.csv"), schema_of(raw)).frame.columns == ["c1", "c2"]


def test_the_form_of_training_rules(table):
    rows = "\n".join(f"{i},{i % 9};{13 + i % 15}/01/2024;{i % 2}" for i in range(40))
    raw = read(table("amount;day;label\n" + rows), target="label")
    new = read_like(table("amount;day\n1,5;03/02/2024\n", "new.csv"), schema_of(raw))
    assert new.frame["amount"][0] == 1.5
    assert new.frame["day"][0].month == 2


def test_pictures_are_brought_to_the_size_of_training(tmp_path):
    for label in "ab":
        (tmp_path / "train" / label).mkdir(parents=True)
        Image.new("L", (10, 8), 50).save(tmp_path / "train" / label / "1.png")
    schema = schema_of(read(str(tmp_path / "train")))
    (tmp_path / "new" / "deep").mkdir(parents=True)
    Image.new("RGB", (90, 70), (50, 50, 50)).save(tmp_path / "new" / "deep" / "x.jpg")
    (tmp_path / "new" / "broken.png").write_bytes(b"x")
    many = read_like(str(tmp_path / "new"), schema)
    one = read_like(str(tmp_path / "new" / "deep" / "x.jpg"), schema)
    assert many.images.shape == one.images.shape == (1, 8, 10, 1)
    assert many.items.tolist() == ["deep/x.jpg"]
    assert many.unusable[0].where == "broken.png"
    assert many.target is None
    with pytest.raises(DataError, match="no picture"):
        read_like(str(tmp_path / "new" / "broken.png"), schema)


def test_a_source_that_is_not_there(trained, tmp_path):
    with pytest.raises(UsageError):
        read_like(str(tmp_path / "gone.csv"), trained[0])
