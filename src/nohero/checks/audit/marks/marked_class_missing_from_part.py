"""What it asks: is every class marked in every part?

Why it matters: what training never saw cannot be found in the test, and what the test lacks is never measured.

How it is measured: pictures of each class in each part of a divided collection.

When it is right to fail: a class of validation or test that training lacks fails; a class that only training has warns, if chance would have given the part three pictures of it.

What it cannot see: other differences between the parts.

Mend: divide anew, stratified by the rarest class of each picture (`--write-split`).

Source: the recipe, the data; the steps, splitting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import parted
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_classes import MarkClasses
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

DUE = 3.0  # pictures that a part should have had by its size; then none at all is a chance of one in twenty


def judge(classes: MarkClasses) -> Finding:
    """Part by part."""
    if len(classes.parts) < 2:
        return skipped("the collection is not divided")
    sizes, total = dict(classes.parts), sum(n for _, n in classes.parts)
    unseen = [(c.name, part, n) for c in classes.classes for part, n in c.of_part if part != "train" and n and "train" in sizes and not dict(c.of_part).get("train")]
    unmeasured = [(c.name, part, c.pictures * sizes[part] / total) for c in classes.classes for part, n in c.of_part if not n and c.pictures * sizes[part] / total >= DUE]
    if not unseen and not unmeasured:
        return passed(f"all {len(classes.classes)} classes are marked in all of {', '.join(sizes)}, as far as they are common enough")
    words = [f"class `{name}` is in {n:,} pictures of {part} and in none of train" for name, part, n in unseen[:3]]
    words += [f"class `{name}` is in no picture of {part}, where {due:.0f} were due" for name, part, due in unmeasured[:3] if (name, part) not in {(n, "train") for n, *_ in unseen}]
    return (failed if unseen else warned)(
        "; ".join(words),
        expected="every class in every part",
        observed=Observed(value=float(len(unseen) + len(unmeasured)), unit="gaps", n=total),
        component="data",
        where=tuple(f"class `{name}`: {part}" for name, part, _ in (*unseen, *unmeasured))[:5],
        items=tuple(item for c in classes.classes for name, *_ in (*unseen, *unmeasured) if c.name == name for item in c.items),
        effect="a class that cannot be learnt, or is never measured",
        remedies=("divide the pictures anew: nohero audit SOURCE --write-split DIR",),
        figure=Table(title="Pictures with each class", columns=("class", *sizes), rows=tuple((c.name, *(n for _, n in c.of_part)) for c in classes.classes[:30])),
    )


def dark_cells_in_the_test_alone(collection: Collection) -> Collection:
    """All pictures with dark cells are in the test."""
    return parted(collection, lambda _, classes: "test" if "dark" in classes else "train")


def no_dark_cells_in_the_test(collection: Collection) -> Collection:
    """The test is of pictures without dark cells."""
    return parted(collection, lambda _, classes: "train" if "dark" in classes else "test")


def divided_at_random(collection: Collection) -> Collection:
    """Every fifth picture is in the test."""
    return parted(collection, lambda item, _: "test" if item % 5 == 0 else "train")


CHECK = Check(
    code="DAT830", name="marked-class-missing-from-part", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=dark_cells_in_the_test_alone), Case(toy="cells", plant=no_dark_cells_in_the_test)),
    lookalikes=(Case(toy="cells", plant=divided_at_random),),
)  # fmt: skip
