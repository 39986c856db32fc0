"""Class names that are nearly one, empty vectors, regions in which pictures differ, and items that are read again."""

import numpy as np
import pytest

from nohero.evidence.audit.alike_names import alike, folded
from nohero.evidence.audit.picture_regions import differ_in_a_region
from nohero.sources.objects import open_objects


@pytest.mark.parametrize(
    ("counts", "pairs"),
    [
        ({"flower": 45, "Flower": 9, "flowers": 6}, {("flower", "Flower"): "spelling", ("flower", "flowers"): "plural"}),
        ({"t-shirt": 9, "T shirt": 3, "tshirt": 1}, {("t-shirt", "T shirt"): "spelling", ("t-shirt", "tshirt"): "spelling"}),
        ({"bird": 100, "brid": 5, "city": 50, "cities": 9}, {("bird", "brid"): "slip", ("city", "cities"): "plural"}),
        ({"chicken": 60, "chiken": 2, "thicken": 50}, {("chicken", "chiken"): "slip"}),
        ({"house": 10, "mouse": 10, "horse": 1}, {}),
        ({"A": 9, "a": 9, "class1": 5, "class2": 50, "left": 3, "right": 3, "cat": 20, "car": 2, "ab-": 5, "ab": 5, "1-10": 4, "11-0": 4}, {}),
        ({"hepatitis a": 90, "hepatitis b": 3, "positive": 9, "negative": 9, "new": 3, "news": 3}, {}),
    ],
)
def test_names_that_are_nearly_one(counts, pairs):
    assert alike(counts) == pairs


def test_what_is_folded_away():
    assert folded(" Sea_Lion ") == folded("sea lion") == folded("sealion")
    assert folded("ab-") != folded("ab")
    assert folded("1-10") != folded("11-0")
    assert folded("c++") != folded("c")


def test_a_region_is_told_from_storing():
    draw = np.random.default_rng(0)
    picture = np.kron(draw.uniform(60, 180, (8, 8)), np.ones((8, 8)))
    stored = np.clip(picture * 0.9 + 5 + draw.normal(0, 2, picture.shape), 0, 255)
    starred = picture.copy()
    starred[40:52, 8:20] = 255 - starred[40:52, 8:20] / 2
    assert not differ_in_a_region(picture, stored)
    assert not differ_in_a_region(picture, np.roll(picture, 1, 1))
    assert differ_in_a_region(picture, starred)


class Numbers:
    """Items that share what they are given with the set itself."""

    def __init__(self, *, spoil=False, random=False):
        self.values, self.spoil, self.random = np.arange(400, dtype=np.float32).reshape(40, 10), spoil, random

    def __len__(self):
        return len(self.values)

    def __getitem__(self, number):
        item = self.values[number]
        if self.spoil:
            item *= 2
        return (item + np.random.normal(size=10).astype(np.float32) if self.random else item), number % 2


@pytest.mark.parametrize(("given", "how"), [(Numbers(), {"same"}), (Numbers(spoil=True), {"changed"}), (Numbers(random=True), {"other"})])
def test_reading_again_leaves_values_and_streams_as_they_were(given, how):
    np.random.seed(4)
    drawn = [np.random.normal(size=10).astype(np.float32) for _ in range(40 * given.random)]
    once = np.random.get_state()
    np.random.seed(4)
    collection = open_objects(given)
    assert {h for _, h in collection.readings[0].again} == how
    after = np.random.get_state()
    assert (after[1] == once[1]).all()
    assert after[2:4] == once[2:4]
    assert collection.frame["x1"][39] == pytest.approx(391 * (2 if given.spoil else 1) + (drawn[39][1] if drawn else 0))
    if given.spoil:
        assert given.values[39, 1] == 2 * 391
