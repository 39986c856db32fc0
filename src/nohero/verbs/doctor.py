"""Look at the surroundings: versions, processor, devices, disk, and whether runs can be kept.

  nohero doctor
  nohero doctor --out /data/runs

Exit code: 0, or 2 where something that is needed is missing.
"""

from __future__ import annotations

import typer

from nohero.verbs.run import RUNS, Out
from nohero.verbs.speak import say


def doctor(out: Out = RUNS) -> None:
    """Look and tell."""
    from nohero.doctor import examine

    found = examine(out)
    width = max(len(sign.name) for sign in found)
    for sign in found:
        say(f"{sign.name:<{width}}  {sign.value}" + (f"\n{'':<{width}}  help: {sign.mend}" if sign.mend else ""))
    missing = [sign.name for sign in found if sign.mend and sign.needed]
    say(f"missing: {', '.join(missing)}" if missing else "all that is needed is there")
    raise typer.Exit(2 if missing else 0)
