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
import sys
import sysconfig
import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.models.settings import Settings
from nohero.problem import Effort, Problem
from nohero.run.errors import DataError, NoheroError, UsageError, UserCodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.data.raw import Raw

OURS = Path(__file__).parent
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
    spec = importlib.util.spec_from_file_location(f"_project_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"no project file {path}", expected="a Python file with a function project()", mend="check the path")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    if (beside := str(path.resolve().parent)) not in sys.path:
        sys.path.insert(0, beside)  # as for any script: the file may import its neighbours
    _theirs(path.name, lambda: spec.loader.exec_module(module))  # type: ignore[union-attr]
    if not hasattr(module, "project"):
        raise UsageError(f"{path.name} has no function project()", expected="def project(): return nohero.Project(model=…, train=…)", mend="add it")
    project = _theirs(f"project() in {path.name}", module.project)
    if not isinstance(project, Project):
        raise UsageError(
            f"project() in {path.name} returned {type(project).__name__}", expected="a nohero.Project", mend="return nohero.Project(model=…, train=…)"
        )
    if not callable(project.model) or (hasattr(project.model, "parameters") and not isinstance(project.model, type)):
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
        raise UserCodeError(
            f"{where} raised {type(error).__name__}: {error}{_place(error)}", expected="code that runs", mend="mend it; -v shows the whole trace"
        ) from error


def _place(error: Exception) -> str:
    """Where the user's own code stood when it happened: not deep inside a library."""
    if isinstance(error, SyntaxError):  # which says it itself
        return ""
    libraries = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith((*libraries, str(OURS), "<"))]
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""


def problem_of(path: Path, seed: int = 17) -> tuple[Problem, str]:
    """The problem that a project file poses, and why its task is what it is."""
    from nohero.choices import make_task, steps_for
    from nohero.data.batches import array_set
    from nohero.data.split import split as split_rows
    from nohero.data.target_code import TargetCode, fit_target

    project = load(path)
    raw, x = _raw(project, path)
    kind, why = _kind(project, raw, x)
    split = split_rows(raw, kind, seed=seed)
    code = fit_target(raw.target, raw.target_name, kind, train=split.train)
    if kind == "regression":
        code = TargetCode(name=raw.target_name, task_kind=kind)  # the user's own scale is kept
    elif project.classes:
        code = replace(code, classes=project.classes)  # and the user's own order: their loss may weigh classes by number
    targets = code.encode(raw.target)
    train, val, test = (array_set(x[i], targets[i], i) for i in (split.train, split.val, split.test))
    task = make_task(kind, code, train)
    batch = 32 if len(train) < 1000 else 64
    taken, make_model = _taken(project.model), model_factory(project)
    start = Settings(steps=steps_for(len(train), batch), batch_size=min(batch, len(train)), learning_rate=_rate(project, make_model), prior_bias=False)
    widths = ((32, 2), (64, 2), (128, 3)) if "width" in taken else ((start.width, start.depth),)
    problem = Problem(
        name=project.name or path.stem, raw=raw, task=task, split=split, transform=None, code=code, train=train, val=val, test=test,
        to_input=_same, make_model=make_model, make_optimizer=_optimizer(project), loss=_loss(project, task), start=start, written=hashlib.sha256(path.read_bytes()).hexdigest(),
        effort=Effort(steps=start.steps), ladder=widths, rates=(start.learning_rate / 10, start.learning_rate * 30), declined=_declined(project, taken, x, one_output=task.num_outputs == 1), seed=seed,
    )  # fmt: skip
    _theirs("the model's forward", lambda: _first_forward(problem))
    return problem, why


def _same(x: Any) -> Any:
    return x


def _raw(project: Project, path: Path) -> tuple[Raw, Any]:
    import numpy as np

    from nohero.data.raw import Raw

    parts = {name: getattr(project, name) for name in ("train", "val", "test") if getattr(project, name) is not None}
    arrays = {name: _theirs(f"reading {name}", partial(_arrays, part)) for name, part in parts.items()}
    x = np.concatenate([a for a, _ in arrays.values()])
    y = np.concatenate([b for _, b in arrays.values()])
    if len(x) != len(y):
        raise DataError(f"{len(x)} inputs but {len(y)} targets", expected="as many of one as of the other", mend="look at what train holds")
    given = np.concatenate([np.full(len(a), name) for name, (a, _) in arrays.items()]) if len(parts) > 1 else None
    target = _target(project, y)
    digest = hashlib.sha256(np.ascontiguousarray(x).tobytes() + np.ascontiguousarray(y).tobytes()).hexdigest()
    raw = Raw(
        name=project.name or path.stem, source=path.name, modality="array", images=x, target=target, target_name="target",
        items=np.array([f"item {i}" for i in range(len(x))]), given_split=given, sha256=digest,
    )  # fmt: skip
    return raw, x


def _target(project: Project, y: Any) -> Any:
    """Labels (object [N]) where the targets are class numbers or words, else float64 [N]."""
    import numpy as np

    if y.dtype.kind in "USO":
        return np.array([str(v) for v in y], dtype=object)
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise DataError(f"{int((~np.isfinite(y)).sum())} targets are not finite", expected="a number for every item", mend="leave those items out")
    if project.classes:
        odd = [v for v in y.tolist() if v not in range(len(project.classes))]
        if odd:
            raise DataError(f"{len(odd)} targets such as {odd[0]} name no class", expected=f"0 to {len(project.classes) - 1}", mend="name every class in `classes`")
        return np.array([project.classes[int(v)] for v in y], dtype=object)
    return np.array([str(v) for v in y], dtype=object) if y.dtype.kind in "iub" and _few(y) else y.astype(np.float64)


def _few(y: Any) -> bool:
    return len(set(y.tolist())) <= FEW_CLASSES


def _arrays(part: Any) -> tuple[Any, Any]:
    """(x, y) as numpy arrays of a pair, or of a dataset of pairs read once in order."""
    import numpy as np

    if not isinstance(part, tuple):
        pairs = [part[i] for i in range(len(part))]
        part = (np.stack([np.asarray(p[0]) for p in pairs]), np.asarray([np.asarray(p[1]) for p in pairs]))
    x, y = (np.asarray(a) for a in part)
    return x.astype(np.float32) if x.dtype == np.float64 else x, y.reshape(len(y))


def _kind(project: Project, raw: Raw, x: Any) -> tuple[str, str]:
    from nohero.data.task_kind import infer_task

    several = "multiclass" if len(project.classes) > 2 else None  # though only two of them may occur
    kind, why = infer_task(raw, project.task or several)
    if kind == "binary" and project.task is None and _num_outputs(project, x) == 2:
        return "multiclass", "multiclass: two classes, and the network has an output for each"
    return kind, why


def _num_outputs(project: Project, x: Any) -> int:
    """How many numbers the network returns for an item."""
    import torch

    def ask() -> int:
        with torch.no_grad():
            outputs = model_factory(project)(Settings(), 0).eval()(torch.from_numpy(x[:2]))
        return int(outputs.reshape(min(2, len(x)), -1).shape[1])

    return int(_theirs("the model's forward", ask))


def _taken(model: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(model).parameters
    except (TypeError, ValueError):
        return ()
    return tuple(name for name in TURNED if name in parameters)


def model_factory(project: Project) -> Callable[[Settings, int], Any]:
    """(settings, seed) -> a fresh network of the user's; the global random state is left as found."""
    taken = _taken(project.model)

    def make(settings: Settings, seed: int) -> Any:
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return _theirs("the model factory", lambda: project.model(**{name: getattr(settings, name) for name in taken}))

    return make


def _loss(project: Project, task: Any) -> Any:
    """The task's own, or the user's, which gets whole or broken numbers as the user's targets have them."""
    import torch

    if project.loss is None:
        return task.loss
    own = project.loss
    first = project.train[1] if isinstance(project.train, tuple) else project.train[0][1]
    kind = torch.as_tensor(first).dtype
    broken = task.classes and kind.is_floating_point
    return (lambda outputs, targets: own(outputs, targets.to(kind))) if broken else own


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


def _declined(project: Project, taken: tuple[str, ...], x: Any, *, one_output: bool) -> dict[str, str]:
    declined = {"mirror images": "only the user knows what a mirror image means here", "smaller input": "the inputs are the user's own"}
    declined["binned numbers"] = "the inputs are the user's own"
    declined["label smoothing"] = "the loss is the user's own" if project.loss is not None else "there is one output, no classes to share out" if one_output else ""
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
    if problem.make_model(problem.start, problem.seed) is model:
        raise UsageError("the model factory gave the same network twice", expected="a fresh one at each call", mend="make the network inside the factory")
    x, y = problem.train.x[:4], problem.train.y[:4]
    with torch.no_grad():
        outputs = model(x)
    if outputs.reshape(len(x), -1).shape[1] != problem.task.num_outputs:
        raise DataError(
            f"the model turns {list(x.shape)} into {list(outputs.shape)}",
            expected=f"{problem.task.num_outputs} outputs an item for this {problem.task.name} task",
            mend="change the last layer, or say the task with task=…",
        )
    loss = _theirs("the loss", lambda: problem.loss(outputs, y))
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        said = f"a tensor of shape {list(loss.shape)}" if isinstance(loss, torch.Tensor) else type(loss).__name__
        raise DataError(f"the loss returned {said}", expected="a scalar tensor, the mean over the batch", mend="end it with .mean()")
