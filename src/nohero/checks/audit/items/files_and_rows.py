"""What it asks: does each row of the table name a file of its own, and is each file beside it named by a row?

Why it matters: two rows that name one file give it two labels or double weight, and one of them was meant for another file, which is
then in no row.

How it is measured: the table's column of files against the files of the folders that it names.

When it is right to fail: up to a twentieth of the files named by several rows is a warning; up to a twentieth named by none is left
open, as they may be set aside. More is a design: several marks a file, or a part without labels.

What it cannot see: a row that names the wrong file while every file is named once.

Mend: give each row its own file.

Source: the recipe, the data.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.file_rows import FileRows
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEW = 0.05  # of the files: a slip; tables of marks name most files more than once
SHOWN = 20  # rows of the table


def judge(found: FileRows) -> Finding:
    """Few of either kind are slips."""
    twice = found.twice if len(found.twice) <= FEW * found.files else ()
    unnamed = found.unnamed if len(found.unnamed) <= FEW * (found.files + len(found.unnamed)) else ()
    if not twice and not unnamed:
        left = len(found.unnamed) + found.elsewhere
        return passed(f"`{found.column}` names {found.files:,} files in {found.rows:,} rows" + (f"; {left:,} files beside them are named by no row" if left else ""))
    said = [
        *([f"{len(twice):,} of {found.files:,} files are named by several rows, as {twice[0][0]} by {' and '.join(twice[0][1][:3])}"] if twice else []),
        *([f"{len(unnamed):,} files are named by no row, as {unnamed[0]}"] if unnamed else []),
    ]
    rows = (*((name, ", ".join(of)) for name, of in twice), *((name, "none") for name in unnamed))
    return (warned if twice else unsure)(
        "; ".join(said),
        expected="a file of its own for each row, and a row for each file",
        observed=Observed(value=float(len(rows)), unit="files named twice or never", n=found.files + len(unnamed)),
        component="data",
        where=tuple(f"{name}: {of}" for name, of in rows[:5]),
        items=tuple(name for name, _ in rows),
        effect="a label stands beside the wrong file, or a file is not used" if twice else "these files are not used",
        remedies=("see which of the rows was meant for another file" if twice else "see whether these files were left out on purpose",),
        figure=Table(title="Files and the rows that name them", columns=("file", "rows"), rows=rows[:SHOWN]),
    )


def row_before(collection: Collection) -> Collection:
    """Two rows name the file of the row before."""
    told = _told(collection)
    files = list(told.files)
    lost = (files[8], files[17])
    return told.with_(matched=replace(told.matched, twice=((files[7], ("row 8", "row 9")), (files[16], ("row 17", "row 18"))), unnamed=lost))


def unlabelled_part(collection: Collection) -> Collection:
    """A third of the files is in no row: a part whose labels are not told."""
    told = _told(collection)
    files = list(told.files)
    return told.with_(matched=replace(told.matched, unnamed=tuple(files[::3])))


def _told(collection: Collection) -> Collection:
    from nohero.sources.matched import Matched

    made = of_files(sounds_of(collection))
    return made.with_(matched=Matched(column="file", rows=len(made), files=len(made), absent=(), twice=(), unnamed=()))


CHECK = Check(
    code="DAT760", name="files-and-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=row_before),), lookalikes=(Case(toy="tones", plant=unlabelled_part),),
)  # fmt: skip
