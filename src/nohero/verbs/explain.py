"""Explain a check by its code or name, or a stage by its name.

  nohero explain DAT110
  nohero explain leaked-rows
  nohero explain skeleton

For a check: what it asks, how it is measured, when it is wrong, how to mend what it finds, and what measuring costs.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from nohero.run.errors import UsageError, did_you_mean
from nohero.verbs.run import Plain
from nohero.verbs.speak import manner, say

if TYPE_CHECKING:
    from nohero.checks.check import Check
    from nohero.recipe import Stage

Word = Annotated[str, typer.Argument(metavar="CODE|NAME|STAGE", help="such as DAT110, leaked-rows or skeleton")]
WIDEST = 88  # columns: longer lines are tiring to read


def explain(*, word: Word, plain: Plain = False) -> None:
    """Look it up and print it."""
    from nohero.checks.check import every_check
    from nohero.recipe import RECIPE

    folded = word.strip().casefold()
    stages = {stage.name: stage for stage in RECIPE}
    checks = {key: check for check in every_check() for key in (check.code.casefold(), check.name)}
    if folded in stages:
        lines = stage_lines(stages[folded])
    elif folded in checks:
        lines = check_lines(checks[folded])
    else:
        known = [*(check.code for check in every_check()), *(check.name for check in every_check()), *stages]
        raise UsageError(
            f"unknown code, check or stage `{word}`",
            expected="a code such as DAT110, a check's name or a stage",
            mend=f"{did_you_mean(word, known)} (`nohero list checks` shows all)",
        )
    say("\n".join(_set(lines, plain=plain)))


def check_lines(check: Check) -> list[str]:
    """A check's own text, then what it rests on and what proves it."""
    from nohero.evidence.catalogue import chain, measurements

    lines = [f"{check.code} {check.name} (stage: {check.stage})", "", *_paragraphs(check.text), "", "Rests on"]
    total = 0.0
    for name in chain(check.needs):
        measurement = measurements()[name]
        total += measurement.price
        lines.append(f"    {name}, about {measurement.price:g} s: {measurement.text.splitlines()[0]}")
    lines.append(f"    {total:g} s in all on small data, where nothing of it is measured yet")
    proofs = [f"fires on {case.name} in {case.toy}" for case in check.sabotages]
    proofs += [f"stays quiet on {case.name} in {case.toy}" for case in check.lookalikes]
    lines += ["", "Proved", *(f"    {proof}" for proof in proofs)]
    passing = f'nohero run --resume --pass {check.code}="..."' if check.door == "run" else f'nohero check setup.py --ignore {check.code}="..."'
    return [*lines, "", "Pass it with a reason", f"    {passing}"]


def _paragraphs(text: str) -> list[str]:
    """The lines of each paragraph joined into one, to be set anew at the terminal's width; lists stay as they stand."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        rows = paragraph.splitlines()
        listed = any(row.startswith((" ", "- ")) for row in rows)
        lines += [*(rows if listed else [" ".join(rows)]), ""]
    return lines[:-1]


def stage_lines(stage: Stage) -> list[str]:
    """A stage: its question, its measurements, its checks, what it hands on."""
    from nohero.checks.check import all_checks
    from nohero.evidence.catalogue import measurements

    lines = [f"{stage.name}: {stage.question}", "", "Measured"]
    lines += [f"    {name}: {measurements()[name].text.splitlines()[0]}" for name in stage.evidence if name in measurements()]
    checks = [f"    {check.code} {check.name}" for check in all_checks() if check.stage == stage.name]
    return [*lines, "", "Checked", *(checks or ["    nothing yet"]), "", "Handed on", f"    {stage.hands_on}"]


def _set(lines: list[str], *, plain: bool) -> list[str]:
    """Wrapped to the terminal; heads, which begin at the margin and are short, stand out where colour is shown."""
    look = manner(plain=plain)
    width = min(look["width"], WIDEST)
    made: list[str] = []
    for number, text in enumerate(lines):
        indent = " " * (len(text) - len(text.lstrip()))
        wrapped = textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
        after = lines[number + 1 : number + 2]
        head = number == 0 or (text and not indent and after != [""] and after and after[0].startswith("    "))
        made += [f"\x1b[1m{piece}\x1b[0m" if head and look["color"] else piece for piece in wrapped]
    return [piece.encode("ascii", "replace").decode() for piece in made] if look["ascii_only"] else made
