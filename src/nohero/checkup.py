"""The engine of `nohero.check` and `nohero.audit`: measures what was handed over, cheap evidence first, judges as soon as it can, keeps the budget."""

from __future__ import annotations

import time
import traceback
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Check, audit_checks, layer_checks, setup_checks, watch_checks
from nohero.evidence.catalogue import COLLECTION, SETUP, Measurement, chain, measurement_of
from nohero.run.checked import Checked, folded
from nohero.run.errors import NoheroError
from nohero.run.finding import Finding, Status, broken, skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nohero.evidence.watched_course import WatchedCourse
    from nohero.layering import Layer
    from nohero.run.figure import Figure
    from nohero.setup.given import Given
    from nohero.setup.setup import Setup
    from nohero.sources.collection import Collection


FILES_AS_ONE = "files read as one table"  # how the note of several files ends


class Checkup:
    """Evidence and findings on one set-up, or on one collection of data."""

    def __init__(self, subject: Setup | Collection, *, told: Callable[[str, int, int], None] | None = None, found: Callable[[Finding], None] | None = None) -> None:
        """`told(evidence, done, of)` hears what is under way; `found(finding)` hears each finding as it is made."""
        self.subject = subject
        self.traces: dict[str, str] = {}  # evidence that broke -> its traceback
        self.costs: dict[str, float] = {}
        self.left_out: list[str] = []
        self._told, self._found = told, found
        self._known: dict[str, Any] = {}
        self._missing: dict[str, str] = {}
        self._broken: dict[str, str] = {}
        self._pass_seconds: float | None = None

    def judge_all(self, checks: Iterable[Check]) -> tuple[Finding, ...]:
        """Every check's finding, in the order of the checks; the cheapest are judged first."""
        chosen = list(checks)
        found: dict[str, Finding] = {}
        for number, check in enumerate(sorted(chosen, key=self._price_of)):
            if self._told is not None:
                self._told(check.name, number, len(chosen))
            found[check.code] = self.judge(check)
            if self._found is not None:
                self._found(found[check.code])
        return tuple(found[check.code] for check in chosen)

    def judge(self, check: Check) -> Finding:
        """What one check says."""
        needed = {name: self.evidence(name) for name in check.needs}
        for name, value in needed.items():
            if value is None:
                if name in self._broken:
                    return check.stamp(broken(f"the measurement it rests on broke: {self._broken[name]}", remedies=["please report this, with the set-up"]))
                return check.stamp(skipped(self._missing.get(name, "not measured")))
        try:
            return check.stamp(check.judge(*needed.values()))
        except Exception as error:  # noqa: BLE001 (a broken check is its own finding)
            self.traces[check.code] = traceback.format_exc()
            return check.stamp(broken(f"the check broke: {type(error).__name__}: {error}"))

    def evidence(self, name: str) -> Any:  # an instance of the class called `name`, or None
        """The evidence called `name`, measured once."""
        for link in chain((name,)):
            if link not in self._known and link not in self._missing and link not in self._broken:
                self._measure(measurement_of(link))
        return self._known.get(name)

    def _price_of(self, check: Check) -> tuple[float, str]:
        links = [measurement_of(link) for link in chain(check.needs)]
        return sum(m.price + 0.01 * m.steps for m in links), check.code

    def _measure(self, measurement: Measurement) -> None:
        from nohero.setup.refusal import Unmeasurable

        name = measurement.name
        needs = [self.subject if n in (SETUP, COLLECTION) else self._known.get(n) for n in measurement.needs]
        for need, value in zip(measurement.needs, needs, strict=True):
            if value is None:
                self._missing[name] = self._missing.get(need) or self._broken.get(need) or f"needs {need}"
                return
        price = self._price(measurement)
        if price > self.subject.seconds_left() and not measurement.always:
            self._missing[name] = f"left out: costs about {price:.1f} s, more than was left of the budget"
            self.left_out.append(f"{name} (about {price:.1f} s): {measurement.text.splitlines()[0]}")
            return
        began = time.monotonic()
        try:
            self._known[name] = measurement.measure(*needs)
        except NoheroError:
            raise
        except Unmeasurable as why:
            self._missing[name] = str(why)
        except Exception as error:  # noqa: BLE001
            self._broken[name] = f"{name}: {type(error).__name__}: {error}"
            self.traces[name] = traceback.format_exc()
        finally:
            self.costs[name] = round(time.monotonic() - began, 3)

    def _price(self, measurement: Measurement) -> float:
        if measurement.steps and self._pass_seconds is None:
            self._pass_seconds = one_pass(self.subject)  # type: ignore[arg-type]  # only measurements of a set-up run it
        return measurement.price + measurement.steps * (self._pass_seconds or 0.0)

    def pictures(self, *, aside: frozenset[str] = frozenset()) -> tuple[Figure, ...]:
        """What the evidence has to show, but for that named `aside`."""
        found: list[Figure] = []
        for name, value in self._known.items():
            if name in aside:
                continue
            try:
                found += value.figures() if hasattr(value, "figures") else ()
            except Exception:  # noqa: BLE001 (what cannot be drawn is no reason to lose what was found)
                self.traces[f"pictures of {name}"] = traceback.format_exc()
                self.left_out.append(f"the pictures of {name}: they could not be drawn")
        return tuple(found)


def one_pass(setup: Setup) -> float:
    """Seconds of one forward and backward pass on the first batch."""
    from nohero.setup.refusal import Unmeasurable

    with setup.apart():
        began = time.monotonic()
        try:
            specimen = setup.specimen()
            setup.loss_of(setup.forward(specimen), specimen).backward()
        except (Unmeasurable, RuntimeError):  # no way to call the model apart from the step
            with suppress(Unmeasurable, RuntimeError):
                setup.train_step(setup.batches(1)[0])
        return time.monotonic() - began


def examine(
    given: Given,
    *,
    budget: float | None = 60.0,
    seed: int = 0,
    name: str = "set-up",
    checks: Iterable[Check] | None = None,
    ignored: dict[str, str] | None = None,
    told: Callable[[str, int, int], None] | None = None,
    found: Callable[[Finding], None] | None = None,
) -> Checked:
    """Measure and judge a set-up; everything the user handed over is put back, whatever happens."""
    from nohero.setup.setup import Setup
    from nohero.setup.threads import quickest_threads
    from nohero.setup.warned_once import each_warning_once

    began = time.monotonic()
    setup = Setup(given, seed=seed, deadline=None if budget is None else began + budget)
    try:
        chosen = tuple(setup_checks() if checks is None else checks)
        checkup = Checkup(setup, told=told, found=found)
        with each_warning_once(), quickest_threads(lambda: one_pass(setup)):
            findings = checkup.judge_all(chosen)
        notes = setup.left_alone
        device = str(setup.device)
    finally:
        setup.close()
    findings = _passed_by(findings, ignored or {})
    under = {c.code: c.under for c in chosen}
    return Checked(
        name=name,
        findings=folded(findings, under, frozenset(c.code for c in chosen if c.symptom)),
        seconds=round(time.monotonic() - began, 2),
        seed=seed,
        device=device,
        parts=tuple(part for part in PARTS if getattr(given, part) is not None),
        left_out=tuple(checkup.left_out),
        notes=notes,
        costs=tuple(checkup.costs.items()),
    )


def _passed_by(findings: tuple[Finding, ...], reasons: dict[str, str]) -> tuple[Finding, ...]:
    """The findings with the reasons a user gave for passing them by."""
    return tuple(replace(f, ignored=reasons.get(f.code, "")) if f.status in (Status.FAIL, Status.WARN, Status.UNSURE) else f for f in findings)


def examine_collection(
    collection: Collection, *, name: str = "", checks: Iterable[Check] | None = None, ignored: dict[str, str] | None = None,
    told: Callable[[str, int, int], None] | None = None, found: Callable[[Finding], None] | None = None,
) -> Checked:  # fmt: skip
    """Measure and judge a collection of data; the source is only read."""
    began = time.monotonic()
    chosen = tuple(audit_checks() if checks is None else checks)
    checkup = Checkup(collection, told=told, found=found)
    findings, pictures = checkup.judge_all(chosen), checkup.pictures()
    findings = _passed_by(findings, ignored or {})
    parts = _parts(collection)
    notes = (*collection.notes, *_unasked(collection))
    return Checked(
        name=name or collection.name,
        findings=folded(findings, {c.code: c.under for c in chosen}, frozenset(c.code for c in chosen if c.symptom)),
        seconds=round(time.monotonic() - began, 2),
        seed=collection.seed,
        device="",
        parts=parts,
        left_out=tuple(checkup.left_out),
        lead=(f"{name or collection.name}: {', '.join(parts)}", *notes),
        notes=notes,
        costs=tuple(checkup.costs.items()),
        pictures=pictures,
    )


def _parts(collection: Collection) -> tuple[str, ...]:
    """What the collection is, in words."""
    held = f"{collection.total:,} {collection.kind}{'' if collection.total == 1 else 's'}"
    label = f"label `{collection.label}`" if collection.label else "no label"
    sizes = [f"{part} {int(collection.part(part).sum()):,}" for part in collection.parts] if collection.whole is None else list(collection.parts)
    return (held, f"{collection.frame.width} fields", label, *([f"parts {', '.join(sizes)}"] if sizes else []))


def _unasked(collection: Collection) -> tuple[str, ...]:
    """Which questions more words from the user would open."""
    wanting = [
        *(["a label (--target): leaks, shortcuts and doubtful labels"] if not collection.label and collection.marking is None else []),
        *([f"parts ({_ways(collection)}): copies and drift between them"] if len(collection.parts) < 2 else []),
    ]
    return (f"not looked for without {'; without '.join(wanting)}",) if wanting else ()


def _ways(collection: Collection) -> str:
    """How parts are named; files that were read as one table are none by themselves, unless their names say so."""
    several = "file" in collection.frame.columns and any(note.endswith(FILES_AS_ONE) for note in collection.notes)
    return "--split file, to take each file as one" if several else "--split, or files named train and test"


def judged_course(course: WatchedCourse, *, name: str = "training") -> Checked:
    """The findings of a training that was watched."""
    checks = watch_checks()
    findings = tuple(check.stamp(check.judge(course)) for check in checks)
    return Checked(
        name=name,
        findings=folded(findings, {c.code: c.under for c in checks}, frozenset(c.code for c in checks if c.symptom)),
        seconds=round(course.seconds, 2),
        parts=("model", "optimizer"),
        notes=(course.sentence(),),
        pictures=course.figures(),
    )


def judged_layer(layer: Layer, began: float) -> Checked:
    """The findings on one layer."""
    from nohero.evidence.layer_facts import measure

    checks, facts = layer_checks(), measure(layer)
    findings = tuple(check.stamp(check.judge(facts)) for check in checks)
    return Checked(
        name=layer.name,
        findings=folded(findings, {c.code: c.under for c in checks}, frozenset()),
        seconds=round(time.monotonic() - began, 2),
        parts=("layer",),
    )


PARTS = ("model", "loss", "train", "val", "test", "optimizer", "scheduler", "step", "evaluate")
