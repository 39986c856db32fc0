"""Even text is read by polars alone, numbers as numbers: beside the reader of all texts, which holds every cell as it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.even_text import layout_of
from nohero.sources.collection import Rows
from nohero.sources.even_table import even_table
from nohero.sources.table import _even, _text, read_table

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

QUOTED = ('"1"', '"a, b"', '""', '"say ""no"""', '"007"', '" 5 "', "2", "x", "")
NUMBERS = (
    "1",
    "-2",
    "+3",
    "0",
    "007",
    "12",
    "1.5",
    "-.5",
    "5.",
    "1e3",
    " 7",
    "8 ",
    "99999999999999999999",
    "",
    "",
    "inf",
    "nan",
    "NA",
    "?",
    "-",
    "x",
    "2020-01-02",
    "true",
)


def both(content: str) -> tuple[Collection, Collection] | None:
    data = content.encode()
    even = even_table(data)
    return None if even is None else (_even(Path("t.csv"), "t.csv", even, ""), _text(Path("t.csv"), "t.csv", data, ""))


def the_same(quick: Collection, slow: Collection) -> None:
    assert quick.frame.schema == slow.frame.schema
    assert quick.frame.equals(slow.frame)
    assert tuple(quick.items) == tuple(slow.items)
    assert quick.notes == slow.notes
    for series in quick.cells:
        assert series.equals(slow.cells[series.name])
    for name in set(slow.cells.columns) - set(quick.cells.columns):  # plain numbers and blanks alone
        assert slow.frame[name].is_finite().sum() == (slow.cells[name] != "").sum()


@settings(max_examples=400)
@given(data=st.data(), width=st.integers(1, 4), end=st.sampled_from(("\n", "\r\n")), last=st.booleans(), header=st.booleans())
def test_both_readers_give_the_same_table(data: st.DataObject, width: int, end: str, last: bool, header: bool) -> None:
    kinds = data.draw(
        st.lists(
            st.sampled_from((NUMBERS[:1], NUMBERS[:6], NUMBERS[5:7], NUMBERS[:13], NUMBERS[:15], NUMBERS, QUOTED, QUOTED[:3])), min_size=width, max_size=width
        )
    )
    rows = data.draw(st.lists(st.tuples(*(st.sampled_from(kind) for kind in kinds)), min_size=2, max_size=30))
    lines = [",".join(f"name {k}" for k in range(width))] * header + [",".join(row) for row in rows]
    read = both(end.join(lines) + end * last)
    if read is not None:
        the_same(*read)


@pytest.mark.parametrize("late", ["7.5", "word", "", "?", "007", "inf", "1e999", " 5", "5 "])
@pytest.mark.parametrize("where", [1, 9_000, 19_999])
def test_a_single_cell_of_another_kind_is_not_lost(late: str, where: int) -> None:
    rows = [f"{i},{i / 8}" for i in range(20_000)]
    rows[where] = f"{late},{late}"
    read = both("a,b\n" + "\n".join(rows) + "\n")
    assert read is not None
    the_same(*read)


@pytest.mark.parametrize(
    "content",
    [
        'a,b\n1,2"\n3,4"\n',
        'a,b\n1,"2\n3",4\n5,6\n',
        'a,b\n1, "2"\n3,4\n',
        'a,b\n1,"2" 3\n3,4\n',
        'a,b\n1,"2\n3,4\n',
        "a,b\n1,2\n3\n",
        "a,b\n1,2,3\n4\n",
        "a,b\n1,2\n\n3,4\n",
        "a,b\n1,2\r3,4\n",
        "a,b,\n1,2,\n3,4,\n",
        "a b\n1 2\n3 4\n",
        "a,b\n",
    ],
)
def test_text_that_is_not_even_is_left_to_the_other_reader(content: str) -> None:
    assert even_table(content.encode()) is None


@pytest.mark.parametrize("cut", [(1 << 20) - 3, (1 << 20) - 1, 1 << 20, (1 << 20) + 2])
def test_what_stands_at_the_edge_of_a_block_is_seen(cut: int) -> None:
    head = "1,2\n" * (cut // 4)
    assert layout_of(f"{head}1,2,3\n{'1,2' * 2}\n".encode(), ",") is None
    assert layout_of(f'{head}"1,2",3\n1,","\n'.encode(), ",") is not None
    assert layout_of(f'{head}1,2"\n"1,2\n'.encode(), ",") is None
    layout = layout_of(f"{head},05\n1,\n".encode(), ",")
    assert layout is not None
    assert layout.blank.tolist() == [1, 1]
    assert layout.codes.tolist() == [False, True]


def test_a_header_longer_than_a_block_is_one_line() -> None:
    names = [f"a rather long name of a field with the number {k:09}" for k in range(30_000)]
    layout = layout_of((",".join(names) + "\n" + ",".join("1" for _ in names) + "\n").encode(), ",")
    assert layout is not None
    assert layout.width == len(names)


def test_encodings_and_marks_at_the_beginning_are_read(tmp_path: Path) -> None:
    for encoding, note in (
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("cp1252", ("text read as Windows-1252 (cp1252): byte 6 is not UTF-8",)),
        ("utf-16", ("text is UTF-16",)),
    ):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes("a,b\n1,é x\n2,ü\n".encode(encoding))
        found = read_table([path], "t")
        assert (found.frame["a"].to_list(), found.frame["b"].to_list(), found.notes) == ([1, 2], ["é x", "ü"], note)


def test_names_of_rows_are_made_when_asked_for() -> None:
    names = Rows(pl.Series([1, 2, 5]).to_numpy())
    assert (len(names), names[2], names[-1], names[1:], list(names), "row 5" in names) == (
        3,
        "row 5",
        "row 5",
        ("row 2", "row 5"),
        ["row 1", "row 2", "row 5"],
        True,
    )
