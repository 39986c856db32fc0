"""Each measurement of the first two stages on a few toys, made once for all tests; and small problems to plant faults in."""

import random
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import torch

from nohero.bring import assemble
from nohero.data.raw import Raw
from nohero.evidence.catalogue import SUPPLIES, chain, measurements
from nohero.problem import Effort
from nohero.recipe import RECIPE
from nohero.run.directory import create
from nohero.testing.toys import TOYS
from nohero.training.allowance import Allowance
from nohero.training.runs import Runs

EARLY = chain(tuple(name for stage in RECIPE[:2] for name in stage.evidence))
EFFORT = Effort(steps=60, seeds=1, sizes=1, trials=2, members=1, batch_steps=250, race_steps=60, pictures=10)


@cache
def toy(name):
    return TOYS[name]()


def supplies(problem, folder=None):
    """What the engine hands in, on a fresh run."""
    run = create(Path(folder or tempfile.mkdtemp()), "test")
    return dict(zip(SUPPLIES, (problem, Runs(run), Allowance(run.journal, None)), strict=True))


@cache
def measured(name):
    """Every early measurement of a toy by name, and the names of those that left something changed."""
    problem = replace(toy(name), effort=EFFORT)
    known, changed = supplies(problem), []
    for link in EARLY:
        before = state(problem)
        known[link] = measurements()[link].measure(*(known[need] for need in measurements()[link].needs))
        if before != state(problem):
            changed.append(link)
    return {link: known[link] for link in EARLY}, tuple(changed)


def state(problem):
    """All that a measurement must leave as it found it."""
    tensors = [t for part in (problem.train, problem.val, problem.test) for t in (part.x, part.y)]
    frame = problem.raw.frame.hash_rows().to_list() if problem.raw.frame is not None else problem.raw.images.tobytes()
    numpy_state = np.random.get_state()[1].tobytes()
    switches = (torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())
    rows = [part.rows.tobytes() for part in (problem.train, problem.val, problem.test)]
    return [t.numpy().tobytes() for t in tensors], frame, torch.get_rng_state().tolist(), numpy_state, random.getstate(), switches, rows


def table(columns, target, kind="binary", **rest):
    """A problem posed by columns and a target."""
    target = np.asarray(target, dtype=float) if kind == "regression" else np.array([str(t) for t in target], dtype=object)
    return assemble(raw_table(columns, target, **rest), kind, effort=EFFORT)


def raw_table(columns, target, **rest):
    items = np.array([f"row {i}" for i in range(1, len(target) + 1)])
    return Raw(name="t", source="t.csv", modality="table", frame=pl.DataFrame(columns), target=target, target_name="y", items=items, sha256="0", **rest)


def with_network(problem, make):
    """The problem with another network, `make() -> module`, made from the seed."""

    def factory(_settings, seed):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return make()

    return replace(problem, make_model=factory)
