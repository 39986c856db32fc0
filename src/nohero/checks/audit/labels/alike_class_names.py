"""What it asks: do two names stand for one class?

Why it matters: `Flower` beside `flower` is a class of its own, which nothing is left to learn from, and which an exact score counts
as an error each time it is told apart.

How it is measured: the names of the label's classes, or of the boxes', that are one when case, blanks and strokes between letters are
taken away; those that differ by a plural; those of six letters or more that differ by one letter inside, of five by a double letter
written once, or of four by two letters in the wrong order, where one is five times rarer.

When it is right to fail: another case or other blanks are a warning. A plural or a letter may be meant, and is left open.

What it cannot see: two words for one thing, abbreviations, and slips that are as common as the right word; names of one or two letters.

Mend: give the class one name, and rename the folder or the cells.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.audit.repictured import repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.alike_names import NUMBER, SLIP, SPELLING, AlikeNames, Pair
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

SHOWN = 30  # rows of the table
HOW = {SPELLING: "case or blanks", NUMBER: "a plural", SLIP: "a letter"}


def judge(found: AlikeNames) -> Finding:
    """Spellings are sure, the rest is for a person to say."""
    what = "the boxes" if found.of == "boxes" else f"`{found.of}`"
    if not found.pairs:
        return passed(f"no two of the {found.names:,} class names of {what} are nearly one")
    sure = [p for p in found.pairs if p.kind == SPELLING]
    first = found.pairs[0]
    others = "" if len(found.pairs) == 1 else f", and {len(found.pairs) - 1:,} more"
    return (warned if sure else unsure)(
        f"{len(found.pairs):,} class names of {what} are nearly another's: {_said(first)}{others}" + ("" if sure else "; whether both are meant, only who named them can tell"),
        expected="one name a class",
        observed=Observed(value=float(len(found.pairs)), unit="class names", n=found.names),
        component="data",
        where=tuple(f"`{p.other}` ({p.count:,}) beside `{p.usual}` ({p.usual_count:,}): {HOW[p.kind]}" for p in found.pairs[:10]),
        items=tuple(dict.fromkeys(i for p in found.pairs for i in p.items)),
        level=Level.MEASURED if sure else Level.HEURISTIC,
        effect="each name is a class of its own, with too few items to be learnt",
        remedies=(f"if one class is meant, rename `{first.other}` to `{first.usual}`, and the others alike", "write down the list of classes, and refuse any other name when the data are read"),
        figure=Table(title="Names that are nearly one", columns=("name", "times", "beside", "times of that", "they differ by"), rows=tuple((p.other, p.count, p.usual, p.usual_count, HOW[p.kind]) for p in found.pairs[:SHOWN])),
    )  # fmt: skip


def _said(pair: Pair) -> str:
    return f"`{pair.other}` ({pair.count:,}) beside `{pair.usual}` ({pair.usual_count:,})"


def another_case(collection: Collection) -> Collection:
    """Four crosses lie in a folder `Cross`, two in `crosses`."""

    def change(root: Path) -> None:
        files = [p for p in spread(root, "train") if p.parent.name == "cross"]
        for name, chosen in (("Cross", files[:4]), ("crosses", files[4:6])):
            (root / "train" / name).mkdir()
            for path in chosen:
                path.rename(root / "train" / name / path.name)

    return repictured(collection, change)


def letters_of_both_cases(collection: Collection) -> Collection:
    """Classes that are letters, large and small."""

    def change(root: Path) -> None:
        for part in ("train", "test"):
            for old, new in zip(sorted(p.name for p in (root / part).iterdir()), ("A", "a", "b"), strict=False):
                (root / part / old).rename(root / part / new)

    return repictured(collection, change)


def classes_that_a_sign_tells(collection: Collection) -> Collection:
    """Left and right, horse and house, grade 1 and grade 2: words of their own."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        names = ("horse", "house", "grade 1", "grade 2", "type a", "type b", "ab-", "ab+", "cat", "car")
        columns["returned"] = [names[i % len(names)] for i in range(len(columns["returned"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT534", name="alike-class-names", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=another_case),),
    lookalikes=(Case(toy="shapes", plant=letters_of_both_cases), Case(toy="people", plant=classes_that_a_sign_tells)),
)  # fmt: skip
