"""Walk the whole recipe on data, from a look at it to the test set, opened once.

  nohero run built-in:digits
  nohero run titanic.csv --target survived --budget 90s
  nohero run pictures/ --image-size 32 --until skeleton
  nohero run --resume --pass DAT110="the copies are wanted"

Leaves a folder with the journal, the report and a model that can predict. A run that was stopped or killed goes on with
--resume and repeats nothing that was finished.

Exit code: 0 fine, 1 a gate is closed, 2 misuse or data that cannot be used, 3 a check or your own code broke, 4 the budget
is too small for anything, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nohero.interruption import INTERRUPTED, stoppable
from nohero.options import BUDGET, SEED, Options, parse_budget, parse_passes, told_command, told_path
from nohero.run.errors import UsageError
from nohero.verbs.speak import colourful, manner, one_of, say, tell

if TYPE_CHECKING:
    from nohero.run.record import Record
    from nohero.sitting import Outcome

FORMATS = ("text", "json", "jsonl")
RUNS = Path("runs")
SOURCES = "csv, tsv or parquet file, folder of class folders of pictures, built-in:NAME, or project.py"

Source = Annotated[str | None, typer.Argument(metavar="SOURCE", help=SOURCES)]
Target = Annotated[str | None, typer.Option("--target", metavar="COL", help="column to predict, by name or place (-1 is the last)")]
Task = Annotated[str | None, typer.Option("--task", metavar="T", help="binary, multiclass or regression; inferred if left out")]
Group = Annotated[str | None, typer.Option("--group", metavar="COL", help="column whose groups must not straddle the split")]
Time = Annotated[str | None, typer.Option("--time", metavar="COL", help="train on the past and test on the future of this column")]
Drop = Annotated[list[str] | None, typer.Option("--drop", metavar="COL", help="leave this column out of the inputs; may be repeated")]
Decisions = Annotated[str | None, typer.Option("--decisions", metavar="FILE", help="csv of item, decision, value, reason: leave items out or call them otherwise")]
Card = Annotated[str | None, typer.Option("--card", metavar="FILE", help="toml or json that states source, licence, date, collection, consent and personal_data of the data; data-card.toml beside it is found")]
Human = Annotated[str | None, typer.Option("--human", metavar="FILE", help="a person's accuracy, as `nohero label` writes it: a line in every picture of scores")]
Budget = Annotated[str | None, typer.Option("--budget", metavar="TIME", help=f"90s, 10m, 2h or none (if left out: {BUDGET})")]
Until = Annotated[str | None, typer.Option("--until", metavar="STAGE", help="stop after this stage")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help=f"decides split, weights and order (if left out: {SEED})")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="where runs are kept")]
Passes = Annotated[list[str] | None, typer.Option("--pass", metavar='CODE="reason"', help="open the gate that this check closes; may be repeated")]
Distil = Annotated[bool, typer.Option("--distil", help="hand on one network, taught by the ensemble")]
ImageSize = Annotated[int | None, typer.Option("--image-size", metavar="N", help="side of pictures in pixels")]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="processor threads; chosen by the data if left out")]
Device = Annotated[str | None, typer.Option("--device", metavar="D", help="cpu")]
Resume = Annotated[str | None, typer.Option("--resume", metavar="[RUN]", help="go on with this run, or with the newest")]
Format = Annotated[str, typer.Option("--format", metavar="F", help="text, json or jsonl, on stdout")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="findings only")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="passed checks, libraries' warnings and tracebacks too")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="say nothing until the end")]
Plain = Annotated[bool, typer.Option("--plain", help="ASCII, no colour, no moving line")]
Effort = Annotated[str | None, typer.Option("--effort", hidden=True)]


@dataclass(frozen=True, kw_only=True)
class How:
    """How the run is to be told."""

    format: str
    quiet: bool
    verbose: bool
    silent: bool
    plain: bool


def run(
    context: typer.Context, *, source: Source = None, target: Target = None, task: Task = None, group: Group = None, time: Time = None, drop: Drop = None, decisions: Decisions = None, card: Card = None, human: Human = None,
    budget: Budget = None, until: Until = None, seed: Seed = None, out: Out = RUNS, passes: Passes = None, distil: Distil = False,
    image_size: ImageSize = None, threads: Threads = None, device: Device = None, resume: Resume = None, format_: Format = "text",
    quiet: Quiet = False, verbose: Verbose = False, no_progress: NoProgress = False, plain: Plain = False, effort: Effort = None,
) -> None:  # fmt: skip
    """Take the words apart and sit down to it."""
    how = How(format=one_of(format_, FORMATS, "format"), quiet=quiet, verbose=verbose, silent=quiet or no_progress, plain=plain)
    if source is None and resume is None:
        raise UsageError("no source was given", expected=SOURCES, mend="nohero run built-in:digits, for example")
    if not verbose:
        warnings.simplefilter("ignore")  # libraries' remarks would tear the progress line
    given: dict[str, Any] = {
        "source": source, "target": target, "task": task, "group": group, "time": time, "drop": tuple(drop) if drop else None, "decisions": told_path(decisions) if decisions else None, "card": told_path(card) if card else None, "human": told_path(human) if human else None, "seed": seed, "image_size": image_size,
        "threads": threads, "device": device, "effort": effort or os.environ.get("NOHERO_EFFORT") or None, "until": until,
    }  # fmt: skip
    given = {name: value for name, value in given.items() if value is not None}
    given |= {"budget": parse_budget(budget)} if budget is not None else {}
    reasons = parse_passes(passes or ())
    try:
        if resume is not None:
            outcome = _take_up(given, reasons, out, resume, how)
        else:
            options = Options(**{"budget": parse_budget(BUDGET), **given}, passes=reasons, distil=distil)
            outcome = _begin(options, out, told_command(context.obj or ()), how)
    except KeyboardInterrupt:
        where = "" if out == RUNS else f" --out {out}"
        tell(f"interrupted; what was done is kept, go on with: nohero run --resume{where}")
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(_show(outcome, how))


def _begin(options: Options, out: Path, command: str, how: How) -> Outcome:
    from nohero.progress import choose
    from nohero.sitting import begin

    with stoppable() as check:
        return begin(options, out=out, command=command, progress=lambda: choose(check, silent=how.silent, plain=how.plain, color=colourful(sys.stderr)))


def _take_up(given: dict[str, Any], reasons: dict[str, str], out: Path, name: str, how: How) -> Outcome:
    from nohero.progress import choose
    from nohero.sitting import take_up

    with stoppable() as check:
        progress = lambda: choose(check, silent=how.silent, plain=how.plain, color=colourful(sys.stderr))  # noqa: E731
        return take_up(out, name or None, changes=given, passes=reasons, progress=progress)


def _show(outcome: Outcome, how: How) -> int:
    """The run to stdout; returns the exit code."""
    from nohero.report import result
    from nohero.stored import exit_code

    report = f"report: {outcome.directory.path / 'report.html'}"
    if outcome.already:
        tell(outcome.already)
    if how.format != "text":
        render = result.as_json if how.format == "json" else result.as_jsonl
        say(render(outcome.record).removesuffix("\n"))
        tell(report)
    elif how.quiet:
        say(_findings(outcome.record, how))
    else:
        say(f"{_text(outcome.record, how)}\n{report}")
    return 0 if outcome.already else exit_code(outcome.record)


def _text(record: Record, how: How) -> str:
    from nohero.report import terminal

    return terminal.text(record, **manner(plain=how.plain, verbose=how.verbose)).removesuffix("\n")


def _findings(record: Record, how: How) -> str:
    from nohero.report import terminal, words

    told = [terminal.finding_text(finding, **manner(plain=how.plain)) for finding in words.telling(record.findings)]
    return "\n".join([*told, words.verdict(record)])
