"""Evidence made up for tests: of every class in the catalogue, filled with one number throughout or with sound values."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

from nohero.evidence.baselines import Baseline, Baselines
from nohero.evidence.batch_dependence import BatchDependence
from nohero.evidence.catalogue import measurements
from nohero.evidence.data_facts import DataFacts
from nohero.evidence.gradient_reach import GradientReach
from nohero.evidence.initial_loss import InitialLoss
from nohero.evidence.input_race import InputRace
from nohero.evidence.one_batch import OneBatch
from nohero.evidence.prepared_inputs import PreparedInputs
from nohero.evidence.repeatability import Repeatability
from nohero.evidence.seen_inputs import SeenInputs
from nohero.evidence.skeleton_run import SkeletonRun
from nohero.evidence.split_facts import SplitFacts
from nohero.evidence.target_proxies import ColumnPower, TargetProxies
from nohero.run.score import Score


def filled(kind: Any, number: float, count: int, length: int) -> Any:
    """A value of `kind` whose numbers are all `number`, counts all `count`, and whose sequences have `length` entries."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in args else filled(args[0], number, count, length)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(filled(args[0], number, count, length) for _ in range(length))
        return tuple(filled(a, number, count, length) for a in args)
    if origin is dict:
        return {f"name {i}": filled(args[1], number, count, length) for i in range(length)}
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{f.name: filled(hints[f.name], number, count, length) for f in dataclasses.fields(kind)})
    plain = {float: number, int: count, str: "word", bool: bool(count), Any: number}
    return plain[kind]


def wild(names: tuple[str, ...], number: float, count: int, length: int) -> list[Any]:
    """Evidence of these classes, filled throughout."""
    return [filled(measurements()[name].kind, number, count, length) for name in names]


def score(value: float = 0.8, half: float = 0.05, **rest: Any) -> Score:
    return Score(**{"metric": "accuracy", "value": value, "low": value - half, "high": value + half, "n": 200, "loss": 0.5, **rest})


def baselines(best: float = 0.8, constant: float = 0.5) -> Baselines:
    return Baselines(
        baselines=(
            Baseline(name="best constant", score=score(constant, loss=0.69), seconds=0.0),
            Baseline(name="linear model", score=score(best, loss=0.4), seconds=0.1),
        )
    )


def facts(**rest: Any) -> DataFacts:
    sound = {
        "modality": "image", "num_items": 1000, "num_unusable": 0, "unusable": (), "fields": (), "dropped": (), "target_name": "y",
        "class_counts": {"a": 500, "b": 500}, "target_bins": (), "at_lowest": 0, "at_highest": 0, "lowest": 0.0, "highest": 0.0,
        "num_repeats": 0, "repeats": (), "num_contradictions": 0, "contradictions": (), "notes": (),
    }  # fmt: skip
    return DataFacts(**{**sound, **rest})


def split(**rest: Any) -> SplitFacts:
    sound = {
        "method": "stratified", "sizes": {"train": 700, "val": 200, "test": 100}, "sha256": "0" * 64,
        "class_counts": {"a": (350, 100, 50), "b": (350, 100, 50)}, "target_means": {}, "copies_across": {"val": 0, "test": 0}, "copies": (),
        "rows_twice": 0, "groups_across": 0, "num_groups": 0, "late_training": 0, "timed": False, "notes": (),
    }  # fmt: skip
    return SplitFacts(**{**sound, **rest})


def column(name: str, score_: float, without: float = 0.7, **rest: Any) -> ColumnPower:
    return ColumnPower(**{"name": name, "score": score_, "score_without": without, "distinct": 50, "one_to_one": False, **rest})


def proxies(*columns: ColumnPower, **rest: Any) -> TargetProxies:
    return TargetProxies(**{"columns": columns, "constant": 0.6, "metric": "accuracy", "n": 500, **rest})


def prepared(**rest: Any) -> PreparedInputs:
    sound = {"num_columns": 10, "from_train": 0.0, "from_all": 0.2, "apart": 0.2, "val_nonfinite": 0, "dropped": ()}
    return PreparedInputs(**{**sound, **rest})


def seen(**rest: Any) -> SeenInputs:
    sound = {
        "shape": (32, 2), "dtype": "float32", "mean": 0.0, "std": 1.0, "low": -3.0, "high": 3.0, "num_nonfinite": 0,
        "column_means": (0.0, 0.1), "column_stds": (1.0, 0.9), "column_names": ("age", "income"),
    }  # fmt: skip
    return SeenInputs(**{**sound, **rest})


def initial(**rest: Any) -> InitialLoss:
    sound = {
        "expected": 2.3026, "expected_at_prior": 2.3, "without_bias": (2.31, 2.32), "with_bias": (2.31, 2.32), "bias_set": True, "unit": "nats", "n": 512,
    }  # fmt: skip
    return InitialLoss(**{**sound, **rest})


def one_batch(**rest: Any) -> OneBatch:
    sound = {
        "n": 16, "losses": (2.4, 1.0, 0.01), "learning_rate": 1e-3, "tried": ((1e-3, 0.01),), "floor": 0.0, "constant": 2.3026,
        "last": 0.01, "last_in_eval": 0.01, "right": 16, "targets": ("a",) * 16, "answers": ("a",) * 16,
    }  # fmt: skip
    return OneBatch(**{**sound, **rest})


def race(**rest: Any) -> InputRace:
    sound = {
        "steps": (10, 20), "real": ((0.6, 0.4),), "zeroed": ((0.69, 0.69),), "dealt": ((0.7, 0.7),), "constant": 0.69,
        "gain": 0.3, "gain_low": 0.25, "gain_high": 0.35, "n": 200, "unit": "nats",
    }  # fmt: skip
    return InputRace(**{**sound, **rest})


def dependence(**rest: Any) -> BatchDependence:
    sound = {"n": 16, "mixed_in_eval": (), "mixed_in_train": (), "mixing_layers": (), "ignored": (), "forward_mixed": ()}
    return BatchDependence(**{**sound, **rest})


def repeatability(**rest: Any) -> Repeatability:
    sound = {"steps": 12, "largest_difference": 0.0, "first_difference": "", "other_seed_difference": 0.5, "read_difference": 0.0}
    return Repeatability(**{**sound, **rest})


def reach(**rest: Any) -> GradientReach:
    sound = {
        "names": ("body.weight", "head.weight"), "wanted": (True, True), "has_gradient": (True, True), "update_ratios": (-3.0, -3.0),
        "num_parameters": 100,
    }  # fmt: skip
    return GradientReach(**{**sound, **rest})


def skeleton_run(**rest: Any) -> SkeletonRun:
    sound = {
        "steps": (10, 20), "train_losses": (0.6, 0.4), "val_losses": (0.6, 0.45), "score": score(), "constant_loss": 0.69, "num_evaluated": 200,
        "num_val": 200, "batch_difference": 1e-7, "repeat_difference": 0.0, "output_scale": 1.0, "stopped": "", "unit": "nats",
    }  # fmt: skip
    return SkeletonRun(**{**sound, **rest})
