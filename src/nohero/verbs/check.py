"""Find the silent faults in a training set-up of your own.

  nohero check setup.py
  nohero check package.train:setup --budget 10s
  nohero check setup.py --select model,loss --ignore SKE260="sparse on purpose"
  nohero check setup.py -o report.html
  nohero check setup.py --format sarif -o nohero.sarif

The function returns the arguments of `nohero.check` as a dict: model, loss, train, and what else you have. Nothing of yours is changed.

Exit code: 0 nothing failed, 1 findings, 2 misuse, 3 your own code raised, 4 the budget is too small, 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nohero.run.errors import UsageError
from nohero.verbs.speak import manner, one_of, put, say

if TYPE_CHECKING:
    from nohero.run.checked import Checked

FORMATS = ("text", "json", "jsonl", "sarif", "junit", "github", "html")
LEVELS = ("error", "warning", "never")
FINDINGS = 1

Target = Annotated[str, typer.Argument(metavar="TARGET", help="a file with a function setup(), or package.module:function")]
Budget = Annotated[str, typer.Option("--budget", metavar="TIME", help="10s, 2m or none")]
Select = Annotated[str, typer.Option("--select", metavar="WHAT", help="codes, beginnings of codes, names or components, with commas")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar='CODE="reason"', help="pass this check's finding; may be repeated")]
Format = Annotated[str, typer.Option("--format", metavar="F", help=", ".join(FORMATS) + "; by the suffix of --output where it is left out")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="write the report there; .html, .json, .sarif, ... choose the form")]
Report = Annotated[Path | None, typer.Option("--report", metavar="FILE", help="write the HTML page there as well")]
FailOn = Annotated[str, typer.Option("--fail-on", metavar="LEVEL", help="error, warning or never")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="of the check's own randomness")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="passed and skipped checks too")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="no progress line")]
Plain = Annotated[bool, typer.Option("--plain", help="ASCII, no colour, no moving line")]


def check(
    *, target: Target, budget: Budget = "60s", select: Select = "", ignore: Ignore = None, format_: Format = "", output: Output = None, report: Report = None,
    fail_on: FailOn = "error", seed: Seed = 0, verbose: Verbose = False, quiet: Quiet = False, plain: Plain = False,
) -> None:  # fmt: skip
    """Load, examine, tell."""
    from nohero.checkup import examine
    from nohero.chosen import chosen_checks, read_ignored, seconds_of
    from nohero.moving_line import Line
    from nohero.report.formats import FORMATS as RENDER
    from nohero.report.formats import SUFFIXES
    from nohero.target import load_setup

    format_ = format_ or (SUFFIXES.get(output.suffix.lower(), "text") if output is not None else "text")
    one_of(format_, FORMATS, "format")
    one_of(fail_on, LEVELS, "level")
    chosen, reasons, seconds = chosen_checks(select), read_ignored(pairs(ignore or [])), seconds_of(budget)
    name, given = load_setup(target)
    line = Line(silent=quiet or plain)
    try:
        checked = examine(given, budget=seconds, seed=seed, name=name, checks=chosen, ignored=reasons, told=line.told, found=line.found)
    finally:
        line.close()
    if report is not None:
        put(RENDER["html"](checked), report)
    if format_ != "text" or output is not None:
        put(RENDER[format_](checked), output)
    if format_ == "text" or output is not None:  # last: whoever reads may close the pipe
        from nohero.report.checked_text import text

        say(text(checked, **manner(plain=plain, verbose=verbose)).removesuffix("\n"))
    raise typer.Exit(code_of(checked, fail_on))


def code_of(checked: Checked, fail_on: str) -> int:
    """0 or 1, as the user wishes to be told."""
    bad = {"error": checked.errors, "warning": (*checked.errors, *checked.warnings), "never": ()}[fail_on]
    return FINDINGS if bad else 0


def pairs(words: list[str]) -> dict[str, str]:
    """`CODE=reason` words as a dict."""
    found = {}
    for word in words:
        code, sign, reason = word.partition("=")
        if not sign or not reason.strip().strip("\"'"):
            raise UsageError(f"--ignore {word} has no reason", expected='CODE="reason"', mend=f'--ignore {code}="why this is all right"')
        found[code.strip()] = reason.strip().strip("\"'")
    return found
