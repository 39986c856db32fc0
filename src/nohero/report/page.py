"""The report as one HTML file: no request, no script, readable from disk, in mail, in the dark, on paper and by a screen reader."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from nohero.report.anchors import place
from nohero.report.fewer_images import image_bytes, with_fewer_images
from nohero.report.numbers import duration
from nohero.report.section_closing import card_section, checks_section, legend_section, moment, reproduce_section
from nohero.report.section_findings import findings_section
from nohero.report.section_stage import stage_section
from nohero.report.section_verdict import verdict_section
from nohero.report.stylesheet import page_style
from nohero.report.untrusted import html_line
from nohero.report.words import state_of_run

if TYPE_CHECKING:
    from nohero.report.anchors import PlacedStage
    from nohero.run.record import Record

LIMIT = 3_000_000  # bytes; experience: a page that can be mailed
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
ATTEMPTS = 4  # at thinning the pictures: what is thinned evenly does not shrink evenly


def page(record: Record) -> str:
    """The whole page; with fewer pictures where it would pass the limit."""
    text = _page(record)
    size = len(text.encode())
    share = 1.0
    for _ in range(ATTEMPTS):
        if size <= LIMIT or share == 0:
            break
        pictures = image_bytes(record) * share
        rest = max(0.0, size - pictures)
        share = share * max(0.0, LIMIT - rest) / pictures * 0.97 if pictures else 0.0
        text = _page(with_fewer_images(record, share))
        size = len(text.encode())
    if size > LIMIT and share > 0:
        text = _page(with_fewer_images(record, 0.0))
    return text


def _page(record: Record) -> str:
    stages = place(record)
    placed = tuple(chain.from_iterable(stage.findings for stage in stages))
    name = html_line(record.name) or "run"
    body = "".join(
        (
            verdict_section(record, stages),
            findings_section(placed),
            *(stage_section(stage) for stage in stages),
            checks_section(placed),
            card_section(record),
            reproduce_section(record),
            legend_section(placed),
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{name}: nohero</title>\n<style>\n{page_style()}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the report</a>\n'
        f'{_top(record, name, stages)}\n<main id="main">\n{body}\n</main>\n{_foot(record)}\n</body>\n</html>\n'
    )


def _top(record: Record, name: str, stages: tuple[PlacedStage, ...]) -> str:
    facts = (record.task, f"seed {record.seed}", moment(record.started), duration(record.seconds), state_of_run(record))
    about = " · ".join(html_line(fact) for fact in facts if fact)
    targets = [("verdict", "Verdict"), ("findings", "Findings"), *((placed.ident, placed.stage.name.capitalize()) for placed in stages)]
    targets += [("checks", "All checks")] if record.findings else []
    targets += [("data-card", "Data card")] if record.card else []
    targets += [("reproduce", "Reproduce"), ("legend", "Words and sources")]
    links = "".join(f'<li><a href="#{ident}">{html_line(title)}</a></li>' for ident, title in targets)
    radios = "".join(
        f'<label><input type="radio" name="theme" id="theme-{theme}"{" checked" if theme == "auto" else ""}>{theme}</label>'
        for theme in ("auto", "light", "dark")
    )
    # the colours follow the radio by CSS alone, so that the page needs no script and its policy allows none
    return (
        f'<header class="top"><h1>{name}</h1><p>{about}</p>'
        f'<fieldset class="theme"><legend class="hidden">Colours</legend>{radios}</fieldset>'
        f'<nav aria-label="Contents"><ul>{links}</ul></nav></header>'
    )


def _foot(record: Record) -> str:
    version = record.environment.get("nohero", "")
    return f"<footer><p>Made by nohero{' ' + html_line(version) if version else ''} from the journal of this run. This file makes no request.</p></footer>"
