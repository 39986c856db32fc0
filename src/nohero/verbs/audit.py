"""Become one with the data: what is in it, what is wrong with it, and how to split it.

  nohero audit data.csv --target price
  nohero audit train.csv test.csv -o report.html
  nohero audit pictures/
  nohero audit sqlite:shop.db::orders --target returned
  nohero audit mails.csv --where "len(text) > 300 and label == 'spam'" --sort=-len(text) --limit 20
  nohero audit mails.csv --decide decisions.csv
  nohero audit data.csv --target price --write-split split/ --interval 2.5

Tables (csv, tsv, parquet, jsonl, xlsx, SQLite, several files of one form) and folders of media are read and never changed.

A table that is too large for the memory is read in parts: counts, missing values, marks, extremes and copies are of all rows, the rest is measured
on an even sample, and the report says so.

Exit code: 0 nothing failed, 1 findings, 2 misuse, 4 the budget is too small, 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nohero.verbs.check import FORMATS, LEVELS, FailOn, Format, Ignore, Output, Plain, Quiet, Seed, Verbose, code_of, pairs
from nohero.verbs.speak import manner, one_of, put, say, tell

if TYPE_CHECKING:
    from nohero.run.checked import Checked
    from nohero.sources.collection import Collection

BLOCKS = "alike-neighbours"  # the check after which a split is by block
Source = Annotated[list[str], typer.Argument(metavar="SOURCE", help="a file, a folder, several files of one form, or sqlite:FILE::TABLE")]
Target = Annotated[str, typer.Option("--target", metavar="FIELD", help="the field to be predicted, by name or by place")]
Split = Annotated[str, typer.Option("--split", metavar="FIELD", help="the field that says train, val or test")]
Group = Annotated[str, typer.Option("--group", metavar="FIELD", help="items of one group belong on one side of a split")]
Time = Annotated[str, typer.Option("--time", metavar="FIELD", help="when each item was taken")]
Budget = Annotated[str, typer.Option("--budget", metavar="TIME", help="10s, 2m or none")]
Memory = Annotated[str, typer.Option("--memory", metavar="SIZE", help="that a table may take, 500MB or 2GB (half of what is free); a larger one is read in parts")]
Select = Annotated[str, typer.Option("--select", metavar="WHAT", help="codes, beginnings of codes, names or families, with commas")]
Where = Annotated[str, typer.Option("--where", metavar="QUERY", help="no audit: show the items for which this holds; -o rows.csv writes them")]
Sort = Annotated[str, typer.Option("--sort", metavar="FIELD", help="no audit: show the items by this field or these; a minus before it: largest first")]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", help="of the items shown")]
Decide = Annotated[Path | None, typer.Option("--decide", metavar="FILE", help="no audit: try and show a csv of item, decision, value, reason")]
WriteSplit = Annotated[Path | None, typer.Option("--write-split", metavar="DIR", help="propose a split and write train.txt, val.txt and test.txt there")]
Interval = Annotated[float | None, typer.Option("--interval", metavar="POINTS", help="size the test so that an accuracy is known to so many points")]


def audit(
    *, source: Source, target: Target = "", split: Split = "", group: Group = "", time: Time = "", budget: Budget = "2m", memory: Memory = "", select: Select = "", ignore: Ignore = None,
    where: Where = "", sort: Sort = "", limit: Limit = None, decide: Decide = None,
    write_split: WriteSplit = None, interval: Interval = None,
    format_: Format = "", output: Output = None, fail_on: FailOn = "error", seed: Seed = 0, verbose: Verbose = False, quiet: Quiet = False, plain: Plain = False,
) -> None:  # fmt: skip
    """Open, examine, tell."""
    from nohero.checkup import examine_collection
    from nohero.chosen import audit_checks_chosen, read_ignored, seconds_of
    from nohero.moving_line import Line
    from nohero.report.checked_text import text
    from nohero.report.formats import FORMATS as RENDER
    from nohero.report.formats import SUFFIXES
    from nohero.sources.opening import open_source
    from nohero.verbs.rows import show_decisions, show_rows, whole_only

    format_ = format_ or (SUFFIXES.get(output.suffix.lower(), "text") if output is not None else "text")
    one_of(format_, FORMATS, "format")
    one_of(fail_on, LEVELS, "level")
    chosen, reasons, seconds = audit_checks_chosen(select), read_ignored(pairs(ignore or [])), seconds_of(budget)
    collection = open_source(*source, target=target or None, split=split or None, group=group or None, time=time or None, seed=seed, budget=seconds, memory=memory or None)
    whole_only(collection, decide=decide, write_split=write_split)
    if where or sort or limit is not None:
        return show_rows(collection, where=where, sort=sort, limit=limit, output=output, plain=plain, verbose=verbose)
    if decide is not None:
        return show_decisions(collection, decide, plain=plain, verbose=verbose)
    line = Line(silent=quiet or plain)
    try:
        checked = examine_collection(collection, name=Path(source[0]).name if len(source) == 1 else collection.name, checks=chosen, ignored=reasons, told=line.told, found=line.found)
    finally:
        line.close()
    if format_ != "text" or output is not None:
        put(RENDER[format_](checked), output)
    if write_split is not None:
        _write(collection, checked, write_split, interval)
    if format_ == "text" or output is not None:  # last: whoever reads may close the pipe
        say(text(checked, **manner(plain=plain, verbose=verbose)).removesuffix("\n"))
    raise typer.Exit(code_of(checked, fail_on))


def _write(collection: Collection, checked: Checked, folder: Path, interval: float | None) -> None:
    """The proposed split as files; where neighbours were found alike it is by block."""
    from nohero.checks.check import find_check
    from nohero.checkup import examine_collection
    from nohero.sources.split_files import write_split
    from nohero.sources.splitting import propose

    findings = checked.findings
    if collection.marking is not None and all(f.name != BLOCKS for f in findings):  # it was not selected
        findings = examine_collection(collection, checks=[find_check(BLOCKS)]).findings
    blocks = any(f.name == BLOCKS and f.status in ("WARN", "FAIL") for f in findings)
    proposal = propose(collection, interval=interval, blocks=blocks)
    write_split(collection, proposal, folder, seed=collection.seed)
    counts = ", ".join(f"{len(rows):,} {name}" for name, rows in proposal.split.parts().items())
    tell(f"split {proposal.split.method}: {counts}, written to {folder} (sha256 {proposal.split.sha256[:12]})")
    for note in proposal.split.notes:
        tell(f"  {note}")
