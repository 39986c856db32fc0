"""What it asks: does a schedule that waits for a better score know which way is better?

Why it matters: with mode="min" a rising accuracy counts as no progress: the rate is cut again and again while training goes
well. With mode="max" a falling loss does the same.

How it is measured: a copy of the schedule is fed scores that only fall and scores that only rise; the user's evaluation is run
before and after a short training in which the loss falls.

When it is right to fail: never more than a warning: the schedule cuts the rate for scores that go the way the user's score goes
as training succeeds, and not for the other way.

What it cannot see: a schedule that is fed another score than the evaluation's.

Mend: mode="max" for accuracy and the like, mode="min" for losses.

Source: the recipe, tuning (learning rate schedules).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import scheduled
from nohero.evidence.setup.plateau_mode import PlateauMode
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

CUT = 0.9  # of the rate left; below it the schedule has cut it
LEARNT = 0.9  # of the first loss; above it training has not got far enough to tell
CHANGED = 0.05  # of the score; below it its direction is noise


def judge(plateau: PlateauMode) -> Finding:
    """A schedule that cuts the rate while the score gets better warns."""
    if not (math.isfinite(plateau.before) and math.isfinite(plateau.after)):
        return skipped("the evaluation gives no number on a few batches")
    change = plateau.after - plateau.before
    scale = max(abs(plateau.before), abs(plateau.after), 1e-12)
    if not plateau.loss_after < LEARNT * plateau.loss_before or abs(change) < CHANGED * scale:
        return unsure("too little was learnt in a short training to tell which way the score goes", remedies=("look whether mode= fits the score that the schedule is fed",))
    left, other = (plateau.left_when_rising, plateau.left_when_falling) if change > 0 else (plateau.left_when_falling, plateau.left_when_rising)
    way = "rises" if change > 0 else "falls"
    if left >= CUT or other < CUT:
        return passed(f"the evaluation's score {way} as training succeeds, and the schedule takes that for progress")
    return warned(
        f"the evaluation's score {way} as training succeeds ({plateau.before:.3g} to {plateau.after:.3g}), but the schedule takes that for no progress and cuts the rate to {left:.2g} of it",
        expected="a schedule whose mode fits the score",
        observed=Observed(value=left, unit="of the rate left after 60 better scores"),
        component="schedule",
        where=("mode",),
        level=Level.VERIFIED,
        why="The schedule waits for the score to go the wrong way. It cuts the rate while training goes well, until nothing is left.",
        remedies=(f'mode="{"max" if change > 0 else "min"}"', "or feed it the validation loss"),
    )


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


def waiting_rightly(given: Given) -> Given:
    """Accuracy, with mode="max"."""
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    return scheduled(given, lambda o: ReduceLROnPlateau(o, mode="max", patience=3))


CHECK = Check(
    code="SKE447",
    name="reversed-plateau-mode",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=waiting_for_less), Case(toy="table-mlp", plant=waiting_for_more)),
    lookalikes=(Case(toy="table-mlp", plant=waiting_rightly),),
)
