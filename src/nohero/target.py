"""A training set-up named on the command line: `package.module:function`, or a Python file with a function `setup()`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from nohero.run.errors import NoheroError, UsageError, UserCodeError, did_you_mean
from nohero.setup.given import Given

FUNCTION = "setup"  # what is called where only a file is named
KNOWN = tuple(f.name for f in fields(Given))


def load_setup(word: str) -> tuple[str, Given]:
    """(name, what its function returned): a dict of the arguments of `nohero.check`."""
    place, sign, function = word.rpartition(":") if ":" in word and not Path(word).exists() else (word, "", FUNCTION)
    function = function or FUNCTION
    module = _of_file(Path(place)) if place.endswith(".py") else _of_module(place)
    make = getattr(module, function, None)
    if not callable(make):
        names = [n for n in vars(module) if callable(getattr(module, n)) and not n.startswith("_")]
        raise UsageError(f"{place} has no function {function}()", expected="a function that returns the arguments of nohero.check as a dict", mend=did_you_mean(function, names) if names else f'def {function}(): return {{"model": model, "loss": loss, "train": train}}')
    made = _theirs(f"{function}() in {place}", make)
    return f"{Path(place).stem if place.endswith('.py') else place}:{function}" if sign else Path(place).stem, _given(made, function)


def _given(made: Any, function: str) -> Given:
    if isinstance(made, Given):
        return made
    if not isinstance(made, Mapping):
        raise UsageError(f"{function}() returned {type(made).__name__}", expected="a dict with the arguments of nohero.check", mend='return {"model": model, "loss": loss, "train": loader, "optimizer": optimizer}')
    for key in made:
        if key not in KNOWN:
            raise UsageError(f"{function}() returned the unknown key `{key}`", expected=", ".join(KNOWN), mend=did_you_mean(str(key), KNOWN))
    if "model" not in made or "train" not in made:
        raise UsageError(f"{function}() returned {', '.join(map(str, made)) or 'nothing'}", expected="model and train at least", mend='return {"model": model, "loss": loss, "train": loader}')
    return Given(**{**made, "expect": dict(made.get("expect") or {})})


def _of_module(name: str) -> Any:
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # as for `python -m`
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and not name.startswith(error.name):
            raise _fault(f"importing {name}", error) from error
        raise UsageError(f"there is no module `{name}`", expected="package.module:function, or a file such as setup.py", mend="run it from the folder that holds the package") from error
    except Exception as error:
        raise _fault(f"importing {name}", error) from error


def _of_file(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"_setup_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"there is no file {path}", expected=f"a Python file with a function {FUNCTION}()", mend="check the path")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickles look their module up
    if (beside := str(path.resolve().parent)) not in sys.path:
        sys.path.insert(0, beside)
    _theirs(path.name, lambda: spec.loader.exec_module(module))
    return module


def _theirs(where: str, call: Any) -> Any:
    try:
        return call()
    except NoheroError:
        raise
    except Exception as error:
        raise _fault(where, error) from error


def _fault(where: str, error: Exception) -> UserCodeError:
    return UserCodeError(f"{where} raised {type(error).__name__}: {error}", expected="code that runs", mend="mend it; -v shows the whole trace")
