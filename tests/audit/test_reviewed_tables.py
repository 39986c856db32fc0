"""Tables that a check broke on, or that it cried wolf about."""

from __future__ import annotations

import json
import warnings
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.data.parquet_file import plain_columns
from nohero.evidence.audit import (
    chat_turns,
    decimal_tells,
    exchanged_in_parts,
    label_words,
    lost_signs,
    rater_effects,
    row_places,
    total_rows,
)
from nohero.run.finding import Status
from nohero.setup.refusal import Unmeasurable
from nohero.sources.anything import open_anything
from nohero.sources.table import of_cells


def cells(**columns):
    return of_cells(pl.DataFrame({name: [str(v) for v in values] for name, values in columns.items()}), "t")


def draw(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("last", [True, False])
def test_a_row_that_slipped_off_the_table_is_told_without_a_field_beside(last):
    """The stray stands in the last field of a row that moved to the left, or in the first of one that moved to the right."""
    drawn = draw()
    columns = {n: drawn.choice(words, 300) for n, words in (("city", ["Rome", "Oslo"]), ("colour", ["red", "blue"]), ("shape", ["round", "flat"]))}
    number = [f"{v:.2f}" for v in drawn.normal(5, 1, 300)]
    table = {**columns, "number": number} if last else {"number": number, **columns}
    rows = [list(r) for r in zip(*table.values(), strict=True)]
    for i in (50, 90, 130):
        rows[i] = [*rows[i][1:], "see note"] if last else ["see note", *rows[i][:-1]]
    found = row_places.measure(cells(**{n: [r[k] for r in rows] for k, n in enumerate(table)}))
    assert [(s.rows, s.by, s.field, s.belongs) for s in found.slipped] == [((50, 90, 130), -1 if last else 1, "number", "")]
    assert "belongs to" not in find_check("DAT505").judge(found).message


def test_an_object_whose_field_bears_the_name_of_a_column_is_left_closed():
    frame, notes = plain_columns(pl.DataFrame({"a": [{"b": "x"}] * 3, "a.b": ["y"] * 3}))
    assert frame.columns == ["a.b"]
    assert "`a` is left out" in notes[0]


def test_refunds_keep_their_sign_and_places_alone_are_sure():
    paid = draw().uniform(30, 90, 600).round(2)
    back = np.arange(600) % 25 == 4
    table = {"plan": ["basic" if i % 2 else "pro" for i in range(600)], "amount": np.where(back, -paid, paid)}
    judged = [find_check("DAT580").judge(lost_signs.measure(cells(**t))).status for t in ({**table, "type": np.where(back, "refund", "payment")}, table, {"plan": table["plan"], "lon": table["amount"]})]
    assert judged == [Status.PASS, Status.UNSURE, Status.WARN]


def rated(who, name, **more):
    """Marks of 800 rows, by two points higher where one of four marked them."""
    mark = draw(7).normal(5, 1, len(who)) + 2 * (np.array(who) == who[1])
    return of_cells(pl.DataFrame({name: who, "mark": mark, **more}).cast(pl.String), "t", label="mark")


@pytest.mark.parametrize(("name", "who"), [("operator", "ABCD"), ("tumor_marker", "0123"), ("judge_score", "1234")])
def test_everyday_fields_are_no_raters(name, who):
    with pytest.raises(Unmeasurable, match="who rated"):
        rater_effects.measure(rated([who[i % 4] for i in range(800)], name))


def test_a_rater_is_sure_where_several_marked_each_item():
    who = ["ABCD"[i % 4] for i in range(800)]
    more = ({}, {"essay": [i // 4 for i in range(800)]}, {"plan": ["pre" if w == "B" else "post" for w in who]})
    judged = [find_check("DAT509").judge(rater_effects.measure(rated(who, "rater", **m))).status for m in more]
    assert judged == [Status.UNSURE, Status.WARN, Status.PASS]


def test_total_is_the_name_of_a_kind_where_its_rows_are_not_the_greatest():
    days = draw().permutation(300)
    kinds = ["total" if i % 40 == 7 else "partial" for i in range(300)]
    assert total_rows.measure(cells(kind=kinds, days=days, age=days[::-1])).said == ()
    states = {"state": [f"s{i // 10}" for i in range(300)], "county": ["Total" if i % 10 == 9 else f"c{i % 10}" for i in range(300)]}
    shares = [0.9 + i / 1e4 if i % 10 == 9 else days[i] / 400 for i in range(300)]
    assert len(total_rows.measure(cells(**states, share=shares)).said) == 30
    assert total_rows.measure(cells(**states, share=shares[::-1])).said == ()


def test_prompts_of_one_turn_and_some_of_three_are_of_one_form():
    turns = [("user", "Why?"), ("assistant", "So."), ("user", "And why that?")]
    prompts = [json.dumps([{"role": r, "content": f"{w} {i}"} for r, w in (turns if i % 20 == 3 else turns[:1])]) for i in range(200)]
    assert find_check("DAT719").judge(chat_turns.measure(cells(prompt=prompts))).status == Status.PASS


def test_numbers_without_end_and_absent_classes_raise_no_warning():
    values = pl.Series([float("inf"), *draw().normal(0, 1, 199).tolist()])
    frame = pl.DataFrame({"v": values, "remark": ["it is sold"] * 100 + [None] * 100, "label": ["sold"] * 100 + ["broken"] * 100})
    collection = open_anything(frame, target="label")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decimal_tells.measure(collection, SimpleNamespace(classes=(("sold", 100), ("broken", 100))))
        assert label_words._worded(frame["remark"], frame["label"], ["sold", "broken"]).classes == 1


def test_words_that_are_none_of_another_field_are_asked_for_once(monkeypatch):
    """Of forty fields, as many questions and not their square."""
    asked = []
    monkeypatch.setattr(exchanged_in_parts, "_among", lambda cells, words: asked.append(1) or 1.0)
    frame = pl.DataFrame({f"f{k}": [f"{k} {i % 7}" for i in range(100)] for k in range(40)} | {"file": ["u" if i % 2 else "v" for i in range(100)]})
    exchanged_in_parts.exchanged_in_parts(frame, "file", frame.columns[:-1])
    assert len(asked) <= 80


def test_rounding_to_whole_numbers_finds_the_copies_and_no_others():
    from nohero.evidence.audit.rounded_copies import measure

    values = np.random.default_rng(0).uniform(1, 8, (3000, 10)).round(3)
    values[2970:] = values[:30].round(0)
    found = measure(open_anything(pl.DataFrame(values, schema=[f"v{k}" for k in range(10)])))
    assert (set(found.pairs), found.others) == ({(i, 2970 + i) for i in range(30)}, 0)


@pytest.mark.parametrize("parts", [("a", "b"), (0, 1), (False, True)])
def test_windows_across_parts_of_any_type_are_told(parts):
    from nohero.checks.check import find_check
    from nohero.checkup import examine_collection

    wave = np.cumsum(np.random.default_rng(3).normal(size=600))
    windows = np.stack([wave[k * 8 : k * 8 + 32] for k in range(60)])
    frame = pl.DataFrame(windows, schema=[f"x{k}" for k in range(32)]).with_columns(pl.Series("part", [parts[k % 2] for k in range(60)]))
    (found,) = examine_collection(open_anything(frame, split="part"), checks=[find_check("DAT566")]).findings
    assert found.status == Status.FAIL


def test_a_long_preamble_hides_no_text():
    from nohero.evidence.audit.contained_texts import _anchored, _candidates

    preamble = " ".join(f"word{k}" for k in range(60))
    keys = [f"{preamble} question {i} of many that are asked here" for i in range(400)]
    wanted = _anchored(keys, list(range(400)))
    assert all(i in _candidates(f"see {keys[i]} and more".split(" "), wanted) and len(_candidates(keys[i].split(" "), wanted)) < 5 for i in (7, 320))


def test_marks_that_are_missing_are_not_the_greatest():
    from nohero.evidence.audit.total_rows import _are_greatest

    frame = pl.DataFrame({"kind": ["total"] * 2 + ["partial"] * 298, "depth": [None, None, *np.random.default_rng(1).uniform(-50, -1, 298).tolist()]})
    assert not _are_greatest(frame, frame["kind"] == "total", [], ["depth"])


@pytest.mark.parametrize(("unit", "kind"), [("datetime64[ns]", pl.Datetime("us")), ("datetime64[D]", pl.Date), ("timedelta64[ns]", pl.Duration("us"))])
def test_times_of_an_array_stay_what_they_are(unit, kind):
    times = np.arange(40).astype(unit)
    assert open_anything({"when": times, "x": np.arange(40.0)}).frame["when"].dtype == kind
