"""Files and folders of texts and sounds become collections, whatever their encoding; nothing ends in a traceback."""

import json

import pytest

from nohero.run.errors import DataError
from nohero.sources.opening import open_source
from nohero.sources.text_decoding import decode, is_binary
from nohero.sources.text_lines import is_table, labels_of, parse_lines

PROSE = [f"The {w} said that it would come and number {i} did not." for i, w in enumerate(["king", "queen", "fool", "duke", "page"] * 12)]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp1252", "cp1252"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16")],
)
def test_every_encoding_is_told_by_its_bytes(encoding, told, tmp_path):
    lines = [*PROSE, "Café “très bien” – oui"]
    path = tmp_path / "texts.txt"
    path.write_bytes("\n".join(lines).encode(encoding))
    collection = open_source(str(path))
    assert collection.texts.to_list() == lines
    assert any(told in n for n in collection.notes) is (told != "UTF-8")


def test_a_file_of_two_encodings_is_read_line_by_line():
    content = "\n".join(PROSE).encode() + b"\n" + "naïve".encode() + b"\n" + "café".encode("cp1252")
    text, encoding = decode(content)
    assert text.endswith("naïve\ncafé")
    assert encoding == "UTF-8 and cp1252"


def test_binary_files_are_no_texts(tmp_path):
    assert is_binary(bytes(range(256)) * 20)
    assert not is_binary("hello there".encode("utf-16-le") * 50)
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(DataError):
        open_source(str(tmp_path / "a.txt"))


@pytest.mark.parametrize(
    ("lines", "table"),
    [
        (PROSE, False), (["emma", "olivia", "ava"], False), (["a,b", "1,2", "3,4"], True), (["x y", "1 2", "3 4"], True), (["1", "2", "3"], True),
        (["John Smith", "Anna Berg", "Li Wei"], False), (["value", "1.5", "2.5"], True), (["a\tb\tc"] * 5, True), ([f"ham\t{p}" for p in PROSE[:30]] + [f"spam\t{p}" for p in PROSE[30:]], False),
    ],
)  # fmt: skip
def test_lines_are_told_from_tables(lines, table):
    assert is_table(lines) is table


def test_tables_in_txt_stay_tables(tmp_path):
    (tmp_path / "a.txt").write_text("height,weight,label\n" + "\n".join(f"{i},{i * 2},{'yes' if i % 2 else 'no'}" for i in range(30)))
    collection = open_source(str(tmp_path / "a.txt"))
    assert (collection.kind, collection.label, collection.texts) == ("row", "label", None)


def test_labels_stand_in_front_behind_or_after_a_mark():
    front = [f"{'ham' if i % 2 else 'spam'}\t{p}" for i, p in enumerate(PROSE)]
    behind = [f"{p}\t{i % 2}" for i, p in enumerate(PROSE)]
    fast = [f"__label__{'a' if i % 2 else 'b'} {p}" for i, p in enumerate(PROSE)]
    assert [labels_of(lines) for lines in (front, behind, fast, PROSE)] == ["first", "last", "__label__", None]
    found = parse_lines("\n".join(["label\ttext", *front, "no tab here"]))
    assert [(i.label, i.text) for i in found.items[:2]] == [("spam", PROSE[0]), ("ham", PROSE[1])]
    assert found.odd == ((len(front) + 2, "no tab between label and text"),)
    assert parse_lines("\n".join(fast)).items[0].text == PROSE[0]


def test_a_few_blank_lines_are_items_and_many_part_paragraphs():
    few = parse_lines("\n".join([*PROSE * 4, "", *PROSE]))
    assert [i.text for i in few.items].count("") == 1
    many = parse_lines("\n\n".join(PROSE))
    assert len(many.items) == len(PROSE)
    assert "59 blank lines" in many.notes[0]


def test_class_folders_in_parts(tmp_path):
    for part in ("train", "test"):
        for label in ("neg", "pos"):
            (tmp_path / part / label).mkdir(parents=True)
            for i in range(4):
                (tmp_path / part / label / f"{i}.txt").write_text(f"{PROSE[i]}\n{label} {part}\n")
    (tmp_path / "README.md").write_text("about")
    (tmp_path / "train" / "neg" / "bad.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "train" / "neg" / "away.txt").symlink_to("/etc/hostname")
    collection = open_source(str(tmp_path))
    assert (len(collection), collection.label, collection.split) == (16, "class", "part")
    assert collection.items[0] == "test/neg/0.txt"
    assert {u.where: u.reason.split()[0] for u in collection.unusable} == {"train/neg/bad.txt": "binary,", "train/neg/away.txt": "a"}


@pytest.mark.parametrize("names", [("rt.neg", "rt.pos"), ("neg.txt", "pos.txt"), ("English.txt", "Greek.txt")])
def test_files_of_lines_are_classes(names, tmp_path):
    for name in names:
        (tmp_path / name).write_text("\n".join(f"{name} {p}" for p in PROSE))
    for source in (tmp_path, tmp_path / "*"):
        collection = open_source(str(source))
        assert (len(collection), collection.label, collection.split) == (2 * len(PROSE), "class", "")
        assert collection.items[0] == f"{names[0]} line 1"


def test_files_of_lines_are_parts(tmp_path):
    for part in ("train", "test"):
        (tmp_path / f"{part}.txt").write_text("\n".join(f"{'a' if i % 2 else 'b'}\t{part} {p}" for i, p in enumerate(PROSE)))
    collection = open_source(str(tmp_path))
    assert (collection.label, collection.split, collection.parts) == ("class", "part", ("train", "test"))
    assert collection.texts[0].startswith("test The")


def test_a_table_with_a_text_has_texts(tmp_path):
    rows = [{"id": i, "review": p, "sentiment": "good" if i % 3 else "bad"} for i, p in enumerate(PROSE)]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    (tmp_path / "a.csv").write_text("id,review,sentiment\n" + "\n".join(f'{r["id"]},"{r["review"]}",{r["sentiment"]}' for r in rows))
    for name in ("a.jsonl", "a.csv"):
        collection = open_source(str(tmp_path / name))
        assert collection.kind == "row"
        assert collection.texts.to_list() == PROSE
        assert collection.label == "sentiment"


def test_a_text_beside_features_is_looked_at_and_names_are_not(tmp_path):
    (tmp_path / "a.csv").write_text("price,town,remark\n" + "\n".join(f'{i * 1.5},{"ab"[i % 2]},"{p}"' for i, p in enumerate(PROSE)))
    collection = open_source(str(tmp_path / "a.csv"))
    assert collection.texts.to_list() == PROSE
    assert (collection.beside, collection.text_fields, collection.label) == (True, ("remark",), "")
    (tmp_path / "b.csv").write_text("price,town,name\n" + "\n".join(f'{i * 1.5},{"ab"[i % 2]},"Mr. John {"abc"[i % 3]}{i} of Cork"' for i in range(60)))
    assert open_source(str(tmp_path / "b.csv")).texts is None


def test_a_folder_of_nothing_that_is_read_says_so(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="nothing is found"):
        open_source(str(tmp_path))
