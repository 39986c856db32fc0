"""Evidence of the later stages made by hand: sound by default, one number changed by each test."""

from __future__ import annotations

import math
from dataclasses import replace

from nohero.evidence.baselines import Baseline, Baselines
from nohero.evidence.calibration import Calibration
from nohero.evidence.change_ladder import ChangeLadder
from nohero.evidence.ensemble import Ensemble
from nohero.evidence.growth import Growth, Size
from nohero.evidence.paired import Change
from nohero.evidence.search_trials import SearchTrials
from nohero.evidence.split_facts import SplitFacts
from nohero.evidence.test_opening import AgainstBaseline, TestOpening
from nohero.run.figure import Table
from nohero.run.score import Score
from nohero.search.points import Trial

ODD = (math.nan, math.inf, -math.inf, 0.0, -1.0)


def score(value=0.8, low=0.75, high=0.85, n=200, *, loss=0.4, metric="accuracy"):
    return Score(metric=metric, value=value, low=low, high=high, n=n, loss=loss)


def baselines(best_loss=0.4, constant_loss=0.7):
    constant = Baseline(name="best constant", score=score(0.5, 0.45, 0.55, loss=constant_loss), seconds=0.0)
    return Baselines(baselines=(constant, Baseline(name="linear model", score=score(loss=best_loss), seconds=0.1)))


def size(train_loss=0.2, **changes):
    plain = Size(
        width=32, depth=1, train_loss=train_loss, train_score=0.9, val_loss=0.45, best_val_loss=0.42, val_score=0.8, best_step=60, steps=(20, 40, 60),
        train_losses=(0.6, 0.4, 0.3), val_losses=(0.6, 0.5, 0.45), seconds=0.1, num_parameters=100,
    )
    return replace(plain, **changes)


def growth(*sizes, **changes):
    given = sizes or (size(0.2), size(0.1, width=64, num_parameters=300))
    plain = Growth(
        sizes=given, chosen=0, constant_loss=0.7, baseline_train_loss=0.4, baseline="linear model", num_steps=60, learning_rate=3e-4, jitter=0.001,
        probe_steps=(20, 40, 60), probes=((0.1, 0.2, 0.3),), probe_labels=("item 0",),
    )
    return replace(plain, **changes)


def change(name="dropout", gain=0.05, half=0.01, *, kept=True, **changes):
    plain = Change(name=name, gain=gain, low=gain - half, high=gain + half, gain_by_seed=(gain, gain), score_gain=0.01, kept=kept, seconds=0.0, num_items=100)
    return replace(plain, **{"score_low": 0.0, "score_high": 0.02} | changes)


def ladder(*changes, **fields):
    plain = ChangeLadder(
        changes=changes, start_loss=0.5, end_loss=0.45, start_score=0.8, end_score=0.82, train_loss=0.3, champion={"learning_rate": 1e-3, "weight_decay": 0.0},
        num_seeds=3, declined={}, left_out=(), unit="nats", best_on_the_way=0.44,
    )
    return replace(plain, **fields)


def trials(*pairs):
    return tuple(Trial(number=i, values={"learning_rate": rate}, loss=loss, pruned=False, drawn="random") for i, (rate, loss) in enumerate(pairs))


def search(given=None, **fields):
    known = trials(*[(10 ** (-4 + i / 8), 0.5 + 0.1 * abs(i - 8)) for i in range(16)]) if given is None else given
    plain = SearchTrials(
        trials=known, ranges={"learning_rate": (1e-4, 1e-2)}, best=8, champion_loss=0.52, best_loss=0.5, gain=0.02, low=0.01, high=0.03, kept=True,
        importance={}, at_edge={}, settings={}, num_planned=len(known), unit="nats", trends={"learning_rate": 0.0},
    )
    return replace(plain, **fields)


def ensemble(**fields):
    plain = Ensemble(
        member_losses=(0.4, 0.41), member_scores=(0.8, 0.8), curve=(0.4, 0.38), gain=0.02, low=0.01, high=0.03, score=score(), longer_gain=0.001, longer_kept=True,
        late_slope=0.0, keys=("a", "b"), settings={}, num_used=2, distilled={}, left_out=(), unit="nats", longer_low=-0.01, longer_high=0.012, short_steps=100,
        longer_steps=200, disagreement=0.2,
    )
    return replace(plain, **fields)


def against(name="linear model", gain=0.05, half=0.02, **fields):
    return AgainstBaseline(**{"name": name, "score": score(0.75, 0.7, 0.8), "gain": gain, "low": gain - half, "high": gain + half} | fields)


def opening(**fields):
    constant = against("best constant", 0.3, score=score(0.5, 0.45, 0.55, loss=0.7))
    plain = TestOpening(
        score=score(), validation=score(), baselines=(constant, against()), openings=1, gap=0.01, gap_low=-0.05, gap_high=0.07, test_vs_train_auc=0.51, worst=(),
        images=(), errors=Table(title="", columns=(), rows=()), unit="nats", num_compared=(500, 200),
        calibration=Calibration(temperature=1.05, gain=0.001, low=-0.002, high=0.004, error_before=0.02, error_after=0.02),
    )
    return replace(plain, **fields)


def split(**fields):
    plain = SplitFacts(
        method="random", sizes={"train": 700, "val": 200, "test": 100}, sha256="", class_counts={}, target_means={}, copies_across={"val": 0, "test": 0}, copies=(),
        rows_twice=0, groups_across=0, num_groups=0, late_training=0, timed=False, notes=(),
    )
    return replace(plain, **fields)
