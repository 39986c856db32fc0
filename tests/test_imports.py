"""Imports point one way, cost nothing, and change nothing."""

import ast
import json
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import nohero

SOURCE = Path(nohero.__file__).parent
FACE = "nohero"  # asked for its version by anyone; what it shows it loads when it is first asked for

# The rooms from the ground up; a module may import from its own room and from those below.
ROOMS = (
    ("run",),
    ("tasks",),
    ("data",),
    ("sources",),
    ("models",),
    ("problem",),
    ("training",),
    ("choices", "bring", "project"),  # what makes a Problem: they choose its optimizer and count its steps
    ("search",),
    ("setup", "layering", "equivalence"),
    ("evidence",),
    ("checks",),
    ("engine", "checkup", "target", "moving_line"),
    ("recipe", "stage_audit"),
    ("human_line",),
    ("walk", "options", "chosen", "environment", "interruption"),
    ("stored", "model_file", "progress", "first_facts"),
    ("own_network", "outcome", "watching", "memorise"),
    ("sitting", "prediction", "labelling"),
    ("testing", "doctor", "ci", "leaks", "pytest_plugin"),
    ("verbs",),
    ("cli",),
    ("__main__",),
)
BESIDE = {"report": ("run",)}  # imports these alone; the rooms from `progress` upwards may import it
LOWEST_READER = "stored"
RANK = {name: rank for rank, names in enumerate(ROOMS) for name in names}


def module_of(path):
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def room_of(module):
    return module.split(".")[1] if "." in module else FACE


@cache
def imports_of(module):
    """Every module of ours that this one imports: at the top, inside functions, and for the types alone."""
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively in line {node.lineno}"
            deeper = {f"{node.module}.{alias.name}" for alias in node.names}
            names = {name if name in FILES else node.module for name in deeper}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module" and isinstance(node.args[0], ast.Constant):
            names = {node.args[0].value}
        else:
            continue
        found |= {name for name in names if name.split(".")[0] == FACE}
    return found


def points_upward(own, other):
    """Whether room `own` may not import room `other`."""
    if other in (own, FACE):
        return False
    if own in BESIDE:
        return other not in BESIDE[own]
    return RANK[own] < RANK[LOWEST_READER] if other in BESIDE else RANK[other] > RANK[own]


def test_no_arrow_points_upward():
    arrows = [(module, name) for module in FILES if module != FACE for name in imports_of(module)]
    assert [f"{module} imports {name}" for module, name in arrows if points_upward(room_of(module), room_of(name))] == []


def test_there_is_no_circle():
    graph = {module: {name for name in imports_of(module) if name not in (FACE, module)} for module in FILES if module != FACE}
    TopologicalSorter(graph).prepare()


def test_every_import_of_ours_is_of_a_module_that_exists():
    for module in FILES:
        for name in imports_of(module):
            assert name in FILES, f"{module} imports {name}"


def test_every_room_is_there():
    assert {room_of(module) for module in FILES} == {*RANK, *BESIDE, FACE}, "give it a place in ROOMS"


def fresh(code):
    """What `code` prints as JSON in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


LIGHT = """
import json, sys
loaded = {}
def look(name):
    loaded[name] = sorted({"torch", "torchmetrics", "sklearn", "optuna"} & set(sys.modules))
import nohero; look("nohero")
dir(nohero), nohero.__version__, nohero.Finding; look("its face")
import nohero.report.page; look("the page")
from nohero.checks.check import all_checks
assert all_checks(); look("every check")
from nohero.evidence.catalogue import measurements
assert measurements(); look("every measurement")
import nohero.engine, nohero.recipe, nohero.walk, nohero.stored; look("the engine")
import nohero.cli; look("the command line")
print(json.dumps(loaded))
"""


def test_listing_explaining_judging_and_rendering_never_import_torch():
    loaded = fresh(LIGHT)
    assert len(loaded) == 7
    assert not any(loaded.values()), loaded


QUIET = """
import importlib, json, logging, os, pkgutil, random, signal, sys, warnings
import numpy, torch, optuna, sklearn, PIL, polars, rich, typer
def state():
    return [hash(random.getstate()), numpy.random.get_state()[1].tolist(), torch.get_rng_state().tolist(), torch.get_num_threads(),
            str(torch.get_default_dtype()), torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled(),
            str(logging.root.handlers), logging.root.level, logging.getLogger("optuna").level, [str(f) for f in warnings.filters],
            dict(os.environ), os.getcwd(), str(signal.getsignal(signal.SIGINT)), sys.path[:], str(sys.excepthook)]
before, changed = state(), []
import nohero
for info in pkgutil.walk_packages(nohero.__path__, "nohero."):
    if not info.name.endswith("__main__"):
        importlib.import_module(info.name)
        if state() != before:
            changed.append(info.name)
print(json.dumps(changed))
"""


def test_importing_changes_nothing():
    assert fresh(QUIET) == []
