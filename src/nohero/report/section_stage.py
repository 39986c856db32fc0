"""One section a stage: its question, what came out, its figures, what the budget left out, and the checks that passed, with numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.draw import draw
from nohero.report.numbers import duration
from nohero.report.section_findings import numbers_text
from nohero.report.untrusted import html_line, html_prose
from nohero.report.words import STATUS, gate_text, gate_word, observed_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.report.anchors import Placed, PlacedStage
    from nohero.run.record import StageRecord


def stage_section(placed: PlacedStage) -> str:
    """What one stage asked and found."""
    stage, ident, mine = placed.stage, placed.ident, placed.findings
    word = gate_word(stage.state)
    took = f' <span class="tone-quiet">after {duration(stage.seconds)}</span>' if stage.seconds else ""
    gate = f'<p><span class="tone-{word.tone}"><span aria-hidden="true">{word.sign}</span> {html_line(gate_text(stage))}</span>{took}</p>'
    question = f'<p class="question">{html_line(stage.question)}</p>' if stage.question else ""
    said = f"<p>{html_line(stage.sentence)}</p>" if stage.sentence else ""
    figures = "".join(draw(figure, f"{ident}-{i}") for i, figure in enumerate(stage.figures))
    sheet = f'<div class="figures">{figures}</div>' if figures else ""
    body = gate + question + said + _told(mine) + _reasons(stage) + sheet + _left_out(stage) + _quiet(mine)
    idle = "" if mine or figures or said else ' class="idle"'
    return f'<section{idle} id="{ident}" aria-labelledby="{ident}-title"><h2 id="{ident}-title">{html_line(stage.name.capitalize())}</h2>{body}</section>'


def _reasons(stage: StageRecord) -> str:
    items = "".join(f"<li><code>{html_line(code)}</code>: {html_line(reason)}</li>" for code, reason in stage.passed_by.items())
    return f"<p>Passed by a written reason, not by evidence:</p><ul>{items}</ul>" if items else ""


def _told(placed: Sequence[Placed]) -> str:
    links = [
        f'<li><a href="#{p.ident}"><code>{html_line(p.finding.code or p.ident)}</code></a> {STATUS[p.finding.status].word}: {html_prose(p.finding.message)}</li>'
        for p in placed
        if not p.quiet
    ]
    return f"<ul>{''.join(links)}</ul>" if links else ""


def _left_out(stage: StageRecord) -> str:
    items = "".join(f"<li>{html_line(text)}</li>" for text in stage.left_out)
    return f"<h3>Left out</h3><ul>{items}</ul>" if items else ""


def _quiet(placed: Sequence[Placed]) -> str:
    rows = "".join(_row(p) for p in placed if p.quiet)
    if not rows:
        return ""
    head = "<thead><tr><th scope='col'>Check</th><th scope='col'>Result</th><th scope='col'>What it saw</th><th scope='col'>Numbers</th></tr></thead>"
    return f'<div class="scroll checks" tabindex="0"><table>{head}<tbody>{rows}</tbody></table></div>'


def _row(placed: Placed) -> str:
    finding, word = placed.finding, STATUS[placed.finding.status]
    observed = html_line(observed_text(finding.observed)) if finding.observed is not None else ""
    numbers = "; ".join(part for part in (observed, numbers_text(finding)) if part)
    name = f"<code>{html_line(finding.code)}</code> {html_line(finding.name)}"
    state = f'<span class="tone-{word.tone}"><span aria-hidden="true">{word.sign}</span> {word.word}</span>'
    return f'<tr id="{placed.ident}"><td>{name}</td><td>{state}</td><td class="said">{html_prose(finding.message)}</td><td class="numbers">{numbers}</td></tr>'
