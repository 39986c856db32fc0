"""Values go to JSON and come back the same, whatever is in them."""

import json
import math
from dataclasses import dataclass, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.run.figure import Bar, Bars, Figure, Image, Images, Lines, Rule, Series, Table, Text
from nohero.run.finding import Finding, Level, Observed, Remedy, Status
from nohero.run.gate import Gate
from nohero.run.record import Record, StageRecord
from nohero.run.score import Score
from nohero.run.values import dumps, from_plain, loads, to_plain

words = st.text(max_size=8)
floats = st.floats()
several = st.tuples(floats, floats)
KINDS = (Lines, Bars, Images, Table, Text)


def made(kind, **rest):
    return st.builds(kind, **{f.name: BY_FIELD[f.name] for f in fields(kind) if f.name in BY_FIELD}, **rest)


BY_FIELD = {
    "title": words, "x_label": words, "y_label": words, "value_label": words, "name": words, "label": words, "sentence": words, "note": words,
    "value": floats, "x": several, "y": several, "low": several, "high": several, "caption": words, "png": words, "text": words, "unit": words,
    "dashed": st.booleans(), "log_x": st.booleans(), "points": st.booleans(), "columns": st.tuples(words, words), "lines": st.tuples(words), "n": st.none() | st.integers(),
}  # fmt: skip
maybe = st.none() | floats
series, rule = made(Series), made(Rule)
bar = st.builds(Bar, label=words, value=floats, low=maybe, high=maybe, note=words)
cell = words | floats | st.integers() | st.none()
figures = st.one_of(
    made(Lines, series=st.tuples(series, series), rules=st.tuples(rule)),
    st.builds(Bars, title=words, value_label=words, bars=st.tuples(bar, bar), rules=st.tuples(rule), start=maybe, sentence=words),
    st.builds(Images, title=words, images=st.tuples(made(Image)), columns=st.integers(1, 20), sentence=words),
    made(Table, rows=st.tuples(st.tuples(cell, cell), st.tuples(cell, cell))),
    made(Text),
)
findings = st.builds(
    Finding,
    status=st.sampled_from(Status),
    level=st.sampled_from(Level),
    message=words,
    observed=st.none() | st.builds(Observed, value=floats, unit=words, n=st.none() | st.integers(), low=maybe, high=maybe),
    numbers=st.dictionaries(words | st.just("float"), floats, max_size=3),
    where=st.lists(words, max_size=3).map(tuple),
    remedies=st.lists(st.builds(Remedy, text=words, tried=st.booleans(), result=words), max_size=2).map(tuple),
    figure=st.none() | figures,
    also=st.lists(words, max_size=2).map(tuple),
)


def same(one, two):
    return repr(one) == repr(two)  # unlike ==, nan equals nan, and 1 is not 1.0


def test_every_kind_of_figure_is_tried():
    assert set(KINDS) == set(Figure.__args__)


@given(findings)
def test_a_finding_comes_back(finding):
    assert same(loads(Finding, dumps(finding)), finding)


@given(figures)
def test_a_figure_comes_back_by_its_kind(figure):
    plain = json.loads(json.dumps(to_plain(figure), allow_nan=False))
    assert same(from_plain(Figure, plain), figure)
    assert same(from_plain(type(figure), plain), figure)


@given(findings, figures, st.dictionaries(words, words, max_size=2))
def test_a_record_comes_back(finding, figure, facts):
    ladder = Bars(title="t", value_label="v", bars=(Bar(label="b", value=1.0),))
    stage = StageRecord(name="data", closed_by=("DAT110",), passed_by={"DAT120": "why"}, findings=(finding, finding), figures=(figure,))
    record = Record(name="run", source="s", facts=facts, ladder=ladder, stages=(stage,), budget=None)
    assert same(loads(Record, dumps(record)), record)


@given(floats, floats, st.integers())
def test_a_score_comes_back(value, loss, n):
    score = Score(metric="accuracy", value=value, low=value, high=value, n=n, loss=loss, others={"F1": loss, "float": value})
    assert same(loads(Score, dumps(score)), score)


@dataclass(frozen=True, kw_only=True)
class Nest:
    """Everything that evidence is made of, at once."""

    pairs: tuple[tuple[str, float], ...] = ()
    counts: dict[str, tuple[int, int]] = None
    maybe: Score | None = None
    status: Status = Status.PASS
    either: float | None = None


@given(st.lists(st.tuples(words, floats), max_size=3), st.dictionaries(words, st.tuples(st.integers(), st.integers()), max_size=3), maybe)
def test_nested_tuples_and_dictionaries(pairs, counts, either):
    nest = Nest(pairs=tuple(pairs), counts=counts, maybe=Score(metric="m", value=1.0, low=0.0, high=1.0, n=3), status=Status.UNSURE, either=either)
    assert same(loads(Nest, dumps(nest)), nest)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])
def test_odd_floats(value):
    assert same(loads(float, dumps(value)), value)


def test_a_single_class_called_float_is_no_number():
    assert loads(dict[str, int], dumps({"float": 3})) == {"float": 3}
    assert loads(dict[str, str], dumps({"float": "nan"})) == {"float": "nan"}


def test_unknown_fields_are_passed_over_and_missing_ones_take_their_default():
    gate = from_plain(Gate, {"kind": "Gate", "stage": "data", "colour": "red"})
    assert gate == Gate(stage="data")
    with pytest.raises(TypeError):
        from_plain(Gate, {"closed_by": []})  # nothing stands in for what has no default


def test_whole_numbers_become_floats_where_floats_are_wanted():
    assert same(from_plain(Observed, {"value": 1}), Observed(value=1.0))


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", Status, 1j])
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(TypeError, match="not a plain value"):
        to_plain({"inside": [value]})
