"""What it asks: does the table name each file once?

Why it matters: a picture or a sound that stands in two rows counts twice, and may fall into training and test; with two labels one of them is wrong.

How it is measured: the rows of the table that name the same file, with their labels.

When it is right to fail: it warns where few files come more than once, and names both labels where they differ: one is wrong unless a
file may have several. Where more than a tenth of the files come again, the table has a row a thing, a caption or an annotator.

What it cannot see: a file that lies there under two names; other checks compare what it holds. A row that names the wrong file.

Mend: keep one row a file; ask which label is right.

Source: the recipe, the data ("duplicates").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import listed_sounds
from nohero.checks.audit.repictured import listed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.file_rows import FileRows
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MANY = 0.1  # of the files: so many are named more than once on purpose
SHOWN = 30  # rows of the table


def judge(found: FileRows) -> Finding:
    """Contradictions first."""
    if not found.repeated:
        return passed(f"each of {found.files:,} {found.what}s stands in one row")
    if len(found.repeated) > MANY * found.files:
        return passed(f"{len(found.repeated):,} of {found.files:,} {found.what}s stand in more than one row: the table has a row a thing, not a {found.what}")
    contrary = [(name, labels) for name, labels in found.repeated if len({label for label in labels if label}) > 1]
    name, labels = contrary[0] if contrary else found.repeated[0]
    count = len(contrary) if contrary else len(found.repeated)
    told = f"with two labels: {name} is {' and '.join(f'`{v}`' for v in dict.fromkeys(labels))}" if contrary else f"with the same label: {name}" if found.labelled else f"as {name}"
    return warned(
        f"{count:,} of {found.files:,} {found.what}s are named by more than one row of the table, {told}",
        expected=f"one row a {found.what}",
        observed=Observed(value=float(count), unit=f"{found.what}s", n=found.files),
        component="data",
        where=tuple(f"{n}: {', '.join(v)}" if found.labelled else n for n, v in (contrary or found.repeated)[:10]),
        items=tuple(n for n, _ in found.repeated),
        effect=f"one of two labels is wrong, and the {found.what} may be trained on and tested" if contrary else f"the {found.what} counts twice, and may be trained on and tested",
        remedies=("ask which label is right, and strike out the other row: it may have been meant for another file", f"where a {found.what} may have several labels, write them in one row") if contrary else ("strike out the second row",),
        figure=Table(title="Files in more than one row", columns=("file", "labels"), rows=tuple((n, ", ".join(v)) for n, v in found.repeated[:SHOWN])),
    )


def with_another_label(collection: Collection) -> Collection:
    """Three pictures stand in the table again, as another thing."""
    return listed(collection, lambda rows: rows + [(name, "cross" if label != "cross" else "circle") for name, label in rows[10:40:10]])


def once_more(collection: Collection) -> Collection:
    """Three rows are there twice."""
    return listed(collection, lambda rows: rows + rows[10:40:10])


def row_before(collection: Collection) -> Collection:
    """Two rows name the sound of the row before."""
    return listed_sounds(collection, lambda rows: [(rows[i - (i in (8, 20))][0], label) for i, (_, label) in enumerate(rows)])


def all_that_is_seen(collection: Collection) -> Collection:
    """A row a thing: half of the pictures show two."""
    return listed(collection, lambda rows: rows + [(name, "cross" if label != "cross" else "circle") for name, label in rows[::2]])


CHECK = Check(
    code="DAT656", name="twice-listed-files", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=with_another_label), Case(toy="shapes", plant=once_more), Case(toy="tones", plant=row_before)), lookalikes=(Case(toy="shapes", plant=all_that_is_seen),),
)  # fmt: skip
