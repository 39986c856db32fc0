"""A person's accuracy, as `nohero label` has kept it, for a run on the same labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.data.builtin import PREFIX
from nohero.run.errors import DataError, UsageError
from nohero.run.score import Score
from nohero.tasks.interval import wilson

if TYPE_CHECKING:
    from nohero.problem import Problem

LARGEST = 50_000_000  # bytes
EXPECTED = "the json file that `nohero label SOURCE` writes beside its answers"
METRIC = "accuracy"  # what a person's share of right answers is comparable with


def beside_source(source: str) -> Path | None:
    """`pets.human.json` beside pets.csv, or human.json in a folder; None where there is none."""
    path = Path(source).expanduser()
    if source.startswith(PREFIX) or path.suffix == ".py":
        return None
    found = path / "human.json" if path.is_dir() else path.with_suffix(".human.json")
    return found if found.is_file() else None


def read_human(path: Path, problem: Problem) -> Score:
    """Share of the given labels that the person gave too, with Wilson's interval. Raises UsageError and DataError where it is of other labels."""
    values = _values(path)
    named = values.get("label", values.get("first"))
    if named != problem.raw.target_name:
        raise UsageError(f"{path.name} is of the label `{named}`", expected=f"answers to `{problem.raw.target_name}`, which this run predicts", mend="--target, or another file for --human")
    pair = values.get("pair", values)
    foreign = sorted(set(_classes(pair, path)) - set(problem.task.classes))
    if foreign:
        classes = ", ".join(f"`{c}`" for c in problem.task.classes[:8]) or "none: it predicts a value"
        raise DataError(f"{path.name} is of classes such as `{foreign[0]}`, which this run has not", expected=f"the run's classes ({classes})", mend="label the same source with the same --target")
    hits, of = _counts(pair, path)
    low, high = wilson(hits, of)
    return Score(metric=METRIC, value=hits / of, low=low, high=high, n=of)


def _values(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path} is larger than {LARGEST // 1_000_000} MB", expected=EXPECTED, mend="check the path")
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", expected=EXPECTED, mend="check the path") from error
    except (ValueError, RecursionError) as error:
        meant = path.with_suffix(".json")
        mend = f"--human {meant}" if path.suffix == ".jsonl" and meant.is_file() else "check the path"
        raise DataError(f"{path} is not JSON: {str(error)[:80]}", expected=EXPECTED, mend=mend) from error
    if not isinstance(values, dict) or not isinstance(values.get("pair", values), dict):
        raise DataError(f"{path} holds no verdict", expected=EXPECTED, mend="make it with `nohero label SOURCE`")
    return values


def _counts(pair: dict[str, Any], path: Path) -> tuple[int, int]:
    share = pair.get("share")
    hits, of = (share.get("hits"), share.get("of")) if isinstance(share, dict) else (None, None)
    if type(hits) is not int or type(of) is not int or not 0 <= hits <= of:
        raise DataError(f"{path} says that {str(hits)[:40]} of {str(of)[:40]} answers are right", expected=EXPECTED, mend="make it with `nohero label SOURCE`")
    if not of:
        raise DataError(f"in {path} no item with a given label is answered", expected="some answers", mend="go on labelling with the same command")
    return hits, of


def _classes(pair: dict[str, Any], path: Path) -> list[str]:
    """Of the given labels."""
    found = pair.get("by_class")
    if not isinstance(found, list) or not all(isinstance(c, list) and len(c) == 2 for c in found):
        raise DataError(f"{path} does not say which classes were asked", expected=EXPECTED, mend="make it with `nohero label SOURCE`")
    return [str(name) for name, _ in found]
