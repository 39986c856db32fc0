"""nohero.check beside other checkers of training set-ups, on the same planted faults and the same healthy set-ups.

    pip install neural-net-checklist torchtest2 torch-audit pytest-torch skorch
    python bench/peers.py --sample 40

Each tool gets the model, the first batch, the loss and the optimizer, as its authors mean it to be used. A fault is `named` where an
alarm of the tool that stands for this family of faults is raised, and the same alarm is not raised on the healthy set-up in which the
fault was planted; `vague` where any other new alarm is. What a tool cannot take counts as missed. SkorchDoctor records and draws, and
gives no verdict: it cannot be alarmed.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import importlib.metadata
import io
import multiprocessing
import statistics
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from typing import Any

LIMIT = 60.0  # seconds a row may take
# what a tool's alarm stands for: folders or names of nohero's checks
MEANS = {
    "batch": ("mixed-samples", "mixed-samples-in-training", "regrouped-axes", "position-along-batch"),
    "causal": ("future-leak",),
    "grad": ("unreached-parameters", "unregistered-parameters", "vanishing-signal", "dead-units", "unmoved-parameters", "clipped-loss"),
    "params_change": ("unmoved-parameters", "unreached-parameters", "foreign-parameters", "idle-optimizer"),
    "optimizer": ("foreign-parameters", "optimizer"),
    "frozen": ("frozen-parameters", "thawed-parameters", "foreign-parameters"),
    "init": ("off-initial-loss", "double-activation", "unscaled-inputs", "saturated-units"),
    "input": ("unused-input", "ignored-region", "dead-units"),
    "overfit": ("untrainable-batch", "reversed-loss", "diverging"),
    "decreases": ("untrainable-batch", "reversed-loss"),
    "determinis": ("random-evaluation", "unsteady"),
    "finite": ("non-finite",),
    "range": ("unreachable-targets", "double-activation"),
    "train": ("wrong-mode",),
    "loss": ("loss",),
    "data": ("non-finite-batches", "mixed-units", "unscaled-inputs"),
}


def alarms_of(tool: str, given: Any) -> set[str] | None:
    """The names of the tool's alarms; None where it cannot take the program."""
    from nohero.setup.setup import Setup

    if tool == "nohero":
        import nohero

        report = nohero.check(**vars(given), progress=False)
        return {f"{f.code} {f.name} {f.component}" for f in (*report.errors, *report.warnings)} | {code for f in report.errors for code in f.also}
    setup = Setup(given)
    if setup.why_no_call or len(setup.modules) != 1:
        return None
    specimen = setup.specimen()
    if len(specimen.args) != 1 or specimen.kwargs or setup.loss is None or specimen.target is None:
        return None
    x, y = specimen.args[0], specimen.target
    loss = lambda out, target=y: setup.call_loss(specimen.bridge(out) if specimen.bridge else out, target)  # noqa: E731
    return TOOLS[tool](setup.single, x, y, loss, setup.optimizers)


def _tried(tests: dict[str, Any]) -> set[str]:
    found = set()
    for name, test in tests.items():
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                test()
            except AssertionError:
                found.add(name)
            except Exception:  # noqa: BLE001, S112 (not for this program)
                continue
    return found


def checklist(model: Any, x: Any, y: Any, loss: Any, optimizers: Any) -> set[str]:
    """neural-net-checklist."""
    from neural_net_checklist import torch_diagnostics as d

    make, batch = (lambda: copy.deepcopy(model)), (x, y)
    classes = int(y.max()) + 1 if not y.is_floating_point() else 0
    tests = {
        "batch forward": lambda: d.assert_forward_batch_independence(make, batch),
        "batch backward": lambda: d.assert_backward_batch_independence(make, batch),
        "grad non zero": lambda: d.assert_non_zero_gradients(make(), batch),
        "input baseline": lambda: d.assert_input_independent_baseline_worse(make, batch),
        "overfit": lambda: d.assert_overfit_to_batch(make(), batch),
    }
    if classes and y.ndim == 1:
        tests["init loss"] = lambda: d.assert_balanced_classification_cross_entropy_loss_at_init(make(), batch, num_classes=classes)
        tests["init calibrated"] = lambda: d.assert_balanced_classification_cross_entropy_init_calibrated(make(), batch, num_classes=classes)
    if y.ndim == 2 and not y.is_floating_point():
        tests["causal forward"] = lambda: d.assert_forward_causal_property(make, batch)
    return _tried(tests)


def torchtest(model: Any, x: Any, y: Any, loss: Any, optimizers: Any) -> set[str]:
    """torchtest2."""
    import torchtest2

    report = torchtest2.check_model(model, x, y, loss_fn=lambda out, target: loss(out, target), optimizer=optimizers[0] if optimizers else None)
    return {r.name for r in report.results if r.status.value in ("FAIL", "WARN")}


def audit(model: Any, x: Any, y: Any, loss: Any, optimizers: Any) -> set[str]:
    """torch-audit."""
    import torch_audit

    found = set()
    model.train()
    for phase in ("static", "init", "forward", "backward", "optimizer"):
        if phase == "forward":
            loss(model(x)).backward()
        result = torch_audit.audit(model, phase=phase, batch=(x, y), optimizer=optimizers[0] if optimizers else None)
        found |= {f"{f.rule_id} {getattr(f, 'message', '')}" for f in result.findings if f.severity.value in ("WARN", "ERROR", "FATAL")}
    return found


def pytest_torch(model: Any, x: Any, y: Any, loss: Any, optimizers: Any) -> set[str]:
    """pytest-torch."""
    import pytest_torch as p

    make = lambda: copy.deepcopy(model)  # noqa: E731
    on = lambda out, *_: loss(out)  # noqa: E731
    return _tried(
        {
            "grad all params": lambda: p.assert_all_params_receive_grad(make(), x, on),
            "grad finite": lambda: p.assert_gradients_finite(make(), x, on),
            "decreases": lambda: p.assert_loss_decreases(make(), x, on),
            "overfit": lambda: p.assert_overfits_one_batch(make(), x, on),
            "batch invariant": lambda: p.assert_batch_invariant(make().eval(), x),
            "deterministic": lambda: p.assert_deterministic(make().eval(), x),
            "optimizer coverage": lambda: p.assert_optimizer_coverage(model, optimizers),
        }
    )


def doctor(model: Any, x: Any, y: Any, loss: Any, optimizers: Any) -> set[str]:
    """SkorchDoctor: it records, it does not judge."""
    import skorch
    from skorch.helper import SkorchDoctor

    kind = skorch.NeuralNetRegressor if y.is_floating_point() else skorch.NeuralNetClassifier
    net = kind(copy.deepcopy(model), max_epochs=2, verbose=0, **({} if y.is_floating_point() else {"criterion": __import__("torch").nn.CrossEntropyLoss}))
    SkorchDoctor(net).fit(x.numpy(), y.numpy())
    return set()


TOOLS = {"neural-net-checklist": checklist, "torchtest2": torchtest, "torch-audit": audit, "pytest-torch": pytest_torch, "skorch": doctor}


def row(job: tuple[str, str, str]) -> tuple[tuple[str, str, str], set[str] | None, float]:
    """(job, alarms, seconds) of one tool on one set-up; job is tool, toy and planted case."""
    import torch

    from nohero.checks.check import setup_checks
    from nohero.testing.setups import setups

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    tool, toy, case = job
    began = time.monotonic()
    try:
        given = setups()[toy]()
        if case:
            code, name = case.split("/")
            given = next(c for k in setup_checks() if k.code == code for c in k.sabotages if c.name == name and c.toy == toy).plant(given)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            alarms = alarms_of(tool, given)
    except Exception:  # noqa: BLE001 (a tool that breaks on a program has not judged it)
        alarms = None
    return job, alarms, time.monotonic() - began


def verdict(tool: str, check: Any, alarms: set[str] | None, healthy: set[str] | None) -> str:
    """named, vague or missed."""
    fresh = (alarms or set()) - (healthy or set())
    if not fresh:
        return "missed"
    component = check.judge.__module__.split(".")[-2]
    if tool == "nohero":
        return "named" if any(check.code in a or a.endswith(f" {component}") for a in fresh) else "vague"
    about = {family for word, families in MEANS.items() for a in fresh if word in a.lower() for family in families}
    return "named" if any(family in check.name or family == component for family in about) else "vague"


def main() -> None:
    """Run, and print the table."""
    from nohero.checks.check import setup_checks
    from nohero.testing.setups import setups

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=40, help="planted faults, evenly over the checks; 0 is all")
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    faults = [(k, c) for k in setup_checks() for c in k.sabotages]
    if wanted.sample:
        faults = faults[:: max(1, len(faults) // wanted.sample)]
    tools = ["nohero", *TOOLS]
    cases = [(toy, "") for toy in setups()] + [(c.toy, f"{k.code}/{c.name}") for k, c in faults]
    jobs = [(tool, toy, case) for tool in tools for toy, case in cases]
    found: dict[tuple[str, str, str], tuple[set[str] | None, float]] = {}
    with ProcessPoolExecutor(wanted.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for job, alarms, seconds in pool.map(row, jobs, chunksize=4):
            found[job] = (alarms, seconds)
    print(f"{len(faults)} planted faults, {len(setups())} healthy set-ups\n\n| tool | version | named | vague | missed | healthy set-ups with an alarm | median s |\n|---|---|---|---|---|---|---|")
    for tool in tools:
        told = [verdict(tool, k, found[(tool, c.toy, f"{k.code}/{c.name}")][0], found[(tool, c.toy, "")][0]) for k, c in faults]
        loud = sum(bool(found[(tool, toy, "")][0]) for toy in setups())
        took = statistics.median(s for (t, _, _), (_, s) in found.items() if t == tool)
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            print(f"| {tool} | {importlib.metadata.version(tool)} | {told.count('named')} | {told.count('vague')} | {told.count('missed')} | {loud} of {len(setups())} | {took:.2f} |")


if __name__ == "__main__":
    main()
