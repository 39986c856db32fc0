"""The page: whole, self-contained, sound HTML, harmless whatever the run holds, and small enough to mail."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nohero.report.page import LIMIT, page
from nohero.report.section_findings import OPEN
from nohero.run.figure import Image, Images
from nohero.run.finding import Finding, Level, Observed, Remedy, Status, failed, passed, warned
from nohero.run.record import Record, StageRecord
from nohero.run.stages import STAGES
from report.example_record import example, png, sound, stamped
from report.read_page import assert_sound
from report.test_draw import HOSTILE, of_every_kind


@pytest.fixture(scope="module")
def html():
    return page(example())


@pytest.fixture(scope="module")
def shown(html):
    return assert_sound(html)


def run_with(*findings, figures=(), **rest):
    return Record(
        name="r", source="s", stages=(StageRecord(name="data", state="open", findings=tuple(findings), figures=tuple(figures)),), **rest
    )


def test_one_heading_of_the_first_rank_and_none_is_left_out(shown):
    assert shown.one("h1").text == "0012-sms"
    ranks = [int(e.tag[1]) for e in shown.elements if re.fullmatch(r"h[1-6]", e.tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(ranks))


def test_landmarks_language_and_skip_link(shown):
    assert shown.one("html").attrs["lang"] == "en"
    assert shown.one("main").attrs["id"] == "main"
    assert shown.one("nav").attrs["aria-label"]
    assert len([e for e in shown.all("header") if e.path[-1] == "body"]) == 1
    assert shown.one("footer")
    first_link = shown.all("a")[0]
    assert (first_link.attrs["class"], first_link.attrs["href"]) == ("skip", "#main")


def test_every_section_is_named_by_its_heading(shown):
    for section in shown.all("section"):
        assert shown.by_id(section.attrs["aria-labelledby"]).tag == "h2"


def test_every_link_within_the_page_leads_somewhere(shown):
    for link in shown.all("a"):
        if link.attrs["href"].startswith("#"):
            assert link.attrs["href"][1:] in shown.ids


def test_nothing_is_fetched(html, shown):
    assert not {e.tag for e in shown.elements} & {"script", "link", "iframe", "object", "embed", "base", "form", "video", "audio", "source"}
    assert all(e.attrs["src"].startswith("data:image/png;base64,") for e in shown.all("img"))
    assert all(e.attrs["href"].startswith(("#", "https://")) for e in shown.all("a"))
    style = shown.one("style").text
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in style
    assert not re.search(r"\son\w+=", html)


def test_the_policy_allows_no_script_and_no_request(shown):
    (policy,) = (e.attrs["content"] for e in shown.all("meta") if e.attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "http" not in policy


def test_the_headline_stands_before_everything_else(html):
    assert (
        html.index("98.4 % of messages")
        < html.index('id="findings"')
        < html.index('id="stage-data"')
        < html.index('id="checks"')
        < html.index('id="reproduce"')
    )
    assert "remove the 66 copies" in html


def test_seven_gates_with_sign_and_word(shown):
    gates = [e for e in shown.all("a") if e.path[-1] == "li" and "ol" in e.path]
    assert [g.text for g in gates] == list(STAGES)
    assert "closed by DAT110" in shown.text
    assert "passed with a reason" in shown.text
    assert "SKE120: inputs will be scaled tomorrow" in shown.text


def test_findings_in_order_with_their_code_as_id(shown):
    assert [a.attrs["id"] for a in shown.all("article")] == ["DAT110", "SKE120", "OVF110", "DAT140", "SKE210", "SKE330"]


def test_a_finding_tells_all_it_knows(shown):
    text = shown.text
    for said in (
        "0.118 [0.094, 0.148]",
        "n = 557; 95 % interval",
        "98.4 % with, 98.0 % without",
        "evidence: verified",
        "tried on a copy: 0 copies left",
        "not tried",
        "DAT130",
        "Kapoor",
        "and 3 more",
        "known fault",
    ):
        assert said in text


def test_a_passed_check_keeps_its_numbers(shown):
    row = shown.by_id("SKE440")
    assert row.tag == "tr"
    assert "0.04 (n = 64)" in shown.text


def test_what_was_left_out_and_how_to_repeat_it(shown):
    assert "SKE220 batch-mates: needs about 12 s, 3 s were left" in shown.text
    assert "nohero run sms.tsv --target label --budget 2m --seed 17" in shown.text
    assert "2.6.0" in shown.text
    assert "2026-09-21" in shown.text


def test_what_scrolls_can_be_reached_by_keyboard(shown):
    assert all(e.attrs.get("tabindex") == "0" for e in [*shown.with_class("scroll"), *shown.all("pre")])


def test_colours_follow_a_radio_without_script(shown):
    radios = [e for e in shown.all("input") if e.attrs["name"] == "theme"]
    assert [e.attrs["id"] for e in radios] == ["theme-auto", "theme-light", "theme-dark"]
    assert ["checked" in e.attrs for e in radios] == [True, False, False]
    assert "#theme-dark:checked" in shown.one("style").text


def test_more_than_twenty_findings_are_folded():
    shown = assert_sound(page(run_with(*(stamped(warned(f"m{i}"), f"DAT{i:03}", "n", "data") for i in range(OPEN + 5)))))
    assert len([a for a in shown.all("article") if "details" not in a.path]) == OPEN
    assert len([a for a in shown.all("article") if "details" in a.path]) == 5
    assert "And 5 more findings" in shown.text


def test_nothing_to_report_is_said():
    assert "Nothing to report" in page(sound())
    assert "No check has run yet" in page(Record(name="r", source="s"))


def test_codes_that_meet_get_ids_of_their_own():
    same = stamped(failed("a"), "DAT110", "n", "data")
    shown = assert_sound(
        page(
            run_with(
                same,
                same,
                stamped(passed("p"), "DAT110", "n", "data"),
                stamped(failed("m"), "main", "n", "data"),
                stamped(failed("x"), "", "", "data"),
            )
        )
    )
    assert {"DAT110", "DAT110-2", "DAT110-3", "main", "main-2"} <= set(shown.ids)


@pytest.mark.parametrize("figure", of_every_kind(HOSTILE))
def test_hostile_figures(figure):
    shown = assert_sound(page(run_with(failed("m", figure=figure), figures=(figure,), ladder=None)))
    assert shown.all("script") == []


def hostile_record(text):
    found = Finding(
        status=Status.FAIL,
        message=text,
        expected=text,
        observed=Observed(value=1.0, unit=text),
        numbers={text: 1.0},
        component=text,
        where=(text,),
        level=Level.MEASURED,
        effect=text,
        why=text,
        remedies=(Remedy(text=text, tried=True, result=text), Remedy(text=text)),
        code=text,
        name=text,
        stage=text,
        source=text,
        also=(text,),
        ignored=text,
    )
    quiet = replace(found, status=Status.PASS)
    stage = StageRecord(
        name=text,
        question=text,
        state=text,
        sentence=text,
        closed_by=(text,),
        passed_by={text: text},
        left_out=(text,),
        findings=(found, quiet),
    )
    passed_stage = replace(stage, state="passed")
    return Record(
        name=text,
        source=text,
        task=text,
        command=text,
        interrupted=text,
        headline=text,
        next_step=text,
        facts={text: text},
        environment={text: text, "nohero": text},
        stages=(stage, passed_stage),
    )


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "javascript:alert(1)",
        "' onmouseover='x",
        '" autofocus onfocus="x',
        "<!--",
        "]]>",
        "</style><script>",
        "\x00\x1b[31m",
        "\u202egnp",
        "\ud800",
    ],
)
def test_hostile_words_everywhere(text):
    html = page(hostile_record(text))
    tame = assert_sound(page(hostile_record("tame")))
    shown = assert_sound(html)
    assert {e.tag for e in shown.elements} == {e.tag for e in tame.elements}
    assert {name for e in shown.elements for name in e.attrs} == {name for e in tame.elements for name in e.attrs}
    assert all(e.attrs["href"].startswith("#") for e in shown.all("a"))
    assert "\x1b" not in html
    assert "\u202e" not in html
    html.encode("utf-8")


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1))
def test_any_words_make_a_sound_page(text):
    assert_sound(page(hostile_record(text)))


def test_unfit_times_are_left_out():
    for started in (float("nan"), float("inf"), -5.0, 1e300):
        assert_sound(page(replace(sound(), started=started, budget=float("nan"))))


def heavy(count, size):
    picture = png(9) + "A" * (size - size % 4)
    return Images(title="Many", images=tuple(Image(png=picture, caption=str(i)) for i in range(count)))


def test_a_page_of_too_many_pictures_drops_some_evenly_and_says_so():
    html = page(run_with(failed("m", figure=heavy(40, 40_000)), figures=(heavy(300, 20_000),)))
    assert len(html.encode()) <= LIMIT
    shown = assert_sound(html)
    assert len(html.encode()) > LIMIT * 0.8
    assert "of 300 pictures are shown, to keep this page below 3 MB" in shown.text
    assert "of 40 pictures are shown" in shown.text
    kept = [int(img.attrs["alt"]) for img in shown.all("img") if "article" not in img.path]
    assert kept[0] == 0
    assert kept[-1] == 299


def test_a_page_within_the_limit_keeps_all_pictures():
    shown = assert_sound(page(run_with(figures=(heavy(30, 20_000),))))
    assert len(shown.all("img")) == 30
    assert "below 3 MB" not in shown.text


def test_when_words_alone_are_too_many_no_picture_is_kept():
    shown = assert_sound(page(run_with(failed("m" * LIMIT), figures=(heavy(3, 1000),))))
    assert shown.all("img") == []
    assert "0 of 3 pictures are shown" in shown.text


def test_a_typical_page_is_small(html):
    assert len(html.encode()) < 400_000
