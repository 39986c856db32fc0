"""What it asks: does a picture of one part lie in another part too?

Why it matters: a picture that was trained on is answered from memory; the score on the evaluated part is then too good, and
nothing that is chosen by it can be trusted.

How it is measured: exact copies by bytes and pixels, near copies by magnitudes and correlation, between the parts as given.

When it is right to fail: exact copies across parts fail. Near copies alone warn, as two pictures of one scene may be
meant; pairs that are the same but for a region, as two signs in one frame are, are left open.

What it cannot see: pictures of one patient, camera or film that are not alike; tell the group for that.

Mend: leave the copies out of the evaluated part, or split anew with copies kept together.

Source: Kapoor and Narayanan 2023, leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_copies import PictureCopies
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(found: PictureCopies) -> Finding:
    """Exact copies decide; near ones are added."""
    if not found.parts:
        return skipped("the source is not divided into parts")
    copies = sorted((c for c in found.copies if c.across), key=lambda c: (c.open, c.region))
    if not copies:
        return passed("no picture of one part is the same as, or nearly the same as, one of another" + ("" if found.sought else "; near copies were not sought among so many or so small ones"))
    exact, open_ = sum(c.exact for c in copies), all(c.region for c in copies)
    regions, signs = sum(c.region for c in copies), sum(c.sign for c in copies)
    aside = (f", {regions:,} of them but for a region" if regions else "") + (f", {signs:,} of them drawings that agree mirrored or turned" if signs else "") + ("; all may show two things" if open_ else "")
    training = "train" if "train" in found.parts else found.parts[0]
    evaluated = tuple(dict.fromkeys(found.items[i] for c in copies for i in (c.second, c.first) if found.parts[i] != training))
    count = sum(part != training for part in found.parts)
    return (failed if exact else unsure if open_ else warned)(
        f"{len(evaluated):,} of {count:,} pictures outside `{training}` lie in another part too ({exact:,} exact pairs, {len(copies) - exact:,} nearly the same{aside})",
        expected="parts without a common picture",
        observed=Observed(value=float(len(evaluated)), unit="pictures in two parts", n=count),
        component="data",
        where=tuple(f"{found.named(c)}: {c.how}" for c in copies),
        items=evaluated,
        level=Level.MEASURED if exact else Level.HEURISTIC,
        effect="the score on the evaluated part is too good: these pictures are answered from memory",
        remedies=("leave these pictures out of the evaluated part", "or split anew, with copies kept together in one group"),
        figure=found.sheet("In two parts", copies),
    )


def a_few_for_testing_too(collection: Collection) -> Collection:
    """Five pictures of training are in the test part too."""

    def change(root: Path) -> None:
        for path in spread(root, "train")[:5]:
            (root / "test" / path.parent.name / f"x{path.name}").write_bytes(path.read_bytes())

    return repictured(collection, change)


def resized_for_testing(collection: Collection) -> Collection:
    """Four pictures of training are in the test part too, at another size and as JPEG."""

    def change(root: Path) -> None:
        from PIL import Image

        for path in spread(root, "train")[:4]:
            with Image.open(path) as image:
                image.resize((30, 30)).save(root / "test" / path.parent.name / f"x{path.stem}.jpg", quality=80)

    return repictured(collection, change)


def twice_in_training(collection: Collection) -> Collection:
    """A copy inside training leaks nothing."""

    def change(root: Path) -> None:
        for path in spread(root, "train")[:5]:
            path.with_name(f"x{path.name}").write_bytes(path.read_bytes())

    return repictured(collection, change)


CHECK = Check(
    code="DAT662", name="leaked-pictures", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="shapes", plant=a_few_for_testing_too), Case(toy="shapes", plant=resized_for_testing)), lookalikes=(Case(toy="shapes", plant=twice_in_training),),
    under=("DAT210",),
    closes=True,
)  # fmt: skip
