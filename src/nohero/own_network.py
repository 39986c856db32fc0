"""Predicting with a network that the user's own factories build: the weights come from the run, the code from the user's file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.run.errors import DataError, UsageError

if TYPE_CHECKING:
    from torch import nn

    from nohero.data.raw import Raw
    from nohero.model_file import Model

ARRAYS = (".npy", ".npz")


def own_members(run: Path, card: Model, project: Path) -> list[nn.Module]:
    """The networks, built by `project`'s model factory and filled with the run's weights, in eval mode."""
    from safetensors.torch import load_file

    from nohero.project import load, model_factory

    make = model_factory(load(project))
    members = []
    for name in card.members:
        model = make(card.settings, 0)
        try:
            model.load_state_dict(load_file(run / "model" / name))
        except (RuntimeError, OSError) as error:
            raise UsageError(
                f"the weights of {run.name} do not fit the network of {project.name}: {str(error).splitlines()[-1].strip()}",
                expected="the model factory that the run was made with",
                mend="name the project file as it was then",
            ) from error
        members.append(model.eval())
    return members


def read_arrays(source: str, card: Model) -> Raw:
    """Inputs from a .npy file, or from the array `x` of a .npz file (with targets `y`, if it has them)."""
    import hashlib

    import numpy as np

    from nohero.data.raw import Raw

    path = Path(source)
    if path.suffix.lower() not in ARRAYS or not path.is_file():
        raise UsageError(f"{source} is no file of arrays", expected="a .npy file of inputs, or a .npz file with an array x", mend="save them with numpy.save")
    try:
        held: Any = np.load(path, allow_pickle=False)
        x = held["x"] if path.suffix.lower() == ".npz" else held
        y = held["y"] if path.suffix.lower() == ".npz" and "y" in held else None
    except (ValueError, KeyError, OSError) as error:
        raise DataError(f"{source} cannot be read: {error}", expected="plain arrays, nothing pickled", mend="save them with numpy.save or numpy.savez(x=…)") from error
    if tuple(x.shape[1:]) != card.shape:
        raise DataError(f"each item of {source} has shape {list(x.shape[1:])}", expected=f"{list(card.shape)}, as in training", mend="prepare the inputs as in training")
    x = x.astype(np.float32) if x.dtype == np.float64 else x
    items = np.array([f"row {i + 1}" for i in range(len(x))])
    digest = hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest()
    return Raw(name=path.stem, source=source, modality="array", images=x, target=y, target_name=card.code.name, items=items, sha256=digest)
