"""A person's score beside the model's: the line in every picture of that score, and what is said of the two."""

from __future__ import annotations

from dataclasses import replace

from nohero.run.figure import Bars, Figure, Lines, Rule
from nohero.run.score import Score

NAME = "a person"


def with_line(figure: Figure, human: Score) -> Figure:
    """The figure with the person's line, where it is one of the same score."""
    if isinstance(figure, Bars) and figure.value_label == human.metric:
        return replace(figure, rules=(*figure.rules, Rule(label=NAME, value=human.value)))
    if isinstance(figure, Lines) and figure.y_label == human.metric:
        return replace(figure, rules=(*figure.rules, Rule(label=NAME, value=human.value)))
    return figure


def beside(model: Score, human: Score) -> str:
    """One sentence; intervals that touch tell no difference."""
    said = f"A person has {human.metric} {human} on {human.n:,} items"
    if model.metric != human.metric:
        return f"{said}, which is not comparable with {model.metric}."
    if model.low > human.high:
        return f"{said}: the model is above that, beyond noise."
    if model.high < human.low:
        return f"{said}: the model is below that, beyond noise, by about {human.value - model.value:.3f}."
    return f"{said}: the intervals touch, so no difference can be told."
