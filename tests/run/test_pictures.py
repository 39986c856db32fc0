"""A thumbnail is made of whatever array comes."""

import base64
import io
import warnings

import numpy as np
import pytest
from PIL import Image

from nohero.run.pictures import SIDE, picture

SHAPES = [(8, 8), (8, 8, 1), (8, 8, 3), (8, 8, 2), (8, 8, 4), (1, 1), (1, 30), (200, 3, 3), (5,), (), (2, 3, 4, 5), (0, 4), (3, 3, 0)]
DTYPES = ["uint8", "int8", "int64", "uint16", "bool", "float16", "float32", "float64"]


def opened(image):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(image.png))))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_any_shape_and_dtype(shape, dtype):
    array = (np.random.default_rng(0).random(shape) * 100).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = picture(array, "a caption", "good")
    assert (image.caption, image.tone) == ("a caption", "good")
    assert max(opened(image).shape[:2]) == SIDE


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0, 1e300, np.nan, np.inf, -np.inf])
def test_constant_arrays_are_one_shade(value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(np.unique(opened(picture(np.full((6, 6), value))))) == 1


def test_numbers_are_stretched_to_their_range_and_what_is_not_finite_is_black():
    seen = opened(picture(np.array([[-1e308, 1e308], [np.nan, np.inf]])))
    assert set(np.unique(seen)) <= {0, 254, 255}
    assert seen[0, -1] >= 254
    assert seen[-1, -1] == 0


def test_bytes_stay_as_they_are():
    array = np.arange(64, dtype=np.uint8).reshape(8, 8)
    assert (opened(picture(array))[::7, ::7] == array).all()


def test_the_array_is_left_as_it_was():
    array = np.array([[1.0, np.nan]])
    before = array.copy()
    picture(array)
    assert np.array_equal(array, before, equal_nan=True)
