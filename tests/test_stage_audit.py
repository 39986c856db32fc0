"""The audit within a run: its findings are the data stage's, once, in time, and only a leak closes the gate."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PIL import Image

from nohero import stage_audit
from nohero.bring import bring
from nohero.checks.check import all_checks, audit_checks
from nohero.options import Options
from nohero.run.finding import Status, failed, passed, warned
from nohero.run.gate import judge_gate
from nohero.run.journal import content
from nohero.sitting import begin, take_up
from nohero.sources import as_read
from nohero.stored import exit_code, judge_again, record_of
from small_runs import write_pictures, write_shop


@pytest.fixture
def shop(tmp_path):
    return write_shop(tmp_path / "shop.csv", rows=300)


def walked(source, out, **options):
    return begin(Options(source=str(source), effort="tiny", until="data", **options), out=out)


def told(outcome):
    return {f.code: f for f in outcome.record.stages[0].findings}


def marked(path):
    """Missing weights are written as a word, and each size once more under another name."""
    lines = path.read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    draw = random.Random(1)
    for row in rows:
        row[3] = "unknown" if draw.random() < 0.1 else row[3]
    path.write_text("\n".join([lines[0] + ",again", *(",".join([*row, row[0]]) for row in rows)]) + "\n")
    return path


def test_what_the_audit_finds_stands_in_the_data_stage(shop, tmp_path):
    outcome = walked(marked(shop), tmp_path / "runs", target="sold")
    found = told(outcome)
    assert found["DAT510"].status is Status.WARN
    assert "unknown" in found["DAT510"].message
    assert found["DAT521"].where == ("size", "again")
    assert outcome.gate is None
    page = (outcome.directory.path / "report.html").read_text()
    assert 'id="DAT510"' in page
    assert 'id="DAT521"' in page
    assert list(found) == sorted(found)
    assert judge_again(outcome.directory).stages[0].findings == outcome.record.stages[0].findings


def test_one_of_two_checks_that_ask_the_same_speaks(tmp_path, shop):
    lines = shop.read_text().splitlines()
    shop.write_text("\n".join([lines[0] + ",number", *(f"{line},{i}" for i, line in enumerate([*lines[1:], *lines[1:40]]))]) + "\n")
    found = told(walked(shop, tmp_path / "runs", target="sold", drop=("number",)))
    assert found["DAT110"].status is Status.WARN
    assert not {"DAT540", "DAT541", "DAT522", "DAT520", "DAT530", "DAT532", "DAT500"} & set(found)
    assert not any("number" in f.message.split("`") for f in found.values())  # it was left out


def test_a_cut_target_is_told_once_and_a_cut_field_beside_it(tmp_path):
    path = write_shop(tmp_path / "cut.csv", rows=400)
    lines = path.read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[4] = f"{min(float(row[4]), 24.0):.3f}"
    path.write_text("\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n")
    found = told(walked(path, tmp_path / "runs", target="price"))
    assert found["DAT180"].status is Status.WARN
    assert "DAT515" not in found
    for row in rows:
        row[0] = f"{min(float(row[0]), 12.0):.3f}"
    path.write_text("\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n")
    found = told(walked(path, tmp_path / "runs", target="price"))
    assert set(found["DAT515"].where) == {"size", "price"}


def test_twins_are_checks_of_the_recipe():
    recipe = {c.code for c in all_checks()}
    for check in audit_checks():
        assert set(check.said_by) <= recipe
    assert not any(c.said_by or c.closes for c in all_checks())


def test_the_audit_is_done_once(shop, tmp_path, monkeypatch):
    outcome = walked(shop, tmp_path / "runs", target="sold")
    before = content(outcome.directory.journal.events)
    monkeypatch.setattr(stage_audit, "_examined", lambda *_: pytest.fail("done again"))
    again = take_up(tmp_path / "runs", changes={"until": "data"})
    assert content(again.directory.journal.events) == before
    assert again.record.stages[0].findings == outcome.record.stages[0].findings


def test_a_budget_leaves_out_what_does_not_fit(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("nohero.training.allowance.Allowance.left", lambda _: 0.01)
    outcome = walked(shop, tmp_path / "runs", target="sold", budget=60.0)
    assert any(what.startswith("NumberFacts (about") for what in outcome.record.stages[0].left_out)
    assert not any("Box" in what or "Sound" in what for what in outcome.record.stages[0].left_out)


def test_decisions_come_before_the_audit(shop, tmp_path):
    marked(shop)
    rows = [i for i, line in enumerate(shop.read_text().splitlines()) if "unknown" in line]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("item,decision,value,reason\n" + "".join(f"row {i},drop,,not weighed\n" for i in rows))
    found = told(walked(shop, tmp_path / "runs", target="sold", decisions=str(decisions)))
    assert found["DAT510"].status is Status.PASS


def test_a_picture_in_two_parts_closes_the_gate_and_a_reason_opens_it(tmp_path):
    for seed, part in enumerate(("train", "test")):
        write_pictures(tmp_path / "all" / part, per_class=20, seed=seed)
    for path in (tmp_path / "all").rglob("*.png"):
        with Image.open(path) as image:
            image.resize((36, 36)).save(path)
    assert walked(tmp_path / "all", tmp_path / "runs").gate is None
    (tmp_path / "all" / "test" / "left" / "copy.png").write_bytes((tmp_path / "all" / "train" / "left" / "0.png").read_bytes())
    outcome = walked(tmp_path / "all", tmp_path / "runs")
    assert outcome.gate.closed_by == ("DAT662",)
    assert "test/left/copy.png = train/left/0.png" in told(outcome)["DAT662"].where[0]
    again = take_up(tmp_path / "runs", passes={"DAT662": "the test wants it"})
    assert again.record.stages[0].state == "passed"


@pytest.mark.parametrize(("status", "closes"), [(failed("bad"), True), (warned("odd"), False)])
def test_only_a_leak_closes(status, closes):
    leak, taste = next(c for c in audit_checks() if c.closes), next(c for c in audit_checks() if not c.closes)
    found = (replace(status, code=leak.code), replace(status, code=taste.code), replace(failed("own"), code="DAT240"))
    gate = judge_gate("data", found, {}, advisory=stage_audit.advisory(found))
    assert gate.closed_by == ((leak.code, "DAT240") if closes else ("DAT240",))


def test_a_failure_that_closes_nothing_is_no_exit_code(shop, tmp_path):
    record = record_of(walked(shop, tmp_path / "runs", target="sold").directory)
    taste = next(c for c in audit_checks() if not c.closes)
    with_it = replace(record, stages=(replace(record.stages[0], findings=(replace(failed("bad"), code=taste.code), passed("fine"))),))
    assert exit_code(with_it) == 0
    assert exit_code(replace(record, stages=(replace(record.stages[0], findings=(replace(failed("bad"), code="DAT170"),)),))) == 1


@pytest.mark.parametrize("fault", [RuntimeError("no"), OSError("gone"), MemoryError()])
def test_an_audit_that_breaks_does_not_end_the_run(shop, tmp_path, monkeypatch, fault):
    def broken(*_):
        raise fault

    monkeypatch.setattr(stage_audit, "_examined", broken)
    outcome = walked(shop, tmp_path / "runs", target="sold")
    assert outcome.gate is None
    assert any(type(fault).__name__ in what for what in outcome.record.stages[0].left_out)
    assert outcome.directory.journal.last("broken", type="Audit") is not None


def test_files_that_are_gone_or_too_many_are_looked_at_as_they_were_read(shop, monkeypatch):
    raw = bring(str(shop), target="sold")[0].raw
    assert as_read.opening_price(raw) < 1
    assert as_read.opening_price(replace(raw, source="gone.csv")) == float("inf")
    monkeypatch.setattr(as_read, "LONGEST", 0.0)
    assert as_read.opening_price(raw) == float("inf")
    monkeypatch.setitem(as_read.MOST, "table", 100)
    few = as_read.from_memory(raw)
    assert (len(few), few.label, few.items[0], few.items[-1]) == (100, "sold", "row 1", "row 300")
    assert "100 of 300" in few.notes[-1]


def test_a_large_table_is_read_in_parts(shop, tmp_path, monkeypatch):
    raw = bring(str(marked(shop)), target="sold")[0].raw
    monkeypatch.setattr("nohero.sources.tables.is_large", lambda *_: True)
    collection = as_read.from_files(raw)
    assert collection.whole is not None
    assert collection.total == 300
    assert told(walked(shop, tmp_path / "runs", target="sold"))["DAT510"].status is Status.WARN
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("item,decision,value,reason\nrow 1,drop,,odd\n")
    assert as_read.from_files(raw, decisions=str(decisions)) is None


def test_built_in_pictures_are_audited_in_memory():
    raw = bring("built-in:digits")[0].raw
    collection = as_read.from_memory(raw)
    assert (len(collection), collection.kind, collection.items[:1]) == (1797, "picture", ("row 1",))
