"""The top of the page: what came out, what to do next, seven gates, counts, the ladder from the dullest baseline upwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.draw import draw
from nohero.report.numbers import count, duration
from nohero.report.untrusted import html_line, html_prose
from nohero.report.words import gate_text, gate_word, tally, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.report.anchors import PlacedStage
    from nohero.run.record import Record


def verdict_section(record: Record, stages: Sequence[PlacedStage]) -> str:
    """The first section."""
    following = f'<p class="next"><strong>Next:</strong> {html_prose(record.next_step)}</p>' if record.next_step else ""
    stopped = f'<p class="tone-warn">Interrupted: {html_line(record.interrupted)}</p>' if record.interrupted else ""
    gates = "".join(_gate(placed) for placed in stages)
    strip = f'<ol class="gates" aria-label="Gates of the stages">{gates}</ol>' if gates else ""
    ladder = draw(record.ladder, "ladder") if record.ladder is not None else ""
    headline = f'<p class="headline">{html_prose(verdict(record))}</p>'
    return f'<section id="verdict" aria-labelledby="verdict-title"><h2 class="hidden" id="verdict-title">Verdict</h2>{headline}{stopped}{following}{strip}{_counts(record)}{ladder}</section>'


def _gate(placed: PlacedStage) -> str:
    stage = placed.stage
    word = gate_word(stage.state)
    text = html_line(gate_text(stage))
    state = f'<span class="tone-{word.tone}"><span aria-hidden="true">{word.sign}</span> {text}</span>'
    notes = [f"{html_line(code)}: {html_line(reason)}" for code, reason in stage.passed_by.items()] if stage.state == "passed" else []
    notes += [duration(stage.seconds)] if stage.seconds else []
    small = "".join(f"<small>{note}</small>" for note in notes)
    return f'<li class="{word.tone}"><a href="#{placed.ident}">{html_line(stage.name)}</a>{state}{small}</li>'


def _counts(record: Record) -> str:
    total = count(len(record.findings), "check")
    parts = "".join(f'<li><span class="tone-{tone}">{size:,}</span> {word}</li>' for word, size, tone in tally(record.findings))
    return f'<ul class="counts" aria-label="Counts"><li><strong>{total}</strong></li>{parts}</ul>'
