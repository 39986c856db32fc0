"""Augmentation changes a batch a little, in ways that keep the label."""

import pytest
import torch

from nohero.training.augment import NOISE, augment


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("shape", [(6, 5), (6, 1, 8, 8), (6, 3, 28, 20), (1, 1, 1, 1)], ids=str)
def test_shape_and_dtype_stay_and_the_batch_is_left_as_it_was(shape, flip):
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(shape, dtype=dtype)
        before, state = x.clone(), torch.get_rng_state()
        out = augment(x, generator(), flip=flip)
        assert (out.shape, out.dtype) == (x.shape, dtype)
        assert torch.equal(x, before)
        assert torch.equal(torch.get_rng_state(), state)
        assert torch.equal(out, augment(x, generator(), flip=flip))


def test_rows_get_a_little_noise():
    x = torch.zeros(4000, 5)
    assert float(augment(x, generator(), flip=False).std()) == pytest.approx(NOISE, rel=0.05)


@pytest.mark.parametrize("flip", [False, True])
def test_pictures_are_shifted_by_whole_pixels_at_most_a_tenth(flip):
    x = torch.rand(40, 2, 20, 20) + 1.0
    seen = set()
    for before, after in zip(x, augment(x, generator(), flip=flip), strict=True):
        found = []
        for mirrored in (False, True) if flip else (False,):
            padded = torch.nn.functional.pad(before, (2, 2, 2, 2))
            for down in range(5):
                for right in range(5):
                    moved = padded[:, down : down + 20, right : right + 20]
                    if torch.equal(moved.flip(-1) if mirrored else moved, after):
                        found.append((mirrored, down, right))
        assert len(found) == 1
        seen |= set(found)
    assert len(seen) > 10
    assert {mirrored for mirrored, _, _ in seen} == ({False, True} if flip else {False})
