"""One sitting at a run: begin it or take it up again, walk the recipe, keep the page and the model up to date.

A run may take several sittings: what was stopped or killed goes on where its journal ends, with the options it began with.
"""

from __future__ import annotations

import time
import traceback
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.first_facts import keep_facts
from nohero.human_line import beside_source, read_human
from nohero.options import BUDGET, SEED, Options, check_options, parse_budget, parse_passes, told_path
from nohero.progress import Silent
from nohero.run import directory as folders
from nohero.run.errors import BudgetError, NoheroError, RunError, UsageError
from nohero.run.lock import locked
from nohero.stored import SITTINGS, options_of, record_of
from nohero.walk import DONE, Walk, append_once, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nohero.engine import Engine
    from nohero.problem import Problem
    from nohero.progress import Progress
    from nohero.run.directory import RunDirectory
    from nohero.run.gate import Gate
    from nohero.run.journal import Journal
    from nohero.run.record import Record

LARGEST_START = 0.5  # of the budget: reading the data must leave as much for the recipe
KEPT = ("target", "group", "time", "task", "drop", "decisions", "card", "seed", "image_size", "threads", "device", "effort")  # what a resumed run cannot change


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """What one sitting needs to know."""

    directory: RunDirectory
    options: Options
    problem: Problem
    why: str  # the task is what it is
    spent: float  # seconds, by earlier sittings and by starting up


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a sitting ended."""

    directory: RunDirectory
    record: Record
    gate: Gate | None = None  # the closed one, if one is closed
    already: str = ""  # why nothing was left to do


def begin(options: Options, *, out: Path, command: str = "", progress: Callable[[], Progress] = Silent) -> Outcome:
    """Start a run in a fresh folder of `out`."""
    began = time.monotonic()
    options = check_options(options)
    problem, why = _brought(options)
    options = _with_human(options, problem)
    _refuse_slow_start(options.budget, time.monotonic() - began)
    directory = folders.create(out, problem.name)
    folders.link_latest(out, directory)
    with locked(directory.path):
        kept = replace(options, source=told_path(options.source), decisions=_told(options.decisions), card=_told(options.card), human=_told(options.human), threads=problem.threads)
        directory.journal.append(
            "started", name=directory.name, source=kept.source, command=command, seed=options.seed, budget=options.budget,
            environment=_environment(), options=asdict(kept), start_up=round(time.monotonic() - began, 3),
        )  # fmt: skip
        sitting = Sitting(directory=directory, options=kept, problem=problem, why=why, spent=time.monotonic() - began)
        return _walk(sitting, progress())


def take_up(
    out: Path, name: str | None = None, *, changes: Mapping[str, Any] | None = None, passes: Mapping[str, str] | None = None,
    progress: Callable[[], Progress] = Silent,
) -> Outcome:  # fmt: skip
    """Go on with a run where its journal ends; `changes` are options given anew, `passes` are added to those it has."""
    began = time.monotonic()
    directory = folders.find(out, name)
    with locked(directory.path):
        directory = folders.RunDirectory(directory.path)  # what another process wrote before it let go
        options = _options_again(directory, changes or {}, passes or {})
        told_more = (changes or {}).get("human") is not None
        if not told_more and (already := _nothing_left(directory, options, passes or {})) != "":
            return Outcome(directory=directory, record=record_of(directory), already=already)
        directory.clean()
        problem, why = _brought(options)
        _refuse_other_data(directory, problem, options)
        if told_more:
            read_human(Path(options.human or "").expanduser(), problem)
        spent = seconds_so_far(directory.journal)
        start_up = time.monotonic() - began
        directory.journal.append("resumed", options=asdict(options), start_up=round(start_up, 3))
        sitting = Sitting(directory=directory, options=options, problem=problem, why=why, spent=spent + start_up)
        return _walk(sitting, progress())


def run_recipe(
    source: str, *, budget: str = BUDGET, until: str | None = None, out: str | Path = "runs", passes: Mapping[str, str] | None = None, seed: int = SEED,
    target: str | None = None, group: str | None = None, time: str | None = None, task: str | None = None, drop: Sequence[str] = (),
    distil: bool = False, image_size: int | None = None, threads: int | None = None, decisions: str | Path | None = None, card: str | Path | None = None, human: str | Path | None = None,
) -> Record:  # fmt: skip
    """Walk the recipe on a source and return the run's record: what `nohero run` does, without a word."""
    options = Options(
        source=str(source), target=target, group=group, time=time, task=task, drop=tuple(drop), budget=parse_budget(budget), until=until, seed=seed,
        passes=parse_passes(f"{code}={reason}" for code, reason in (passes or {}).items()), distil=distil, image_size=image_size, threads=threads,
        decisions=None if decisions is None else str(decisions), card=None if card is None else str(card),
        human=None if human is None else str(human),
    )  # fmt: skip
    return begin(options, out=Path(out)).record


def seconds_so_far(journal: Journal) -> float:
    """How long the earlier sittings lasted: each from its start to its last event."""
    total, first, last = 0.0, None, 0.0
    for event in journal.events:
        if event["event"] in SITTINGS:
            total += max(0.0, last - first) if first is not None else 0.0
            first = event["at"] - event.get("start_up", 0.0)
        last = event["at"]
    return total + (max(0.0, last - first) if first is not None else 0.0)


def _walk(sitting: Sitting, progress: Progress) -> Outcome:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(sitting.problem.threads)
    try:
        return _walked(sitting, progress)
    except KeyboardInterrupt:
        stage = progress.stage_under_way()
        sitting.directory.journal.append("interrupted", reason=f"stopped by the user in the {stage} stage" if stage else "stopped by the user")
        write_page(sitting.directory)
        raise
    except NoheroError:
        raise
    except Exception as error:  # a fault of our own: written down and passed on
        path = sitting.directory.write(f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt", traceback.format_exc().encode())
        error.add_note(f"the details are in {path}")
        raise
    finally:
        progress.close()
        torch.set_num_threads(before)


def _walked(sitting: Sitting, progress: Progress) -> Outcome:
    from nohero.engine import Engine
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

    directory, problem, options = sitting.directory, sitting.problem, sitting.options
    keep_facts(directory, problem, options, sitting.why)
    runs = Runs(directory, told=progress.training)
    allowance = Allowance(directory.journal, options.budget, spent=sitting.spent)
    engine = Engine(directory, problem, runs, allowance, told=progress.measuring)
    progress.earlier([event["name"] for event in directory.journal.every("stage") if event["state"] in DONE])

    def told(stage: str, state: str) -> None:
        if state == "running":
            progress.begun(stage, allowance.left())
            return
        if stage == "squeeze":
            _keep_model(engine, problem, runs)
        write_page(directory)
        progress.ended(directory.journal.last("stage", name=stage) or {})

    gate = Walk(engine, allowance, options.passes, told, drop=options.drop, decisions=options.decisions).go(options.until)
    _keep_model(engine, problem, runs)
    append_once(directory.journal, "summary", {}, **summary(engine, gate))
    if gate is None:
        append_once(directory.journal, "finished", {}, until=options.until)
    write_page(directory)
    _refuse_empty(directory, options.budget)
    return Outcome(directory=directory, record=record_of(directory), gate=gate)


def write_page(directory: RunDirectory) -> Path:
    """The report as it stands."""
    from nohero.report.page import page

    return directory.write("report.html", page(record_of(directory)).encode())


def _told(path: str | None) -> str | None:
    return None if path is None else told_path(path)


def _with_human(options: Options, problem: Problem) -> Options:
    """The options with a person's accuracy: what is wrong with a file that was named is said before there is a run; one that lies beside the source counts where it fits."""
    if options.human is not None:
        read_human(Path(options.human).expanduser(), problem)
        return options
    found = beside_source(options.source)
    if found is None:
        return options
    try:
        read_human(found, problem)
    except NoheroError:  # of another label, or no file of ours
        return options
    return replace(options, human=str(found))


def _keep_model(engine: Engine, problem: Problem, runs: Any) -> None:
    from nohero.engine import Engine as Reader
    from nohero.model_file import CARD, write_model

    if engine.directory.journal.last("stage", name="squeeze") is None or (engine.directory.path / CARD).exists():
        return
    ensemble = Reader(engine.directory).evidence("Ensemble")  # only what is stored
    if ensemble is not None:
        write_model(engine.directory, problem, ensemble, runs)


def _environment() -> dict[str, str]:
    from nohero.environment import environment

    return environment()


def _brought(options: Options) -> tuple[Problem, str]:
    from nohero.bring import bring
    from nohero.problem import Effort

    rest: dict[str, Any] = {"distil": options.distil, "device": options.device}
    if options.threads is not None:
        rest["threads"] = options.threads
    if options.effort == "tiny":
        rest["effort"] = Effort(steps=60, seeds=2, sizes=2, trials=3, members=2, batch_steps=300, race_steps=40, pictures=8)
    source = str(Path(options.source).expanduser()) if options.source.startswith("~") else options.source
    return bring(
        source, target=options.target, group=options.group, time=options.time, task=options.task, drop=options.drop,
        image_size=options.image_size, seed=options.seed, decisions=options.decisions, card=options.card, **rest,
    )  # fmt: skip


def _refuse_slow_start(budget: float | None, spent: float) -> None:
    if budget is not None and spent > LARGEST_START * budget:
        raise BudgetError(
            f"reading the data took {spent:.0f} s of a budget of {budget:g} s",
            expected=f"at least {spent / LARGEST_START:.0f} s for this source",
            mend=f"--budget {max(60, round(10 * spent)):d}s, for example, or less data",
        )


def _refuse_empty(directory: RunDirectory, budget: float | None) -> None:
    """A run that could not afford the dullest network has nothing to say of any."""
    if budget is not None and directory.journal.last("left_out", key="evidence/SkeletonRun") is not None:
        raise BudgetError(
            f"the budget of {budget:g} s was too little to train the dullest network",
            expected=f"at least {2 * budget:.0f} s for this source, going by what this run took",
            mend=f"start again with --budget {max(60, round(4 * budget)):d}s, for example; what was measured is in {directory.path / 'report.html'}",
        )


def _options_again(directory: RunDirectory, changes: Mapping[str, Any], passes: Mapping[str, str]) -> Options:
    options = options_of(directory)
    for name in KEPT:
        if changes.get(name) is not None and changes[name] != getattr(options, name):
            raise UsageError(
                f"the run {directory.name} has --{name.replace('_', '-')} {getattr(options, name)}, not {changes[name]}",
                expected="the options the run began with; only the source's place, --budget, --until, --human and --pass may change",
                mend="leave it out, or start a new run without --resume",
            )
    source = changes.get("source")
    merged = {**options.passes, **passes}
    new = {name: changes[name] for name in ("budget", "until", "human") if name in changes}
    return check_options(replace(options, source=told_path(source) if source else options.source, passes=merged, **new))


def _nothing_left(directory: RunDirectory, options: Options, passes: Mapping[str, str]) -> str:
    finished = directory.journal.last("finished")
    if finished is None or passes.keys() - options_of(directory).passes.keys():
        return ""
    done = {event["name"] for event in directory.journal.every("stage") if event["state"] in DONE}
    if (options.until or "final") not in done:
        return ""
    more = "" if "final" in done else f" up to the {options.until} stage; go on with --until final"
    return f"the run {directory.name} is finished{more}"


def _refuse_other_data(directory: RunDirectory, problem: Problem, options: Options) -> None:
    facts = directory.journal.last("facts")
    if facts is not None and facts["sha256"] != problem.raw.sha256:
        raise RunError(
            f"the data of {options.source} has changed since the run {directory.name} began",
            expected=f"content with sha256 {facts['sha256'][:16]}…, found {problem.raw.sha256[:16]}…",
            mend="bring the old data back, or start a new run without --resume",
        )

