"""What it asks: is every item of one form: the same kinds of numbers, in as many places?

Why it matters: the loader stacks items to batches; one of another length or kind stops it hours later, or turns the whole batch into
another kind of numbers.

How it is measured: for each part of a data set in memory, the kind and shape in which each field of each item comes.

When it is right to fail: it warns where at most one item in twenty comes in another form than the commonest, and the others all in that; up to
one in four where all these lie across, their two sides exchanged. Where forms vary more, lengths may be meant to.

What it cannot see: forms that a loader's own `collate_fn` makes alike; sizes of pictures that are no arrays, which another check compares.

Mend: convert and pad where the item is made, not where the batch is.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.reread import reread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.item_readings import ItemReadings
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEW, FEW_TURNED = 0.05, 0.25  # share of the items: more forms belong to the set; the same two sides, exchanged, belong to no set
SHOWN = 30  # rows of the table


def judge(found: ItemReadings) -> Finding:
    """Few of another form are a fault, many are a property."""
    rows, steady, varied = [], 0, []
    for part in found.parts:
        for field, forms, rare in part.forms:
            total = sum(n for _, n in forms)
            turned = [(item, form) for item, form in rare if _exchanged(form, forms[0][0])]
            if turned and len(turned) == len(rare) and FEW * total < len(rare) <= FEW_TURNED * total:
                rows += [(f"{part.name} {item}".strip(), field, form, forms[0][0]) for item, form in turned]
            elif rare and len(rare) <= FEW * total:
                rows += [(f"{part.name} {item}".strip(), field, form, forms[0][0]) for item, form in rare]
            elif rare:
                varied.append(f"`{field}`" + (f" of {part.name}" if part.name else ""))
            else:
                steady += 1
    if not rows:
        return passed(f"each of {steady:,} fields comes in one form in all items of its part" + (f"; the forms of {', '.join(varied[:4])} vary from item to item" if varied else ""))
    items = tuple(dict.fromkeys(item for item, _, _, _ in rows))
    item, field, form, usual = rows[0]
    of = sum(max((sum(n for _, n in forms) for _, forms, _ in part.forms), default=0) for part in found.parts)
    return warned(
        f"{len(items):,} of {of:,} items come in another form than the rest: `{field}` of {item} is {form}, where {usual} is usual",
        expected="one form of each field",
        observed=Observed(value=float(len(items)), unit="items of another form", n=of),
        component="data",
        where=tuple(f"{i}: `{f}` is {k}" for i, f, k, _ in rows[:5]),
        items=items,
        effect="a batch with such an item cannot be stacked, or becomes of another kind",
        remedies=("convert every field to one kind where the item is made (`float()`, `int()`)", "look at items that are shorter or longer: cut, pad or leave them out"),
        figure=Table(title="Items of another form", columns=("item", "field", "its form", "usual"), rows=tuple(rows[:SHOWN])),
    )


def _exchanged(form: str, usual: str) -> bool:
    """Whether two forms are of one kind and differ in the order of two sides."""
    kind, _, sides = form.partition(" [")
    usual_kind, _, usual_sides = usual.partition(" [")
    mine, its = sides.rstrip("]").split(", "), usual_sides.rstrip("]").split(", ")
    return kind == usual_kind and len(mine) == 2 and mine == its[::-1] and mine != its


def _as_it_is(picture: Any, number: int) -> Any:
    del number
    return picture.copy()


def a_line_short(collection: Collection) -> Collection:
    """Three items lack the last column."""
    return reread(collection, train=lambda picture, number: picture[:, :-1] if number in (20, 111, 200) else picture, test=_as_it_is)


def another_kind(collection: Collection) -> Collection:
    """Two items come as double numbers, with a label that is a float."""
    return reread(collection, train=lambda picture, number: (picture.astype("float64"), 1.0) if number in (5, 99) else picture, test=_as_it_is)


def across(collection: Collection) -> Collection:
    """Every tenth item has its two sides exchanged."""
    return reread(collection, train=lambda picture, number: picture[:, :12].T if number % 10 == 3 else picture[:, :12], test=_as_it_is)


def many_lengths(collection: Collection) -> Collection:
    """Items of all lengths."""
    return reread(collection, train=lambda picture, number: picture[:, : 14 + number % 7], test=_as_it_is)


CHECK = Check(
    code="DAT503", name="mixed-item-forms", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="small-arrays", plant=a_line_short), Case(toy="small-arrays", plant=another_kind), Case(toy="small-arrays", plant=across)), lookalikes=(Case(toy="small-arrays", plant=many_lengths),),
)  # fmt: skip
