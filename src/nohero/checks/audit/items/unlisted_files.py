"""What it asks: does the table name every file that lies beside those it names?

Why it matters: what no row names is neither trained on nor counted, and nobody notices: often the table was written before the last
files came, or a name was misspelt.

How it is measured: the files of the folders from which the table names at least one, against the rows.

When it is right to fail: it warns where at most a fifth of these files has no row. Where more have none, the table may be of a part
of the folder on purpose: unsure.

What it cannot see: files that nobody put into the folder. Rows without a file are named as items that cannot be read.

Mend: add the rows, or take the files away.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import listed_sounds
from nohero.checks.audit.repictured import listed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.file_rows import FileRows
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MANY = 0.2  # of the files: so many may be left out on purpose
SHOWN = 30  # rows of the table


def judge(found: FileRows) -> Finding:
    """Few are forgotten, many may be meant."""
    lost, of = len(found.unlisted), len(found.unlisted) + found.files
    if not lost:
        aside = f"; {found.elsewhere:,} lie in folders of which it names none" if found.elsewhere else ""
        return passed(f"the table names all {found.files:,} {found.what}s{aside}")
    many = lost > MANY * of
    return (unsure if many else warned)(
        f"{lost:,} of {of:,} {found.what}s have no row in the table: {', '.join(found.unlisted[:3])}" + ("; whether they are left out on purpose, only who wrote it can tell" if many else ""),
        expected=f"a row for every {found.what}",
        observed=Observed(value=float(lost), unit=f"{found.what}s without a row", n=of),
        component="data",
        where=found.unlisted[:5],
        items=found.unlisted,
        effect="they are neither trained on nor counted",
        remedies=("add their rows, or move the files out of the folder", "compare the names with the rows whose file is not there: one may be the other, misspelt"),
        figure=Table(title="Files that no row names", columns=("file",), rows=tuple((name,) for name in found.unlisted[:SHOWN])),
    )


def forgotten(collection: Collection) -> Collection:
    """Nine rows are gone."""
    return listed(collection, lambda rows: [row for i, row in enumerate(rows) if i % 25 != 3])


def forgotten_sounds(collection: Collection) -> Collection:
    """Every 25th sound has no row."""
    return listed_sounds(collection, lambda rows: [row for i, row in enumerate(rows) if i % 25 != 3])


def a_folder_without_labels(collection: Collection) -> Collection:
    """The table is that of the training folder; the test folder's labels are kept by others."""
    return listed(collection, lambda rows: [row for row in rows if not row[0].startswith("test")])


CHECK = Check(
    code="DAT657", name="unlisted-files", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=forgotten), Case(toy="tones", plant=forgotten_sounds)), lookalikes=(Case(toy="shapes", plant=a_folder_without_labels),),
)  # fmt: skip
