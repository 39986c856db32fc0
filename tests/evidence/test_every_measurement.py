"""What holds for every measurement: nothing is left changed, and the value is the same when it is read back."""

import json

import pytest

from evidence.measured import EARLY, measured
from nohero.evidence.catalogue import GIVEN, SUPPLIES, chain, measurements
from nohero.run.figure import Figure
from nohero.run.values import dumps, from_plain, loads, to_plain

TOYS = ("table", "numbers", "pictures")


@pytest.mark.parametrize("toy", TOYS)
def test_everything_is_left_as_it_was_found(toy):
    assert measured(toy)[1] == ()


@pytest.mark.parametrize("name", EARLY)
@pytest.mark.parametrize("toy", TOYS)
def test_it_comes_back_from_json(toy, name):
    value = measured(toy)[0][name]
    assert type(value) is measurements()[name].kind
    assert repr(loads(measurements()[name].kind, dumps(value))) == repr(value)


@pytest.mark.parametrize("name", EARLY)
@pytest.mark.parametrize("toy", TOYS)
def test_it_tells_and_draws_itself(toy, name):
    value = measured(toy)[0][name]
    if hasattr(value, "sentence"):
        assert value.sentence()
    for figure in value.figures() if hasattr(value, "figures") else ():
        plain = json.loads(json.dumps(to_plain(figure), allow_nan=False))
        assert repr(from_plain(Figure, plain)) == repr(figure)


def test_each_stands_after_what_it_needs():
    order = list(EARLY)
    for name in order:
        needs = [need for need in measurements()[name].needs if need not in SUPPLIES]
        assert all(order.index(need) < order.index(name) for need in needs)
    assert chain(("SkeletonRun",))[-1] == "SkeletonRun"
    assert chain(("DataFacts",)) == ("DataFacts",)


def test_each_has_a_price_and_says_what_it_measures():
    for measurement in measurements().values():
        assert 0 <= measurement.price < 60
        assert measurement.text
        assert measurement.measure.__doc__
        assert all(need in measurements() or need in GIVEN for need in measurement.needs)
