"""Conversations, refusals, short texts and pairs of them."""

import json

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.evidence.audit import chat_turns, contained_texts, model_refusals, text_damage, text_pairs, text_persons
from nohero.evidence.audit.chat_turns import BEGINS, EMPTY, ENDS, TWICE, faults_of
from nohero.evidence.audit.model_refusals import HINTS, MODEL, REFUSAL
from nohero.evidence.audit.pair_forms import form_fits
from nohero.evidence.audit.text_pairs import is_language
from nohero.run.finding import Status
from nohero.setup.refusal import Unmeasurable
from nohero.sources.anything import open_anything
from nohero.sources.chat_column import is_chat, said_in, turns_of
from nohero.sources.odd_cells import read_away
from nohero.sources.text_column import is_free


def _chat(*turns, role="role", words="content"):
    return json.dumps([{role: r, words: w} for r, w in turns])


GOOD = (("user", "Hello?"), ("assistant", "Hello."))


@pytest.mark.parametrize(("turns", "faults"), [
    (GOOD, []), ((("system", "Be kind."), *GOOD), []), (GOOD[1:], [BEGINS]), ((GOOD[0], *GOOD), [TWICE]), ((*GOOD, GOOD[0]), [ENDS]), ((GOOD[0], ("assistant", " ")), [EMPTY]),
    ((GOOD[0], ("tool", "3"), GOOD[1]), []),
])  # fmt: skip
def test_turns(turns, faults):
    assert faults_of(turns_of(_chat(*turns))) == faults


def test_prompts_of_one_question_and_of_several_turns_are_one_form():
    judge = find_check("DAT719").judge
    prompts = [[GOOD[0], *(turn for turn in (GOOD[1], GOOD[0]) if i % 20 == 3)] for i in range(100)]
    assert judge(chat_turns.measure(open_anything(pl.DataFrame({"prompt": [_chat(*p) for p in prompts]})))).status is Status.PASS
    unanswered = [GOOD[:1] if i % 20 == 3 else (*GOOD, GOOD[0]) if i == 7 else GOOD for i in range(100)]
    found = judge(chat_turns.measure(open_anything(pl.DataFrame({"messages": [_chat(*c) for c in unanswered]}))))
    assert "6 of 100 conversations" in found.message
    assert "5 have no turn of the assistant, 1 end with the user" in found.message


def test_a_tool_that_is_called_needs_no_words():
    cell = json.dumps([{"role": "user", "content": "3 + 4?"}, {"role": "assistant", "content": None, "tool_calls": [{"id": 1}]}, {"role": "tool", "content": "7"}, {"role": "assistant", "content": "7"}])
    assert faults_of(turns_of(cell)) == []


def test_the_other_form_of_conversations():
    turns = turns_of(_chat(("human", "Hello?"), ("gpt", "Hello."), role="from", words="value"))
    assert [t.role for t in turns] == ["user", "assistant"]


@pytest.mark.parametrize("cell", ["", None, "[1, 2]", "[]", "{}", "[{", '[{"name": "a"}]', "words"])
def test_what_is_no_conversation(cell):
    assert turns_of(cell) is None


def test_conversations_are_texts_of_what_is_said():
    column = pl.Series("messages", [_chat(("user", f"Say {i} words."), GOOD[1]) for i in range(40)])
    assert is_chat(column)
    assert said_in(column)[3] == "Say 3 words.\nHello."
    found = open_anything(pl.DataFrame([column]))
    assert found.texts[3] == "Say 3 words.\nHello."
    assert not chat_turns.measure(found).broken


def test_a_table_without_conversations_has_no_turns():
    with pytest.raises(Unmeasurable):
        chat_turns.measure(open_anything(pl.DataFrame({"a": [1, 2, 3]})))


@pytest.mark.parametrize("text", ["As an AI language model, I cannot.", "I'm just an AI assistant and have no body.", "As a large language model, I", "I am an artificial intelligence, so"])
def test_what_a_model_says_of_itself(text):
    assert MODEL.search(text)


@pytest.mark.parametrize("text", [
    "I'm sorry, but I can't assist with that.", "I apologize, but I am unable to provide an answer.", "Sorry, I cannot help with this request.", "I cannot fulfill that request.", "Unfortunately, I'm not able to browse the web.",
    "I will not help with that request.", "I won’t assist with that request.", "I can not answer that question.", "I can’t answer that question.",
])  # fmt: skip
def test_refusals(text):
    assert REFUSAL.match(text)
    assert any(hint in text.casefold() for hint in HINTS)


@pytest.mark.parametrize("text", ["I'm sorry, but I cannot come.", "As an AI engineer, I build models.", "As an AI assistants' union", "Sorry, I can't find it.", "He is sorry. I can run.", "Language models are trained on texts."])
def test_no_refusals(text):
    assert not MODEL.search(text)
    assert not REFUSAL.match(text)


def _asked(answers):
    return open_anything(pl.DataFrame({"instruction": [f"Which river flows through the town number {i * 7919 % 997}, and where does it end?" for i in range(len(answers))], "topic": [("a", "b", "c")[i % 3] for i in range(len(answers))], "kind": [("d", "e")[i % 2] for i in range(len(answers))], "output": answers}))


def test_short_answers_are_looked_at():
    answers = [f"The river {i}" for i in range(100)]
    answers[::10] = ["As an AI language model, I cannot answer this question."] * 10
    answers[5::10] = [f"write to anna.berg{i}@post.dk" for i in range(10)]
    answers[7] = ""
    found = _asked(answers)
    assert found.short_fields == ("output",)
    assert len(model_refusals.measure(found).as_model) == 10
    assert model_refusals.measure(found).field == "output"
    assert len(text_persons.measure(found).mails) == 10
    (pair,) = text_pairs.measure(found).pairs
    assert [(name, len(items)) for name, items in pair.empty] == [("output", 1)]


def test_texts_without_blanks_are_texts():
    assert is_free(pl.Series([f"这个产品的质量很好{i}" for i in range(30)]))
    assert is_free(pl.Series(["ผลิตภัณฑ์นี้ดีมาก" + "ก" * i for i in range(9)]))


@pytest.mark.parametrize(("name", "known"), [("de", True), ("text_en", True), ("translation.pl", True), ("pt-BR", True), ("model", False), ("side", False)])
def test_names_of_languages(name, known):
    assert is_language(name) is known


def test_forms_tell_a_slip_without_a_shared_word():
    draw = np.random.default_rng(1)
    sizes = draw.integers(1, 30, 300)
    first, second = [" ".join(["word"] * n) for n in sizes], ["".join(chr(0x4E00 + int(k)) for k in draw.integers(0, 5000, n)) for n in sizes]
    slipped = [*second[:100], second[99], *second[100:199], *second[200:]]
    fits = form_fits((first, slipped), (0, 1))
    assert (fits[1] - fits[0])[101:199].sum() > 0 > (fits[1] - fits[0])[:99].sum()
    pairs = text_pairs.measure(open_anything(pl.DataFrame({"en": [f"{t} {i * 7919 % 997}" for i, t in enumerate(first)], "zh": slipped})))
    assert pairs.pairs[0].slip.rows == pytest.approx(100, abs=10)
    assert pairs.pairs[0].slip.strength > 4


def test_untranslated_texts_are_told_by_their_letters():
    ends = ("the list", "all files", "this column", "every row")
    german = ("die Liste", "alle Dateien", "diese Spalte", "jede Zeile")
    first = [f"choose {ends[i % 4]} {i}" for i in range(200)]
    second = [first[i] if i % 20 == 3 else f"wähle {german[i % 4]} {i}" for i in range(200)]
    (pair,) = text_pairs.measure(open_anything(pl.DataFrame({"key": [f"k{i}" for i in range(200)], "en": first, "de": second}))).pairs
    assert len(pair.copied) == 10
    assert {column for _, column, _ in pair.copied} == {"en"}


def test_codes_that_readers_take_for_missing():
    codes = [f"{a}{b}" for a in "BCDFG" for b in "QRTXZ"]
    assert read_away(pl.Series([*codes, "NA"]), pl.Series(codes)).to_list() == ["NA"]
    states = ["CA", "TX", "NY", "WA", "OR", "FL", "GA", "AL", "AK", "AZ", "CO", "CT", "DE", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA"]
    assert read_away(pl.Series([*states, "NA"]), pl.Series(states)).to_list() == []
    assert read_away(pl.Series(["AF", "AS", "EU", "OC", "NA"]), pl.Series(["AF", "AS", "EU", "OC"])).to_list() == ["NA"]


def test_texts_of_question_marks_among_other_scripts():
    texts = [f"这个产品的质量很好，价格也不贵{i}" for i in range(60)]
    lost = [t.encode("ascii", "replace").decode() if i % 10 == 3 else t for i, t in enumerate(texts)]
    assert text_damage.measure(open_anything(pl.DataFrame({"text": lost}))).asked == 6
    assert text_damage.measure(open_anything(pl.DataFrame({"text": ["??????????", *texts]}))).asked == 0


def _divided(made):
    texts = [f"the {i * 7919 % 997} words of this text are about number {i}, and of no other" for i in range(200)]
    parts = ["test" if i % 5 == 0 else "train" for i in range(200)]
    return open_anything(pl.DataFrame({"text": made(texts), "split": parts}), split="split")


def test_test_texts_inside_prompts_are_found():
    found = contained_texts.measure(_divided(lambda t: [f"As in: {t[i - 1]} so: {x}" if i % 10 == 1 else x for i, x in enumerate(t)]))
    assert [c.item for c in found.found][:2] == ["row 1", "row 11"]
    assert found.found[0].inside == "row 2"
    assert len(found.found) == 20


def test_texts_of_one_opening_are_looked_for_by_what_sets_them_apart(monkeypatch):
    looked, plain = [], contained_texts._candidates

    def counted(*given):
        found = plain(*given)
        looked.extend(found)
        return found

    monkeypatch.setattr(contained_texts, "_candidates", counted)
    texts = _divided(lambda t: [f"what is the best answer to this question: {x}" for x in t]).texts
    found = contained_texts.measure(_divided(lambda _: [f"As in: {texts[i - 1]}s so: {x}" if i % 10 == 1 else x for i, x in enumerate(texts)]))
    assert [c.item for c in found.found][:2] == ["row 1", "row 11"]
    assert len(found.found) == 20
    assert len(looked) < 200


def test_no_text_is_inside_another_where_none_is():
    assert contained_texts.measure(_divided(list)).found == ()


def test_conversations_and_translations_in_parquet(tmp_path):
    rows = [{"messages": [{"role": "user", "content": f"What is {i}?"}, {"role": "assistant", "content": "A number."}], "translation": {"en": f"the number {i}", "de": f"die Zahl {i}"}} for i in range(60)]
    rows[7]["messages"] = rows[7]["messages"][1:]
    pl.DataFrame(rows).write_parquet(tmp_path / "chats.parquet")
    found = open_anything(tmp_path / "chats.parquet")
    assert found.frame.columns == ["messages", "translation.en", "translation.de"]
    assert [(what, rows[0][0]) for what, rows in chat_turns.measure(found).broken] == [(BEGINS, "row 8")]


def test_lists_of_turns_in_memory():
    found = open_anything([{"messages": [{"from": "human", "value": f"What is {i}?"}, {"from": "gpt", "value": ""}]} for i in range(30)])
    assert [what for what, _ in chat_turns.measure(found).broken] == [EMPTY]
