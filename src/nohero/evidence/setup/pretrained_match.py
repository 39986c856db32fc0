"""The weights that should be there, name by name, against those that are: equal, only near, different, of another shape, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
NEST = ("state_dict", "model_state_dict", "model", "state", "net", "weights", "params", "module")  # keys below which files keep the weights
NEAR = 0.9  # correlation with the pretrained weights: moved by some training, not drawn anew
CLOSE = 1e-3  # relative; half precision rounds so


@dataclass(frozen=True, kw_only=True)
class PretrainedMatch:
    """Names in the pretrained state, sorted by what became of them; only tensors that are not constant say anything."""

    declared: bool
    equal: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    misshapen: tuple[tuple[str, str, str], ...] = ()  # name, its shape, the model's shape
    absent: tuple[str, ...] = ()  # the model has nothing of that name
    renamed: tuple[tuple[str, str], ...] = ()  # (name there, name here), where only a prefix differs
    last: str = ""  # the module of the model's last weight: a new head is usual
    missing: tuple[str, ...] = ()  # weights of the model that the state does not hold


def measure(setup: Setup) -> PretrainedMatch:
    """Compare tensor by tensor."""
    if setup.intent.pretrained is None:
        return PretrainedMatch(declared=False)
    state = _read(setup.intent.pretrained)
    here = {".".join(p for p in (root, n) if p): t for root, m in setup.modules.items() for n, t in m.state_dict().items()}
    kinds: dict[str, list[Any]] = {k: [] for k in ("equal", "near", "different", "misshapen", "absent", "renamed")}
    met = set()
    for name, tensor in state.items():
        other = _counterpart(name, tensor, here)
        if other is None:
            kinds["absent"].append(name)
            continue
        met.add(other)
        mine = here[other]
        if other != name:
            kinds["renamed"].append((name, other))
        if mine.shape != tensor.shape:
            kinds["misshapen"].append((other, _shape(tensor), _shape(mine)))
        elif tensor.is_floating_point() and tensor.numel() > 1 and float(tensor.double().std()) > 0:
            kinds[_likeness(tensor.detach().double().cpu(), mine.detach().double().cpu())].append(other)
    weights = [n for n, t in here.items() if t.ndim >= 2]
    return PretrainedMatch(
        declared=True, last=weights[-1].rpartition(".")[0] if weights else "", missing=tuple(n for n in weights if n not in met), **{k: tuple(v) for k, v in kinds.items()},
    )  # fmt: skip


def _likeness(there: Any, here: Any) -> str:
    import torch

    if torch.allclose(there, here, rtol=CLOSE, atol=CLOSE * float(there.abs().max())):
        return "equal"
    a, b = there.flatten() - there.mean(), here.flatten() - here.mean()
    size = float(a.norm() * b.norm())
    return "near" if size > 0 and float(a @ b) / size > NEAR else "different"


def _read(given: Any) -> dict[str, Any]:
    import torch

    from nohero.run.errors import UsageError

    state = given
    if hasattr(given, "state_dict"):
        state = given.state_dict()
    elif not isinstance(given, Mapping):
        try:
            state = torch.load(given, map_location="cpu", weights_only=True)
        except Exception as error:
            raise UsageError(f"expect['pretrained'] could not be read: {type(error).__name__}: {error}", expected="a state dict, or the path of one that torch.save wrote", mend="hand over torch.load(path)") from error
    while isinstance(state, Mapping) and not any(isinstance(v, torch.Tensor) for v in state.values()):
        inner = next((state[k] for k in NEST if isinstance(state.get(k), Mapping)), None)
        if inner is None:
            raise UsageError("expect['pretrained'] holds no tensors", expected="name -> tensor", mend="hand over the state dict inside the file")
        state = inner
    return {str(k): v for k, v in state.items() if isinstance(v, torch.Tensor)}


def _counterpart(name: str, tensor: Any, here: dict[str, Any]) -> str | None:
    """The model's name for it: the same, or the one that ends alike and has the same shape."""
    if name in here:
        return name
    parts = name.split(".")
    for start in range(len(parts) - 1):
        tail = ".".join(parts[start:])
        if len(parts) - start < 2 and len(parts) > 2:
            break
        found = [n for n in here if (n == tail or n.endswith("." + tail)) and here[n].shape == tensor.shape]
        if len(found) == 1:
            return found[0]
    return None


def _shape(tensor: Any) -> str:
    return "×".join(str(n) for n in tensor.shape) or "one number"
