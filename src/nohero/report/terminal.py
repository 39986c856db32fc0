"""A run, and a single finding, as text for a terminal or a log: one line a stage, six a finding, the sum last.

A finding reads:

    error[SKE120] wrong-initial-loss: starts at 21.5, a uniform guess would give 2.303
      expected  2.30, up to 2.50
      observed  21.5 nats (n = 512)
      help      scale the inputs in the transform [tried: 2.304]
      more      nohero explain SKE120
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.lettering import cells
from nohero.report.manner import Manner
from nohero.report.numbers import count, duration, number
from nohero.report.words import STATUS, gate_word, items_beside, observed_text, state_of_run, tally_text, telling, verdict
from nohero.run.finding import Level, Status

if TYPE_CHECKING:
    from nohero.run.finding import Finding, Remedy
    from nohero.run.record import Record, StageRecord

MOST = 20  # findings told in full
PLACES = 3  # of `where`; all of them when verbose
HELP = 2  # remedies; all of them when verbose
FIELD = 12  # columns before a field's text
LEAST = 36  # columns a stage's sentence needs beside its name; with fewer it goes below


def text(record: Record, *, color: bool = False, width: int = 80, verbose: bool = False, ascii_only: bool = False) -> str:
    """The run: its stages, its findings, what to do next, and the sum."""
    manner = Manner(color=color, width=width, verbose=verbose, ascii_only=ascii_only)
    parts = [_head(record, manner), _stages(record, manner)]
    told = telling(record.findings)
    shown = told if verbose else told[:MOST]
    parts += [_finding(finding, manner) for finding in shown]
    if len(shown) < len(told):
        parts.append([manner.say(f"and {count(len(told) - len(shown), 'more finding')}")])
    if verbose:
        parts.append(_quiet(record, manner))
    parts.append(_end(record, manner))
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def finding_text(finding: Finding, *, color: bool = False, width: int = 80, verbose: bool = False, ascii_only: bool = False) -> str:
    """One finding, in the same grammar."""
    return "\n".join(_finding(finding, Manner(color=color, width=width, verbose=verbose, ascii_only=ascii_only))) + "\n"


def _head(record: Record, manner: Manner) -> list[str]:
    about = ", ".join(part for part in (record.task, f"seed {record.seed}", state_of_run(record)) if part)
    return manner.block("nohero  ", manner.say(f"{record.name}  ({about})"), tone="strong")


def _stages(record: Record, manner: Manner) -> list[str]:
    lines: list[str] = []
    told = [stage for stage in record.stages if stage.state != "waiting"]
    columns = _columns(told, manner)
    for stage in told:
        lines += _stage(stage, manner, columns)
    waiting = [stage.name for stage in record.stages if stage.state == "waiting"]
    if waiting:
        sign = manner.say(gate_word("waiting").sign)
        lines += manner.block(f"  {sign} ", manner.say(f"waiting: {', '.join(waiting)}"), tone="quiet", indent=4)
    return lines


def _columns(stages: list[StageRecord], manner: Manner) -> tuple[int, int, int]:
    """Widths of name, state and time."""
    names = max((cells(manner.say(stage.name)) for stage in stages), default=0)
    states = max((cells(gate_word(stage.state).word) for stage in stages), default=0)
    return names, states, max((cells(duration(stage.seconds)) for stage in stages), default=0)


def _stage(stage: StageRecord, manner: Manner, columns: tuple[int, int, int]) -> list[str]:
    word = gate_word(stage.state)
    name, state = manner.say(stage.name), manner.say(word.word)
    took = duration(stage.seconds) if stage.seconds else ""
    names, states, times = columns
    plain = f"{name}{' ' * (names - cells(name))}  {state}{' ' * (states - cells(state))}  {took:>{times}}"
    sign = manner.say(word.sign)
    said = manner.say(_sentence(stage))
    if manner.room - cells(plain) - 6 < LEAST:
        lines = [f"  {manner.paint(sign, word.tone)} {plain}".rstrip()]
        if cells(plain) + 4 > manner.room:
            lines = manner.block(f"  {sign} ", " ".join(plain.split()), tone=word.tone)
        lines += manner.block("    ", said) if said else []
    else:
        first, *rest = manner.block(f"  {sign} {plain}  ", said)
        lines = [f"  {manner.paint(sign, word.tone)}{first[2 + len(sign) :]}", *rest]
    for code, reason in stage.passed_by.items():
        lines += manner.block(f"    {manner.say(code)} ", manner.say(f"passed because: {reason}"))
    if manner.verbose:
        for left in stage.left_out:
            lines += manner.block("    left out  ", manner.say(left))
    return lines


def _sentence(stage: StageRecord) -> str:
    by = f"by {', '.join(stage.closed_by)}" if stage.state == "closed" and stage.closed_by else ""
    return ": ".join(part for part in (by, stage.sentence) if part)


def _finding(finding: Finding, manner: Manner) -> list[str]:
    word = STATUS[finding.status]
    code = manner.say(finding.code)
    name = f"{manner.say(finding.name)}: " if finding.name else ""
    head = f"{word.word}[{code}] " if code else f"{word.word}: "
    lines = manner.block(head, name + manner.say(finding.message), tone=word.tone, indent=2)
    for field, said in _fields(finding, manner):
        lines += manner.block(f"  {field:<{FIELD - 2}}", manner.say(said), tone="quiet")
    return lines


def _fields(finding: Finding, manner: Manner) -> list[tuple[str, str]]:
    level = "" if finding.level is Level.MEASURED else f" ({finding.level.value})"
    fields = [
        ("ignored", finding.ignored),
        ("expected", finding.expected),
        ("observed", observed_text(finding.observed) + level if finding.observed is not None else ""),
        ("effect", finding.effect),
        ("where", _named(finding.where, manner)),
        ("items", _named(items_beside(finding), manner)),
    ]
    if manner.verbose:
        fields.append(("why", finding.why))
        fields.append(("numbers", ", ".join(f"{name} {number(value)}" for name, value in finding.numbers.items())))
    remedies = finding.remedies if manner.verbose else finding.remedies[:HELP]
    fields += [("or", said.removeprefix("or ")) if i else ("help", said) for i, said in enumerate(map(_help, remedies))]
    fields.append(("also", ", ".join(finding.also)))
    fields.append(("more", f"nohero explain {finding.code}" if finding.code else ""))
    if manner.verbose:
        fields.append(("source", finding.source))
    return [(name, said) for name, said in fields if said]


def _named(places: tuple[str, ...], manner: Manner) -> str:
    most = len(places) if manner.verbose else PLACES
    more = f" and {len(places) - most:,} more" if len(places) > most else ""
    return ", ".join(places[:most]) + more


def _help(remedy: Remedy) -> str:
    if not remedy.tried:
        return remedy.text
    return f"{remedy.text} [tried: {remedy.result}]" if remedy.result else f"{remedy.text} [tried]"


def _quiet(record: Record, manner: Manner) -> list[str]:
    lines: list[str] = []
    for finding in record.findings:
        if finding.status in (Status.PASS, Status.SKIP):
            word = STATUS[finding.status]
            seen = f"; {observed_text(finding.observed)}" if finding.observed is not None else ""
            name = f"{finding.name}: " if finding.name else ""
            said = manner.say(f"{name}{finding.message}{seen}")
            lines += manner.block(f"{word.word}[{manner.say(finding.code)}] ", said, tone=word.tone, indent=2)
    return lines


def _end(record: Record, manner: Manner) -> list[str]:
    lines = manner.block("", manner.say(verdict(record)))
    if record.next_step:
        lines += manner.block("Next: ", manner.say(record.next_step), tone="strong", indent=2)
    total, took = manner.say(tally_text(record.findings)), duration(record.seconds)
    gap = manner.room - cells(total) - cells(took)
    return [*lines, f"{total}{' ' * gap}{took}"] if gap > 1 else [*lines, *manner.block("", total), f"in {took}"]
