"""Make the report of a run again from its journal, and show where it is.

  nohero report
  nohero report 3 --open
  nohero report runs/0003-digits --format json -o result.json

Without RUN it is the newest run. --where prints the page's path alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nohero.run.directory import find
from nohero.verbs.run import RUNS, Out, Plain, Verbose
from nohero.verbs.speak import manner, one_of, put, say

FORMATS = ("text", "json", "jsonl", "html")

Run = Annotated[str | None, typer.Argument(metavar="[RUN]", help="a run's folder, its name or its number; the newest if left out")]
Open = Annotated[bool, typer.Option("--open", help="show the page in the browser")]
Where = Annotated[bool, typer.Option("--where", help="print the page's path and nothing else")]
Format = Annotated[str | None, typer.Option("--format", metavar="F", help="text, json, jsonl or html, to stdout or -o")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="write there instead of to stdout")]


def report(
    *, run: Run = None, out: Out = RUNS, open_: Open = False, where: Where = False, format_: Format = None, output: Output = None,
    verbose: Verbose = False, plain: Plain = False,
) -> None:  # fmt: skip
    """Render."""
    from nohero.report import page, result, terminal
    from nohero.stored import record_of

    directory = find(out, run)
    record = record_of(directory)
    page_path = directory.path / "report.html"
    wanted = one_of(format_ or "text", FORMATS, "format")
    if format_ is None or open_ or where:
        directory.write("report.html", page.page(record).encode())
    if where:
        say(str(page_path))
    elif wanted == "html":
        put(page.page(record), output)
    elif wanted in ("json", "jsonl"):
        put((result.as_json if wanted == "json" else result.as_jsonl)(record), output)
    else:
        look = manner(plain=plain, verbose=verbose) | ({"color": False} if output else {})
        put(terminal.text(record, **look), output)
        if format_ is None:
            say(f"report: {page_path}")
    if open_:
        typer.launch(page_path.resolve().as_uri())
