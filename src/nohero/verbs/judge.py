"""Judge the stored evidence of a run again, without training anything.

  nohero judge
  nohero judge 3 -v

Useful after an update of nohero or of your own checks. Nothing in the run is changed. Exit code: 0, 1 where a finding
closes a gate, 3 where a check broke.
"""

from __future__ import annotations

import typer

from nohero.run.directory import find
from nohero.verbs.report import Run
from nohero.verbs.run import FORMATS, RUNS, Format, Out, Plain, Verbose
from nohero.verbs.speak import manner, one_of, say


def judge(*, run: Run = None, out: Out = RUNS, format_: Format = "text", verbose: Verbose = False, plain: Plain = False) -> None:
    """Judge and tell."""
    from nohero.report import result, terminal
    from nohero.stored import exit_code, judge_again

    one_of(format_, FORMATS, "format")
    record = judge_again(find(out, run))
    if format_ == "text":
        say(terminal.text(record, **manner(plain=plain, verbose=verbose)).removesuffix("\n"))
    else:
        say((result.as_json if format_ == "json" else result.as_jsonl)(record).removesuffix("\n"))
    raise typer.Exit(exit_code(record))
