"""`nohero.check`, `nohero.audit` and the report they return."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nohero.run.checked import Checked
from nohero.run.errors import NoheroError, UsageError
from nohero.run.finding import Finding, Status


class TrustError(NoheroError):
    """A report holds findings at or above the level that was asked for."""

    exit_code = 1


@dataclass(frozen=True)
class Report:
    """What `nohero.check` or `nohero.audit` found: iterate over `findings`, look at `errors` and `warnings`, `save` it, or just print it."""

    checked: Checked

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be told: failures first, then warnings, then what the numbers cannot decide."""
        return self.checked.told

    @property
    def all(self) -> tuple[Finding, ...]:
        """Every check's finding, those that passed, were skipped or were folded under a cause as well."""
        return self.checked.findings

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The failures."""
        return self.checked.errors

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The warnings."""
        return self.checked.warnings

    @property
    def ok(self) -> bool:
        """Nothing failed and nothing warned."""
        return not self.errors and not self.warnings

    @property
    def exit_code(self) -> int:
        """0 where nothing failed, 1 where something did."""
        return 1 if self.errors else 0

    def __iter__(self) -> Iterator[Finding]:
        """The findings that are told."""
        return iter(self.findings)

    def __len__(self) -> int:
        """How many are told."""
        return len(self.findings)

    def __bool__(self) -> bool:
        """A report is always true; ask `ok` whether it is good."""
        return True

    def __getitem__(self, code: str) -> Finding:
        """The finding of one check, by code or name."""
        for finding in self.all:
            if code in (finding.code, finding.name):
                return finding
        raise KeyError(code)

    def __str__(self) -> str:
        """The terminal form."""
        from nohero.report.checked_text import text

        return str(text(self.checked))

    __repr__ = __str__

    def save(self, path: str | Path) -> Path:
        """Write the report; the suffix chooses: .html, .json, .jsonl, .sarif, .xml (JUnit), .txt."""
        from nohero.report.formats import written

        target = Path(path)
        target.write_text(written(self.checked, target.suffix), encoding="utf-8")
        return target

    def raise_on(self, level: str = "error") -> None:
        """Raise a TrustError where something failed (`level="error"`), or warned as well (`level="warning"`)."""
        if level not in ("error", "warning"):
            raise UsageError(f"level is {level!r}", expected='"error" or "warning"', mend='report.raise_on("error")')
        bad = self.errors if level == "error" else (*self.errors, *self.warnings)
        if bad:
            raise TrustError("; ".join(f"{f.code} {f.name}: {f.message}" for f in bad), expected="a set-up without silent faults", mend=bad[0].remedies[0].text if bad[0].remedies else "see the report")

    def _repr_html_(self) -> str:
        """The notebook form: no script, its own style."""
        from nohero.report.checked_page import fragment

        return fragment(self.checked)


def check(
    model: Any, loss: Any = None, train: Any = None, *, val: Any = None, test: Any = None, optimizer: Any = None, scheduler: Any = None,
    scheduler_steps: str = "epoch", step: Callable[..., Any] | None = None, evaluate: Callable[..., Any] | None = None, epochs: int | None = None,
    task: str | None = None, classes: Any = None, expect: dict[str, Any] | None = None, unpack: Callable[..., Any] | None = None,
    budget: float | str | None = 60, seed: int = 0, select: str | tuple[str, ...] = (), ignore: dict[str, str] | None = None, progress: bool = True,
) -> Report:  # fmt: skip
    """Find the silent faults in a training set-up: your own model, loss, batches, optimizer, schedule, step and evaluation.

    Only `model` (a module or a factory) and `train` are needed; `loss` is `(output, target) -> scalar`, or None where the model returns its
    own. `train`, `val`, `test` are loaders, data sets, tuples of tensors or lists of batches; `unpack(batch) -> (inputs, target)` is for
    batches that are neither `(x, y)` nor a dict of the model's arguments. `step(model, batch, loss, optimizer) -> float` and
    `evaluate(model, batches) -> float` are your own. `expect` declares what was meant, by the keys frozen, trainable, shared, equal, causal,
    pad_id, pretrained and uses. `budget` is seconds, "10s", "2m" or None; `select` names codes or components, `ignore` maps codes to reasons.

    Everything comes back bit for bit as it was handed over. Raises UsageError, DataError or UserCodeError with what to mend.
    """
    from nohero.checkup import examine
    from nohero.chosen import chosen_checks, read_ignored, seconds_of
    from nohero.moving_line import Line
    from nohero.setup.given import Given

    given = Given(
        model=model, loss=loss, train=train, val=val, test=test, optimizer=optimizer, scheduler=scheduler, scheduler_steps=scheduler_steps,
        step=step, evaluate=evaluate, epochs=epochs, task=task, classes=classes, expect=dict(expect or {}), unpack=unpack,
    )  # fmt: skip
    name = getattr(model, "__name__", type(model).__name__)
    line = Line(silent=not progress)
    try:
        return Report(examine(given, budget=seconds_of(budget), seed=seed, name=name, checks=chosen_checks(select), ignored=read_ignored(ignore), told=line.told, found=line.found))
    finally:
        line.close()


def audit(
    *sources: Any, target: str | None = None, split: str | None = None, group: str | None = None, time: str | None = None,
    budget: float | str | None = "2m", memory: float | str | None = None, seed: int = 0, select: str | tuple[str, ...] = (),
    ignore: dict[str, str] | None = None, progress: bool = True,
) -> Report:  # fmt: skip
    """Become one with the data: what is in it, what is wrong with it.

    `sources` are files or folders (several tables are read as one; train and test in their names become parts), or `sqlite:FILE::TABLE`. Or they
    are what a program holds: a torch Dataset (map-style or iterable), a Hugging Face Dataset or DatasetDict, a data frame, arrays, `(x, y)`, or a
    dict of such parts by name; two are train and test, three train, val and test.
    `target`, `split`, `group` and `time` name fields, or give their places. A table that would take more than `memory` (bytes, "2GB", or None for
    half of what is free) is read in parts: what needs all rows is counted on all, the rest is measured on an even sample, and the notes say so. Nothing is changed in the source. Raises UsageError or DataError
    with what to mend. Source: the recipe, step 1.
    """
    from nohero.checkup import examine_collection
    from nohero.chosen import audit_checks_chosen, read_ignored, seconds_of
    from nohero.moving_line import Line
    from nohero.sources.anything import open_anything

    if not sources:
        raise UsageError("no source was named", expected="a file or a folder", mend='nohero.audit("data.csv", target="price")')
    collection = open_anything(*sources, target=target, split=split, group=group, time=time, seed=seed, budget=seconds_of(budget), memory=memory)
    line = Line(silent=not progress)
    try:
        return Report(examine_collection(collection, checks=audit_checks_chosen(select), ignored=read_ignored(ignore), told=line.told, found=line.found))
    finally:
        line.close()


def check_layer(layer: Any, *inputs: Any, seed: int = 0) -> Report:
    """Test a module or a function on structured inputs, forward and backward.

    `inputs` are tensors as in real use, the first axis counting items where there is one. Tried are zeros, ones, a ramp, one-hot,
    large and tiny numbers, a batch of one, an empty batch, a layout that is not contiguous, double and half precision; written gradients
    are compared with central differences in float64, away from kinks; determinism, dtype, saving and loading are tried. The layer is
    worked on in a copy. Source: the recipe, "unit-test forward and backward on data that is not random".
    """
    from nohero.checkup import judged_layer
    from nohero.layering import layer_of

    began = time.monotonic()
    made = layer_of(layer, inputs, seed)
    return Report(judged_layer(made, began))


__all__ = ["Report", "Status", "audit", "check", "check_layer"]
