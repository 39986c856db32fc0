"""The user's own factories: a Python file hands over model, data, loss and optimizer, and the recipe runs on them.

    # project.py
    import nohero, torch

    def project():
        return nohero.Project(model=lambda width=32: torch.nn.Sequential(...), train=(x, y), classes=("cat", "dog"))

A model factory may take `width`, `depth` and `dropout`; the stages that would turn what it does not take decline with that reason.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.models.settings import Settings
from nohero.problem import Effort, Problem
from nohero.run.errors import DataError, NoheroError, UsageError, UserCodeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nohero.data.raw import Raw

TURNED = ("width", "depth", "dropout")  # what a model factory may take by name
FEW_CLASSES = 100  # integer targets with at most so many values are classes, unless the task is given


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the user hands over. `train`, `val` and `test` are (x, y) pairs of arrays or tensors, or datasets of such pairs."""

    model: Callable[..., Any]  # a factory, not an instance: every experiment needs a fresh network
    train: Any
    val: Any = None  # split off from train where it is not given
    test: Any = None
    loss: Callable[[Any, Any], Any] | None = None  # (outputs, targets) -> scalar; None: the task's own
    optimizer: Callable[[Any], Any] | None = None  # parameters -> optimizer; None: Adam 3e-4
    task: str | None = None  # binary, multiclass or regression; None: from the targets
    classes: tuple[str, ...] = ()
    name: str = ""


def load(path: Path) -> Project:
    """Run the file and call its `project()`."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"no project file {path}", expected="a Python file with a function project()", mend="check the path")
    module = importlib.util.module_from_spec(spec)
    project = _theirs(path.name, lambda: spec.loader.exec_module(module))  # type: ignore[union-attr]
    if not hasattr(module, "project"):
        raise UsageError(f"{path.name} has no function project()", expected="def project(): return nohero.Project(model=…, train=…)", mend="add it")
    project = _theirs(f"project() in {path.name}", module.project)
    if not isinstance(project, Project):
        raise UsageError(
            f"project() in {path.name} returned {type(project).__name__}", expected="a nohero.Project", mend="return nohero.Project(model=…, train=…)"
        )
    if not callable(project.model) or hasattr(project.model, "parameters"):
        raise UsageError(
            f"model is {type(project.model).__name__}, not a factory",
            expected="a function that returns a fresh network: every experiment needs its own",
            mend="pass `model=lambda: Net()`",
        )
    return project


def _theirs(where: str, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except NoheroError:
        raise
    except Exception as error:
        line = error.__traceback__
        while line is not None and line.tb_next is not None:
            line = line.tb_next
        at = f", line {line.tb_lineno}" if line is not None else ""
        raise UserCodeError(f"{where} raised {type(error).__name__}: {error}{at}", expected="code that runs", mend="mend it; -v shows the whole trace") from error


def problem_of(path: Path, seed: int = 17) -> tuple[Problem, str]:
    """The problem that a project file poses, and why its task is what it is."""
    from nohero.bring import make_task, steps_for
    from nohero.data.batches import array_set
    from nohero.data.split import split as split_rows
    from nohero.data.target_code import TargetCode, fit_target

    project = load(path)
    raw, x = _raw(project, path)
    kind, why = _kind(project, raw)
    split = split_rows(raw, kind, seed=seed)
    code = fit_target(raw.target, raw.target_name, kind, train=split.train)
    code = TargetCode(name=raw.target_name, task_kind=kind) if kind == "regression" else code  # the user's own scale is kept
    targets = code.encode(raw.target)
    train, val, test = (array_set(x[i], targets[i], i) for i in (split.train, split.val, split.test))
    task = make_task(kind, code, train)
    batch = 32 if len(train) < 1000 else 64
    taken = _taken(project.model)
    make_model = _factory(project, taken)
    start = Settings(steps=steps_for(len(train), batch), batch_size=min(batch, len(train)), learning_rate=_rate(project, make_model), prior_bias=False)
    widths = ((32, 2), (64, 2), (128, 3)) if "width" in taken else ((start.width, start.depth),)
    problem = Problem(
        name=project.name or path.stem, raw=raw, task=task, split=split, transform=None, code=code, train=train, val=val, test=test,
        to_input=_same, make_model=make_model, make_optimizer=_optimizer(project), loss=project.loss or task.loss, start=start,
        effort=Effort(steps=start.steps), ladder=widths, rates=(start.learning_rate / 10, start.learning_rate * 30), declined=_declined(project, taken, x), seed=seed,
    )  # fmt: skip
    _theirs("the model's forward", lambda: _first_forward(problem))
    return problem, why


def _same(x: Any) -> Any:
    return x


def _raw(project: Project, path: Path) -> tuple[Raw, Any]:
    import numpy as np

    from nohero.data.raw import Raw

    parts = {name: getattr(project, name) for name in ("train", "val", "test") if getattr(project, name) is not None}
    arrays = {name: _theirs(f"reading {name}", lambda part=part: _arrays(part)) for name, part in parts.items()}
    x = np.concatenate([a for a, _ in arrays.values()])
    y = np.concatenate([b for _, b in arrays.values()])
    if len(x) != len(y):
        raise DataError(f"{len(x)} inputs but {len(y)} targets", expected="as many of one as of the other", mend="look at what train holds")
    given = np.concatenate([np.full(len(a), name) for name, (a, _) in arrays.items()]) if len(parts) == 3 else None
    classes = y.dtype.kind in "iub"
    target = np.array([project.classes[int(v)] if project.classes else str(v) for v in y], dtype=object) if classes and _few(y) else y.astype(np.float64)
    digest = hashlib.sha256(np.ascontiguousarray(x).tobytes() + np.ascontiguousarray(y).tobytes()).hexdigest()
    raw = Raw(
        name=project.name or path.stem, source=path.name, modality="array", images=x, target=target, target_name="target",
        items=np.array([f"item {i}" for i in range(len(x))]), given_split=given, sha256=digest,
    )  # fmt: skip
    return raw, x


def _few(y: Any) -> bool:
    return len(set(y.tolist())) <= FEW_CLASSES


def _arrays(part: Any) -> tuple[Any, Any]:
    """(x, y) as numpy arrays of a pair, or of a dataset of pairs read once in order."""
    import numpy as np

    if not isinstance(part, tuple):
        pairs = [part[i] for i in range(len(part))]
        return np.stack([np.asarray(p[0]) for p in pairs]), np.asarray([np.asarray(p[1]) for p in pairs]).reshape(len(pairs))
    x, y = (np.asarray(a) for a in part)
    return x.astype(np.float32) if x.dtype == np.float64 else x, y.reshape(len(y))


def _kind(project: Project, raw: Raw) -> tuple[str, str]:
    from nohero.data.task_kind import infer_task

    return infer_task(raw, project.task)


def _taken(model: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(model).parameters
    except (TypeError, ValueError):
        return ()
    return tuple(name for name in TURNED if name in parameters)


def _factory(project: Project, taken: tuple[str, ...]) -> Any:
    def make(settings: Settings, seed: int) -> Any:
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return _theirs("the model factory", lambda: project.model(**{name: getattr(settings, name) for name in taken}))

    return make


def _optimizer(project: Project) -> Any:
    from nohero.training.optimizer import adam

    if project.optimizer is None:
        return adam
    make = project.optimizer
    return lambda model, _settings: _theirs("the optimizer factory", lambda: make(model.parameters()))


def _rate(project: Project, make_model: Any) -> float:
    """The learning rate of the user's own optimizer, or the recipe's."""
    if project.optimizer is None:
        return Settings().learning_rate
    return float(_optimizer(project)(make_model(Settings(), 0), Settings()).param_groups[0]["lr"])


def _declined(project: Project, taken: tuple[str, ...], x: Any) -> dict[str, str]:
    declined = {"mirror images": "only the user knows what a mirror image means here", "smaller input": "the inputs are the user's own"}
    declined["binned numbers"] = "the inputs are the user's own"
    declined["label smoothing"] = "the loss is the user's own" if project.loss is not None else ""
    if "dropout" not in taken:
        declined["dropout"] = "the model factory takes no `dropout`"
    if "width" not in taken:
        declined |= dict.fromkeys(("smaller network", "bigger network with early stopping"), "the model factory takes no `width`")
    if project.optimizer is not None:
        declined["weight decay"] = "the optimizer is the user's own"
    if x.dtype.kind in "iub":
        declined["augmentation"] = "the inputs are whole numbers, to which noise means nothing"
    return {name: why for name, why in declined.items() if why}


def _first_forward(problem: Problem) -> None:
    import torch

    model = problem.make_model(problem.start, problem.seed).eval()
    x = problem.train.x[:4]
    with torch.no_grad():
        outputs = model(x)
    if outputs.reshape(len(x), -1).shape[1] != problem.task.num_outputs:
        raise DataError(
            f"the model turns {list(x.shape)} into {list(outputs.shape)}",
            expected=f"{problem.task.num_outputs} outputs an item for this {problem.task.name} task",
            mend="change the last layer, or say the task with task=…",
        )
