"""What it asks: how many labels are plainly wrong?

Why it matters: wrong labels set a ceiling to every score, and wrong ones of one kind teach the mistake.

How it is measured: of the items farthest from any boundary, by a linear probe, whose neighbours agree with it by four fifths,
the share that is labelled otherwise, and to which trees that never saw the item give little chance. Hard items lie near boundaries and are not counted.

When it is right to fail: it warns, when the 95 % interval of that share lies above 3 % (one class read as another: 6 % of that
class) and it does not fade with distance. Of rows of tokens, whose order the probe does not see, it is unsure.

What it cannot see: wrong labels in data that small probes cannot learn, and wrong labels near boundaries.

Mend: look at the named items; correct the map from one class to another if the mistakes are of one kind.

Source: Northcutt et al. 2021, Confident learning (JAIR 70).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.label_probe import LabelProbe
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned
from nohero.tasks.interval import wilson

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

FLOOR = 0.03  # of the sure items; benchmarks that were looked at by hand have 0.1 to 6 % (Northcutt et al.)
LEAST = 7  # items
KNOWN = 0.6  # skill of the probe: below it no item is sure
FADES = 0.35  # ratio of the surer half's share to the other half's: below it errors fade with distance, as at a boundary
UNIFORM = 0.6  # of the error over all items: slips of the pen fall on sure items as often as on others
SERIAL = 0.2  # R2 of an item from the one before: neighbours are then the same event
ONE_KIND = 0.8  # of the wrong labels, from one class to one other


def judge(probe: LabelProbe) -> Finding:
    """An interval for the share of wrong labels among sure items."""
    if not probe.classes or probe.given < KNOWN or probe.sure < 40 or probe.serial > SERIAL:
        return skipped("a small probe knows too little of these labels to call one wrong")
    share = probe.contrary / probe.sure
    low, high = wilson(probe.contrary, probe.sure)
    outer = probe.contrary - probe.contrary_inner
    said = f"{probe.contrary} of {probe.sure} items that lie far from any boundary are labelled otherwise than all around them ({low:.1%} to {high:.1%})"
    a, b, n, of = probe.contrary_pairs[0] if probe.contrary_pairs else (0.0, 0.0, 0, 1)
    one_kind = n >= max(LEAST, ONE_KIND * probe.contrary)
    one_class = one_kind and wilson(n, of)[0] > 2 * FLOOR
    if not one_class and share < UNIFORM * probe.error:
        return passed(said + f"; of all items {probe.error:.0%}, so that errors thin out away from the boundary, as they do by nature")
    if probe.contrary < LEAST or (low < FLOOR and not one_class) or probe.contrary_inner < FADES * outer:
        return passed(said)
    if probe.lossy:
        return unsure(said + ", by how often each token comes: what their order says is not seen", component="data", where=tuple(f"item {i}" for i in probe.contrary_items), remedies=("look at the named items: they decide",))
    return warned(
        said + (f"; {n} of them are class {a:g} labelled {b:g}, {n / max(of, 1):.0%} of its sure items" if one_kind else ""),
        expected="hardly any",
        observed=Observed(value=share, unit="of sure items", n=probe.sure, low=low, high=high),
        component="data",
        where=(*((f"class {a:g} labelled {b:g}",) if one_kind else ()), *(f"item {i}" for i in probe.contrary_items)),
        level=Level.HEURISTIC,
        effect=f"about {share:.0%} of the labels contradict the rest",
        why="Near a boundary labels differ by nature. Deep inside a class, where a linear probe and the nearest neighbours agree, another label is usually a mistake.",
        remedies=("look at the named items, and correct them", "look for a class that is read as another for part of the files" if one_kind else "look for a source or annotator whose labels differ", "train with label smoothing or drop the worst items, if they cannot be corrected"),
        figure=Table(title="Labels against their surroundings", columns=("surroundings", "label", "items", "sure items of the surroundings"), rows=probe.contrary_pairs),
    )


def a_seventh_at_random(given: Given) -> Given:
    """One label in seven is another class."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        generator = torch.Generator().manual_seed(8)
        wrong = torch.rand(len(y), generator=generator) < 0.15
        return x, torch.where(wrong, (y + torch.randint(1, 3, y.shape, generator=generator)) % 3, y)

    return replanted(given, change)


def one_class_read_as_another(given: Given) -> Given:
    """Well apart classes, and a quarter of the second is labelled as the first."""

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = _apart(x, y)
        second = (y == 1).nonzero().flatten()
        y[second[::4]] = 0
        return x, y

    return replanted(given, change)


def well_apart(given: Given) -> Given:
    """The same classes, all labels right."""
    return replanted(given, _apart)


def _apart(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A cloud for each class."""
    import torch

    centre = 2.5 * torch.eye(3, x.shape[1])
    return centre[y] + x * 0.9, y


def a_hard_problem(given: Given) -> Given:
    """Classes that overlap, all labels right."""
    import torch

    return replanted(given, lambda x, y: (x + 1.0 * torch.randn(x.shape, generator=torch.Generator().manual_seed(9)), y))


def chance_by_nature(given: Given) -> Given:
    """Two classes whose odds rise along one feature: nobody mislabelled the surprising ones."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        generator = torch.Generator().manual_seed(6)
        return x, (torch.rand(len(y), generator=generator) < torch.sigmoid(2.2 * x[:, 0])).long()

    return replanted(given, change, "train", "val")


def a_law_that_bends(given: Given) -> Given:
    """Easy items of classes that go by a product, a sum and a square: far from a linear probe's boundary it is often wrong."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = torch.randn(3 * len(x), x.shape[1], generator=torch.Generator().manual_seed(0))
        easy = (z[:, 4].abs() + (z[:, 2] + z[:, 3]).abs()).argsort(descending=True)[: len(x)].sort().values
        law = torch.stack([z[:, 0] * z[:, 1], z[:, 2] + z[:, 3], z[:, 4] ** 2 - 1], 1)
        return z[easy], law.argmax(1)[easy]

    return replanted(given, change)


CHECK = Check(
    code="DAT368",
    name="noisy-labels",
    source="Northcutt et al. 2021, Confident learning (JAIR 70)",
    judge=judge,
    sabotages=(Case(toy="frozen-backbone", plant=a_seventh_at_random), Case(toy="table-mlp", plant=one_class_read_as_another)),
    lookalikes=(Case(toy="table-mlp", plant=a_law_that_bends), Case(toy="table-mlp", plant=chance_by_nature), Case(toy="table-mlp", plant=well_apart), Case(toy="table-mlp", plant=a_hard_problem), Case(toy="accumulating-step", plant=a_hard_problem)),
    under=("DAT360", "DAT364"),
)
