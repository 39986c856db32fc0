"""What the network sees just before the forward pass: the tensor itself, caught at the model's door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Image, Images, Table

if TYPE_CHECKING:
    from nohero.problem import Problem

SHOWN = 20  # items drawn
ROWS, COLUMNS = 8, 12  # of a table, shown
ROUNDING = 1e-6  # of the greatest number of a column, in float32 with room to spare
PRICE = 0.1  # seconds


@dataclass(frozen=True, kw_only=True)
class SeenInputs:
    """One training batch as it reaches `forward`."""

    shape: tuple[int, ...]
    dtype: str
    mean: float
    std: float  # over all numbers of the batch
    low: float
    high: float
    num_nonfinite: int
    column_means: tuple[float, ...]  # per feature or channel, over the training set's first 2,000 items
    column_stds: tuple[float, ...]
    column_names: tuple[str, ...]
    images: tuple[Image, ...] = ()
    rows: tuple[tuple[str | float | int | None, ...], ...] = ()
    cell_names: tuple[str, ...] = ()  # of a table: its columns, and the same rows turned back into cells
    cells: tuple[tuple[str | float | int | None, ...], ...] = ()

    def sentence(self) -> str:
        """Shape, type and range."""
        return f"a batch arrives as {list(self.shape)} {self.dtype}, mean {self.mean:.2f}, std {self.std:.2f}, from {self.low:.2f} to {self.high:.2f}"

    def figures(self) -> tuple[Images | Table, ...]:
        """The batch, decoded back."""
        if self.images:
            return (Images(title="What the network sees, just before the forward pass", images=self.images, sentence=self.sentence()),)
        columns = ("target", *self.column_names[:COLUMNS])
        seen = Table(title="What the network sees, just before the forward pass", columns=columns, rows=self.rows, sentence=self.sentence())
        if not self.cells:
            return (seen,)
        return (seen, Table(title="The same rows, turned back into what they were made of", columns=("target", *self.cell_names), rows=self.cells))


def measure(problem: Problem) -> SeenInputs:
    """Hook the model's door for one batch of the training loader, and sum up each feature or channel."""
    import torch

    caught: list[torch.Tensor] = []
    model = problem.make_model(problem.start, problem.seed).eval()
    hook = model.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0].detach()))
    with torch.no_grad():
        model(problem.to_input(problem.train.x[: max(2, problem.start.batch_size)]))
    hook.remove()
    x = caught[0]
    wide = problem.to_input(problem.train.x[:2000]).double()
    wide = wide.transpose(1, -1).flatten(0, -2) if wide.ndim > 2 else wide.reshape(len(wide), -1)  # [items (x pixels), features or channels]
    names = getattr(problem.transform, "names", None) or tuple(f"channel {i}" for i in range(wide.shape[1]))
    cell_names, cells = _turned_back(problem, x)
    finite = x[torch.isfinite(x)].double()
    finite = finite if finite.numel() else torch.full((2,), float("nan"), dtype=torch.float64)
    return SeenInputs(
        shape=tuple(x.shape),
        dtype=str(x.dtype).removeprefix("torch."),
        mean=float(finite.mean()),
        std=float(finite.std()),
        low=float(finite.min()),
        high=float(finite.max()),
        num_nonfinite=int((~torch.isfinite(x)).sum()),
        column_means=tuple(wide.mean(0).tolist()),
        column_stds=tuple(wide.std(0).tolist()),
        column_names=tuple(str(n) for n in names)[: wide.shape[1]],
        images=_drawn(problem, x) if x.ndim == 4 else (),
        rows=() if x.ndim == 4 else _listed(problem, x),
        cell_names=cell_names,
        cells=cells,
    )


def _label(problem: Problem, index: int) -> str:
    value = problem.train.y[index].item()
    return problem.task.classes[int(value)] if problem.task.classes else f"{value:.2f}"


def _drawn(problem: Problem, x: object) -> tuple[Image, ...]:
    from nohero.run.pictures import picture

    pixels = x.permute(0, 2, 3, 1).cpu().numpy()  # type: ignore[attr-defined]
    return tuple(picture(pixels[i], _label(problem, i)) for i in range(min(SHOWN, len(pixels))))


def _listed(problem: Problem, x: object) -> tuple[tuple[str | float, ...], ...]:
    flat = x.reshape(len(x), -1).tolist()  # type: ignore[attr-defined, arg-type]
    return tuple((_label(problem, i), *(round(v, 2) for v in flat[i][:COLUMNS])) for i in range(min(ROWS, len(flat))))


def _turned_back(problem: Problem, x: Any) -> tuple[tuple[str, ...], tuple[tuple[str | float | int | None, ...], ...]]:
    """(names, rows) of a table's columns, from the numbers that the network was given; nothing where they are no table's."""
    from nohero.data.table_transform import TableTransform

    if not isinstance(problem.transform, TableTransform) or tuple(x.shape[1:]) != (problem.transform.width,):
        return (), ()
    frame = problem.transform.invert(x.float().cpu().numpy())
    frame = frame.select(frame.columns[:COLUMNS])
    sizes = [max((abs(v) for v in s.drop_nulls().to_list()), default=0.0) if s.dtype.is_float() else 0.0 for s in frame]
    rows = ((_label(problem, i), *(_cell(v, size) for v, size in zip(row, sizes, strict=True))) for i, row in enumerate(frame.head(ROWS).iter_rows()))
    return tuple(frame.columns), tuple(rows)


def _cell(value: Any, size: float) -> str | float | int | None:
    """A number to five digits, with zero for what float32 makes of it beside numbers of that size; true and false and dates as words."""
    if isinstance(value, float):
        return float(f"{value:.5g}") if abs(value) > ROUNDING * size else 0.0
    return value if value is None else str(value).removesuffix(" 00:00:00")
