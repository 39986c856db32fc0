"""What a run hands on predicts by itself: the same answers as at the opening of the test set, for all kinds of sources."""

import csv
import io
import json
import math
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from nohero.bring import bring, factory
from nohero.cli import main
from nohero.engine import Engine
from nohero.evidence.average import average
from nohero.model_file import CARD, conformal_half, load_members, network, read_model
from nohero.models.settings import Settings
from nohero.prediction import Prediction, Predictions, as_csv, as_json, outputs_for, predict, predict_with
from nohero.run.errors import DataError, RunError, UsageError
from nohero.training.evaluate import outputs_of
from nohero.training.runs import Runs
from small_runs import finished, write_pictures, write_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    write_shop(folder / "shop.csv")
    return finished(folder / "runs", folder / "shop.csv", target="sold"), folder


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prices")
    write_shop(folder / "shop.csv")
    return finished(folder / "runs", folder / "shop.csv", target="price"), folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    write_pictures(folder / "squares")
    return finished(folder / "runs", folder / "squares"), folder


def opened(directory, source, **options):
    """The outputs on the test set as the final stage had them."""
    from nohero.stored import options_of

    kept = options_of(directory)
    problem, _ = bring(str(source), target=kept.target, seed=kept.seed, threads=kept.threads)
    ensemble = Engine(directory).evidence("Ensemble")
    runs, settings = Runs(directory), Settings(**ensemble.settings)
    members = [outputs_of(problem, runs.model(problem, settings, runs.found(key)), problem.test) for key in ensemble.keys]
    return problem, average(problem.task, members)


@pytest.mark.parametrize("name", ["shop", "prices", "pictures"])
def test_the_answers_are_those_of_the_opening_of_the_test_set(name, request):
    directory, folder = request.getfixturevalue(name)
    source = folder / ("squares" if name == "pictures" else "shop.csv")
    problem, outputs = opened(directory, source)
    card = read_model(directory.path)
    mine = outputs_for(card, load_members(directory.path, card), problem.raw.take(problem.test.rows))
    np.testing.assert_allclose(mine, outputs, atol=1e-6)
    scored = card.task.score(mine, problem.test.y.double().numpy())
    assert scored.value == pytest.approx(Engine(directory).evidence("TestOpening").score.value, abs=1e-6)


def test_the_model_needs_neither_data_nor_journal(shop, tmp_path):
    directory, folder = shop
    shutil.copytree(directory.path / "model", tmp_path / "alone" / "model")
    made = predict_with(tmp_path / "alone", str(folder / "shop.csv"))
    assert len(made.rows) == 140
    assert made == predict_with(directory.path, str(folder / "shop.csv"))


def test_nothing_in_the_model_is_pickled(shop):
    kinds = {path.suffix for path in (shop[0].path / "model").iterdir()}
    assert kinds == {".json", ".safetensors"}
    assert b"PK\x03\x04" not in b"".join(path.read_bytes()[:4] for path in (shop[0].path / "model").iterdir())


def test_probabilities_add_up_and_the_answer_is_the_likeliest(shop):
    made = predict_with(shop[0].path, str(shop[1] / "shop.csv"))
    assert made.classes == ("-no", "yes")
    for row in made.rows:
        assert sum(row.probabilities) == pytest.approx(1)
        assert row.answer == made.classes[int(np.argmax(row.probabilities))]


def test_intervals_hold_about_nine_of_ten(prices):
    made = predict_with(prices[0].path, str(prices[1] / "shop.csv"))
    truth = pl.read_csv(prices[1] / "shop.csv")["price"].to_list()
    held = [row.low <= value <= row.high for row, value in zip(made.rows, truth, strict=True)]
    assert 0.75 < sum(held) / len(held) <= 1
    assert all(row.high - row.answer == pytest.approx(row.answer - row.low) for row in made.rows)
    assert "90%" in made.interval
    assert "28 validation items" in made.interval


@pytest.mark.parametrize(("count", "rank"), [(9, 9), (19, 18), (99, 90), (100, 91)])
def test_the_conformal_rank(count, rank):
    assert conformal_half([float(i) for i in range(1, count + 1)], 0.9) == rank


def test_too_few_items_give_no_interval():
    assert conformal_half([1.0] * 8, 0.9) == math.inf
    assert conformal_half([], 0.9) == math.inf


def test_coverage_of_the_rank_by_simulation():
    draw = np.random.default_rng(0)
    held = [draw.exponential() <= conformal_half(sorted(draw.exponential(size=29)), 0.9) for _ in range(4000)]
    assert np.mean(held) == pytest.approx(0.9, abs=0.015)


@pytest.mark.parametrize("without", [("sold",), ("sold", "price")])
def test_missing_columns(shop, tmp_path, without):
    frame = pl.read_csv(shop[1] / "shop.csv").drop(*without)
    frame.write_csv(tmp_path / "new.csv")
    if without == ("sold",):
        assert len(predict_with(shop[0].path, str(tmp_path / "new.csv")).rows) == 140
        return
    with pytest.raises(DataError, match="`price` is missing"):
        predict_with(shop[0].path, str(tmp_path / "new.csv"))


def test_unknown_and_renamed_columns(shop, tmp_path):
    frame = pl.read_csv(shop[1] / "shop.csv")
    frame.with_columns(pl.lit(1).alias("note")).write_csv(tmp_path / "more.csv")
    frame.rename({"colour": "color"}).write_csv(tmp_path / "other.csv")
    with pytest.raises(DataError, match="`note`"):
        predict_with(shop[0].path, str(tmp_path / "more.csv"))
    with pytest.raises(DataError, match="`colour` is missing") as caught:
        predict_with(shop[0].path, str(tmp_path / "other.csv"))
    assert "did you mean `color`" in caught.value.mend


def test_parquet_serves_as_well(shop, tmp_path):
    frame = pl.read_csv(shop[1] / "shop.csv", try_parse_dates=True)
    frame.write_parquet(tmp_path / "new.parquet")
    assert predict_with(shop[0].path, str(tmp_path / "new.parquet")).rows == predict_with(shop[0].path, str(shop[1] / "shop.csv")).rows


def test_rows_that_cannot_be_used_keep_their_place(shop, tmp_path):
    lines = (shop[1] / "shop.csv").read_text().splitlines()[:6]
    lines[3] = "1,2,3"
    (tmp_path / "torn.csv").write_text("\n".join(lines))
    made = predict_with(shop[0].path, str(tmp_path / "torn.csv"))
    assert [row.item for row in made.rows] == [f"row {i}" for i in range(1, 6)]
    assert [bool(row.problem) for row in made.rows] == [False, False, True, False, False]
    assert "3 cells" in made.rows[2].problem
    rows = list(csv.DictReader(io.StringIO(as_csv(made))))
    assert rows[2]["sold"] == rows[2]["p(yes)"] == ""
    assert json.loads(as_json(made))["predictions"][2] == {"item": "row 3", "prediction": None, "probabilities": None, "problem": made.rows[2].problem}


def test_a_spoilt_cell_costs_its_row_alone(shop, tmp_path):
    lines = (shop[1] / "shop.csv").read_text().splitlines()[:6]
    (tmp_path / "spoilt.csv").write_text("\n".join([*lines[:2], lines[2].replace(lines[2].split(",")[0], "large"), *lines[3:]]))
    made = predict_with(shop[0].path, str(tmp_path / "spoilt.csv"))
    assert [row.problem for row in made.rows] == ["", "column `size`: `large` is not a number, as in training", "", "", ""]
    (tmp_path / "all.csv").write_text("\n".join([lines[0], *(line.replace(line.split(",")[0], "large") for line in lines[1:])]))
    assert all(row.problem for row in predict_with(shop[0].path, str(tmp_path / "all.csv")).rows)


def test_pictures_one_or_many_and_a_broken_one(pictures, tmp_path):
    directory, folder = pictures
    one = predict_with(directory.path, str(folder / "squares" / "left" / "0.png"))
    assert len(one.rows) == 1
    shutil.copytree(folder / "squares" / "right", tmp_path / "new")
    (tmp_path / "new" / "5.png").write_bytes(b"no picture")
    many = predict_with(directory.path, str(tmp_path / "new"))
    assert len(many.rows) == 26
    assert [row.item for row in many.rows if row.problem] == ["5.png"]
    assert many.classes == ("left", "middle", "right")


def test_the_wrong_kind_of_data(shop, pictures):
    with pytest.raises((DataError, UsageError)):
        predict_with(pictures[0].path, str(shop[1] / "shop.csv"))
    with pytest.raises((DataError, UsageError)):
        predict_with(shop[0].path, str(pictures[1] / "squares"))
    with pytest.raises(UsageError, match="does not hold"):
        predict_with(shop[0].path, "built-in:digits")


def test_cells_that_a_spreadsheet_would_run_are_made_harmless():
    rows = (
        Prediction(item="=1+1.png", answer="-no", probabilities=(0.5, 0.5)),
        Prediction(item="row 2", answer="-1", probabilities=(0.5, 0.5)),
        Prediction(item="@x", problem="+bad"),
    )
    read = list(csv.reader(io.StringIO(as_csv(Predictions(target="=t", classes=("-no", "-1"), rows=rows)))))
    assert read[0][1] == "'=t"
    assert read[1][:2] == ["'=1+1.png", "'-no"]
    assert read[2][1] == "-1"
    assert (read[3][0], read[3][-1]) == ("'@x", "'+bad")


def test_values_below_zero_stay_numbers():
    made = Predictions(target="t", classes=(), rows=(Prediction(item="row 1", answer=-2.5, low=-3.0, high=-2.0),))
    assert as_csv(made).splitlines()[1] == "row 1,-2.5,-3,-2,"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(width=8, depth=1),
        Settings(width=8, depth=2, binned=True),
        Settings(width=8, depth=1, fewer_inputs=0.25, dropout=0.2),
        Settings(width=8, depth=1, fewer_inputs=0.25, binned=True),
    ],
    ids=lambda s: f"binned {s.binned}, fewer {s.fewer_inputs}",
)
def test_networks_are_rebuilt_without_the_data(settings):
    problem, _ = bring("built-in:wine")
    theirs = factory(problem.task, problem.train, problem.shape)(settings, 3).eval()
    mine = network(problem.shape, problem.task.num_outputs, settings, theirs.state_dict())
    mine.load_state_dict(theirs.state_dict())
    x = problem.val.x
    assert torch.equal(mine.eval()(x), theirs(x))


def test_networks_for_halved_pictures_are_rebuilt_too():
    problem, _ = bring("built-in:digits")
    settings = Settings(width=4, depth=1, fewer_inputs=0.25)
    theirs = factory(problem.task, problem.train, problem.shape)(settings, 3).eval()
    mine = network(problem.shape, problem.task.num_outputs, settings, theirs.state_dict())
    mine.load_state_dict(theirs.state_dict())
    x = problem.to_input(problem.val.x[:8])
    assert torch.equal(mine.eval()(x), theirs(x))


def test_a_run_without_a_model(tmp_path):
    with pytest.raises(RunError, match="no model"):
        read_model(tmp_path)


def test_damaged_models_are_told(shop, tmp_path):
    shutil.copytree(shop[0].path / "model", tmp_path / "model")
    weights = next((tmp_path / "model").glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(RunError, match="cannot be used"):
        load_members(tmp_path, read_model(tmp_path))
    (tmp_path / CARD).write_text("{")
    with pytest.raises(RunError, match="damaged"):
        read_model(tmp_path)
    (tmp_path / CARD).write_text('{"schema": 99, "nohero": "9.0"}')
    with pytest.raises(RunError, match=r"nohero 9\.0"):
        read_model(tmp_path)


def test_the_verb(shop, tmp_path, capsys):
    directory, folder = shop
    assert main(["predict", str(directory.path), str(folder / "shop.csv")]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "item,sold,p(-no),p(yes),problem"
    assert len(said.out.splitlines()) == 141
    assert "accuracy" in said.err
    assert "flatters" in said.err
    assert main(["predict", "1", str(folder / "shop.csv"), "--out", str(folder / "runs"), "-o", str(tmp_path / "a.json")]) == 0
    assert len(json.loads((tmp_path / "a.json").read_text())["predictions"]) == 140
    assert main(["predict", str(directory.path), str(folder / "shp.csv")]) == 2
    assert "did you mean `shop.csv`" in capsys.readouterr().err


def test_from_python(shop):
    made = predict(shop[0].path, shop[1] / "shop.csv")
    assert made.target == "sold"
    assert isinstance(Path(shop[0].path), Path)
