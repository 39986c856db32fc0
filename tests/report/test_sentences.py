"""Each figure can be told in a sentence."""

from __future__ import annotations

import math

import pytest

from nohero.report.sentences import sentence
from nohero.run.figure import Bar, Bars, Image, Images, Lines, Rule, Series, Table, Text


def lines(*series, **rest):
    return Lines(title="t", x_label="step", y_label="loss", series=tuple(series), **rest)


def series(name, *y):
    return Series(name=name, x=tuple(map(float, range(len(y)))), y=tuple(map(float, y)))


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (lines(series("training loss", 2.3, 1.0, 0.41)), "Training loss falls from 2.3 to 0.41."),
        (lines(series("a", 1, 2, 3), series("b", 3, 2, 1)), "A rises from 1 to 3; b falls from 3 to 1."),
        (lines(series("loss", 3, 1, 2)), "Loss falls from 3 to 2, lowest 1 at step 1."),
        (lines(series("loss", 1, 9, 2)), "Loss rises from 1 to 2, highest 9 at step 1."),
        (lines(series("loss", 1, 5, 1)), "Loss begins and ends near 1, highest 5 at step 1."),
        (lines(series("loss", 2, 2, 2)), "Loss stays at 2."),
        (lines(series("loss", 2)), "Loss is 2 at step 0."),
        (lines(series("loss", 2, math.nan, 1)), "Loss falls from 2 to 1, 1 value not finite."),
        (lines(series("loss", math.nan, math.inf)), "Loss has no finite value."),
        (lines(series("loss")), "Loss has no finite value."),
        (lines(), "There is no curve to show."),
        (lines(series("", 2, 1)), "The curve falls from 2 to 1."),
        (
            lines(series("loss", 2, 1), rules=(Rule(label="uniform guess", value=2.303),)),
            "Loss falls from 2 to 1; uniform guess is at 2.3.",
        ),
        (lines(series("runs", 1, 3), points=True), "Runs: 2 points, step 0 to 1, loss 1 to 3."),
        (lines(points=True), "There is no point to show."),
        (lines(series("runs", math.nan), points=True), "Runs: 0 points."),
        (Table(title="t", columns=("a", "b"), rows=((1, 2),)), "1 row of a, b."),
        (Table(title="t", columns=("", "a"), rows=()), "0 rows of a."),
        (Table(title="t", columns=(), rows=()), "0 rows of nothing."),
        (Text(title="t", lines=("a", "b")), "2 lines of text."),
        (Images(title="t", images=(Image(png=""), Image(png="", tone="bad"))), "2 pictures, 1 marked bad."),
        (Images(title="t", images=()), "0 pictures."),
    ],
)
def test_sentence(figure, said):
    assert sentence(figure) == said


def test_many_curves_are_counted():
    assert sentence(lines(*(series(f"s{i}", 1, 0) for i in range(7)))).endswith("5 more curves in the table.")
    assert sentence(lines(*(series(f"s{i}", 1, 0) for i in range(5)), points=True)).endswith("3 more groups in the table.")


def bars(*found, **rest):
    return Bars(title="t", value_label="accuracy", bars=found, **rest)


def test_bars_name_the_highest_the_lowest_and_ours():
    figure = bars(
        Bar(label="constant", value=0.1),
        Bar(label="this run", value=0.9, low=0.88, high=0.92, role="ours"),
        Bar(label="human", value=0.99),
        rules=(Rule(label="wanted", value=0.8),),
    )
    assert sentence(figure) == "Human is highest with 0.99; constant lowest with 0.1; this run has 0.900 [0.880, 0.920]; wanted is at 0.8."


def test_a_single_bar_and_none():
    assert sentence(bars(Bar(label="only", value=2.0))) == "Only: 2."
    assert sentence(bars()) == "There is no bar to show."
    assert sentence(bars(Bar(label="x", value=math.nan))) == "There is no bar to show."


def test_a_figure_s_own_sentence_is_left_alone():
    assert sentence(lines(sentence="as I say")) == "as I say"
    assert sentence(Text(title="t", lines=(), sentence="as I say")) == "as I say"
