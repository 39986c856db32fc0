"""What it asks: does every part hold the same classes?

Why it matters: a class that training lacks cannot be answered; one that the evaluated part lacks is not examined.

How it is measured: the class folders or labels of each part, with the number that training's shares lead to expect.

When it is right to fail: it warns when three pictures or more of a class that training lacks are evaluated, or when a part drawn at
random would lack any of its classes once in a hundred times at most. Parts without any common class may be meant so: unsure.

What it cannot see: a class whose pictures in one part show something else.

Mend: divide by class; look for misspelt folders.

Source: the recipe, the data ("distributions").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_classes import PictureClasses
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

UNKNOWN = 3  # pictures of a class that training lacks
CHANCE = 0.01  # that a part drawn from training's shares lacks the class, times the classes that it could lack: 7 pictures to be expected of one of ten


def judge(classes: PictureClasses) -> Finding:
    """Name the classes."""
    if len(classes.parts) < 2:
        return skipped("the source is not divided into parts")
    (first, training), *others = [(part, dict(counts)) for part, counts in classes.parts]
    total = sum(training.values())
    lacks, few = [], []
    for part, counts in others:
        size = sum(counts.values())
        lacks += [(first, name, n) for name, n in counts.items() if name not in training and n >= UNKNOWN]
        few += [f"{first} lacks `{name}`, of which {part} has {n}" for name, n in counts.items() if name not in training and n < UNKNOWN]
        for name in (n for n in training if n not in counts):
            if len(training) * (1 - training[name] / total) ** size <= CHANCE:
                lacks.append((part, name, 0))
            else:
                few.append(f"{part} lacks `{name}`, of which {training[name] * size / total:.1f} were to be expected")
    if not lacks and few:
        return passed(f"no class is missing beyond chance: {'; '.join(few[:3])}" + (f", and {len(few) - 3:,} more" if len(few) > 3 else ""))
    if not lacks:
        return passed(f"all parts hold the same {len(classes.counts):,} classes")
    apart = not any(set(training) & set(counts) for _, counts in others)
    told = "; ".join(f"`{name}` is missing in {part}" + (f", and {n} are evaluated" if n else "") for part, name, n in lacks[:4])
    return (unsure if apart else warned)(
        told + ("; the parts have no class in common" if apart else ""),
        expected="the same classes in all parts",
        observed=Observed(value=float(len(lacks)), unit="classes"),
        component="data",
        where=tuple(f"{part}: {name}" for part, name, _ in lacks[:5]),
        items=tuple(dict.fromkeys(name for _, name, _ in lacks)),
        effect="some classes cannot be answered, or are not examined",
        remedies=("look for misspelt folders", "shuffle before dividing, or divide class by class (stratify)", *(("if new classes are what is to be recognised, nothing need be done",) if apart else ())),
        figure=Table(title="Classes that parts lack", columns=("missing in", "class", "pictures evaluated"), rows=tuple(lacks[:20])),
    )


def a_class_left_behind(collection: Collection) -> Collection:
    """The test part has no crosses."""

    def change(root: Path) -> None:
        import shutil

        shutil.rmtree(root / "test" / "cross")

    return repictured(collection, change)


def another_spelling(collection: Collection) -> Collection:
    """The test part calls crosses `Cross`."""

    def change(root: Path) -> None:
        (root / "test" / "cross").rename(root / "test" / "Cross")

    return repictured(collection, change)


def a_rare_class(collection: Collection) -> Collection:
    """Of a class with four pictures in training, none is in the test part."""

    def change(root: Path) -> None:
        import shutil

        shutil.rmtree(root / "test" / "cross")
        for path in sorted((root / "train" / "cross").iterdir())[4:]:
            path.unlink()

    return repictured(collection, change)


CHECK = Check(
    code="DAT671", name="absent-picture-classes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=a_class_left_behind), Case(toy="shapes", plant=another_spelling)), lookalikes=(Case(toy="shapes", plant=a_rare_class),),
)  # fmt: skip
