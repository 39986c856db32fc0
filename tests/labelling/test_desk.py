"""The desk by plain HTTP: who is let in, what is shown, what is kept."""

from __future__ import annotations

import json
import re
import socket
from html import unescape

import numpy as np
import polars as pl
import pytest
from PIL import Image

from labelling.visitor import Visitor, button_of, desk_for, words
from nohero.labelling.answers import Answers
from nohero.labelling.desk import Desk
from nohero.labelling.sheet import make_sheet
from nohero.sources.collection import Collection


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "labels.jsonl"


def right_of(page):
    return "cat" if "miaow" in page else "dog"


def label_all(visitor, numbers):
    for number in numbers:
        page = visitor.page(number)
        status, _ = visitor.answer(number, button_of(page, right_of(page)))
        assert status == 303


def test_ten_labels_without_a_script(path):
    with desk_for(path) as desk:
        visitor = Visitor(desk)
        assert visitor.ask("")[0].headers["Location"] == "item/1"
        label_all(visitor, range(1, 10))
        status, location = visitor.answer(10, "u")
        assert (status, location) == (303, "../end")
        assert visitor.ask("")[0].headers["Location"] == "end"
        assert "All 10 items are labelled" in visitor.ask("end")[1].decode()
        page = visitor.finish()
        assert desk.finished.wait(5)
    sheet = desk.sheet
    wrong = [k for k in range(1, 10) if int(sheet.item(k).split()[1]) % 5 == 1]
    assert wrong
    assert f"{9 - len(wrong)} of 9 given labels confirmed" in page
    assert "1 item could not be told" in page
    for number in wrong:
        assert f">{sheet.item(number)}<" in page
    assert page.count("given <b>") == page.count("yours <b>") == len(wrong)


def test_nothing_is_lost_by_a_kill(path):
    with desk_for(path) as desk:
        label_all(Visitor(desk), [1, 2, 3])
    with path.open("ab") as file:
        file.write(b'{"event": "answer", "item": "ro')  # a line that a kill cut short
    with desk_for(path) as desk:
        visitor = Visitor(desk)
        assert visitor.ask("")[0].headers["Location"] == "item/4"
        label_all(visitor, [4])
        assert 'aria-pressed="true"' in visitor.page(1)
        assert "4 of 10 items are labelled" in visitor.ask("end")[1].decode()
    with desk_for(path, number=20) as desk:  # more items begin with the same ones
        assert desk.answers.num_answered() == 4
    lines = path.read_bytes().splitlines()
    assert len(lines) == 6
    assert json.loads(lines[0])["classes"] == ["cat", "dog"]


def test_an_answer_may_be_changed_until_the_given_labels_are_seen(path):
    with desk_for(path) as desk:
        visitor = Visitor(desk)
        visitor.answer(1, "0")
        visitor.answer(1, "1")
        assert desk.answers.of(1) == "dog"
        visitor.finish()
        assert visitor.answer(1, "0")[0] == 409
        assert visitor.ask("item/1")[0].status == 410
    with desk_for(path) as desk:
        assert Visitor(desk).answer(1, "0")[0] == 409
        assert Visitor(desk).answer(2, "0")[0] == 303
        assert desk.answers.of(1) == "dog"


def test_the_page_is_blind(path):
    source = words()
    told = source.with_(frame=source.frame.with_columns(file=pl.format("train/{}/x.png", pl.col("kind")), other=pl.lit("cat"), note=pl.lit("a note")), kind="row")
    with desk_for(path, told) as desk:
        assert desk.sheet.shown == ("says", "size", "note")
        page = Visitor(desk).page(1)
        assert "row " not in page
        assert "train/" not in page
        body = page.partition("<fieldset>")[0]
        assert not re.search(r"\b(cat|dog)\b", body)
    with desk_for(path.with_name("b"), told, hidden=["note"]) as desk:
        assert "a note" not in Visitor(desk).page(1)


def test_what_the_data_hold_is_text_and_never_markup(path):
    with desk_for(path, number=30) as desk:
        pages = [Visitor(desk).page(k) for k in range(1, 31)]
    page = next(p for p in pages if "wuff" in p)
    assert "<b>wuff" not in page
    assert "<b>wuff</b> & 'co'" in unescape(page)
    assert "<script>" not in page
    assert page.count("<script") == 1


def test_every_request_needs_the_token_and_the_right_names(path):
    with desk_for(path) as desk:
        visitor = Visitor(desk)
        _, port = desk.authority.split(":")
        for asked, status in [
            ({"token": "x" * 32}, 403), ({"token": ""}, 403), ({"headers": {"Host": f"localhost:{port}"}}, 403), ({"headers": {"Host": "evil.example"}}, 403),
            ({"headers": {"Origin": "http://evil.example"}}, 403), ({"headers": {"Origin": "null"}}, 403), ({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
            ({"headers": {"Sec-Fetch-Site": "same-site"}}, 403), ({"headers": {"Sec-Fetch-Site": "none"}}, 200), ({"headers": {"Origin": f"http://{desk.authority}"}}, 200),
        ]:  # fmt: skip
            assert visitor.ask("item/1", **asked)[0].status == status, asked
            method = visitor.ask("answer/1", "POST", "answer=0", **asked)[0].status
            assert method == (303 if status == 200 else status), asked
        for odd in ("../item/1", "item/0", "item/11", "item/1/", "item/-1", "item/1?x", "picture/../../etc/passwd", "style.css", "item/9999999999", "%2e%2e/"):
            assert visitor.ask(odd)[0].status in (403, 404), odd
        for method, place, body, status in [
            ("POST", "answer/1", "answer=2", 400), ("POST", "answer/1", "answer=-1", 400), ("POST", "answer/1", "", 400), ("POST", "answer/11", "answer=0", 404),
            ("POST", "item/1", "x=1", 405), ("GET", "finish", None, 405), ("GET", "answer/1", None, 405), ("POST", "answer/1", "a" * 1001, 413), ("PUT", "item/1", "x", 501),
        ]:  # fmt: skip
            assert visitor.ask(place, method, body)[0].status == status, (method, place, body)
        assert not desk.finished.is_set()
        assert desk.answers.num_answered() == 1


def test_it_listens_on_this_machine_alone_and_tells_little(path):
    with desk_for(path) as desk:
        assert desk.authority.startswith("127.0.0.1:")
        assert len(desk.token) >= 32
        answer, content = Visitor(desk).ask("item/1")
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"] == "nohero"
        assert b"http" not in content
        host, port = desk.authority.split(":")
        with socket.create_connection((host, int(port))) as raw:  # two names at once
            raw.sendall(f"GET /{desk.token}/item/1 HTTP/1.1\r\nHost: {desk.authority}\r\nHost: evil\r\n\r\n".encode())
            assert b" 403 " in raw.recv(200)


def test_garbage_does_not_end_it(path):
    with desk_for(path) as desk:
        host, port = desk.authority.split(":")
        for garbage in (b"\x00\xff\xfe\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", f"POST /{desk.token}/answer/1 HTTP/1.1\r\nHost: {desk.authority}\r\nContent-Length: -5\r\n\r\n".encode()):
            with socket.create_connection((host, int(port))) as raw:
                raw.sendall(garbage)
        assert Visitor(desk).page(1)


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    names = [f"cat/{i}.png" for i in range(4)]
    (folder / "cat").mkdir()
    for i, name in enumerate(names[:2]):
        Image.fromarray(np.full((8, 6, 3), 40 * i, dtype=np.uint8)).save(folder / name)
    (folder / names[2]).write_bytes(b"no picture")
    outside = tmp_path / "secret.png"
    Image.fromarray(np.zeros((4, 4, 3), dtype=np.uint8)).save(outside)
    (folder / names[3]).symlink_to(outside)
    frame = pl.DataFrame({"path": names, "kind": ["cat", "dog", "cat", "dog"]})
    return Collection(name="p", source="p", kind="picture", frame=frame, items=tuple(names), files=tuple(names), root=folder, label="kind")


def test_pictures_are_given_by_number_and_written_anew(path, pictures):
    with desk_for(path, pictures, number=4) as desk:
        visitor = Visitor(desk)
        for number in range(1, 5):
            name = desk.sheet.item(number)
            answer, _ = visitor.ask(f"picture/{number}")
            page = visitor.page(number)
            assert "cat/" not in page
            if name in ("cat/0.png", "cat/1.png"):
                assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
                assert f'class="small" src="../picture/{number}"' in page
            else:
                assert answer.status == 404
                assert ("outside of the folder" if name == "cat/3.png" else "not a picture") in page
            visitor.answer(number, "0")
        assert visitor.ask("sound/1")[0].status == 404
        page = visitor.finish()
    assert page.count("data:image/png;base64,") == 1
    assert "outside of the folder" in page


@pytest.mark.parametrize("pixels", [np.zeros((3, 5, 5), np.uint8), np.random.default_rng(0).normal(size=(3, 5, 5, 3)), np.full((3, 5, 5, 1), np.nan), np.zeros((3, 2000, 4), bool)])
def test_pictures_in_memory(path, pixels):
    frame = pl.DataFrame({"kind": ["a", "b", "a"]})
    source = Collection(name="p", source="p", kind="picture", frame=frame, items=("1", "2", "3"), pictures=pixels, label="kind")
    with desk_for(path, source, number=3) as desk:
        answer, content = Visitor(desk).ask("picture/1")
        assert answer.status == 200
        assert content.startswith(b"\x89PNG")


def test_sounds_and_texts(path, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF....")
    (tmp_path / "b.exe").write_bytes(b"MZ")
    frame = pl.DataFrame({"kind": ["a", "b"]})
    source = Collection(name="s", source="s", kind="sound", frame=frame, items=("a.wav", "b.exe"), files=("a.wav", "b.exe"), root=tmp_path, label="kind")
    with desk_for(path, source, number=2) as desk:
        found = {desk.sheet.item(k): Visitor(desk).ask(f"sound/{k}")[0] for k in (1, 2)}
        assert found["a.wav"].headers["Content-Type"] == "audio/wav"
        assert found["b.exe"].status == 404
        assert "<audio controls" in Visitor(desk).page(1)
        assert "nothing was labelled" in Visitor(desk).finish().lower()
    texts = Collection(name="t", source="t", kind="text", frame=frame, items=("1", "2"), texts=pl.Series(["<i>x</i>" + "y" * 30_000, None]), label="kind")
    with desk_for(path.with_name("t"), texts, number=2) as desk:
        pages = "".join(Visitor(desk).page(k) for k in (1, 2))
        assert "&lt;i&gt;x&lt;/i&gt;" in pages
        assert "10,008 more letters" in pages
        assert "missing" in pages


def test_keys_go_on_with_letters_and_leave_out_u(path):
    names = [f"class {i:02d}" for i in range(40)]
    frame = pl.DataFrame({"x": range(40), "kind": names})
    source = Collection(name="k", source="k", kind="row", frame=frame, items=tuple(map(str, range(40))), label="kind")
    with desk_for(path, source, number=5) as desk:
        keys = re.findall(r'value="(\w+)" data-key="(.)"', Visitor(desk).page(1))
    assert keys == [*((str(i), key) for i, key in enumerate("123456789abcdefghijklmnopqrstvwxyz")), ("u", "u")]


def test_time_left_comes_from_the_answers(tmp_path):
    sheet = make_sheet(words(), number=10, seed=3)
    answers = Answers(tmp_path / "a.jsonl", sheet)
    assert answers.seconds_each() is None
    for number, seconds in enumerate((2.0, 100.0, 3.0), start=1):
        answers.put(sheet.item(number), "cat", seconds)
    assert answers.seconds_each() == 3.0
    with Desk(sheet, answers) as desk:
        assert "about 21 s left" in Visitor(desk).page(1)
