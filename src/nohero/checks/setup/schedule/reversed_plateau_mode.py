"""What it asks: does a schedule that waits for a better score know which way is better?

Why it matters: with mode="min" a rising accuracy counts as no progress: the rate is cut again and again while training goes
well. With mode="max" a falling loss does the same.

How it is measured: a copy of the schedule is fed scores that only fall and scores that only rise. Which way the user's scores are
better is told by their names (accuracy, F1; loss, error), else by what they do in a short training in which the loss falls.

When it is right to fail: never more than a warning: the schedule cuts the rate for scores that get better, and not for scores that
get worse. Of several scores, none may fit it.

What it cannot see: a schedule that is fed another score than the evaluation's.

Mend: mode="max" for accuracy and the like, mode="min" for losses.

Source: the recipe, tuning (learning rate schedules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import scheduled
from nohero.evidence.setup.plateau_mode import PlateauMode
from nohero.evidence.setup.score_names import better
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

CUT = 0.9  # of the rate left; below it the schedule has cut it
LEARNT = 0.9  # of the first loss; above it training has not got far enough to tell
CHANGED = 0.05  # of the score; below it its direction is noise


def judge(plateau: PlateauMode) -> Finding:
    """A schedule that cuts the rate while every score gets better warns."""
    if not plateau.scores:
        return skipped("the evaluation gives no number on a few batches")
    learnt = plateau.loss_after < LEARNT * plateau.loss_before
    ways = [(name, way) for name, one, other in plateau.scores if (way := better(name) or _way(one, other, learnt=learnt))]
    if not ways:
        return unsure("too little was learnt in a short training to tell which way the score goes", remedies=("look whether mode= fits the score that the schedule is fed",))
    left = {"greater": plateau.left_when_rising, "smaller": plateau.left_when_falling}
    name, way = ways[0]
    fits = [n for n, w in ways if left[w] >= CUT or left["greater" if w == "smaller" else "smaller"] < CUT]
    if fits:
        return passed(f"the schedule takes it for progress when `{fits[0]}` gets better")
    if len(ways) < len(plateau.scores):
        return unsure(f"the mode does not fit `{name}`, and which way the evaluation's other scores go is not known", component="schedule", where=("mode",), remedies=("look whether mode= fits the score that the schedule is fed",))
    told = ", ".join(f"`{n}` ({one:.3g} to {other:.3g} in a short training)" for n, one, other in plateau.scores)
    return warned(
        f"{way} is better in what the evaluation gives, {told}, but the schedule takes that for no progress and cuts the rate to {left[way]:.2g} of it",
        expected="a schedule whose mode fits the score",
        observed=Observed(value=left[way], unit="of the rate left after 60 better scores"),
        component="schedule",
        where=("mode",),
        level=Level.HEURISTIC if better(name) and not learnt else Level.VERIFIED,
        why="The schedule waits for the score to go the wrong way. It cuts the rate while training goes well, until nothing is left.",
        remedies=(f'mode="{"max" if way == "greater" else "min"}"', "or feed it the validation loss"),
    )


def _way(before: float, after: float, *, learnt: bool) -> str:
    """Which way a score without a telling name went, while the loss fell; nothing where it hardly moved."""
    if not learnt or abs(after - before) < CHANGED * max(abs(before), abs(after), 1e-12):
        return ""
    return "greater" if after > before else "smaller"


def waiting_for_less(given: Given) -> Given:
    """Accuracy, with torch's own mode."""
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    return scheduled(given, lambda o: ReduceLROnPlateau(o, patience=3))


def waiting_for_more(given: Given) -> Given:
    """The validation loss, with mode="max"."""
    from dataclasses import replace

    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    def evaluate(model: Any, batches: Any) -> float:
        model.eval()
        with torch.no_grad():
            values = [float(torch.nn.functional.cross_entropy(model(x), y)) for x, y in batches]
        model.train()
        return sum(values) / len(values)

    return replace(scheduled(given, lambda o: ReduceLROnPlateau(o, mode="max", patience=3)), evaluate=evaluate)


def waiting_for_less_of_several(given: Given) -> Given:
    """Accuracy and F1 by name, with torch's own mode."""
    from dataclasses import replace

    made = waiting_for_less(given)
    own: Any = made.evaluate

    def evaluate(model: Any, batches: Any) -> dict[str, float]:
        return {"accuracy": float(own(model, batches)), "macro_f1": float(own(model, batches)) ** 1.1}

    return replace(made, evaluate=evaluate)


def waiting_for_one_of_two(given: Given) -> Given:
    """Accuracy and loss, with torch's own mode: it is the loss that it is fed."""
    from dataclasses import replace

    made = waiting_for_less(given)
    own: Any = made.evaluate

    def evaluate(model: Any, batches: Any) -> dict[str, float]:
        return {"accuracy": float(own(model, batches)), "val_loss": 1 - float(own(model, batches))}

    return replace(made, evaluate=evaluate)


def waiting_rightly(given: Given) -> Given:
    """Accuracy, with mode="max"."""
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    return scheduled(given, lambda o: ReduceLROnPlateau(o, mode="max", patience=3))


CHECK = Check(
    code="SKE447",
    name="reversed-plateau-mode",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=waiting_for_less), Case(toy="table-mlp", plant=waiting_for_more), Case(toy="table-mlp", plant=waiting_for_less_of_several)),
    lookalikes=(Case(toy="table-mlp", plant=waiting_rightly), Case(toy="table-mlp", plant=waiting_for_one_of_two)),
)
