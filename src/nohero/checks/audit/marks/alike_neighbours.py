"""What it asks: are pictures that follow each other alike, as slices of a stack or frames of a film?

Why it matters: divided at random, each test picture has a twin in training; the score is that of remembering.

How it is measured: correlation of each picture with the next in the order of names, against pictures far away in that order; in a divided collection, also how many neighbours stand in two parts.

When it is right to fail: it warns when the next picture is more alike than nine in ten of those far away, unless the parts are blocks; when parts tear more than a tenth of the neighbours apart, it fails.

What it cannot see: stacks whose names hide their order.

Mend: divide by block: whole stacks, or runs of slices, on one side (`--group`, or `--write-split`).

Source: the recipe, the data; Kapoor and Narayanan 2023 (non-independence of train and test).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import parted, repainted
from nohero.checks.check import Case, Check
from nohero.evidence.audit.neighbours import Neighbours
from nohero.run import sources
from nohero.run.figure import Lines, Rule, Series
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

RANK = 0.9  # of the far pictures, that are less alike than the next one; 0.5 by chance, 0.53 for blood cells, 1.00 for membranes
ERRORS = 5.0  # standard errors above 0.5
TORN = 0.1  # of the neighbours, in two parts; three blocks tear two pairs


def judge(found: Neighbours) -> Finding:
    """Alike beyond chance; and where they stand."""
    alike = found.rank >= RANK and found.errors >= ERRORS
    words = f"a picture is more alike to the next one than to {found.rank:.0%} of those far away (correlation {found.likeness[0]:.2f}, far away {found.others:.2f})"
    if not alike:
        return passed(f"{words}: neighbours are not copies of each other")
    if found.torn is not None and found.torn <= TORN:
        return passed(f"{words}, and the parts are blocks: {found.torn:.0%} of the neighbours stand in two parts")
    torn = "" if found.torn is None else f"; {found.torn:.0%} of the neighbours stand in two parts"
    return (warned if found.torn is None else failed)(
        f"{words}{torn}: these are slices or frames, and likeness reaches {found.reach} pictures far",
        expected="pictures that are drawn apart, or parts that are blocks",
        observed=Observed(value=found.rank, unit="of the far pictures are less alike", n=found.n),
        component="data",
        effect="divided at random, each test picture has a twin in training",
        remedies=(f"divide by block: runs of pictures on one side, with {found.reach} pictures left out between them", "name the stack or the film with --group if there are several"),
        figure=Lines(title="Likeness of pictures that follow each other", x_label="pictures apart", y_label="correlation", series=(Series(name="mean", x=tuple(float(i + 1) for i in range(len(found.likeness))), y=found.likeness),), rules=(Rule(label="far apart", value=found.others),)),
    )


def slices_of_a_stack(collection: Collection) -> Collection:
    """Every picture is half the one before."""
    return repainted(collection, stacked=True)


def a_stack_divided_at_random(collection: Collection) -> Collection:
    """The same, every fifth slice in the test."""
    return parted(repainted(collection, stacked=True), lambda item, _: "test" if item % 5 == 0 else "train")


def a_stack_divided_by_block(collection: Collection) -> Collection:
    """The same, the last slices in the test."""
    return parted(repainted(collection, stacked=True), lambda item, _: "test" if item >= 48 else "train")


def one_camera(collection: Collection) -> Collection:
    """All pictures have the same strong ground."""
    return repainted(collection, stacked=False)


CHECK = Check(
    code="DAT840", name="alike-neighbours", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=slices_of_a_stack), Case(toy="cells", plant=a_stack_divided_at_random)),
    lookalikes=(Case(toy="cells", plant=a_stack_divided_by_block), Case(toy="cells", plant=one_camera)),
)  # fmt: skip
