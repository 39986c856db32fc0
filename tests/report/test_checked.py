"""A check of a set-up in all its forms: text, page, fragment, JSON, SARIF, JUnit, annotations."""

import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from nohero.outcome import Report, TrustError
from nohero.report.checked_page import fragment, page
from nohero.report.checked_text import text
from nohero.report.formats import FORMATS, written
from nohero.report.github import as_github
from nohero.report.junit import as_junit
from nohero.report.sarif import as_sarif
from nohero.run.checked import Checked, folded
from nohero.run.errors import UsageError
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, Status, failed, passed, skipped, unsure, warned

CURVES = Lines(title="Loss", x_label="step", y_label="loss", series=(Series(name="yours", x=(0.0, 1.0), y=(2.0, 2.0)), Series(name="cured", x=(0.0, 1.0), y=(2.0, 0.1))))


def named(finding, code, name, stage="skeleton"):
    from dataclasses import replace

    return replace(finding, code=code, name=name, stage=stage, source="the recipe, the skeleton")


FOUND = (
    named(
        failed(
            "the loss <b>rises</b> & goes on", component="loss", where=("train.py:31", "criterion"), expected="a loss that falls", figure=CURVES,
            observed=Observed(value=2.5, unit="nats", n=32), level=Level.VERIFIED, remedies=(Remedy(text="turn the sign", tried=True, result="loss 0.1"),),
        ),
        "SKE344", "reversed-loss",
    ),
    named(warned("a layer is dead", component="model", where=("0.weight",), remedies=("use another start",)), "SKE260", "dead-units"),
    named(unsure("too few items", remedies=("hand over more",)), "DAT330", "noisy-labels", "data"),
    named(skipped("no schedule"), "SKE470", "idle-schedule"),
    named(passed("all finite"), "DAT300", "non-finite-batches", "data"),
)  # fmt: skip
CHECKED = Checked(name="train", findings=FOUND, seconds=3.2, parts=("model", "loss", "train"), left_out=("SwapTest (about 9.0 s): swaps",), costs=(("TaskFacts", 0.1),))
CLEAN = Checked(name="train", findings=FOUND[3:], seconds=3.2)


def test_findings_are_told_worst_first_and_followers_are_folded():
    assert [f.code for f in CHECKED.told] == ["SKE344", "SKE260", "DAT330"]
    under = folded(FOUND, {"SKE260": ("SKE344",)}, frozenset())
    assert under[0].also == ("SKE260",)
    assert [f.code for f in Checked(name="x", findings=under).told] == ["SKE344", "DAT330"]


def test_a_symptom_goes_under_the_first_cause_and_stands_alone_without_one():
    symptom = named(failed("cannot be trained"), "OVF200", "untrainable-batch", "overfit")
    assert folded((symptom, *FOUND), {}, frozenset({"OVF200"}))[1].also == ("OVF200",)
    assert folded((symptom, *FOUND[3:]), {}, frozenset({"OVF200"}))[0].also == ()


def test_a_symptom_goes_under_a_cause_in_the_part_it_blames():
    symptom = named(failed("cannot be trained", component="model"), "OVF200", "untrainable-batch", "overfit")
    assert folded((symptom, *FOUND), {}, frozenset({"OVF200"}))[2].also == ("OVF200",)
    assert "1 folded under a cause" in text(Checked(name="x", findings=folded((symptom, *FOUND), {}, frozenset({"OVF200"}))), width=200)


def test_what_is_clean_is_one_line():
    assert len(text(CLEAN).strip().splitlines()) == 1
    assert "2 checks: 1 passed, 1 skipped" in text(CLEAN)


def test_the_text_is_plain_where_asked_and_narrow():
    said = text(CHECKED, width=60, ascii_only=True)
    assert said.isascii()
    assert max(map(len, said.splitlines())) <= 60
    assert "[tried: loss 0.1]" in said
    assert "1 measurement left out" in said


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.tags.append(tag)
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told["href"]] if "href" in told else []


@pytest.mark.parametrize("checked", [CHECKED, CLEAN], ids=["found", "clean"])
def test_the_page_asks_for_nothing_and_its_links_lead_somewhere(checked):
    made = page(checked)
    seen = Tags()
    seen.feed(made)
    assert "script" not in seen.tags
    assert seen.tags.count("h1") == 1
    assert len(seen.ids) == len(set(seen.ids))
    assert all(link[1:] in seen.ids for link in seen.links if link.startswith("#"))
    assert not [link for link in seen.links if link.startswith(("http:", "//"))]
    assert "<b>rises" not in made


def test_the_fragment_brings_no_style_sheet():
    made = fragment(CHECKED)
    assert "<style" not in made
    assert "<script" not in made
    assert "&lt;b&gt;rises" in made
    assert len(made) < 200_000


def test_json_has_everything():
    plain = json.loads(FORMATS["json"](CHECKED))
    assert plain["schema"] == 1
    assert [f["code"] for f in plain["findings"]] == [f.code for f in FOUND]
    lines = [json.loads(line) for line in FORMATS["jsonl"](CHECKED).splitlines()]
    assert len(lines) == 1 + len(FOUND)


def test_sarif_is_what_its_models_take():
    sarif = pytest.importorskip("sarif_pydantic", reason="needs sarif-pydantic, of the extra [test]")
    log = json.loads(as_sarif(CHECKED))
    sarif.Sarif.model_validate(log)
    (run,) = log["runs"]
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["DAT330", "SKE260", "SKE344"]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert run["results"][0]["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "train.py"}, "region": {"startLine": 31}}
    assert run["results"][1]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "0.weight"


def test_junit_counts_what_it_holds():
    root = ET.fromstring(as_junit(CHECKED))  # noqa: S314 (our own text)
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("5", "1", "2")
    cases = root.findall("./testsuite/testcase")
    assert len(cases) == 5
    assert [c.get("name") for c in cases if c.find("failure") is not None] == ["SKE344 reversed-loss"]


def test_junit_survives_any_character():
    odd = Checked(name="x", findings=(named(failed("bell \x07 and \ud800 half a pair"), "SKE344", "reversed-loss"),))
    assert ET.fromstring(as_junit(odd)) is not None  # noqa: S314


def test_annotations_are_escaped():
    told = as_github(Checked(name="x", findings=(named(failed("50 % of\nlines", where=("a,b.py:3",)), "SKE344", "reversed-loss"),)))
    assert told == "::error file=a%2Cb.py,line=3,title=SKE344 reversed-loss::50 %25 of%0Alines.\n"


def test_the_report_saves_itself_by_suffix(tmp_path):
    report = Report(CHECKED)
    for suffix in (".html", ".json", ".jsonl", ".sarif", ".xml", ".txt", ".md"):
        assert report.save(tmp_path / f"r{suffix}").stat().st_size > 0
    with pytest.raises(UsageError, match=r"\.docx"):
        written(CHECKED, ".docx")


def test_the_report_is_easy_to_ask():
    report = Report(CHECKED)
    assert not report.ok
    assert report.exit_code == 1
    assert [f.code for f in report] == ["SKE344", "SKE260", "DAT330"]
    assert report["dead-units"].status is Status.WARN
    assert isinstance(report["SKE344"], Finding)
    with pytest.raises(TrustError, match="SKE344"):
        report.raise_on("error")
    Report(CLEAN).raise_on("warning")
    with pytest.raises(KeyError):
        report["SKE999"]
