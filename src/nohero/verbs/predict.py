"""Use the model of a run on new data in the source's own form.

  nohero predict 3 new.csv
  nohero predict runs/0003-digits pictures/ -o answers.csv
  nohero predict latest new.csv --format json
  nohero predict 5 new.npy --project project.py

Classes come with their probabilities, numbers with an interval that holds nine of ten. Every row of the data has a row in
the result: those that cannot be used are empty and say why.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nohero.report.numbers import count
from nohero.run.directory import find
from nohero.verbs.run import RUNS, Out
from nohero.verbs.speak import one_of, put, tell

if TYPE_CHECKING:
    from nohero.prediction import Predictions

FORMATS = ("csv", "json")
SHOWN = 10  # unusable rows named on stderr

Run = Annotated[str, typer.Argument(metavar="RUN", help="a run's folder, its name or its number")]
Data = Annotated[str, typer.Argument(metavar="FILE|FOLDER", help="data as in training; the target may be absent")]
Format = Annotated[str | None, typer.Option("--format", metavar="F", help="csv or json; by the name of -o, or csv")]
Project = Annotated[Path | None, typer.Option("--project", metavar="FILE", help="the project file whose factories built the network")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="write there instead of to stdout")]


def predict(run: Run, data: Data, out: Out = RUNS, output: Output = None, format_: Format = None, project: Project = None) -> None:
    """Predict and write."""
    from nohero.prediction import as_csv, as_json, predict_with

    by_name = "json" if output is not None and output.suffix.lower() == ".json" else "csv"
    wanted = one_of(format_ or by_name, FORMATS, "format")
    made = predict_with(find(out, run).path, data, project)
    put((as_json if wanted == "json" else as_csv)(made), output)
    _remark(made)


def _remark(made: Predictions) -> None:
    lost = [row for row in made.rows if row.problem]
    for row in lost[:SHOWN]:
        tell(f"not used: {row.item}: {row.problem}")
    if len(lost) > SHOWN:
        tell(f"and {len(lost) - SHOWN:,} more that could not be used")
    tell(f"{count(len(made.rows) - len(lost), 'prediction')}" + (f", {count(len(lost), 'row')} without" if lost else ""))
    for note in made.notes:
        tell(note)
