"""The command line: verbs to calls, and what goes wrong told in three parts."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import typer

import nohero
from nohero.interruption import INTERRUPTED
from nohero.run.errors import NoheroError, did_you_mean
from nohero.verbs import audit, check, doctor, explain, judge, label, listing, predict, prove, report, run, speak

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MISUSE = 2
OUR_FAULT = 3
MISUSED: type[Exception] = typer.BadParameter.__mro__[1]  # the parser's class of usage errors, which has no public name
FLAGS = ("-v", "--verbose", "-q", "--quiet", "--plain", "--no-progress")  # may stand before the verb too
VERBS: dict[str, tuple[ModuleType, Callable[..., None]]] = {
    "run": (run, run.run),
    "check": (check, check.check),
    "audit": (audit, audit.audit),
    "label": (label, label.label),
    "predict": (predict, predict.predict),
    "report": (report, report.report),
    "judge": (judge, judge.judge),
    "explain": (explain, explain.explain),
    "list": (listing, listing.list_),
    "doctor": (doctor, doctor.doctor),
    "prove": (prove, prove.prove),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script; returns the exit code."""
    words = prepared(list(sys.argv[1:] if arguments is None else arguments))
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: idle threads that spin take the cores from those that work
    try:
        return int(_command().main(words, prog_name="nohero", standalone_mode=False, obj=words) or 0)
    except NoheroError as error:
        _tell(speak.error_text(error), words)
        return error.exit_code
    except MISUSED as error:
        speak.tell(speak.error_text(_usage(error)))
        return MISUSE
    except (KeyboardInterrupt, typer.Abort):
        speak.tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 (the last resort: a fault of nohero's own)
        return _own_fault(error, words)


def prepared(words: list[str]) -> list[str]:
    """Flags that stand before the verb go behind it, and --resume without a run means the newest."""
    ahead = 0
    while ahead < len(words) and words[ahead] in FLAGS:
        ahead += 1
    words = [*words[ahead : ahead + 1], *words[:ahead], *words[ahead + 1 :]]
    made: list[str] = []
    for place, word in enumerate(words):
        alone = word == "--resume" and (place + 1 == len(words) or words[place + 1].startswith("-"))
        made.append("--resume=" if alone else word)
    return made


def _command() -> Any:  # the parser's class is not public
    app = typer.Typer(
        name="nohero", help=_main_help(), add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    )  # fmt: skip
    app.callback(invoke_without_command=True)(_alone)
    for name, (module, function) in VERBS.items():
        app.command(name, help=_kept(module), short_help=(module.__doc__ or "").partition("\n")[0])(function)
    return typer.main.get_command(app)


def _alone(context: typer.Context, version: bool = typer.Option(False, "--version", help="print the version")) -> None:  # noqa: FBT001
    if version:
        speak.say(f"nohero {nohero.__version__}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        speak.say(context.get_help())
        raise typer.Exit(0)


def _main_help() -> str:
    return (
        "\b\nnohero run built-in:digits\nnohero run titanic.csv --target survived --budget 90s\nnohero check setup.py\nnohero audit data.csv --target price\nnohero predict latest new.csv\nnohero explain skeleton\n\n"
        "The recipe for training neural networks, made executable: from raw data to a model that can be trusted, with evidence for every step."
    )


def _kept(module: ModuleType) -> str:
    """A verb's text with its examples first and in lines of their own."""
    head, _, rest = (module.__doc__ or "").strip().partition("\n\n")
    examples, _, more = rest.partition("\n\n")
    lines = "\n".join(line.strip() for line in examples.splitlines())
    return f"\b\n{lines}\n\n{head}\n\n{more}"


def _usage(error: Any) -> NoheroError:
    """A fault of the command line in three parts."""
    said = error.format_message().rstrip(".")
    command = error.ctx.command_path if error.ctx is not None else "nohero"
    expected, mend = f"what `{command} -h` shows", f"{command} -h"
    if found := re.search(r"No such option:? '?(-[^\s'.(]+)", said):
        flags = [name for parameter in error.ctx.command.params for name in parameter.opts if name.startswith("--")]
        said, expected, mend = f"unknown option `{found[1]}`", f"an option of `{command}`", did_you_mean(found[1], flags)
    elif found := re.search(r"No such command '([^']+)'", said):
        said, expected, mend = f"unknown verb `{found[1]}`", f"one of {', '.join(VERBS)}", did_you_mean(found[1], VERBS)
    elif (help_text := getattr(getattr(error, "param", None), "help", "")) and "value for" in said:
        said, expected = said.partition(": ")[0], help_text
    elif found := re.search(r"Missing argument '?([^'.]+)", said):
        said, expected = f"{found[1].strip('{}').upper()} is missing", f"{command} {found[1].strip('{}').upper()}"
    return NoheroError(said[:1].lower() + said[1:], expected=expected, mend=mend)


def _tell(text: str, words: list[str]) -> None:
    speak.tell(text)
    if _verbose(words):
        speak.tell(traceback.format_exc())


def _verbose(words: list[str]) -> bool:
    return "-v" in words or "--verbose" in words


def _own_fault(error: Exception, words: list[str]) -> int:
    """A fault that is not the user's: where it is written down, and what to do."""
    kept = "; ".join(getattr(error, "__notes__", ())) or _written(traceback.format_exc())
    fault = NoheroError(
        f"nohero broke: {type(error).__name__}: {error}",
        expected="no such thing: this is a fault of nohero, not of your data",
        mend=f"{kept}; -v shows them too, and what was done is kept: --resume goes on from there",
    )
    _tell(speak.error_text(fault), words)
    return OUR_FAULT


def _written(trace: str) -> str:
    path = Path(tempfile.gettempdir()) / f"nohero-crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    try:
        path.write_text(trace, encoding="utf-8")
    except OSError:
        return "the details could not be written"
    return f"the details are in {path}"


if __name__ == "__main__":
    sys.exit(main())
