"""A person's accuracy from `nohero label` to the run: checked, kept, drawn in every picture of that score, and said."""

from __future__ import annotations

import json
import shutil

import pytest

from nohero.bring import bring
from nohero.human_line import beside_source, read_human
from nohero.labelling.verdict import as_json
from nohero.options import Options
from nohero.run.errors import DataError, NoheroError, UsageError
from nohero.run.figure import Bar, Bars, Lines, Rule, Series, Text
from nohero.run.human import beside, with_line
from nohero.run.score import Score
from nohero.sitting import begin, take_up
from nohero.stored import record_of
from nohero.tasks.agreement import compare
from small_runs import finished, write_shop

GIVEN = ["yes", "-no"] * 20
OWN = ["yes", "-no"] * 18 + ["yes", "yes", None, "-no"]  # 38 of 39 known answers are right


@pytest.fixture
def shop(tmp_path):
    return write_shop(tmp_path / "shop.csv")


def verdict(path, label="sold", given=GIVEN, own=OWN):
    path.write_text(as_json(compare(given, own), label=label, source="shop.csv"))
    return path


def score(value, low, high, metric="accuracy"):
    return Score(metric=metric, value=value, low=low, high=high, n=40)


def test_the_share_and_its_interval_are_read(shop, tmp_path):
    problem = bring(str(shop), target="sold")[0]
    human = read_human(verdict(tmp_path / "v.json"), problem)
    assert (human.metric, human.n, round(human.value, 3)) == ("accuracy", 39, 0.974)
    assert human.low < 0.9 < human.value < human.high < 1
    whole = tmp_path / "whole.json"
    whole.write_text(json.dumps({"label": "sold", "asked": 40, "pair": json.loads((tmp_path / "v.json").read_text())}))
    assert read_human(whole, problem) == human


def test_a_second_annotation_is_a_person_too(shop, tmp_path):
    path = tmp_path / "second.json"
    path.write_text(as_json(compare(GIVEN, OWN), alpha=0.9, first="sold", second="by_ann"))
    assert read_human(path, bring(str(shop), target="sold")[0]).n == 39


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not JSON"), ("[1]", "no verdict"), ("[" * 100_000, "not JSON"), ('{"label": "price"}', "label `price`"), ("{}", "label `None`"), ('{"label": "sold", "pair": 3}', "no verdict"),
        ('{"label": "sold"}', "which classes"), ('{"label": "sold", "by_class": 3}', "which classes"), ('{"label": "sold", "by_class": [["cat", {}]], "share": {"hits": 1, "of": 2}}', "`cat`"),
        ('{"label": "sold", "by_class": [], "share": {"hits": 3, "of": 2}}', "3 of 2"), ('{"label": "sold", "by_class": [], "share": {"hits": true, "of": 2}}', "True of 2"),
        ('{"label": "sold", "by_class": [], "share": {"hits": NaN, "of": 2}}', "nan of 2"), ('{"label": "sold", "by_class": [], "share": {"hits": 0, "of": 0}}', "no item"),
    ],
)  # fmt: skip
def test_what_is_no_verdict_on_these_labels_is_refused(shop, tmp_path, text, what):
    problem = bring(str(shop), target="sold")[0]
    path = tmp_path / "v.json"
    path.write_text(text)
    with pytest.raises((DataError, UsageError), match=what):
        read_human(path, problem)


def test_a_value_has_no_line(shop, tmp_path):
    with pytest.raises(DataError, match="predicts a value"):
        read_human(verdict(tmp_path / "v.json", label="price"), bring(str(shop), target="price")[0])


def test_a_missing_file_is_said_before_there_is_a_run(shop, tmp_path):
    with pytest.raises(NoheroError, match="cannot be read"):
        begin(Options(source=str(shop), target="sold", effort="tiny", human=str(tmp_path / "none.json")), out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_it_is_found_beside_the_source(shop, tmp_path):
    assert beside_source(str(shop)) is None
    assert beside_source("built-in:digits") is None
    assert beside_source(str(verdict(tmp_path / "shop.human.json")).replace(".human.json", ".csv")) == tmp_path / "shop.human.json"
    (tmp_path / "pictures").mkdir()
    verdict(tmp_path / "pictures" / "human.json")
    assert beside_source(str(tmp_path / "pictures")) == tmp_path / "pictures" / "human.json"


def test_only_pictures_of_that_score_get_the_line():
    human = score(0.95, 0.9, 0.98)
    bars = Bars(title="t", value_label="accuracy", bars=(Bar(label="a", value=0.5),))
    assert with_line(bars, human).rules == (Rule(label="a person", value=0.95),)
    lines = Lines(title="t", x_label="step", y_label="accuracy", series=(Series(name="a", x=(1.0,), y=(0.5,)),), rules=(Rule(label="r", value=0.1),))
    assert [r.label for r in with_line(lines, human).rules] == ["r", "a person"]
    for other in (Bars(title="t", value_label="loss (nats)", bars=()), Lines(title="t", x_label="x", y_label="loss", series=()), Text(title="t", lines=("accuracy",))):
        assert with_line(other, human) is other


@pytest.mark.parametrize(("low", "high", "said"), [(0.99, 1.0, "above"), (0.1, 0.2, "below"), (0.85, 0.95, "no difference")])
def test_the_two_are_compared_by_their_intervals(low, high, said):
    assert said in beside(score((low + high) / 2, low, high), score(0.95, 0.9, 0.98))
    assert "not comparable" in beside(score(0.5, low, high, metric="AUROC"), score(0.95, 0.9, 0.98))


def test_a_run_draws_and_says_it_wherever_the_score_is_shown(shop, tmp_path):
    verdict(tmp_path / "shop.human.json")
    directory = finished(tmp_path / "runs", shop, target="sold")
    record = record_of(directory)
    assert record.human is not None
    assert "A person has accuracy 0.97" in record.headline
    assert "a person" in [rule.label for rule in record.ladder.rules]
    shown = [f for stage in record.stages for f in stage.figures if getattr(f, "value_label", "") == "accuracy"]
    assert len(shown) >= 2
    assert all("a person" in [rule.label for rule in f.rules] for f in shown)
    page = (directory.path / "report.html").read_text()
    assert page.count("a person 0.97") >= 3
    assert "shop.human.json" in record.facts["a person"]
    assert (directory.path / "human.json").read_bytes() == (tmp_path / "shop.human.json").read_bytes()


def test_it_can_be_told_to_a_run_that_is_finished(shop, tmp_path):
    begin(Options(source=str(shop), target="sold", effort="tiny", until="data"), out=tmp_path / "runs")
    outcome = take_up(tmp_path / "runs", changes={"human": str(verdict(tmp_path / "later.json"))})
    assert outcome.record.human.n == 39
    (tmp_path / "later.json").unlink()
    shutil.rmtree(outcome.directory.path / "evidence")
    assert take_up(tmp_path / "runs", changes={"until": "data"}).record.human.n == 39


def test_a_foreign_file_that_nobody_named_stops_no_run(shop, tmp_path):
    shop.with_suffix(".human.json").write_text(verdict(tmp_path / "v.json", label="price").read_text())
    outcome = begin(Options(source=str(shop), target="sold", effort="tiny", until="data"), out=tmp_path / "runs")
    assert outcome.record.human is None
