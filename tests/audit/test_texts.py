"""Planted faults are found in real sets, by name."""

import polars as pl
import pytest

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.evidence.audit import near_texts, shared_openings, text_copies, text_damage, text_lengths, text_scripts, token_labels
from nohero.run.finding import Status
from nohero.setup.refusal import Unmeasurable
from nohero.sources.opening import open_source
from nohero.testing.collections import collections

CHECKS = {c.code: c for c in audit_checks() if ".texts." in c.judge.__module__}


def statuses(collection, *codes):
    found = examine_collection(collection, checks=[CHECKS[c] for c in codes or CHECKS])
    return {f.code: f for f in found.findings}


def test_tables_without_texts_are_skipped():
    found = statuses(collections()["people"]())
    assert {f.status for f in found.values()} == {Status.SKIP}


def test_two_texts_alone_break_nothing():
    base = collections()["messages"]()
    for texts in (["a", "b"], ["", ""], ["same", "same"], ["x" * 5000]):
        found = statuses(changed(base, texts, ["praise"] * len(texts)))
        assert Status.ERROR not in {f.status for f in found.values()}


def test_near_pairs_are_those_of_a_plain_comparison():
    collection = collections()["messages"]()
    keys = [t.lower() for t in collection.texts.to_list()[:120]]
    keys += [k.replace("the", "that", 1) + " indeed" for k in keys[:40]]
    found = {(i, j) for i, j, _ in near_texts.similar_pairs(keys)}
    grams, starts = near_texts._grams(keys)
    counts = near_texts._counts(grams, starts)
    plain = (counts @ counts.T).toarray()
    all_pairs = {(i, j) for i in range(len(keys)) for j in range(i + 1, len(keys)) if plain[i, j] > near_texts.SIMILAR}
    assert found <= all_pairs
    assert len(found) >= 0.95 * len(all_pairs)
    assert {(i, 120 + i) for i in range(40)} <= found


def test_grams_do_not_reach_into_the_next_text():
    alone = [near_texts._grams([text])[0].tolist() for text in ("abcdef", "ghij", "klmno")]
    together, starts = near_texts._grams(["abcdef", "ghij", "klmno"])
    assert together.tolist() == [g for grams in alone for g in grams]
    assert starts.tolist() == [0, 3, 4]


@pytest.mark.parametrize("text", ["café", "it’s", "“quoted” – so", "Žluťoučký", "日本語のテキスト", "Привет, мир", "😀 fine", "naïve ½ £5"])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_wrong_reading_is_found_and_the_right_one_is_not(text, encoding):
    assert text_damage._mojibake("x", text) is None
    try:
        garbled = text.encode().decode(encoding)
    except UnicodeDecodeError:
        return
    found = text_damage._mojibake("x", garbled)
    if found is not None:
        assert found.found == "�" or text_damage.meant_by(found.found)
    assert found is not None or text == "Žluťoučký"


def test_scripts_are_told_by_letters():
    assert [text_scripts.script_of(c) for c in "aéжλ漢ひ한µ"] == ["LATIN", "LATIN", "CYRILLIC", "GREEK", "CJK", "CJK", "HANGUL", ""]


def test_no_label_is_a_reason():
    collection = collections()["messages"]()
    with pytest.raises(Unmeasurable, match="label"):
        token_labels.measure(collection.with_(label=""))


def test_names(real):
    found = text_copies.measure(open_source(real("names/names.txt")))
    assert (found.total, found.repeats, len(found.long)) == (32_033, 2_539, 0)


def test_rt_polarity_is_clean(real):
    collection = open_source(real("rt-polarity"))
    assert len(collection) == 10_662
    assert collection.labels.value_counts(sort=True)["count"].to_list() == [5331, 5331]
    loud = {c: f.message for c, f in statuses(collection).items() if f.status in (Status.FAIL, Status.WARN, Status.ERROR)}
    assert loud == {}


def test_shakespeare_is_clean(real):
    loud = {c: f.message for c, f in statuses(open_source(real("tinyshakespeare/input.txt"))).items() if f.status in (Status.FAIL, Status.WARN, Status.ERROR)}
    assert loud == {}


def test_sms(real):
    collection = open_source(real("sms-spam"))
    assert [u.where for u in collection.unusable] == ["line 430", "line 431"]
    assert len(collection) == 5585
    assert collection.texts.n_unique() == 5182
    found = statuses(collection)
    assert text_copies.measure(collection).repeats == 403
    assert found["DAT707"].status == Status.WARN
    assert len(found["DAT707"].items) == collection.texts.str.contains("&(lt|gt|amp);").sum()
    assert len(found["DAT705"].items) == collection.texts.str.contains("[\u0080-\u009f]").sum()
    assert found["DAT711"].status == Status.PASS


PLANTS = {
    "DAT700": lambda t: "  ",
    "DAT705": lambda t: t + " it’s a café".encode().decode("cp1252"),
    "DAT707": lambda t: t.replace(" ", "&nbsp;", 1) + "<br />",
    "DAT708": lambda t: t.replace(" ", "\u200b ", 1),
}


@pytest.mark.parametrize("code", sorted(PLANTS))
def test_what_is_planted_in_film_reviews_is_named_and_nothing_else(code, real):
    collection = open_source(real("rt-polarity"))
    texts = collection.texts.to_list()
    planted = set(range(7, len(texts), 53))
    before = set(statuses(collection, code)[code].items)
    found = statuses(changed(collection, [PLANTS[code](t) if i in planted else t for i, t in enumerate(texts)]), code)[code]
    rows = {int(name.removeprefix("line ")) - 1 for name in found.items}
    assert planted <= rows
    assert len(rows - planted) <= len(before)
    assert found.status in (Status.FAIL, Status.WARN)


def test_edited_reviews_are_found(real):
    collection = open_source(real("rt-polarity"))
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    again = [i for i in range(3, len(texts), 40) if len(texts[i]) > 80]
    edited = [" ".join(w for k, w in enumerate(texts[i].split()) if k != 4) for i in again]
    found = text_copies.measure(changed(collection, texts + edited, labels + [labels[i] for i in again]))
    named = {int(p.item.removeprefix("line ")) - 1 for p in found.near if p.similarity < 1}
    planted = set(range(len(texts), len(texts) + len(again)))
    assert len(named & planted) >= 0.95 * len(planted)
    assert len(named - planted) <= 3


@pytest.mark.parametrize(("share", "status"), [(1.0, Status.FAIL), (0.3, Status.WARN), (0.0, Status.PASS)])
def test_a_mark_in_one_class_is_a_leak(share, status, real):
    collection = open_source(real("rt-polarity"))
    mark = [i % 10 < 10 * share and label == "neg" for i, label in enumerate(collection.labels)]
    found = statuses(changed(collection, [f"{t} @@" if m else t for t, m in zip(collection.texts, mark, strict=True)]), "DAT711")["DAT711"]
    assert found.status == status
    assert not share or "@@" in found.message


def test_cut_reviews_are_named(real):
    collection = open_source(real("rt-polarity"))
    cut = changed(collection, [t[:150].rstrip("\n") for t in collection.texts])
    assert statuses(cut, "DAT710")["DAT710"].status == Status.WARN


def test_every_measurement_has_figures_that_can_be_drawn():
    from nohero.report.draw import draw

    collection = collections()["messages"]()
    drawn = [draw(f, "f") for module in (text_lengths, token_labels) for f in module.measure(collection).figures()]
    assert len(drawn) == 3
    assert sum(len(d) for d in drawn) < 100_000


def test_openings_are_counted_by_class_and_part():
    collection = collections()["messages"]()
    found = shared_openings.measure(collection.with_(texts=pl.Series("text", [f"Subject: re {t}" for t in collection.texts])))
    assert [(s.place, s.text.strip()) for s in found.found] == [("begin", "Subject: re")]


def test_a_table_of_texts_is_not_told_twice(tmp_path):
    words = ["mail", "film", "late", "order", "price", "house", "train", "tree", "water", "bread"]
    rows = [" ".join(words[(i * 7 + k * (i % 9 + 1)) % 10] for k in range(25)) + f" {i}." for i in range(300)]
    rows = [f"{t} CafÃ© dâ€™Ã©tÃ©" if i % 20 == 0 else t for i, t in enumerate(rows)] + rows[1:9]
    path = tmp_path / "mails.csv"
    path.write_text("\n".join(["text,label", *(f"{t},{'ab'[i % 2]}" for i, t in enumerate(rows))]), encoding="utf-8")
    checked = examine_collection(open_source(str(path), target="label"), checks=audit_checks())
    told = {f.code: f.also for f in checked.told}
    assert "DAT516" in told["DAT705"]
    assert "DAT540" not in told
