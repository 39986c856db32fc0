"""The model a run hands on, as files that need neither the data nor the journal: weights as safetensors, all else as JSON.

Nothing in it is code: it can be mailed, read and loaded without running anything of whoever made it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.image_transform import ImageTransform
from nohero.data.schema import Schema, schema_of
from nohero.data.table_transform import TableTransform
from nohero.data.target_code import TargetCode
from nohero.models.settings import Settings
from nohero.run.errors import RunError
from nohero.run.score import Score
from nohero.run.values import from_plain, to_plain
from nohero.tasks.binary import Binary
from nohero.tasks.multiclass import Multiclass
from nohero.tasks.regression import Regression

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from nohero.evidence.ensemble import Ensemble
    from nohero.problem import Problem
    from nohero.run.directory import RunDirectory
    from nohero.training.runs import Runs, Trained

SCHEMA = 1  # of model.json; fields are only ever added
CARD = "model/model.json"
PICTURE = 3  # dimensions of an item that is a picture
COVERAGE = 0.9  # of new items that an interval is meant to hold


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A split-conformal interval: prediction plus and minus `half`."""

    half: float  # in the target's own unit; infinite where too few items were held out
    coverage: float
    num_items: int  # validation items whose residuals it comes from
    statement: str


@dataclass(frozen=True, kw_only=True)
class Model:
    """All that predicting needs beside the weights."""

    schema: int = SCHEMA
    nohero: str
    run: str
    own_network: bool  # built by the user's factories, which a JSON file cannot hold
    task: Binary | Multiclass | Regression
    code: TargetCode
    inputs: TableTransform | ImageTransform | None
    form: Schema | None  # the source's own form
    data_sha256: str
    shape: tuple[int, ...]  # of one item as the network receives it
    settings: Settings
    sizes: tuple[tuple[int, int], ...]  # (width, depth) that were tried, smallest first
    members: tuple[str, ...]  # weight files beside this one, averaged
    validation: Score
    interval: Interval | None = None  # regression


def write_model(directory: RunDirectory, problem: Problem, ensemble: Ensemble, runs: Runs) -> Path:
    """The weights first and the card last: where the card is, all is."""
    import nohero

    trained = [runs.found(key) for key in ensemble.keys]
    members = tuple(f"{t.key}.safetensors" for t in trained)
    for name, one in zip(members, trained, strict=True):
        directory.write(f"model/{name}", _weights(runs, one))
    known = isinstance(problem.transform, TableTransform | ImageTransform)
    card = Model(
        nohero=nohero.__version__, run=directory.name, own_network=not known, task=problem.task, code=problem.code,  # type: ignore[arg-type]
        inputs=problem.transform if known else None, form=schema_of(problem.raw) if known else None, data_sha256=problem.raw.sha256,
        shape=problem.shape, settings=Settings(**ensemble.settings), sizes=problem.ladder, members=members, validation=ensemble.score,
        interval=None if problem.task.classes else conformal(problem, [runs.val_outputs(t) for t in trained]),
    )  # fmt: skip
    text = json.dumps(to_plain(card), ensure_ascii=False, allow_nan=False, indent=1)
    return directory.write(CARD, text.encode())


def _weights(runs: Runs, trained: Trained) -> bytes:
    from safetensors.torch import save

    from nohero.training.checkpoint import take

    return bytes(save({name: tensor.contiguous() for name, tensor in take(runs.tensors(trained), "model.").items()}))


def conformal(problem: Problem, outputs: list[Any]) -> Interval:
    """Half-width from the absolute residuals of the validation set (Vovk et al. 2005; Lei et al. 2018, algorithm 2)."""
    import numpy as np

    from nohero.evidence.average import average
    from nohero.training.evaluate import targets_of

    task: Any = problem.task
    targets = targets_of(problem.val) * task.scale + task.mean
    residuals = np.sort(np.abs(task.decide(average(task, outputs)) - targets))
    half = conformal_half(residuals.tolist(), COVERAGE)
    enough = f"{COVERAGE:.0%} of new items that are like the {len(residuals):,} validation items fall within; as these items also chose the model, expect slightly fewer"
    few = f"{len(residuals):,} validation items are too few for an interval that holds {COVERAGE:.0%}"
    return Interval(half=half, coverage=COVERAGE, num_items=len(residuals), statement=enough if math.isfinite(half) else few)


def conformal_half(residuals: list[float], coverage: float) -> float:
    """The ceil((n + 1) * coverage)-th smallest of sorted absolute residuals; infinite where there is none."""
    rank = math.ceil((len(residuals) + 1) * coverage - 1e-9)  # 10 * 0.9 must be 9, whatever floats say
    return float(residuals[rank - 1]) if 0 < rank <= len(residuals) else math.inf


def read_model(run: Path) -> Model:
    """The card of the run's model."""
    path = run / CARD
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(
            f"the run {run.name} has no model",
            expected=f"{CARD}, which is written when the squeeze stage is done",
            mend="go on with an unfinished run by --resume, or run again with a larger --budget",
        ) from error
    except ValueError as error:
        raise RunError(f"{path} is damaged: {error}", expected="JSON as nohero wrote it", mend="remove it and resume the run, which writes it again") from error
    if plain.get("schema", 0) > SCHEMA:
        raise RunError(
            f"the model was written by nohero {plain.get('nohero', '')}", expected=f"a model of form {SCHEMA} or older", mend="update nohero"
        )
    return from_plain(Model, plain)  # type: ignore[no-any-return]


def load_members(run: Path, card: Model) -> list[nn.Module]:
    """The networks, in eval mode."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if card.own_network:
        raise RunError(
            f"the model of {run.name} is built by the factories of a project file",
            expected="a model that nohero built itself",
            mend="name that file: nohero predict RUN new.npy --project project.py",
        )
    members = []
    for name in card.members:
        try:
            tensors = load_file(run / "model" / name)
            model = network(card.shape, card.task.num_outputs, card.settings, tensors)
            model.load_state_dict(tensors)
        except (OSError, SafetensorError, RuntimeError, KeyError) as error:
            raise RunError(
                f"the weights {name} cannot be used: {str(error).splitlines()[0]}",
                expected="the files of model/ as the run wrote them",
                mend="remove model/ and resume the run, which writes it again",
            ) from error
        members.append(model.eval())
    return members


def network(shape: tuple[int, ...], num_outputs: int, settings: Settings, tensors: dict[str, Tensor]) -> nn.Module:
    """The network that `bring.factory` builds for these settings, without the data: masks and bins come with the weights."""
    from nohero.models.binned import Binned
    from nohero.models.build import build
    from nohero.models.narrowed import Narrowed

    narrowed = settings.fewer_inputs > 0
    halved = len(shape) == PICTURE and narrowed
    inner = (shape[0], shape[1] // 2, shape[2] // 2) if halved else shape
    place = "inner." if narrowed else ""
    bins = tuple(tensors[f"{place}{name}"] for name in ("column", "low", "width")) if settings.binned else ()
    if bins:
        inner = (shape[0] + len(bins[0]),)
    model = build(inner, num_outputs, width=settings.width, depth=settings.depth, dropout=settings.dropout, seed=0)
    if bins:
        model = Binned(model, *bins)
    return Narrowed(model, None if halved else tensors["mask"]) if narrowed else model
