"""What it asks: can every item be read?

Why it matters: a loader that meets a truncated file stops the training, or worse, passes the item by, and the set is another one
than the one that was counted.

How it is measured: everything is opened and read to its end; each item that cannot be read is named with the reason.

When it is right to fail: one item is enough, as every one of them has to be mended or left out.

What it cannot see: an item that can be read and holds nonsense.

Mend: get the item anew, or leave it out by name.

Source: the recipe, the data ("corrupted images").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.audit.readability import Readability
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # items in the table; all are listed for the export


def judge(found: Readability) -> Finding:
    """Each unreadable item is one too many."""
    if not found.unusable:
        return passed(f"all {found.items:,} items were read")
    total = found.items + len(found.unusable)
    (reason, count), *_ = found.reasons
    return failed(
        f"{len(found.unusable):,} of {total:,} items cannot be read; most often: {reason} ({count:,})",
        expected="items that can be read to their end",
        observed=Observed(value=float(len(found.unusable)), unit="unreadable items", n=total),
        component="data",
        where=tuple(where for where, _ in found.unusable[:5]),
        items=tuple(where for where, _ in found.unusable),
        effect="the set that is trained on is not the set that was counted",
        remedies=("get these items anew, or leave them out by name before anything else is counted",),
        figure=Table(title="Items that cannot be read", columns=("where", "why"), rows=found.unusable[:SHOWN]),
    )


def ragged_rows(collection: Collection) -> Collection:
    """Some lines have a cell too many."""
    from nohero.data.raw import Unusable

    return collection.with_(unusable=tuple(Unusable(where=f"row {n}", reason="9 cells where most rows have 8") for n in (17, 40, 301)))


CHECK = Check(
    code="DAT500", name="unreadable-items", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=ragged_rows),),
    said_by=("DAT120",),
    closes=True,
)  # fmt: skip
