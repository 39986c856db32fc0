"""Small problems to train on, made once."""

from dataclasses import replace
from functools import cache

import torch

from nohero.models.settings import Settings
from nohero.testing.toys import TOYS


@cache
def toy(name):
    return TOYS[name]()


def settings(name="table", **rest):
    start = toy(name).start
    return replace(Settings(width=start.width, depth=start.depth, batch_size=start.batch_size, learning_rate=3e-3, steps=50), **rest)


def same(one, two):
    """Equal to the last bit, name by name."""
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)
