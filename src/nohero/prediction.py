"""Answers of a run's model for new data: every row has one, or the reason why it has none."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.model_file import Model, load_members, read_model
from nohero.own_network import own_members, read_arrays
from nohero.run.directory import find
from nohero.run.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.raw import Raw

ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # first signs that make a spreadsheet run a cell
DIGITS = 6  # of probabilities and values in text


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One row's answer."""

    item: str  # "row 17", or a picture's path
    answer: str | float | None = None
    probabilities: tuple[float, ...] = ()  # in the order of the classes
    low: float | None = None
    high: float | None = None
    problem: str = ""  # why there is no answer


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """All rows, in the order of the data."""

    target: str
    classes: tuple[str, ...]
    rows: tuple[Prediction, ...]
    interval: str = ""  # what the intervals promise
    notes: tuple[str, ...] = ()


def predict(run: str | Path, source: str | Path, out: str | Path = "runs", project: str | Path | None = None) -> Predictions:
    """The answers of the model of `run` (a path, a folder's name or a number in `out`) for the data at `source`.

    `project` is the file whose factories built the network, for a run on a project file.
    """
    return predict_with(find(Path(out), str(run)).path, str(source), None if project is None else Path(project))


def predict_with(run: Path, source: str, project: Path | None = None) -> Predictions:
    """The answers of the model in the folder `run`."""
    card = read_model(run)
    if card.own_network and project is not None:
        members, raw = own_members(run, card, project), read_arrays(source, card)
    else:
        members, raw = load_members(run, card), _read(source, card)
        _refuse_unknown(raw, card, source)
    outputs = outputs_for(card, members, raw)
    made = [*_answers(card, raw, outputs), *(Prediction(item=u.where, problem=u.reason) for u in raw.unusable)]
    return Predictions(
        target=card.code.name, classes=card.task.classes, rows=tuple(sorted(made, key=_place)),
        interval=card.interval.statement if card.interval else "", notes=_notes(card, raw, outputs),
    )  # fmt: skip


def outputs_for(card: Model, members: Sequence[Any], raw: Raw) -> Any:  # numpy [N, K]
    """The average answer of the members, as the task's outputs."""
    import numpy as np
    import torch

    from nohero.evidence.average import average
    from nohero.training.evaluate import BATCH

    x = torch.from_numpy(np.ascontiguousarray(_inputs(card, raw)))
    every = []
    with torch.no_grad():
        for model in members:
            pieces = [model(_to_input(card, x[i : i + BATCH])) for i in range(0, len(x), BATCH)]
            outputs = torch.cat(pieces) if pieces else torch.empty(0, card.task.num_outputs)
            every.append(outputs.reshape(len(x), card.task.num_outputs).double().numpy())
    return average(card.task, every)


def as_csv(made: Predictions) -> str:
    """A line a row: item, answer, then probabilities or the interval, then the reason where there is no answer."""
    spans = any(row.low is not None for row in made.rows)
    columns = ["item", made.target or "prediction", *(f"p({name})" for name in made.classes), *(("low", "high") if spans else ()), "problem"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_harmless(column) for column in columns])
    for row in made.rows:
        chances: list[str] = [f"{p:.{DIGITS}f}" for p in row.probabilities] or [""] * len(made.classes)
        span = [_number(row.low), _number(row.high)] if spans else []
        answer = _number(row.answer) if isinstance(row.answer, float) else _harmless(row.answer or "")
        writer.writerow([_harmless(row.item), answer, *chances, *span, _harmless(row.problem)])
    return text.getvalue()


def as_json(made: Predictions) -> str:
    """One object a row."""
    rows = []
    for row in made.rows:
        plain: dict[str, Any] = {"item": row.item, "prediction": row.answer}
        if made.classes:
            plain["probabilities"] = dict(zip(made.classes, row.probabilities, strict=True)) if row.probabilities else None
        else:
            plain |= {"low": row.low, "high": row.high}
        rows.append(plain | ({"problem": row.problem} if row.problem else {}))
    whole = {"target": made.target, "interval": made.interval, "predictions": rows}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _read(source: str, card: Model) -> Raw:
    from nohero.data.builtin import PREFIX, read_builtin
    from nohero.data.schema import read_like

    if card.form is None:
        raise DataError("the model does not say what its data looks like", expected="a model that nohero built itself", mend="run nohero on the data itself")
    return read_builtin(source) if source.startswith(PREFIX) else read_like(source, card.form)


def _refuse_unknown(raw: Raw, card: Model, source: str) -> None:
    """Columns that training did not have may be renamed ones, and pictures may be of another kind: neither is guessed at."""
    form = card.form
    if form is None or raw.modality != form.modality:
        wanted = "pictures" if form is not None and form.modality == "image" else "a table"
        raise UsageError(f"{source} does not hold {wanted}", expected=f"{wanted}, as in training", mend="name data of the kind that the run had")
    if raw.frame is None:
        height, width, channels = raw.images.shape[1:]
        if (height, width, channels) != (form.height, form.width, form.channels):
            raise DataError(
                f"the pictures of {source} are {width}x{height} with {channels} channels",
                expected=f"{form.width}x{form.height} with {form.channels}, as in training",
                mend="give the folder of pictures itself: its files are brought to that size",
            )
        return
    unknown = [name for name in raw.frame.columns if name not in form.columns]
    absent = [name for name in form.columns if name not in raw.frame.columns and name not in (form.target_name, form.group_name)]
    if unknown and not absent:
        shown = ", ".join(f"`{name}`" for name in unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        raise DataError(
            f"{source} has {'a column' if len(unknown) == 1 else 'columns'} that training did not have: {shown}",
            expected="the columns of training: " + ", ".join(form.columns[:30]),
            mend="remove it" if len(unknown) == 1 else "remove them",
        )


def _inputs(card: Model, raw: Raw) -> Any:
    from nohero.data.table_transform import TableTransform

    if isinstance(card.inputs, TableTransform):
        return card.inputs.apply(raw.frame, raw.items)
    return raw.images if raw.modality == "array" else raw.images.transpose(0, 3, 1, 2)


def _to_input(card: Model, x: Any) -> Any:
    """As in training: rows as they are, pictures standardised by channel."""
    import torch

    from nohero.data.image_transform import ImageTransform

    if not isinstance(card.inputs, ImageTransform):
        return x
    mean, std = (torch.tensor(values).reshape(1, -1, 1, 1) for values in (card.inputs.mean, card.inputs.std))
    return (x.float() / 255.0 - mean) / std


def _answers(card: Model, raw: Raw, outputs_NK: Any) -> list[Prediction]:
    from nohero.evidence.average import probabilities

    said = card.task.decide(outputs_NK)
    items = [str(item) for item in raw.items]
    if card.task.classes:
        labels = card.code.decode(said.astype("int64"))
        chances = probabilities(card.task, outputs_NK)
        return [
            Prediction(item=item, answer=str(label), probabilities=tuple(row))
            for item, label, row in zip(items, labels, chances.tolist(), strict=True)
        ]
    half = card.interval.half if card.interval is not None else float("inf")
    spans = half < float("inf")
    return [
        Prediction(item=item, answer=value, low=value - half if spans else None, high=value + half if spans else None)
        for item, value in zip(items, said.tolist(), strict=True)
    ]


def _notes(card: Model, raw: Raw, outputs_NK: Any) -> tuple[str, ...]:
    notes = list(raw.notes)
    if card.interval is not None:
        notes.append(f"intervals: {card.interval.statement}")
    if raw.target is not None and len(raw):
        try:
            score = card.task.score(outputs_NK, card.code.encode(raw.target).astype("float64"))
            notes.append(f"the target is there too: {score.metric} {score} on {score.n:,} rows")
        except (DataError, ValueError) as error:
            notes.append(f"the target is there too, but gives no score: {getattr(error, 'what', error)}")
    if raw.sha256 == card.data_sha256:
        notes.append("this is the data the model was trained on: a score on it flatters")
    return tuple(notes)


def _place(row: Prediction) -> tuple[int, int, str]:
    """Rows by number, pictures by name."""
    found = re.fullmatch(r"row (\d+)", row.item)
    return (0, int(found[1]), "") if found else (1, 0, row.item)


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    if not text.startswith(ACTIVE):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _number(value: float | str | None) -> str:
    return f"{value:.{DIGITS + 2}g}" if isinstance(value, float) else ""
