"""The terminal's text: short when nothing is wrong, six lines a finding, as wide as the terminal, and never a code it cannot show."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.report.lettering import cells
from nohero.report.terminal import finding_text, text
from nohero.run.finding import Finding, Level, Observed, Remedy, Status, broken, failed, passed, skipped, unsure, warned
from nohero.run.record import Record, StageRecord
from report.example_record import copies, example, initial_loss, sound, stamped

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def run_with(*findings, **rest):
    return Record(name="r", source="s", stages=(StageRecord(name="data", state="open", findings=tuple(findings)),), **rest)


def test_a_finding_in_the_agreed_grammar():
    assert finding_text(initial_loss(), width=100) == (
        "error[SKE120] wrong-initial-loss: starts at 21.5, a uniform guess over 10 classes would give 2.303\n"
        "  expected  2.303 [up to 2.50]\n"
        "  observed  21.5 [20.8, 22.2] nats (n = 512; 95 % interval)\n"
        "  where     train.py:31\n"
        "  help      scale inputs in the transform (train.py, line 31) [tried: 2.304]\n"
        "  more      nohero explain SKE120\n"
    )


@pytest.mark.parametrize(
    ("make", "word"),
    [(failed, "error"), (warned, "warning"), (unsure, "unsure"), (broken, "broken"), (passed, "passed"), (skipped, "skipped")],
)
def test_the_word_for_each_status(make, word):
    assert finding_text(stamped(make("m"), "DAT110", "n", "data")).startswith(f"{word}[DAT110] n: m\n")


def test_evidence_stronger_or_weaker_than_a_number_is_named():
    found = failed("m", observed=Observed(value=1.0))
    assert "verified" in finding_text(replace(found, level=Level.VERIFIED))
    assert "heuristic" in finding_text(replace(found, level=Level.HEURISTIC))
    assert "measured" not in finding_text(found)


def test_a_finding_with_nothing_but_a_message():
    assert finding_text(failed("m")) == "error: m\n"


def test_long_lists_are_cut_unless_all_is_wanted():
    found = failed("m", where=[f"row {i}" for i in range(9)], remedies=["one", "two", "three"], why="because", numbers={"a": 1.0})
    short, whole = finding_text(found), finding_text(found, verbose=True)
    assert "row 2 and 6 more" in short
    assert "three" not in short
    assert "because" not in short
    assert "row 8" in whole
    assert "three" in whole
    assert "because" in whole
    assert "a 1" in whole


def test_remedies_say_whether_they_were_tried():
    shown = finding_text(failed("m", remedies=[Remedy(text="a", tried=True, result="0 left"), Remedy(text="b", tried=True)]))
    assert "  help      a [tried: 0 left]\n" in shown
    assert "  or        b [tried]\n" in shown


def test_ignored_findings_give_the_reason():
    assert "  ignored   known\n" in finding_text(failed("m", ignored="known"))


def test_nothing_wrong_is_said_in_few_lines():
    assert text(sound()) == (
        "nohero  0001-toy (seed 0, finished)\n\n"
        "  ✓ data      open  1.0 s  as it should be\n"
        "  ✓ skeleton  open  1.0 s  as it should be\n\n"
        "All gates are open.\n"
        f"2 checks: 2 passed{'2.0 s':>62}\n"
    )


def test_stages_that_wait_share_a_line():
    assert "  ○ waiting: regularise, tune, squeeze, final\n" in text(example())


def test_a_gate_passed_by_a_reason_shows_it():
    assert "SKE120 passed because: inputs will be scaled tomorrow" in text(example())


def test_the_sum_stands_last():
    *_, last = text(example(), width=120).splitlines()
    assert last.startswith("13 checks: 6 passed, 3 errors, 1 warning, 1 unsure, 1 skipped, 1 ignored")
    assert last.endswith("1 min 9 s")
    assert len(last) == 120


def test_errors_stand_before_warnings():
    shown = text(example())
    assert shown.index("error[OVF110]") < shown.index("warning[DAT140]") < shown.index("unsure[SKE210]") < shown.index("broken[SKE330]")


def test_what_is_next_is_said():
    assert "Next: remove the 66 copies" in text(example())


def test_passed_checks_are_listed_when_all_is_wanted():
    assert "passed[DAT120]" not in text(example())
    assert "passed[DAT120]" in text(example(), verbose=True)
    assert "left out" in text(example(), verbose=True)


def test_more_than_twenty_findings_are_counted():
    many = run_with(*(stamped(warned(f"m{i}"), f"DAT{i}", "n", "data") for i in range(25)))
    assert text(many).count("warning[") == 20
    assert "and 5 more findings" in text(many)
    assert text(many, verbose=True).count("warning[") == 25


@pytest.mark.parametrize("width", [30, 44, 60, 80, 100, 132])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_the_terminal_but_an_address(width, verbose):
    for line in text(example(), width=width, verbose=verbose).splitlines():
        assert cells(line) <= width or "https://" in line


def test_a_terminal_narrower_than_any_word_is_served_as_one_of_thirty():
    assert text(example(), width=3) == text(example(), width=30)


def test_an_address_is_not_cut():
    found = failed("m", source="https://example.org/" + "a" * 100)
    assert "a" * 100 in finding_text(found, width=40, verbose=True)


def test_without_colour_there_is_no_control_character():
    shown = text(example(), verbose=True)
    assert all(c == "\n" or c.isprintable() for c in shown)


def test_colour_only_adds_colour():
    plain, coloured = text(example(), verbose=True), text(example(), verbose=True, color=True)
    assert coloured != plain
    assert ESCAPE.sub("", coloured) == plain
    assert coloured.count("\x1b[0m") * 2 == len(ESCAPE.findall(coloured))


def test_ascii_only_is_ascii():
    record = replace(example(), name="naïve – Übung → 数")
    shown = text(record, ascii_only=True, verbose=True)
    assert shown.isascii()
    assert "naive - Ubung -> \\u6570" in shown


def test_a_run_that_was_interrupted_says_so():
    assert "interrupted: by the keyboard" in text(replace(example(), interrupted="by the keyboard"), width=200)


def test_an_empty_run():
    assert (
        text(Record(name="r", source="s"))
        == f"nohero  r (seed 0, not finished yet)\n\nNothing has been decided yet.\n0 checks{'0 ms':>72}\n"
    )


@given(st.text(), st.text(), st.text(), st.integers(10, 120), st.booleans())
def test_hostile_words_do_not_reach_the_terminal(message, name, place, width, ascii_only):
    found = Finding(
        status=Status.FAIL,
        message=f"\x1b]0;owned\x07{message}",
        name=name,
        where=(place,),
        expected="\x1b[2J",
        code="\x1b[31m",
        remedies=(Remedy(text=message),),
        also=(name,),
    )
    stage = StageRecord(
        name=name, state=place, sentence=message, closed_by=(name,), passed_by={name: message}, left_out=(place,), findings=(found,)
    )
    record = Record(name=name, source="s", headline=message, next_step=place, task=name, interrupted=place, stages=(stage,))
    shown = text(record, width=width, ascii_only=ascii_only, verbose=True)
    assert not {"\x1b", "\x07", "\r", "\u202e", "\u2028"} & set(shown)
    assert shown.isascii() or not ascii_only
    shown.encode("utf-8")


def test_wide_letters_are_counted_as_two():
    for line in finding_text(failed("数据" * 60), width=40).splitlines():
        assert cells(line) <= 40


def test_copies_of_one_cause_are_folded():
    assert "  also      DAT130\n" in finding_text(copies())
