"""Labels and texts: there and back exactly, on drawn and on real ones; what train does not know has its stated place."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.preprocessing import BagOfWords, Hashing, OneHot, Ordinal, Tokens, from_json, padded, to_json
from nohero.run.errors import DataError, UsageError

WORDS = st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=40)
NUMBERS = st.lists(st.one_of(st.none(), st.integers(-3, 10**20), st.floats(allow_nan=False)), max_size=40)
TRUTHS = st.lists(st.one_of(st.none(), st.booleans()), max_size=40)
FIELD = st.one_of(WORDS, NUMBERS, TRUTHS)
ADULT = tuple(f"c{k}" for k in range(15))
NAMED = ("c1", "c3", "c5", "c6", "c7", "c8", "c9", "c13")


def adult(real, name):
    frame = pl.read_csv(real(f"adult/adult-{name}.csv"), has_header=False, new_columns=list(ADULT))
    return frame.with_columns(pl.col(pl.String).str.strip_chars()).with_columns(pl.col(pl.String).replace("?", None))


@settings(max_examples=200)
@given(FIELD)
def test_labels_of_train_come_back_exactly(train):
    for fit in (Ordinal.fit, OneHot.fit):
        fitted = fit(train)
        made = fitted.apply(train)
        assert fitted.invert(made) == tuple(train)
        back = from_json(to_json(fitted))
        assert back == fitted
        assert back.apply(train).tobytes() == made.tobytes()
        assert [type(a) for a in back.invert(made)] == [type(a) for a in fitted.invert(made)]


@settings(max_examples=100)
@given(WORDS, WORDS)
def test_unseen_labels_have_the_place_that_is_stated(train, later):
    ordinal, hot, hashed = Ordinal.fit(train), OneHot.fit(train), Hashing.fit(train, buckets=16)
    unseen = [label is not None and label not in ordinal.levels for label in later]
    codes = ordinal.apply(later)
    assert (codes[unseen] == len(ordinal.levels)).all()
    assert ordinal.invert(codes) == tuple("(other)" if u else label for u, label in zip(unseen, later, strict=True))
    made = hot.apply(later)
    assert (made.sum(axis=1)[unseen] == 0).all(), "train has no rarer labels: there is no column for them"
    places = hashed.apply(later)
    assert ((places >= 0) & (places < hashed.num_codes)).all()
    assert all((place == 16) == (label is None) for place, label in zip(places, later, strict=True))


def test_rare_labels_share_a_column_and_gaps_have_theirs():
    train = ["a"] * 5 + ["b"] * 3 + ["c", "d", None]
    hot = OneHot.fit(train, min_count=3)
    assert hot.names == ("a", "b", "(other)", "(missing)")
    assert hot.apply(["b", "z", None]).tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert hot.invert(hot.apply(["a", "c", "z", None])) == ("a", "(other)", "(other)", None)
    assert hot.invert([[0.2, 0.7, 0.1, 0.0]]) == ("b",)
    with pytest.raises(DataError, match="item 1: `z` is a label that train does not have"):
        OneHot.fit(["x", "y"], unseen="refuse").apply(["x", "z"])


def test_an_order_that_is_told_is_kept():
    fitted = Ordinal.fit(["low", "high", "low"], order=("low", "middle", "high"))
    assert fitted.apply(["high", "low", "middle", "huge", None]).tolist() == [2, 0, 1, 3, 4]
    assert fitted.num_codes == 5
    with pytest.raises(DataError, match="`huge` stands in train and not in the order"):
        Ordinal.fit(["low", "huge"], order=("low", "high"))


def test_hashes_are_the_same_in_every_process_and_say_what_they_lose():
    labels = [f"town {k}" for k in range(500)]
    fitted = Hashing.fit(labels, buckets=512)
    code = "from nohero.data.preprocessing import Hashing; print(Hashing(buckets=512, num_labels=0, num_sharing=0).apply([f'town {k}' for k in range(500)]).tolist())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )
    assert eval(done.stdout) == fitted.apply(labels).tolist()  # noqa: S307 (our own list of numbers)
    counts = np.bincount(fitted.apply(labels))
    assert fitted.num_sharing == counts[counts > 1].sum()
    assert fitted.num_labels == 500
    with pytest.raises(UsageError, match="which of the labels that share a bucket"):
        fitted.invert([1])
    assert from_json(to_json(fitted)) == fitted


@pytest.mark.parametrize("kind", [OneHot, Ordinal])
def test_adult_comes_back_exactly(real, kind):
    train, test = adult(real, "train"), adult(real, "test")
    for name in NAMED:
        fitted = kind.fit(train[name])
        assert fitted.invert(fitted.apply(train[name])) == tuple(train[name])
        known = test[name].filter(test[name].is_null() | test[name].is_in(train[name].unique().implode()))
        assert fitted.invert(fitted.apply(known)) == tuple(known)
        assert len(known) == len(test), "no label of the test part is new"


def test_labels_of_the_test_file_of_adult_are_seen_to_be_others(real):
    train, test = adult(real, "train")["c14"], adult(real, "test")["c14"].drop_nulls()
    assert set(Ordinal.fit(train).invert(Ordinal.fit(train).apply(test))) == {"(other)"}
    with pytest.raises(DataError, match=r"`<=50K\.` is a label that train does not have") as caught:
        Ordinal.fit(train, unseen="refuse").apply(test)
    assert "`<=50K`" in caught.value.mend


@settings(max_examples=200)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=20), st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=20))
def test_any_text_comes_back_exactly_whatever_train_was(train, later):
    fitted = Tokens.fit(train)
    for texts in (train, later):
        made = fitted.apply(texts)
        assert made.dtype == np.int64
        assert fitted.invert(made) == tuple(texts)
        assert made.size == 0 or made.max() < fitted.num_codes
    assert from_json(to_json(fitted)) == fitted


def test_half_a_character_and_control_signs_come_back():
    texts = ["\ud800", "\0\x01", "🙂\ud83d", "a\u2028b", ""]
    fitted = Tokens.fit(texts)
    assert fitted.invert(fitted.apply(texts)) == tuple(texts)
    assert from_json(to_json(fitted)).apply(texts).tolist() == fitted.apply(texts).tolist()


def messages(real):
    with open(real("sms-spam/SMSSpamCollection"), encoding="utf-8", newline="") as file:  # noqa: PTH123
        return [line.partition("\t")[2] for line in file.read().split("\r\n")]


def test_messages_come_back_exactly_and_in_fewer_tokens(real):
    texts = messages(real)
    train, test = texts[:4000], texts[4000:]
    fitted = Tokens.fit(train)
    made = fitted.apply(test)
    assert fitted.invert(made) == tuple(test)
    assert (made > 0).sum() < 0.5 * sum(len(t.encode()) for t in test)
    assert fitted.invert(padded(made, made.shape[1] + 5)) == tuple(test)
    cut = padded(made, 10)
    assert cut.shape == (len(test), 10)
    assert all(test[k].startswith(text.rstrip("�")) for k, text in enumerate(fitted.invert(cut)))


@settings(max_examples=100)
@given(st.lists(st.one_of(st.none(), st.text(alphabet="ab c'.Éß1", max_size=20)), min_size=1, max_size=20))
def test_bags_have_the_same_counts_again(texts):
    fitted = BagOfWords.fit(texts, min_texts=1)
    counts = fitted.apply(texts)
    assert (fitted.apply(fitted.invert(counts)) == counts).all()
    assert from_json(to_json(fitted)) == fitted


def test_bags_of_messages_are_those_of_plain_counting(real):
    from collections import Counter

    texts = messages(real)
    fitted = BagOfWords.fit(texts[:4000], most=300)
    counts = fitted.apply(texts[4000:])
    assert counts.dtype == np.float32
    column = pl.Series(texts[4000:]).str.to_lowercase().str.extract_all(r"[\p{L}\p{N}][\p{L}\p{N}']*")
    for row, words in zip(counts[:200], column[:200], strict=True):
        plain = Counter(words)
        assert row.tolist() == [plain[w] for w in fitted.words]
    assert (fitted.apply(fitted.invert(counts)) == counts).all()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Ordinal.fit(["a", 1]), "holds `'a'`, `1`"),
        (lambda: Ordinal.fit("abc"), "a single str is no field"),
        (lambda: Ordinal.fit(["a"]).invert([5]), "item 0 has the code 5"),
        (lambda: Ordinal.fit(["a"]).invert([[0]]), "shape"),
        (lambda: Ordinal.fit(["a"], unseen="drop"), "`drop` is no way"),
        (lambda: Ordinal.fit([b"a"]), "holds"),
        (lambda: Tokens.fit(["a"]).invert([[999]]), "numbers from 999"),
        (lambda: Tokens.fit(["a"]).invert([1, 2]), "shape"),
        (lambda: Tokens.fit([1]), "item 0 is `1`, no text"),
        (lambda: padded(np.zeros((1, 1), dtype=np.int64), 0), "length of 0"),
        (lambda: Hashing.fit(["a"], buckets=0), "0 buckets"),
        (lambda: OneHot.fit(["a", "b"]).invert([[1.0]]), "shape"),
    ],
)
def test_what_cannot_be_is_told(call, told):
    with pytest.raises((DataError, UsageError)) as caught:
        call()
    assert told in caught.value.what
    assert caught.value.mend
