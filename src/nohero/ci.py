"""Assertions for tests: a set-up that can be trained, a resume that is exact."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nohero.run.errors import UsageError

SLOWER = 2.0  # times the stored median: "beyond the recipe" B-02
KEPT = 30  # memorisation times that are kept


def assert_trainable(model: Any, loss: Any = None, train: Any = None, *, within_steps: int = 200, memory: str | Path | None = None, **rest: Any) -> None:
    """Fail, with the findings as message, where `nohero.check` finds a fault or one batch is not memorised within `within_steps`.

    With `memory` (a JSON file) the steps needed are kept, and a run that needs more than twice their median fails: time to memorise
    is a regression number. `rest` are the keywords of `nohero.check`.
    """
    from nohero.memorise import steps_to_memorise
    from nohero.outcome import check

    report = check(model, loss, train, progress=False, **rest)
    if report.errors:
        raise AssertionError(f"the set-up has silent faults\n\n{report}")
    steps = steps_to_memorise(model, loss, train, within_steps, **{k: v for k, v in rest.items() if k in ("optimizer", "step", "unpack", "seed")})
    if steps is None:
        raise AssertionError(f"one batch was not memorised within {within_steps} steps; raise within_steps, or run nohero.check and read what it is unsure of")
    if memory is not None:
        _compare(Path(memory), steps)


def _compare(path: Path, steps: int) -> None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["steps"] if path.is_file() else []
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is not a file of memorisation times", expected='{"steps": [12, 14]}', mend="delete it; it is written anew") from error
    if len(known) >= 3 and steps > SLOWER * statistics.median(known):
        raise AssertionError(f"memorising one batch took {steps} steps; the median of {len(known)} earlier runs is {statistics.median(known):g}: something learns more slowly than before")
    path.write_text(json.dumps({"steps": [*known, steps][-KEPT:]}) + "\n", encoding="utf-8")


def assert_exact_resume(make: Callable[[], Any], train: Callable[[Any, int], None], save: Callable[[Any], Any], load: Callable[[Any, Any], None], *, steps: int = 10) -> None:
    """Fail where training 2n steps and training n, saving, loading and training n more give different weights.

    `make() -> state` builds everything from its own seed, `train(state, steps)` goes on, `save(state) -> saved` and `load(state, saved)` are
    your own checkpoint. `state` is a model, or anything with tensors in it.
    """
    import torch

    whole = make()
    train(whole, 2 * steps)
    first = make()
    train(first, steps)
    saved = save(first)
    torch.manual_seed(987_654)  # a new process has other streams: the checkpoint must bring its own
    again = make()
    load(again, saved)
    train(again, steps)
    for name, one, other in _pairs(whole, again):
        if one.shape != other.shape or not torch.equal(one, other):
            apart = float((one.double() - other.double()).abs().max()) if one.shape == other.shape else float("inf")
            raise AssertionError(f"after resuming, {name} differs by {apart:.3g}; save and load optimizer, schedule, random streams and the place in the data too")


def _pairs(one: Any, other: Any) -> list[tuple[str, Any, Any]]:
    from nohero.setup.calling import tensors_of

    if hasattr(one, "state_dict"):
        left, right = one.state_dict(), other.state_dict()
        return [(k, left[k], right[k]) for k in left if hasattr(left[k], "shape")]
    parts = vars(one).items() if hasattr(one, "__dict__") else one.items() if isinstance(one, dict) else [(str(i), v) for i, v in enumerate(one)]
    twins = vars(other) if hasattr(other, "__dict__") else other if isinstance(other, dict) else {str(i): v for i, v in enumerate(other)}
    found = []
    for name, part in parts:
        if hasattr(part, "state_dict") and not hasattr(part, "param_groups"):
            found += [(f"{name}.{k}", a, b) for k, a, b in _pairs(part, twins[name])]
        else:
            found += [(str(name), a, b) for a, b in zip(tensors_of(part), tensors_of(twins[name]), strict=False)]
    return found
