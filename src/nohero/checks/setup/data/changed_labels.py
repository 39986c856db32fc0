"""What it asks: do the labels of the evaluated part mean what training's mean, and belong to their items?

Why it matters: with classes numbered in another order, or labels a row off, a good model scores like a bad one.

How it is measured: a small probe that was fitted to training says the labels of the part; where its skill is lost, the labels
are renumbered one to one, moved and reversed (values: brought to training's unit, sign or scale), and the probe's skill compared.

When it is right to fail: when a renumbering or a move brings the skill back. Values of another unit are unsure
where an evaluation of the author's own may know it, or the items follow one another. Where nothing helps, and not even a probe of the
part's own finds a relation, it warns.

What it cannot see: tasks that a small probe cannot learn.

Mend: make the map from names to numbers once, sorted, and use it for all parts.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.split_comparison import SplitComparison
from nohero.evidence.setup.split_cures import Transfer
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

KNOWN = 0.5  # skill in training, for a part without any relation to be odd
NONE = 0.15  # skill that is about chance
LEAST = 60  # items


def _lost(t: Transfer, split: SplitComparison) -> bool:
    """Whether inputs look alike, and no probe finds a relation in the part."""
    alike = all(0.6 < s.ratio < 1.7 and s.shifted == 0 and s.order_gain < 3 for s in split.scales if s.part == t.part)
    return alike and not split.serial and t.n >= LEAST and t.train >= KNOWN and t.there < NONE and t.own < NONE


def judge(split: SplitComparison) -> Finding:
    """Cures first."""
    if not split.transfers:
        return skipped("no probe of training could be tried on another part")
    cured = [t for t in split.transfers if t.of in ("labels", "unit")]
    lost = [t for t in split.transfers if not t.cure and _lost(t, split)]
    if not cured and not lost:
        t = split.transfers[0]
        return passed(f"a probe of training has skill {t.train:.2f} there and {t.there:.2f} on {t.part}")
    t = (cured or lost)[0]
    unit = bool(cured) and t.of == "unit"
    tell = (unsure if unit and (split.evaluated or split.serial) else failed) if cured else warned
    renamed = ", ".join(f"{a:g} for {b:g}" for a, b in t.mapping[:6])
    how = (f"with {t.cure}" + (f" ({renamed})" if renamed else "") + f" it has {t.cured:.2f}") if cured else f"and a probe of the part's own has {t.own:.2f}: its labels go with nothing in its inputs"
    doubt = ("; your own evaluation may bring them together" if split.evaluated else "; the items follow one another, and may have drifted") if tell is unsure else ""
    return tell(
        f"a probe of training has skill {t.train:.2f} in training and {t.there:.2f} on the {t.n} items of {t.part}; {how}{doubt}",
        expected="labels of one meaning in all parts, each beside its item",
        observed=Observed(value=t.there, unit="skill", n=t.n),
        component="data",
        where=(f"{t.part}: target", *(f"class {a:g}" for a, _ in t.mapping[:8])),
        level=Level.VERIFIED if cured else Level.HEURISTIC,
        effect=f"a right answer counts as wrong on {t.part}",
        why="The probe has learnt what training calls each class. When renumbering or moving the labels of the other part makes it right again, the labels changed and not the items.",
        remedies=(
            *((Remedy(text=f"renumber, scale or move the labels of {t.part} as named", tried=True, result=f"skill {t.cured:.2f} instead of {t.there:.2f}"),) if cured else ()),
            "make the map from class names to numbers once, and use it for every part (folders are numbered in the order they are listed)",
            "look for labels that were shuffled, sorted or filtered without their inputs",
        ),
        figure=Bars(title=f"Skill of a probe on {t.part}", value_label="skill", bars=(Bar(label="training", value=t.train), Bar(label="as it is", value=t.there), Bar(label=t.cure or "its own probe", value=max(0.0, t.cured if cured else t.own)))),
    )


def classes_numbered_anew(given: Given) -> Given:
    """Validation numbers the classes in another order."""
    return replanted(given, lambda x, y: (x, (y + 1) % 3), "val")


def two_classes_exchanged(given: Given) -> Given:
    """Zero and one stand for each other."""
    return replanted(given, lambda x, y: (x, 1 - y), "val")


def labels_sorted_alone(given: Given) -> Given:
    """Validation's labels were sorted without their inputs."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, y.sort(0).values

    return replanted(given, change, "val")


def values_in_another_unit(given: Given) -> Given:
    """Training's targets are thousands, validation's are single."""
    return replanted(given, lambda x, y: (x, 1000 * y), "val")


def logarithm_undone(given: Given) -> Given:
    """Training's targets are logarithms, validation's are not."""
    return replanted(given, lambda x, y: (x, (2 * y).exp()), "val")


def a_wider_range(given: Given) -> Given:
    """Validation has the items of extreme values twice."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        far = (y - y.mean()).abs().flatten() > y.std()
        return torch.cat([x, x[far]]), torch.cat([y, y[far]])

    return replanted(given, change, "val")


def an_evaluation_that_knows_the_unit(given: Given) -> Given:
    """Validation has the values as they were, and the evaluation brings the answers there."""
    own: Any = given.evaluate

    def rmse(model: Any, batches: Any) -> Any:
        return own(model, [(x, y / 1000) for x, y in batches])

    return replace(replanted(given, lambda x, y: (x, 1000 * y), "val"), evaluate=rmse)


def another_mix_of_classes(given: Given) -> Given:
    """Validation has few items of one class."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        keep = (y != 1) | (y.cumsum(0) % 4 == 0)
        return x[keep], y[keep]

    return replanted(given, change, "val")


CHECK = Check(
    code="DAT352",
    name="changed-labels",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(
        Case(toy="table-mlp", plant=classes_numbered_anew), Case(toy="wide-table", plant=two_classes_exchanged), Case(toy="huber-regression", plant=labels_sorted_alone),
        Case(toy="huber-regression", plant=values_in_another_unit), Case(toy="huber-regression", plant=logarithm_undone),
    ),
    lookalikes=(Case(toy="table-mlp", plant=another_mix_of_classes), Case(toy="huber-regression", plant=a_wider_range), Case(toy="evaluated-regression", plant=an_evaluation_that_knows_the_unit)),
    under=("DAT344",),
)
