"""An error says what happened, what was expected and how to mend it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.run import errors
from nohero.run.errors import NoheroError, did_you_mean

TREE = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, NoheroError)]


@pytest.mark.parametrize("kind", TREE)
def test_three_parts(kind):
    error = kind("it broke", expected="that it holds", mend="glue it")
    assert str(error) == "error: it broke\n  expected  that it holds\n  help      glue it"
    assert (error.what, error.expected, error.mend) == ("it broke", "that it holds", "glue it")


def test_the_tree_is_drawn_as_it_is():
    for kind in TREE[1:]:
        line = next(line for line in errors.__doc__.splitlines() if kind.__name__ in line)
        assert str(kind.exit_code) in line.split(kind.__name__)[1]
        assert kind.__bases__ == (NoheroError,)


def test_three_parts_are_demanded():
    with pytest.raises(TypeError):
        NoheroError("only what")


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("trian", ["train", "val"], "did you mean `train`?"),
        ("TRAIN", ["train", "val"], "did you mean `train`?"),
        ("price", ["Price"], "did you mean `Price`?"),
        ("zzz", ["train", "val"], "there is `train`, `val`"),
        ("zzz", [f"c{i}" for i in range(20)], "and 8 more"),
        ("zzz", [], "there is "),
    ],
)
def test_did_you_mean(word, known, said):
    assert said in did_you_mean(word, known)


@given(st.text(), st.lists(st.text()))
def test_any_words_give_a_sentence(word, known):
    assert did_you_mean(word, known)
