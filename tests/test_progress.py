"""Progress is alive where it is seen, quiet where it is kept, and every word of it is a safe place to stop."""

from __future__ import annotations

import io
import math
import re
import time

import pytest

from nohero.progress import Bars, Lines, Now, Silent, choose, ended_text, spaced
from nohero.recipe import RECIPE

EVENT = {"name": "skeleton", "state": "closed", "closed_by": ["SKE120"], "seconds": 3.4, "sentence": "loss\x1b[31m 21.5"}


def nothing():
    """A user who does not interrupt."""


def walk(progress):
    progress.earlier(["data"])
    progress.begun("skeleton", 30.0)
    progress.measuring("Baselines")
    progress.training("the dullest network", 20, 100, 0.5)
    under_way = progress.stage_under_way()
    progress.ended(EVENT)
    progress.close()
    return under_way


def test_a_log_has_a_line_a_stage_and_no_control_characters():
    stream = io.StringIO()
    assert walk(Lines(nothing, stream)) == "skeleton"
    lines = stream.getvalue().splitlines()
    assert lines[0] == "done by an earlier sitting: data"
    assert re.fullmatch(r"skeleton +closed +3\.4 s +by SKE120: loss\[31m 21\.5", lines[1])
    assert len(lines) == 2


def test_a_log_shows_a_heartbeat_while_nothing_else_is_said():
    stream = io.StringIO()
    progress = Lines(nothing, stream, heartbeat=0.05)
    progress.begun("tune", math.inf)
    progress.measuring("SearchTrials")
    progress.training("trial 3", 40, 100, 0.25)
    time.sleep(0.3)
    progress.close()
    said = stream.getvalue()
    assert "tune, " in said
    assert "search trials; trial 3: step 40/100, validation loss 0.25" in said


def test_a_log_that_knows_only_ascii_is_not_an_error():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    progress = Lines(nothing, stream)
    progress.ended({**EVENT, "sentence": "café → thé"})
    progress.close()
    stream.flush()
    assert b"caf? ? th?" in raw.getvalue()


def test_a_terminal_is_left_as_it_was(capsys):
    progress = Bars(nothing, color=False)
    assert walk(progress) == "skeleton"
    assert "skeleton" in capsys.readouterr().err


def test_silence(capsys):
    assert walk(Silent()) == "skeleton"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("make", [lambda check: Lines(check, io.StringIO()), Silent, lambda check: Bars(check, color=False)], ids=["lines", "silent", "bars"])
@pytest.mark.parametrize(
    "word", [("begun", "data", 1.0), ("ended", EVENT), ("measuring", "Baselines"), ("training", "x", 1, 2, 0.1)], ids=lambda word: word[0]
)
def test_every_word_is_a_place_to_stop(make, word):
    def stop():
        raise KeyboardInterrupt

    progress = make(stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            getattr(progress, word[0])(*word[1:])
    finally:
        progress.close()


def test_the_share_follows_the_budget_or_else_the_measurements():
    now = Now()
    now.begin("skeleton", math.inf)
    shares = []
    for name in next(s.evidence for s in RECIPE if s.name == "skeleton"):
        now.measure(name)
        shares.append(now.share())
        now.train("x", 1, 2, 0.1)
        shares.append(now.share())
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] < 1
    assert "left" not in now.left()
    now.begin("tune", 1e-9)
    assert now.share() == pytest.approx(0.99, abs=0.99)
    assert "left" in now.left()


def test_evidence_of_another_stage_does_not_move_the_bar():
    now = Now()
    now.begin("overfit", math.inf)
    now.measure("Baselines")
    assert now.share() == 0


def test_names_for_people():
    assert spaced("SkeletonRun") == "skeleton run"
    assert ended_text({"name": "data", "state": "open", "seconds": 1.0}) == "data        open       1.0 s"


def test_what_is_chosen(capsys):
    assert isinstance(choose(nothing, silent=True, plain=False, color=True), Silent)
    lines = choose(nothing, silent=False, plain=False, color=True)  # captured, so no terminal
    assert isinstance(lines, Lines)
    lines.close()
