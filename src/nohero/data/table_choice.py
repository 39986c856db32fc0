"""Which column of a table is the target, which the group, which the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGET_NAMES = ("target", "label", "class", "y", "labels", "outcome")
SHOWN = 30  # columns listed in an error


def find_column(wanted: str, names: Sequence[str], flag: str, source: str) -> str:
    """The column called `wanted`, or at that place: 8 is the ninth, -1 the last."""
    if wanted in names:
        return wanted
    folded = {name.strip().casefold(): name for name in names}
    if wanted.strip().casefold() in folded and len(folded) == len(names):
        return folded[wanted.strip().casefold()]
    if wanted.removeprefix("-").isdigit():
        place = int(wanted)
        if -len(names) <= place < len(names):
            return names[place]
        raise UsageError(
            f"--{flag} {wanted}: {source} has {len(names)} columns",
            expected=f"a name, or a place from 0 to {len(names) - 1} (-1 is the last)",
            mend=f"the last column is `{names[-1]}`",
        )
    raise UsageError(
        f"no column `{wanted}` in {source} for --{flag}",
        expected=f"one of its {len(names)} columns, by name or by place",
        mend=did_you_mean(wanted, names),
    )


def choose_target(wanted: str | None, names: Sequence[str], source: str, *, header: bool) -> tuple[str, tuple[str, ...]]:
    """The target, and a note where it was not named; only an unmistakable name or the last of unnamed columns will do."""
    if wanted is not None:
        return find_column(wanted, names, "target", source), ()
    if len(names) == 1:
        raise DataError(
            f"{source} has a single column, `{names[0][:60]}`",
            expected="a target and at least one column to predict it from",
            mend="separate cells by comma, semicolon, tab, bar or spaces, one separator in the whole file",
        )
    known = [name for name in names if name.strip().casefold() in TARGET_NAMES]
    if len(known) == 1:
        return known[0], (f"target is `{known[0]}`, by its name; another one: --target NAME",)
    if not header and len(names) > 1 and not known:
        return names[-1], (f"target is the last column, `{names[-1]}`, as the file names none; another one: --target PLACE",)
    listed = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    raise DataError(
        f"which column of {source} is to be predicted? " + (f"{len(known)} could be: {', '.join(known)}" if known else "None says so"),
        expected=f"--target with one of: {listed}",
        mend=f"add --target {names[-1]}, for example (also by place: --target -1 is the last column)",
    )
