"""Models, optimizers, schedules and steps as users hand them over: one or several, made or to be made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nohero.run.errors import UsageError, UserCodeError
from nohero.setup.refusal import Unmeasurable

STEP_NAMES = {"model": 0, "net": 0, "models": 0, "batch": 1, "loss": 2, "loss_fn": 2, "criterion": 2, "optimizer": 3, "optim": 3, "opt": 3, "optimizers": 3}


def built_model(given: Any) -> Any:
    """A module, or several in the container they came in; a factory is called."""
    import torch

    if isinstance(given, torch.nn.Module) or _holds(given, torch.nn.Module):
        return given
    if callable(given):
        made = _called(given, (), "the model's factory")
        if isinstance(made, torch.nn.Module) or _holds(made, torch.nn.Module):
            return made
        raise UsageError(f"the model's factory returned {type(made).__name__}", expected="a torch.nn.Module", mend="return the network: model=lambda: Net()")
    raise UsageError(f"model is a {type(given).__name__}", expected="a torch.nn.Module, several in a tuple or dict, or a function that makes one", mend="hand over the network itself, or model=lambda: Net()")


def ready(modules: Mapping[str, Any]) -> None:
    """Refuse parameters that hold no numbers yet."""
    from torch.nn.parameter import is_lazy

    for name, parameter in ((n, p) for m in modules.values() for n, p in m.named_parameters()):
        if is_lazy(parameter) or parameter.is_meta:
            raise UsageError(
                f"the parameter {name} holds no numbers yet: {'a lazy layer that has seen no batch' if is_lazy(parameter) else 'it is on the meta device'}",
                expected="a model that can be trained as it is",
                mend="call the model once on a batch, or load its weights, before checking it",
            )


def modules_of(model: Any) -> dict[str, Any]:
    """Name -> module: one unnamed for a single model, else the keys or positions in the container."""
    import torch

    if isinstance(model, torch.nn.Module):
        return {"": model}
    pairs = model.items() if isinstance(model, Mapping) else enumerate(model)
    return {str(k): m for k, m in pairs}


def built_optimizer(given: Any, modules: Mapping[str, Any]) -> Any:
    """An optimizer, or several in the container they came in; a factory gets the parameters."""
    from torch.optim import Optimizer

    if given is None or isinstance(given, Optimizer) or _holds(given, Optimizer):
        return given
    if not callable(given):
        raise UsageError(f"optimizer is a {type(given).__name__}", expected="a torch optimizer, several, or a function of the parameters", mend="optimizer=torch.optim.AdamW(model.parameters(), lr=3e-4)")
    parameters = [p for m in modules.values() for p in m.parameters()]
    model = next(iter(modules.values())) if len(modules) == 1 else dict(modules)
    try:
        made = given(parameters)
    except Exception:  # noqa: BLE001 (a factory may want the model instead)
        made = _called(given, (model,), "the optimizer's factory")
    if isinstance(made, Optimizer) or _holds(made, Optimizer):
        return made
    raise UsageError(f"the optimizer's factory returned {type(made).__name__}", expected="a torch optimizer", mend="optimizer=lambda parameters: torch.optim.AdamW(parameters, lr=3e-4)")


def built_scheduler(given: Any, optimizer: Any) -> Any:
    """A scheduler; a factory gets the optimizer."""
    if given is None or hasattr(given, "step") or not callable(given):
        return given
    return _called(given, (optimizer,), "the scheduler's factory")


def each(value: Any) -> tuple[Any, ...]:
    """One or several, as a tuple."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple(value.values())
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def updated(optimizer: Any) -> None:
    """One update; an optimizer that asks for a closure cannot be called apart from the user's own step."""
    asked = inspect.signature(type(optimizer).step).parameters.get("closure")
    if asked is not None and asked.default is asked.empty:
        raise Unmeasurable(f"{type(optimizer).__name__} asks for a closure, which only the step knows")
    optimizer.step()


def stepped(step: Any) -> Callable[..., Any] | None:
    """The step as a function of (model, batch, loss, optimizer), whichever of these it takes and whatever it calls them."""
    if step is None:
        return None
    try:
        parameters = [p for p in inspect.signature(step).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        return step  # type: ignore[no-any-return]
    names = [p.name for p in parameters]
    if len(names) >= 4 and all(p.default is not p.empty for p in parameters[4:]):
        return step  # type: ignore[no-any-return]
    if any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(step).parameters.values()):
        return step  # type: ignore[no-any-return]
    if names and all(n in STEP_NAMES for n in names):
        places = [STEP_NAMES[n] for n in names]
        return lambda *given: step(*(given[p] for p in places))
    raise UsageError(
        f"step takes ({', '.join(names)})",
        expected="step(model, batch, loss, optimizer), or some of these by these names",
        mend="wrap it: step=lambda model, batch, loss, optimizer: my_step(...)",
    )


def _holds(value: Any, kind: type) -> bool:
    parts = list(value.values()) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple | list) else []
    return bool(parts) and all(isinstance(p, kind) for p in parts)


def _called(factory: Callable[..., Any], args: Iterable[Any], what: str) -> Any:
    try:
        return factory(*args)
    except Exception as error:
        raise UserCodeError(f"{what} raised {type(error).__name__}: {error}", expected=f"{what} to return what it makes", mend="the traceback shows the line") from error
