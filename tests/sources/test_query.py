"""Queries give the rows that plain Python gives, and nothing but the language is read."""

from __future__ import annotations

import math
import re
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.run.errors import UsageError
from nohero.sources.collection import Collection
from nohero.sources.opening import open_source
from nohero.sources.query import choose
from real_files import real


def collection(frame, **more):
    return Collection(name="toy", source="toy", kind="row", frame=frame, items=tuple(f"row {i + 1}" for i in range(frame.height)), **more)


# --- a slow twin: an expression is its text and a function of a row, in three-valued logic -------------------------------------


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def lifted(function):
    return lambda *values: None if any(v is None for v in values) else function(*values)


def real_or_none(value):
    return None if value is None or math.isnan(value) else value


def field(name):
    return name, lambda row: real_or_none(row[name]) if isinstance(row[name], float) else row[name]


def made(form, function, *parts):
    return form.format(*(text for text, _ in parts)), lambda row: function(*(ask(row) for _, ask in parts))


NUMBERS = st.one_of(
    st.sampled_from([field("whole"), field("share")]),
    st.integers(-9, 9).map(lambda n: (f"({n})", lambda row: n)),
    st.sampled_from([0.5, 2.0, 1.25]).map(lambda n: (str(n), lambda row: n)),
    st.sampled_from([field("word")]).map(lambda f: made("len({})", lifted(len), f)),
    st.sampled_from([field("day")]).flatmap(lambda f: st.sampled_from([made("year({})", lifted(lambda d: d.year), f), made("month({})", lifted(lambda d: d.month), f)])),
)
ARITHMETIC = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: None if b == 0 else float(a) / float(b),
    "%": lambda a, b: None if b == 0 else a % b,
}
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(list(ARITHMETIC)), inner).map(lambda t: made(f"({{}} {t[1]} {{}})", lifted(ARITHMETIC[t[1]]), t[0], t[2])),
        inner.map(lambda t: made("abs({})", lifted(abs), t)),
        inner.map(lambda t: made("(-{})", lifted(lambda v: -v), t)),
    ),
    max_leaves=4,
)
TEXTS = st.one_of(
    st.sampled_from([field("word"), field("kind")]),
    st.sampled_from([field("word"), field("kind")]).map(lambda f: made("lower({})", lifted(str.lower), f)),
    st.text("abAB ", max_size=2).map(lambda t: (repr(t), lambda row: t)),
)
ORDER = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b}
DAY = datetime(2020, 6, 1)  # noqa: DTZ001
FACTS = st.one_of(
    st.tuples(SUMS, st.sampled_from(list(ORDER)), SUMS).map(lambda t: made(f"{{}} {t[1]} {{}}", lifted(ORDER[t[1]]), t[0], t[2])),
    st.tuples(TEXTS, st.sampled_from(list(ORDER)), TEXTS).map(lambda t: made(f"{{}} {t[1]} {{}}", lifted(ORDER[t[1]]), t[0], t[2])),
    st.sampled_from(list(ORDER)).map(lambda sign: made(f"{{}} {sign} '2020-06-01'", lifted(lambda d: ORDER[sign](d, DAY)), field("day"))),
    st.tuples(TEXTS, TEXTS).map(lambda t: made("contains({}, {})", lifted(lambda a, b: b in a), *t)),
    st.tuples(TEXTS, TEXTS).map(lambda t: made("startswith({}, {})", lifted(lambda a, b: a.startswith(b)), *t)),
    st.tuples(TEXTS, TEXTS).map(lambda t: made("{} in {}", lifted(lambda a, b: a in b), *t)),
    st.tuples(TEXTS, st.sampled_from(["^a", "b$", "a.b", "[AB]+", "x?"])).map(lambda t: made(f"matches({{}}, {t[1]!r})", lifted(lambda a: re.search(t[1], a) is not None), t[0])),
    st.tuples(TEXTS, st.lists(st.text("abAB", max_size=2), min_size=1)).map(lambda t: made(f"{{}} in {t[1]!r}", lifted(lambda a: a in t[1]), t[0])),
    st.tuples(SUMS, st.lists(st.integers(-5, 5), min_size=1)).map(lambda t: made(f"{{}} not in {t[1]!r}", lifted(lambda a: a not in t[1]), t[0])),
    st.tuples(SUMS, SUMS, SUMS).map(lambda t: made("{} <= {} < {}", lambda a, b, c: both(lifted(lambda x, y: x <= y)(a, b), lifted(lambda x, y: x < y)(b, c)), *t)),
    SUMS.map(lambda t: made("missing({})", lambda a: a is None, t)),
    TEXTS.map(lambda t: made("{} is not None", lambda a: a is not None, t)),
    st.just(field("seen")),
    st.just(made("{} == True", lifted(lambda a: a is True), field("seen"))),
)
CONDITIONS = st.recursive(
    FACTS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda t: made("({} and {})", both, *t)),
        st.tuples(inner, inner).map(lambda t: made("({} or {})", lambda a, b: lifted(lambda v: not v)(both(lifted(lambda v: not v)(a), lifted(lambda v: not v)(b))), *t)),
        inner.map(lambda t: made("(not {})", lifted(lambda v: not v), t)),
    ),
    max_leaves=4,
)
ROWS = st.lists(
    st.fixed_dictionaries({
        "whole": st.none() | st.integers(-9, 9),
        "share": st.none() | st.sampled_from([0.0, -0.5, 1.25, 3.0, math.nan]),
        "word": st.none() | st.text("abAB \n", max_size=4),
        "kind": st.none() | st.sampled_from(["a", "B"]),
        "seen": st.none() | st.booleans(),
        "day": st.none() | st.datetimes(datetime(2019, 1, 1), datetime(2021, 12, 31)),  # noqa: DTZ001
    }),
    max_size=12,
)  # fmt: skip
TYPES = {"whole": pl.Int64, "share": pl.Float64, "word": pl.String, "kind": pl.Categorical, "seen": pl.Boolean, "day": pl.Datetime("us")}


@settings(max_examples=400)
@given(ROWS, CONDITIONS)
def test_any_query_gives_the_rows_that_python_gives(rows, condition):
    text, ask = condition
    frame = pl.DataFrame([[row[name] for row in rows] for name in TYPES], schema=TYPES, orient="col")
    expected = [i for i, row in enumerate(rows) if ask(row) is True]
    assert choose(collection(frame), where=text).rows.tolist() == expected, text


@settings(max_examples=100)
@given(ROWS, SUMS, st.booleans())
def test_any_sort_gives_the_order_that_python_gives(rows, key, down):
    text, ask = key
    frame = pl.DataFrame([[row[name] for row in rows] for name in TYPES], schema=TYPES, orient="col")
    values = [ask(row) for row in rows]
    known = sorted((i for i, v in enumerate(values) if v is not None), key=lambda i: -values[i] if down else values[i])
    expected = known + [i for i, v in enumerate(values) if v is None]
    assert choose(collection(frame), sort=f"-({text})" if down else text).rows.tolist() == expected


def passengers():
    return open_source(str(real("titanic/train.csv")), target="Survived")


TWENTY = {
    "Age > 60": lambda r: r["Age"] is not None and r["Age"] > 60,
    "Age < 1": lambda r: r["Age"] is not None and r["Age"] < 1,
    "missing(Age)": lambda r: r["Age"] is None,
    "Cabin is not None and Pclass == 3": lambda r: r["Cabin"] is not None and r["Pclass"] == 3,
    "Sex == 'female' and label == 0": lambda r: r["Sex"] == "female" and r["Survived"] == 0,
    "len(Name) > 45": lambda r: len(r["Name"]) > 45,
    "'Master' in Name": lambda r: "Master" in r["Name"],
    "contains(lower(Name), 'miss')": lambda r: "miss" in r["Name"].lower(),
    "startswith(Ticket, 'PC')": lambda r: r["Ticket"].startswith("PC"),
    "matches(Ticket, '^[0-9]{6}$')": lambda r: re.search("^[0-9]{6}$", r["Ticket"]) is not None,
    "not startswith(Name, 'A') and Fare == 0": lambda r: not r["Name"].startswith("A") and r["Fare"] == 0,
    "Embarked in ('C', 'Q')": lambda r: r["Embarked"] in ("C", "Q"),
    "Embarked not in ['S'] and Pclass != 1": lambda r: r["Embarked"] is not None and r["Embarked"] != "S" and r["Pclass"] != 1,
    "SibSp + Parch >= 5": lambda r: r["SibSp"] + r["Parch"] >= 5,
    "Fare / (SibSp + Parch + 1) > 100": lambda r: r["Fare"] / (r["SibSp"] + r["Parch"] + 1) > 100,
    "PassengerId % 100 == 7": lambda r: r["PassengerId"] % 100 == 7,
    "20 <= Age < 21": lambda r: r["Age"] is not None and 20 <= r["Age"] < 21,
    "abs(Age - 30) < 0.6": lambda r: r["Age"] is not None and abs(r["Age"] - 30) < 0.6,
    "not (Age > 5)": lambda r: r["Age"] is not None and not r["Age"] > 5,
    "Age > 70 or Fare > 500": lambda r: (r["Age"] is not None and r["Age"] > 70) or r["Fare"] > 500,
    "item == 'row 17' or PassengerId == 3": lambda r: r["PassengerId"] in (3, 17),
}


@pytest.mark.parametrize("query", TWENTY)
def test_queries_on_a_real_table(query):
    source = passengers()
    rows = source.frame.to_dicts()
    expected = [i for i, row in enumerate(rows) if TWENTY[query](row)]
    assert choose(source, where=query).rows.tolist() == expected
    assert 0 < len(expected) < len(rows)


def test_several_keys_and_a_limit():
    frame = pl.DataFrame({"a": [1, 2, 2, None], "b": ["x", "z", "y", "w"]})
    chosen = choose(collection(frame), sort="-a, b", limit=3)
    assert chosen.rows.tolist() == [2, 1, 0]
    assert (chosen.found, chosen.fields) == (4, ("a", "b"))


def test_names_that_are_no_plain_words():
    frame = pl.DataFrame({"class": ["a", "b"], "house price": [1, 2], "meta.size": [3, 4], "from": ["class", "y"]})
    source = collection(frame)
    assert choose(source, where="class == 'a'").rows.tolist() == [0]
    assert choose(source, where="from == 'class' and class == 'a'").fields == ("from", "class")
    assert choose(source, where="field('house price') > 1").rows.tolist() == [1]
    assert choose(source, where="meta.size < 4").rows.tolist() == [0]


def test_texts_and_the_label_have_names_of_their_own():
    source = collection(pl.DataFrame({"y": ["spam", "ham"]}), label="y", texts=pl.Series(["long " * 100, "short"]))
    assert choose(source, where="len(text) > 300 and label == 'spam'").rows.tolist() == [0]


BAD = {
    "agee > 3": ("no field `agee`", "did you mean `age`"),
    "age > '3'": ("compared with '3'", "without quotation marks"),
    "name == 3": ("compared with 3", "write '3'"),
    "age": ("a number, not a condition", "compare it"),
    "len(age) > 1": ("needs text", "give it text"),
    "lenn(name) > 1": ("no function `lenn`", "did you mean `len`"),
    "len(name, 1) > 1": ("given 2 values", "len("),
    "matches(name, '(?=a)')": ("is no pattern", "finds digits"),
    "matches(name, 'x' )and matches(name, '" + "a" * 201 + "')": ("a pattern of 201 characters", "less"),
    "matches(name, name)": ("not written out", "quotation marks"),
    "age >": ("cannot be read", "quotation marks"),
    "age ** 9 > 1": ("not known", "these"),
    "when > 'soon'": ("is no date", "write it so"),
    "seen > True": ("have no order", "write == True"),
    "tags == 'a'": ("neither number", ""),
    "age in ()": ("nothing in the list", "write"),
    "age in (name, 1)": ("is looked for among", ""),
    "name + name == 'a'": ("arithmetic needs a number", ""),
    "not age": ("not needs true or false", ""),
    "age < None": ("no answer", "missing"),
    "age == 3j": ("cannot be compared", ""),
    "field(name) == 'a'": ("takes a name", ""),
    "x" * 2001: ("2,001 characters", "two steps"),
    "+".join(["age"] * 300) + " > 1": ("more than 400 parts", "two steps"),
    "-" * 1900 + "age > 1": ("", ""),
    "(" * 900 + "age": ("cannot be read", ""),
}
FOREIGN = [
    "__import__('os').system('true')", "eval('1')", "().__class__.__base__", "name.upper()", "name[0] == 'a'", "[x for x in name]", "lambda: 1", "f'{age}' == 'a'",
    "(age := 3) > 1", "age if seen else 1", "{'a': 1}", "name @ name", "~age > 1", "open('/etc/passwd')", "len(*name)", "len(name=1)", "(yield)", "await age", "age.__class__ == 1", "name % 3 == 'x'",
    "print", "globals()['x']", "1; 2", "import os",
]  # fmt: skip


def toy():
    when = [datetime(2020, 1, 1), None]  # noqa: DTZ001
    return collection(pl.DataFrame({"age": [1.0, 2.0], "name": ["a", "b"], "seen": [True, None], "when": when, "tags": [["a"], ["b"]]}))


@pytest.mark.parametrize("query", BAD)
def test_what_is_wrong_is_said_with_its_mend(query):
    with pytest.raises(UsageError) as caught:
        choose(toy(), where=query)
    what, mend = BAD[query]
    assert what in caught.value.what
    assert mend in caught.value.mend


@pytest.mark.parametrize("query", FOREIGN)
def test_nothing_but_the_language_is_read(query):
    with pytest.raises(UsageError):
        choose(toy(), where=query)
    with pytest.raises(UsageError):
        choose(toy(), sort=query)


@settings(max_examples=200)
@given(st.text(max_size=40) | st.lists(st.sampled_from(["age", "name", "(", ")", "and", "or", "not", "'a'", "3", "<", "==", "in", ",", "-", "len", "missing", "None", ".", "[", "]", "is"]), max_size=9).map(" ".join))
def test_any_words_are_a_query_or_a_clear_error(words):
    try:
        choose(toy(), where=words, limit=3)
    except UsageError as error:
        assert error.what  # noqa: PT017
        assert error.mend  # noqa: PT017


def test_a_limit_is_a_count():
    with pytest.raises(UsageError, match="--limit 0"):
        choose(toy(), limit=0)
