"""A check of a set-up for the terminal: the findings, causes first, and one line of sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.manner import Manner
from nohero.report.numbers import count, duration
from nohero.report.terminal import finding_text
from nohero.report.words import tally_text

if TYPE_CHECKING:
    from nohero.run.checked import Checked

MOST, NOTES, ITEMS = 20, 6, 3  # findings told at once, lines before them, items of each


def text(checked: Checked, *, color: bool = False, width: int = 80, verbose: bool = False, ascii_only: bool = False) -> str:
    """What was read, every finding that is told, then the sum; where nothing is wrong and nothing is to be said before, one line."""
    shown = checked.findings if verbose else checked.told[:MOST]
    manner = Manner(color=color, width=width, verbose=verbose, ascii_only=ascii_only)
    lead = [line for note in checked.lead[:NOTES] for line in manner.block("", manner.say(note))]
    lead += [f"and {count(len(checked.lead) - NOTES, 'more note')} (in the report)"] if len(checked.lead) > NOTES else []
    parts = ["\n".join(lead) + "\n"] if lead else []
    parts += [finding_text(f, color=color, width=width, verbose=verbose, ascii_only=ascii_only) for f in shown]
    if not verbose and len(checked.told) > MOST:
        parts.append(f"and {count(len(checked.told) - MOST, 'more finding')}\n")
    took = duration(checked.seconds) if checked.seconds >= 1 else f"{checked.seconds:.1f} s"
    left = f"; {count(len(checked.left_out), 'measurement')} left out for want of time" if checked.left_out else ""
    alone = [f for f in checked.findings if f.code not in checked.followers]
    folded = f", {len(checked.followers)} folded under a cause" if checked.followers else ""
    whole = "; a report (-o report.html, or .json) lists all items" if any(len(f.items) > ITEMS for f in shown) else ""
    parts.append("\n".join(manner.block("", manner.say(f"{tally_text(alone)}{folded}{left}; {took}{whole}"))) + "\n")
    return "\n".join(parts)


def headline(checked: Checked) -> str:
    """The verdict in one sentence."""
    failed, warned = len(checked.errors), len(checked.warnings)
    if failed:
        return f"{count(failed, 'silent fault')} found: {checked.errors[0].message}."
    if warned:
        return f"Nothing failed; {count(warned, 'warning')}: {checked.warnings[0].message}."
    return "No silent fault was found." + (" Some questions the numbers could not decide." if checked.told else "")
