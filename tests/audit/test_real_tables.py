"""Real tables: the defects that are known of them are found, with the exact counts, and nothing fails that is not one."""

import pytest

import nohero
from nohero.run.finding import Status


@pytest.fixture
def audited(real):
    return lambda *sources, **words: nohero.audit(*map(real, sources), **words, progress=False)


def failing(report):
    return [f.code for f in report.all if f.status in (Status.FAIL, Status.ERROR)]


def test_adult(audited):
    report = audited("adult/adult-train.csv", target="-1")
    assert failing(report) == []
    assert len(report["hidden-missing"].items) == 2399
    assert report["sentinel-numbers"].observed.n == 159
    assert set(report["twin-fields"].where) == {"c3", "c4"}
    assert len(report["repeated-rows"].items) == 24


def test_the_two_files_of_adult_spell_their_labels_in_two_ways(audited):
    report = audited("adult/adult-train.csv", "adult/adult-test.csv", target="c14")
    assert failing(report) == ["DAT551"]
    assert set(report["foreign-classes"].where) == {"test: <=50K.", "test: >50K."}
    assert len(report["spelling-variants"].items) == 16_281
    assert len(report["shared-rows"].items) > 20


def test_california_housing(audited):
    report = audited("california-housing/housing.csv", target="median_house_value")
    assert failing(report) == []
    assert len(report["cut-values"].items) == len({*report["cut-values"].items}) > 1273
    limits = {row[0]: (row[1], row[2]) for row in report["cut-values"].figure.rows}
    assert limits == {"housing_median_age": (52.0, 1273), "median_house_value": (500_001.0, 965)}


def test_titanic(audited):
    report = audited("titanic/train.csv", target="Survived")
    assert failing(report) == []
    assert report["identifier-fields"].where == ("PassengerId",)


@pytest.mark.parametrize(("colour", "repeats"), [("red", 240), ("white", 937)])
def test_wine_quality(audited, colour, repeats):
    report = audited(f"wine-quality/winequality-{colour}.csv", target="-1")
    assert failing(report) == []
    assert len(report["repeated-rows"].items) == repeats
    assert report["doubtful-labels"].status is Status.UNSURE  # a taster's mark, of classes with a handful of wines


def test_abalone_has_two_shells_without_a_height(audited):
    report = audited("abalone/abalone.csv", target="-1")
    assert failing(report) == []
    zeros = [row for row in report["gross-outliers"].figure.rows if row[3] == 0]
    assert [(row[0], row[1]) for row in zeros] == [("c3", 2)]


def test_whole_numbers_among_ratios_are_no_limit():
    from nohero.data.builtin import read_builtin

    report = nohero.audit(read_builtin("built-in:diabetes").frame, progress=False)
    assert report["cut-values"].status is Status.PASS
