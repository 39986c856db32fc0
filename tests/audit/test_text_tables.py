"""Texts in tables: beside other fields, two to a row, rows swallowed by a quotation mark, and what is read as a text at all."""

import polars as pl
import pytest

from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.evidence.audit import text_damage, text_languages, text_lengths, text_persons, text_writing
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from nohero.sources.text_decoding import is_binary
from nohero.testing.collections import collections

CHECKS = {c.code: c for c in audit_checks()}
TOWNS = ("Aarhus", "Bergen", "Cork", "Delft", "Espoo")


def found(collection, *codes):
    return {f.code: f for f in examine_collection(collection, checks=[CHECKS[c] for c in codes]).findings}


def remarks(n=200):
    messages = collections()["messages"]().texts.to_list()
    return pl.DataFrame({"number": [f"{i}_{i % 7}" for i in range(n)], "price": [i * 37 % 101 / 2 for i in range(n)], "town": [TOWNS[i * i % 5] for i in range(n)], "remark": messages[:n]})


def test_texts_beside_fields_are_looked_at(tmp_path):
    frame = remarks().with_columns(pl.Series("remark", [None if i % 9 == 2 else t.replace("o", "o\u200b", 1) if i % 20 == 3 else t for i, t in enumerate(remarks()["remark"])]))
    frame.write_csv(tmp_path / "a.csv")
    told = found(open_source(str(tmp_path / "a.csv"), target="town"), "DAT700", "DAT701", "DAT708")
    assert told["DAT708"].status is Status.WARN
    assert len(told["DAT708"].items) == sum(i % 20 == 3 and i % 9 != 2 for i in range(200))
    assert told["DAT700"].status is Status.PASS  # gaps of a table


def test_each_column_of_texts_is_looked_at_by_itself(tmp_path):
    short = [t[:80] for t in remarks()["remark"]]
    frame = pl.DataFrame({"question": short, "answer": ["x" * 40 + " and so on, at length, " * 60 if i == 7 else f"Это хорошо, и он сам видел это {i}" for i in range(200)]})
    frame.write_parquet(tmp_path / "a.parquet")
    told = found(open_source(str(tmp_path / "a.parquet")), "DAT709", "DAT710", "DAT712")
    assert (told["DAT709"].status, told["DAT709"].items) == (Status.WARN, ("row 8",))
    assert "`answer`" in told["DAT709"].message
    assert "characters of `question`" in told["DAT710"].message
    assert told["DAT712"].status is Status.PASS  # a translation is of one script, each column by itself; one text is none


def test_a_quotation_mark_without_its_partner_swallows_rows(tmp_path):
    lines = ["number;price;remark", *(f"{i}_{i % 7};{i / 2};all is well with this one, as I said {i}" for i in range(60))]
    lines[30] = lines[30].replace("all", '"all')
    lines[36] += '"'
    (tmp_path / "a.csv").write_text("\n".join(lines))
    told = found(open_source(str(tmp_path / "a.csv")), "DAT717")["DAT717"]
    assert (told.status, len(told.items)) == (Status.WARN, 1)
    assert "6 in all" in told.message


def test_two_names_of_one_field_are_told(tmp_path):
    rows = [{("review" if i % 30 == 4 else "text"): t} for i, t in enumerate(remarks()["remark"])]
    pl.DataFrame({k: [r.get(k) for r in rows] for k in ("text", "review")}).write_parquet(tmp_path / "a.parquet")
    told = found(open_source(str(tmp_path / "a.parquet")), "DAT715")["DAT715"]
    assert (told.status, len(told.items)) == (Status.UNSURE, 7)


def test_words_of_two_labels_are_left_open(tmp_path):
    words = [f"{a}{b}{i}" for i, (a, b) in enumerate(zip(TOWNS * 40, TOWNS[::-1] * 40, strict=True))]
    pl.DataFrame({"word": [*words, *words[:5]], "lang": ["de", "nl"] * 100 + ["fr"] * 5}).write_csv(tmp_path / "a.csv")
    told = found(open_source(str(tmp_path / "a.csv"), target="lang"), "DAT541", "DAT522")
    assert (told["DAT541"].status, len(told["DAT541"].items)) == (Status.UNSURE, 5)
    assert told["DAT522"].status is Status.PASS  # nothing else is there to tell by


@pytest.mark.parametrize(
    ("content", "binary"),
    [(b"A\x08A bo\x08old word, and \x07 a bell", False), (b"\x07\x07 wake up", False), (b"\x00\x01\x02\x03" * 20, True), (bytes(range(32)) * 3, True)],
)
def test_what_printers_read_is_text(content, binary):
    assert is_binary(content) is binary


@pytest.mark.parametrize(
    ("text", "language"),
    [("The cat sat on the mat and it was not amused by this", "English"), ("Je ne sais pas si le chat est dans la maison", "French"), ("git push origin main --force", ""), ("ok", "")],
)
def test_a_language_is_told_by_its_small_words(text, language):
    words = text_languages.WORD.findall(text.lower())
    hits = text_languages._hits(words)
    assert (text_languages._told(len(words), hits, "") if hits else "") == language


def test_fillers_written_breaks_and_encoded_texts():
    assert [bool(text_lengths.FILLER.fullmatch(f"{t} ")) for t in ("Lorem ipsum dolor sit amet, consectetur.", "test test", "asdf", "a test", "test", "lorem")] == [True, True, True, False, False, False]
    assert [bool(text_damage.ESCAPE.search(t)) for t in (r"one.\nTwo", r"caf\u00e9", r"C:\new", r"\node of a tree", r"a\nb")] == [True, True, False, False, False]
    assert text_damage._encoded("aXQgaXMgbW9yZSB0aGFuIDkwIGRheXMgYWdvIG5vdw==").startswith("it is more")
    assert text_damage._encoded("ThisIsALongNameOfAThing1WithoutBlanks") == ""


def test_lost_letters_are_no_addresses():
    assert [bool(text_writing.LOST.search(t)) for t in ("gr?n ist sch?n", "wait?what", "see a.org/x?id=3", "why? because", "f?r")] == [True, True, False, False, True]


def test_addresses_of_examples_and_numbers_of_things_are_no_persons():
    mails = [m.group() for m in text_persons.MAIL.finditer("a.b@post.dk, @anna, x@y, me@example.org")]
    assert [m for m in mails if not text_persons.RESERVED.search(m)] == ["a.b@post.dk"]
    assert [bool(text_persons.PHONE.search(t)) for t in ("+1 (415) 555-0155", "415-555-0155", "2021-03-04", "1,299.99", "+45 31 22 41 10", "3-0-3")] == [True, True, False, False, True, False]
