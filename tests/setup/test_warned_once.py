"""Warnings of the user's code, shown once a check."""

import warnings

import torch
from torch import nn

import nohero
from nohero.setup.warned_once import each_warning_once


def test_the_same_words_are_shown_once_and_others_too():
    before = warnings.showwarning
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with each_warning_once():
            for _ in range(3):
                warnings.warn("the first words", stacklevel=1)
                warnings.warn("other words", stacklevel=1)
    assert [str(w.message) for w in told] == ["the first words", "other words"]
    assert warnings.showwarning is before


def test_a_check_shows_torchs_remark_on_shapes_once():
    model = nn.Linear(3, 1)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        nohero.check(model, nn.MSELoss(), (torch.randn(64, 3), torch.randn(64)), optimizer=torch.optim.SGD(model.parameters(), 1e-2), progress=False, select=("SKE343", "SKE418", "SKE310"))
    assert sum("Using a target size" in str(w.message) for w in told) == 1
