"""The data card of a run: written beside it, told on its page, and asked for where it is not stated."""

from __future__ import annotations

import json

import pytest

from data.test_card import WHOLE
from nohero.options import Options
from nohero.run.finding import Status
from nohero.sitting import begin, take_up
from small_runs import write_shop


@pytest.fixture
def shop(tmp_path):
    return write_shop(tmp_path / "shop.csv")


def walked(source, out, **options):
    outcome = begin(Options(source=str(source), effort="tiny", until="data", **options), out=out)
    return outcome, next(f for f in outcome.record.stages[0].findings if f.code == "DAT190")


def test_what_is_not_stated_is_asked_for_with_the_lines_to_add(shop, tmp_path):
    (tmp_path / "LICENSE").write_text("terms")
    outcome, finding = walked(shop, tmp_path / "runs", target="sold")
    assert finding.status is Status.UNSURE
    assert "LICENSE" in finding.message
    assert len(finding.remedies) == 6
    assert all(remedy.text.startswith("add to data-card.toml beside shop.csv: ") for remedy in finding.remedies)
    (tmp_path / "data-card.toml").write_text("\n".join(remedy.text.partition("shop.csv: ")[2] for remedy in finding.remedies))
    assert outcome.gate is None
    assert walked(shop, tmp_path / "runs", target="sold")[1].status is Status.PASS


def test_a_whole_card_is_written_and_told(shop, tmp_path):
    (tmp_path / "data-card.toml").write_text(WHOLE.replace("exported", "<script>exported"))
    outcome, finding = walked(shop, tmp_path / "runs", target="sold")
    assert finding.status is Status.PASS
    card = json.loads((outcome.directory.path / "data-card.json").read_text())
    assert card["stated"]["licence"] == "CC BY 4.0"
    assert (card["missing"], card["file"], card["data"]["items"], card["data"]["target"]) == ([], "data-card.toml", 140, "sold")
    assert set(card["data"]["classes"]) == {"-no", "yes"}
    assert sum(card["data"]["classes"].values()) == sum(card["data"]["parts"].values()) == 140
    assert card["data"]["sha256"] == outcome.record.facts["data sha256"]
    page = (outcome.directory.path / "report.html").read_text()
    assert '<section id="data-card"' in page
    assert 'href="https://example.org/shop"' in page
    assert "<script>" not in page


def test_the_card_stays_what_it_was_when_a_run_is_resumed(shop, tmp_path):
    outcome, _ = walked(shop, tmp_path / "runs", target="sold")
    (tmp_path / "data-card.toml").write_text(WHOLE)
    again = take_up(tmp_path / "runs", changes={"until": "data"})
    assert again.record.card == outcome.record.card
    assert again.record.card["licence"] == "not stated"


def test_a_built_in_set_is_described_elsewhere(tmp_path):
    outcome, finding = walked("built-in:wine", tmp_path / "runs")
    assert finding.status is Status.SKIP
    assert outcome.record.card["described in"] == "sklearn.datasets.load_wine().DESCR"


def test_numbers_of_classes_are_written_as_the_task_names_them(shop, tmp_path):
    lines = shop.read_text().splitlines()
    shop.write_text("\n".join([lines[0], *(line.replace(",yes", ",1").replace(",-no", ",0") for line in lines[1:])]) + "\n")
    outcome, _ = walked(shop, tmp_path / "runs", target="sold")
    assert set(json.loads((outcome.directory.path / "data-card.json").read_text())["data"]["classes"]) == {"0", "1"}
