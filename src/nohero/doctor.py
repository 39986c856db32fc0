"""What a machine has and lacks for a run."""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nohero.environment import PACKAGES, cores, environment, processor, version_of

LEAST_DISK = 1e9  # bytes: checkpoints and evidence of a run of the usual size, with room to spare
LEAST_PYTHON = (3, 11)


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One thing that was looked at; `mend` says what to do where it is not well."""

    name: str
    value: str
    mend: str = ""
    needed: bool = True


def examine(out: Path) -> list[Sign]:
    """Everything, in the order in which it matters."""
    found = environment()
    old = sys.version_info < LEAST_PYTHON
    signs = [
        Sign(name="nohero", value=found["nohero"]),
        Sign(name="python", value=found["python"], mend="python 3.11 or newer" if old else ""),
        Sign(name="system", value=found["system"]),
        Sign(name="processor", value=f"{processor()}, {cores()} cores"),
    ]
    signs += [_package(name) for name in PACKAGES]
    return [*signs, *_torch(), _disk(out), _writable(out)]


def _package(name: str) -> Sign:
    said = version_of(name)
    return Sign(name=name, value=said or "not installed", mend="" if said else f"pip install {name}")


def _torch() -> list[Sign]:
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:  # OSError: a library of its own that cannot be loaded
        return [Sign(name="torch works", value=f"no: {error}", mend="install torch anew, the CPU build if there is no accelerator")]
    devices = ["cpu"]
    if torch.cuda.is_available():
        devices += [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return [Sign(name="torch works", value="yes"), Sign(name="devices", value=", ".join(devices)), _torchvision()]


def _torchvision() -> Sign:
    try:
        made_for = importlib.import_module("torchvision").__version__
    except ModuleNotFoundError:
        return Sign(name="torchvision", value="not installed; it is not needed", needed=False)
    except Exception as error:  # noqa: BLE001 (a build for another torch fails in many ways, and torchmetrics imports it)
        return Sign(name="torchvision", value=f"does not fit this torch: {error}", mend="pip uninstall torchvision, or install the one made for this torch")
    return Sign(name="torchvision", value=made_for, needed=False)


def _disk(out: Path) -> Sign:
    place = next(p for p in (out, *out.resolve().parents) if p.exists())
    free = shutil.disk_usage(place).free
    return Sign(name="free disk", value=f"{free / 1e9:.1f} GB", mend="free some space, or choose another --out" if free < LEAST_DISK else "")


def _writable(out: Path) -> Sign:
    """Whether a run could be kept in `out`; nothing is left behind."""
    place = next((p for p in (out, *out.resolve().parents) if p.exists()), Path("/"))
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".nohero-"):
            return Sign(name="runs", value=f"can be kept in {out}")
    except OSError as error:
        return Sign(name="runs", value=f"cannot be kept in {out}: {error.strerror}", mend="choose another folder with --out DIR")
