"""Label items yourself, blind to the given labels, and learn how far both agree: the ceiling of what a model can reach.

  nohero label pictures/ -n 100
  nohero label mails.csv --target kind -n 50 --annotator ann
  nohero label mails.csv --target kind --second other_kind
  nohero label mails.csv --target kind --second runs/labels-mails-3f2a9c1d04.jsonl

A page on this machine alone shows one item after the other, in random order; keys 1-9 and letters answer, u is for "cannot tell",
left and right go back and on. Every answer is kept at once: the same command goes on where it was stopped. Finish or Ctrl-C ends it.

Exit code: 0 fine, 2 misuse or data that cannot be labelled.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nohero.verbs.audit import Group, Source, Split, Target, Time
from nohero.verbs.check import Plain
from nohero.verbs.speak import one_of, say, tell

if TYPE_CHECKING:
    from nohero.labelling.sheet import Sheet
    from nohero.sources.collection import Collection

RUNS = Path("runs")
FORMATS = ("text", "json")

Number = Annotated[int, typer.Option("-n", "--number", metavar="N", help="how many items; more later begin with the same ones")]
Second = Annotated[list[str] | None, typer.Option("--second", metavar="FIELD|FILE", help="no page: compare the label with this second annotation of the same items; may be repeated")]
Classes = Annotated[str, typer.Option("--classes", metavar="A,B,...", help="the classes to choose from; those of the label where it is left out")]
Hide = Annotated[list[str] | None, typer.Option("--hide", metavar="FIELD", help="do not show this field; may be repeated")]
Annotator = Annotated[str, typer.Option("--annotator", metavar="NAME", help="who labels: each one has a file of answers")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="of the order")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="where answers are kept, beside the runs")]
Open = Annotated[bool, typer.Option("--open", help="open the page in the browser")]
Format = Annotated[str, typer.Option("--format", metavar="F", help="text or json, on stdout")]


def label(
    *, source: Source, number: Number = 100, second: Second = None, target: Target = "", split: Split = "", group: Group = "", time: Time = "", classes: Classes = "",
    hide: Hide = None, annotator: Annotator = "", seed: Seed = 0, out: Out = RUNS, open_: Open = False, format_: Format = "text", plain: Plain = False,
) -> None:  # fmt: skip
    """Open, ask, compare."""
    from nohero.labelling.sheet import make_sheet
    from nohero.sources.opening import open_source

    one_of(format_, FORMATS, "format")
    collection = open_source(*source, target=target or None, split=split or None, group=group or None, time=time or None, seed=seed)
    if second:
        _compare(collection, second, seed=seed, form=format_)
        return
    sheet = make_sheet(collection, number=number, seed=seed, classes=classes.split(","), hidden=hide or (), annotator=annotator)
    _ask(sheet, out, open_page=open_, form=format_, plain=plain)


def _ask(sheet: Sheet, out: Path, *, open_page: bool, form: str, plain: bool) -> None:
    """Serve until the person has had enough, then tell and keep the verdict."""
    from nohero.labelling.answers import Answers
    from nohero.labelling.desk import Desk
    from nohero.labelling.verdict import as_json, sentence, verdict_of
    from nohero.run.directory import write_whole

    name = re.sub(r"[^A-Za-z0-9._-]+", "-", sheet.collection.name).strip("-.")[:60] or "items"
    path = out / f"labels-{name}-{sheet.fingerprint()}.jsonl"
    answers = Answers(path, sheet)
    if answers.open_after(0) is None and len(answers.locked) >= len(sheet):
        tell(f"all {len(sheet):,} items were labelled and compared before; {path} holds the answers")
    else:
        with Desk(sheet, answers) as desk:
            say_address(desk.address, open_page=open_page)
            try:
                while not desk.finished.wait(0.2):
                    pass
            except KeyboardInterrupt:
                tell("stopped; the same command goes on from here")
    verdict = verdict_of(sheet, answers)
    said = as_json(verdict, source=sheet.collection.source, label=sheet.collection.label, seed=sheet.seed, annotator=sheet.annotator, answers=path.name)
    write_whole(path.with_suffix(".json"), said.encode())
    text = sentence(verdict)
    say(said.removesuffix("\n") if form == "json" else text.encode("ascii", "replace").decode() if plain else text)
    tell(f"answers: {path}\nresult:  {path.with_suffix('.json')}, for nohero run SOURCE --human")


def say_address(address: str, *, open_page: bool) -> None:
    """Where the page is."""
    import webbrowser

    tell(f"label here, on this machine: {address}\nFinish on the page or Ctrl-C here ends it; every answer is kept at once")
    if open_page:
        webbrowser.open(address)


def _compare(collection: Collection, seconds: list[str], *, seed: int, form: str) -> None:
    """The label and other annotations, without a page."""
    from nohero.labelling.second import second_annotation
    from nohero.labelling.sheet import answers_of
    from nohero.labelling.verdict import as_json, pair_lines
    from nohero.report.numbers import number
    from nohero.run.errors import DataError, UsageError
    from nohero.tasks.agreement import alpha, compare

    if not collection.label:
        raise UsageError("there is no label to compare with", expected="the field that holds the first annotation", mend="--target FIELD")
    first = answers_of(collection.labels)
    all_of_them = [first]
    for second in seconds:
        other, name = second_annotation(collection, second)
        all_of_them.append(other)
        pair = compare(first, other, seed=seed)
        if not pair.share.of:
            raise DataError(f"`{collection.label}` and {name} have no item in common", expected="items that both annotate", mend="check the names of the items")
        if form == "json":
            say(as_json(pair, alpha=alpha([first, other]), first=collection.label, second=second).removesuffix("\n"))
        else:
            say("\n".join(pair_lines(first, other, pair, f"`{collection.label}` and {name}", seed=seed)))
    if len(seconds) > 1 and form == "text":
        say(f"all {len(all_of_them)} annotations: alpha {number(alpha(all_of_them))} (Krippendorff, nominal)")
