"""The end of the page: every check in one table, how to repeat the run, what the words mean, where the rules come from."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from nohero.report.numbers import duration
from nohero.report.untrusted import html_line, html_prose, link
from nohero.report.words import STATUS, state_of_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nohero.report.anchors import Placed
    from nohero.run.record import Record

LATEST = 253402300799  # the last second of the year 9999
MEANINGS = {
    "error": "conclusions would be wrong, or training cannot work",
    "broken": "the check itself failed; it says nothing about the run",
    "warning": "likely harm",
    "unsure": "the numbers cannot decide; the finding says what would",
    "skipped": "not applicable, over budget or left out on purpose, with the reason",
    "verified": "a second run that differs in this part alone behaves differently",
    "measured": "a number taken directly",
    "heuristic": "a pattern that often, not always, means this",
    "interval": "95 %, written [from, to]",
}


def checks_section(placed: Sequence[Placed]) -> str:
    """Every check, passed ones too."""
    rows = "".join(_row(p) for p in placed)
    if not rows:
        return ""
    titles = ("Code", "Name", "Stage", "Result", "What was seen")
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    show = (
        '<fieldset class="show"><legend class="hidden">Show</legend>'
        '<label><input type="radio" name="show" id="show-all" checked>All</label>'
        '<label><input type="radio" name="show" id="show-telling">Only what needs reading</label></fieldset>'
    )
    table = f'<div class="scroll checks" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return f'<section id="checks" aria-labelledby="checks-title"><h2 id="checks-title">All checks</h2>{show}{table}</section>'


def _row(placed: Placed) -> str:
    finding, word = placed.finding, STATUS[placed.finding.status]
    cells = (
        f'<a href="#{placed.ident}"><code>{html_line(finding.code or placed.ident)}</code></a>',
        html_line(finding.name),
        html_line(placed.stage),
        f'<span class="tone-{word.tone}"><span aria-hidden="true">{word.sign}</span> {word.word}</span>'
        + (" (ignored)" if finding.ignored else ""),
        html_prose(finding.message),
    )
    return f'<tr class="{word.tone}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def card_section(record: Record) -> str:
    """Where the data came from, as the user states it."""
    if not record.card:
        return ""
    entries = "".join(f"<dt>{html_line(name)}</dt><dd>{link(value)}</dd>" for name, value in record.card.items() if value)
    return f'<section id="data-card" aria-labelledby="data-card-title"><h2 id="data-card-title">Data card</h2><dl>{entries}</dl></section>'


def reproduce_section(record: Record) -> str:
    """Command, seed, facts, environment."""
    command = f'<pre class="command" tabindex="0"><code>{html_line(record.command)}</code></pre>' if record.command else ""
    run = {
        "source": record.source,
        "task": record.task,
        "seed": str(record.seed),
        "budget": duration(record.budget) if record.budget is not None else "",
        "started": moment(record.started),
        "took": duration(record.seconds),
        "state": state_of_run(record),
    }
    lists = _pairs("Run", run) + _pairs("Data", record.facts) + _pairs("Environment", record.environment)
    return f'<section id="reproduce" aria-labelledby="reproduce-title"><h2 id="reproduce-title">Reproduce</h2>{command}<div class="figures">{lists}</div></section>'


def _pairs(title: str, pairs: Mapping[str, str]) -> str:
    entries = "".join(f"<dt>{html_line(name)}</dt><dd>{html_line(value)}</dd>" for name, value in pairs.items() if value)
    return f"<div><h3>{title}</h3><dl>{entries}</dl></div>" if entries else ""


def legend_section(placed: Sequence[Placed]) -> str:
    """What the words mean and where the rules come from."""
    words = "".join(f"<dt>{word}</dt><dd>{meaning}</dd>" for word, meaning in MEANINGS.items())
    sources = dict.fromkeys(p.finding.source for p in placed if p.finding.source)
    items = "".join(f"<li>{link(source)}</li>" for source in sources)
    listed = f"<div><h3>Sources</h3><ul>{items}</ul></div>" if items else ""
    return (
        '<section id="legend" aria-labelledby="legend-title"><h2 id="legend-title">Words and sources</h2>'
        f'<div class="figures"><div><h3>Words</h3><dl>{words}</dl></div>{listed}</div></section>'
    )


def moment(seconds: float) -> str:
    """A Unix time as date and time in UTC; empty if there is none."""
    if not math.isfinite(seconds) or not 0 < seconds < LATEST:
        return ""
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
