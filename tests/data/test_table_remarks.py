"""What stands above a table, and years that name its columns."""

import pytest

from nohero.run.errors import DataError
from nohero.sources.opening import open_source

ROWS = "".join(f"{i},{'abc'[i % 3]},{i % 7}.5\n" for i in range(60))


def opened(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    return open_source(str(path))


@pytest.mark.parametrize("above", ["# made by a tool\n", "# made by a tool\n# units: SI, metres\n", "sep=,\n", "SEP=,\n# one\n"])
def test_remarks_above_the_header_are_noted(tmp_path, above):
    collection = opened(tmp_path, above + "id,k,v\n" + ROWS)
    assert (collection.frame.columns, len(collection), collection.unusable) == (["id", "k", "v"], 60, ())
    assert any("passed over above the table" in note for note in collection.notes)
    assert collection.items[0] == "row 1"


@pytest.mark.parametrize(("header", "body"), [("#id,k,v\n", ROWS), ("#id\n", "".join(f"{i % 7}\n" for i in range(60)))])
def test_a_header_may_begin_with_a_hash(tmp_path, header, body):
    collection = opened(tmp_path, header + body)
    assert (collection.frame.columns[0], len(collection)) == ("#id", 60)


def test_remarks_alone_are_no_table(tmp_path):
    with pytest.raises(DataError):
        opened(tmp_path, "sep=;\n")


def test_years_name_columns(tmp_path):
    body = "".join(f"c{i},{i % 9 / 10},{i % 7 / 10},{i % 5 / 10}\n" for i in range(60))
    assert opened(tmp_path, "country,1990,1991,1992\n" + body).frame.columns == ["country", "1990", "1991", "1992"]
    years = "".join(f"c{i},{1990 + i % 9},{1991 + i % 9},{1992 + i % 9}\n" for i in range(60))
    assert opened(tmp_path, years).frame.columns == ["c0", "c1", "c2", "c3"]
