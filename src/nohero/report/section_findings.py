"""What someone should read: each finding with its evidence, its remedies and its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.draw import draw
from nohero.report.numbers import count, number
from nohero.report.untrusted import html_line, html_prose, link
from nohero.report.words import STATUS, items_beside, observed_text, urgency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.report.anchors import Placed
    from nohero.run.finding import Finding, Remedy

OPEN = 20  # findings shown at once; the rest is folded
PLACES = 12  # of `where`


def findings_section(placed: Sequence[Placed]) -> str:
    """All findings that are neither PASS nor SKIP."""
    told = sorted((p for p in placed if not p.quiet), key=lambda p: urgency(p.finding))
    articles = [_article(p.finding, p.ident, p.stage) for p in told]
    body = "".join(articles[:OPEN]) or "<p>Nothing to report: every check that could decide passed.</p>"
    if not placed:
        body = "<p>No check has run yet.</p>"
    if len(articles) > OPEN:
        body += f'<details class="more"><summary>And {count(len(articles) - OPEN, "more finding")}</summary>{"".join(articles[OPEN:])}</details>'
    return f'<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>{body}</section>'


def _article(finding: Finding, ident: str, stage: str) -> str:
    word = STATUS[finding.status]
    ignored = " ignored" if finding.ignored else ""
    tags = [
        f'<span class="tone-{word.tone}"><span aria-hidden="true">{word.sign}</span> {word.word}</span>',
        f'<a href="#{ident}"><code>{html_line(finding.code)}</code></a>' if finding.code else "",
        f"<span>{html_line(finding.name)}</span>" if finding.name else "",
        f"<span>part: {html_line(finding.component)}</span>" if finding.component else "",
        f"<span>stage: {html_line(stage)}</span>",
        f"<span>evidence: {finding.level.value}</span>",
    ]
    line = "".join(tags)
    head = f'<header><p class="tags">{line}</p><h3 id="{ident}-title">{html_prose(finding.message)}</h3></header>'
    figure = draw(finding.figure, ident) if finding.figure is not None else ""
    parts = f'<div class="parts">{_facts(finding)}{figure}</div>'
    return f'<article class="finding {word.tone}{ignored}" id="{ident}" aria-labelledby="{ident}-title">{head}{parts}</article>'


def _facts(finding: Finding) -> str:
    told = [
        ("Ignored", html_line(finding.ignored) and f"<strong>{html_line(finding.ignored)}</strong>"),
        ("Expected", html_prose(finding.expected)),
        ("Observed", html_line(observed_text(finding.observed)) if finding.observed is not None else ""),
        ("Effect", html_prose(finding.effect)),
        ("Where", _listed(finding.where)),
        ("Items", _listed(items_beside(finding))),
        ("What to do", _remedies(finding.remedies)),
        ("Why", html_prose(finding.why)),
        ("Numbers", numbers_text(finding)),
        ("Also seen as", ", ".join(f"<code>{html_line(code)}</code>" for code in finding.also)),
        ("Source", link(finding.source) if finding.source else ""),
    ]
    entries = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in told if text)
    return f"<dl>{entries}</dl>" if entries else ""


def _listed(places: tuple[str, ...]) -> str:
    if not places:
        return ""
    more = f" and {len(places) - PLACES:,} more" if len(places) > PLACES else ""
    return ", ".join(f"<code>{html_line(place)}</code>" for place in places[:PLACES]) + more


def _remedies(remedies: tuple[Remedy, ...]) -> str:
    """That one was not tried is told where another was."""
    told = [html_prose(r.text) + (_trial(r) if any(other.tried for other in remedies) else "") for r in remedies]
    return f"<ol>{''.join(f'<li>{one}</li>' for one in told)}</ol>" if len(told) > 1 else "".join(told)


def _trial(remedy: Remedy) -> str:
    if remedy.tried:
        result = f": {html_line(remedy.result)}" if remedy.result else ""
        return f' <span class="tried yes"><span aria-hidden="true">✓</span> tried on a copy{result}</span>'
    return ' <span class="tried">not tried</span>'


def numbers_text(finding: Finding) -> str:
    """'loss 2.31, classes 10': the numbers a finding keeps, without those its observed value already shows."""
    shown = finding.observed.value if finding.observed is not None else None
    kept = ((name, value) for name, value in finding.numbers.items() if value != shown)
    return ", ".join(f"{html_line(name.replace('_', ' '))}&nbsp;{number(value)}" for name, value in kept)
