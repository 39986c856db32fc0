"""The data card: what is stated, what is asked for, what lies beside; hostile files are refused with the line to mend."""

import json

import pytest

from nohero.data.card import ASKED, LARGEST, find_card
from nohero.run.errors import DataError, NoheroError, UsageError

WHOLE = """source = "https://example.org/shop"
licence = "CC BY 4.0"
date = 2026-01-31
collection = "exported from the till"
consent = true
personal_data = "none"
"""


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text("a,b\n1,2\n")
    return path


def test_nothing_is_stated_and_nothing_is_guessed(shop, tmp_path):
    (tmp_path / "LICENSE").write_text("MIT License")
    (tmp_path / "README.md").write_text("# Shop\nlicence: CC BY 4.0")
    (tmp_path / "readme-folder").mkdir()
    card = find_card(str(shop))
    assert (card.stated, card.missing, card.file) == ({}, tuple(ASKED), "")
    assert card.beside == ("LICENSE", "README.md")
    assert card.wanted == "data-card.toml beside shop.csv"


def test_a_card_beside_the_source_and_one_that_is_named(shop, tmp_path):
    (tmp_path / "data-card.toml").write_text(WHOLE)
    card = find_card(str(shop))
    assert card.missing == ()
    assert (card.stated["date"], card.stated["consent"], card.file, len(card.sha256)) == ("2026-01-31", "yes", "data-card.toml", 64)
    (tmp_path / "other.json").write_text(json.dumps({"License": "MIT", "date": "", "PII": False}))
    named = find_card(str(shop), str(tmp_path / "other.json"))
    assert named.stated == {"licence": "MIT", "personal_data": "no"}
    assert "date" in named.missing


def test_a_folder_holds_its_own(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "data-card.toml").write_text(WHOLE)
    assert find_card(str(tmp_path / "pictures")).wanted == "data-card.toml in pictures"
    (tmp_path / "pictures" / "data-card.toml").write_text(WHOLE)
    assert find_card(str(tmp_path / "pictures")).missing == ()


def test_what_ships_with_a_package_is_described_there(shop, tmp_path):
    assert find_card("built-in:digits").shipped == "sklearn.datasets.load_digits().DESCR"
    assert find_card("built-in:digits").missing == ()
    (tmp_path / "c.toml").write_text('licence = "BSD"')
    assert find_card("built-in:digits", str(tmp_path / "c.toml")).stated == {"licence": "BSD"}


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("c.toml", b"licence = CC BY", "not TOML"), ("c.toml", b"\xff\xfe\x00", "not TOML"), ("c.json", b"[" * 100_000, "not JSON"), ("c.json", b"[]", "holds a list"),
        ("c.toml", b'licens = "MIT"', "licens"), ("c.toml", b"[licence]\nname = 1", "a dict"), ("c.json", b'{"licence": ["MIT"]}', "a list"), ("c.json", b'{"licence": null}', "a NoneType"),
        ("c.toml", b'licence = "' + b"x" * 3000 + b'"', "3,000 letters"), ("c.toml", b"# " + b"x" * LARGEST, "larger than"), ("c.json", b"", "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_card_is_refused(shop, tmp_path, name, content, what):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=what):
        find_card(str(shop), str(tmp_path / name))


def test_a_card_that_is_not_there(shop, tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        find_card(str(shop), str(tmp_path / "none.toml"))
    with pytest.raises(NoheroError):
        find_card(str(shop), str(tmp_path))


def test_control_letters_and_lines_become_one_line(shop, tmp_path):
    (tmp_path / "data-card.toml").write_text('source = """the\nshop\t<script>"""')
    assert find_card(str(shop)).stated["source"] == "the shop <script>"


def test_the_card_that_a_run_has_written_is_read_again(shop, tmp_path):
    (tmp_path / "data-card.json").write_text(json.dumps({"schema": 1, "name": "shop", "stated": {"licence": "CC0"}, "data": {"items": 1}}))
    assert find_card(str(shop)).stated == {"licence": "CC0"}
