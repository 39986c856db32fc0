"""The rows of an audit that were asked for by --where, --sort and --limit, and the decisions of --decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nohero.run.errors import UsageError
from nohero.verbs.speak import manner, put, say, tell

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PAGE = 20  # rows on the terminal where no limit is given


def show_rows(collection: Collection, *, where: str, sort: str, limit: int | None, output: Path | None, plain: bool, verbose: bool) -> None:
    """A page of rows in the terminal, or all of them in a csv file."""
    from nohero.report.rows_text import rows_text
    from nohero.sources.query import choose
    from nohero.sources.rows_file import rows_csv, rows_of

    if output is not None and output.suffix.lower() != ".csv":
        raise UsageError(f"-o {output}: rows are written as csv", expected="a name that ends in .csv", mend=f"-o {output.with_suffix('.csv')}")
    chosen = choose(collection, where=where, sort=sort, limit=limit if limit is not None or output is not None else PAGE)
    columns, rows = rows_of(collection, chosen.rows, chosen.fields)
    if output is not None:
        put(rows_csv(columns, rows), output)
    elif rows:
        say(rows_text(columns, rows, **manner(plain=plain, verbose=verbose)).removesuffix("\n"))
    shown = "" if chosen.found == len(rows) else f", {len(rows):,} shown"
    drawn = "" if collection.whole is None else f"; these are drawn evenly from {collection.total:,} rows, more than the memory holds"
    tell(f"{chosen.found:,} of {len(collection):,} items{shown}{drawn}")


def whole_only(collection: Collection, *, decide: Path | None, write_split: Path | None) -> None:
    """Refuse what needs every row, where the collection is a sample of a larger table."""
    asked = "--decide" if decide is not None else "--write-split" if write_split is not None else ""
    if asked and collection.whole is not None:
        raise UsageError(f"{asked} needs all {collection.total:,} rows, and the memory holds {len(collection):,} of them", expected="a table that fits", mend="give it more by --memory, or divide the table")


def show_decisions(collection: Collection, path: Path, *, plain: bool, verbose: bool) -> None:
    """Each decision beside what the source says, once all of them are known to fit."""
    from nohero.report.rows_text import rows_text
    from nohero.sources.decisions import apply, read_decisions

    decisions = read_decisions(path)
    decided = apply(collection, decisions)
    place = {item: i for i, item in enumerate(collection.items)}
    labels = collection.labels
    rows = []
    for one in decisions.decisions if verbose else decisions.decisions[:PAGE]:
        given = "" if labels is None else str(labels[place[one.item]])
        rows.append([one.item, one.decision, given, one.value, one.reason])
    say(rows_text(["item", "decision", "given", "value", "reason"], rows, **manner(plain=plain)).removesuffix("\n"))
    more = f", {len(rows):,} shown" if len(rows) < len(decisions) else ""
    tell(f"{decisions.sentence()}{more}: {len(collection):,} items become {len(decided):,}; the source stays as it is")
