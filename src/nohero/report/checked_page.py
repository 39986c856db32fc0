"""A check of a set-up as one HTML file, and as the fragment a notebook shows: no script, no request."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from nohero.report.anchors import Placed
from nohero.report.checked_text import headline
from nohero.report.draw import draw
from nohero.report.numbers import count, duration
from nohero.report.page import POLICY
from nohero.report.section_closing import checks_section, legend_section
from nohero.report.section_findings import findings_section
from nohero.report.stylesheet import page_style
from nohero.report.untrusted import html_line, html_prose
from nohero.report.words import STATUS, observed_text, tally

if TYPE_CHECKING:
    from nohero.run.checked import Checked
    from nohero.run.finding import Finding

TONES = {"bad": "#b23a00", "warn": "#7d5200", "busy": "#0b5f9c", "good": "#006b4a", "quiet": "#56606a"}  # readable on white and on dark grey


def page(checked: Checked) -> str:
    """The whole page."""
    told = tuple(Placed(finding=f, ident=f.code or f.name, stage=f.stage) for f in checked.told)
    known = {p.ident for p in told}
    rest = tuple(Placed(finding=f, ident=f.code if f.code in known else "checks", stage=f.stage) for f in checked.findings)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{html_line(checked.name)}: nohero check</title>\n<style>\n{page_style()}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the report</a>\n'
        f'{_top(checked)}\n<main id="main">\n{_verdict(checked)}{_findings(told)}{_pictures(checked)}{_costs(checked)}{checks_section(rest)}{legend_section(told)}\n</main>\n'
        "<footer><p>Made by nohero. This file makes no request. What was checked is as it was handed over.</p></footer>\n</body>\n</html>\n"
    )


def _top(checked: Checked) -> str:
    about = " · ".join(html_line(part) for part in (", ".join(checked.parts), checked.device, f"seed {checked.seed}", duration(checked.seconds)) if part)
    radios = "".join(f'<label><input type="radio" name="theme" id="theme-{t}"{" checked" if t == "auto" else ""}>{t}</label>' for t in ("auto", "light", "dark"))
    places = (("verdict", "Verdict"), ("findings", "Findings"), *((("pictures", "Pictures"),) if checked.pictures else ()), ("costs", "Costs"), ("checks", "All checks"), ("legend", "Words and sources"))
    links = "".join(f'<li><a href="#{ident}">{title}</a></li>' for ident, title in places)
    return (
        f'<header class="top"><h1>{html_line(checked.name)}</h1><p>{about}</p>'
        f'<fieldset class="theme"><legend class="hidden">Colours</legend>{radios}</fieldset><nav aria-label="Contents"><ul>{links}</ul></nav></header>'
    )


def _verdict(checked: Checked) -> str:
    parts = "".join(f'<li><span class="tone-{tone}">{size:,}</span> {word}</li>' for word, size, tone in tally(f for f in checked.findings if f.code not in checked.followers))
    first = checked.told[0] if checked.told else None
    help_ = f'<p class="next"><strong>Next:</strong> {html_prose(first.remedies[0].text)}</p>' if first is not None and first.remedies else ""
    notes = "".join(f"<p>{html_prose(note)}</p>" for note in checked.notes)
    return (
        f'<section id="verdict" aria-labelledby="verdict-title"><h2 class="hidden" id="verdict-title">Verdict</h2><p class="headline">{html_prose(headline(checked))}</p>{help_}'
        f'<ul class="counts" aria-label="Counts"><li><strong>{count(len(checked.findings), "check")}</strong></li>{parts}</ul>{notes}</section>'
    )


def _findings(told: tuple[Placed, ...]) -> str:
    if told:
        return findings_section(told)
    return '<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2><p>Nothing to report: every check that could decide passed.</p></section>'


def _pictures(checked: Checked) -> str:
    if not checked.pictures:
        return ""
    drawn = "".join(draw(figure, f"picture-{number}") for number, figure in enumerate(checked.pictures))
    return f'<section id="pictures" aria-labelledby="pictures-title"><h2 id="pictures-title">Pictures</h2>{drawn}</section>'


def _costs(checked: Checked) -> str:
    rows = "".join(f"<tr><td>{html_line(name)}</td><td>{seconds:.2f}</td></tr>" for name, seconds in sorted(checked.costs, key=lambda c: -c[1]))
    left = "".join(f"<li>{html_line(what)}</li>" for what in checked.left_out)
    out = f"<p>Left out, for want of time:</p><ul>{left}</ul>" if left else ""
    table = f'<details><summary>What each measurement took, in seconds</summary><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Evidence</th><th scope="col">s</th></tr></thead><tbody>{rows}</tbody></table></div></details>'
    return f'<section id="costs" aria-labelledby="costs-title"><h2 id="costs-title">Costs</h2>{out}{table if rows else ""}</section>'


def fragment(checked: Checked) -> str:
    """For a notebook: styled by attributes alone, so that it changes nothing around it."""
    items = "".join(_item(f, opened=number == 0) for number, f in enumerate(checked.told))
    return f'<div style="font-family:system-ui,sans-serif;max-width:60rem;line-height:1.5"><p><strong>{html.escape(headline(checked))}</strong></p>{items}</div>'


def _item(finding: Finding, *, opened: bool) -> str:
    word = STATUS[finding.status]
    remedies = "".join(f"<li>{html_line(r.text)}{' [tried: ' + html_line(r.result) + ']' if r.tried and r.result else ''}</li>" for r in finding.remedies)
    told = [("expected", html_line(finding.expected)), ("observed", html_line(observed_text(finding.observed)) if finding.observed else ""), ("where", html_line(", ".join(finding.where[:6])))]
    facts = "".join(f"<div><em>{name}</em> {text}</div>" for name, text in told if text)
    return (
        f'<details{" open" if opened else ""} style="border-left:4px solid {TONES[word.tone]};padding:.2rem .8rem;margin:.4rem 0">'
        f'<summary><span style="color:{TONES[word.tone]};font-weight:600">{word.sign} {word.word}</span> <code>{html_line(finding.code)}</code> {html_prose(finding.message)}</summary>'
        f"{facts}<ul>{remedies}</ul></details>"
    )
