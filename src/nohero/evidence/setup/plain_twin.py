"""A plain model in the user's model's place: a small MLP on the flattened inputs, or on tokens by place; it shows what data and loss allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.specimen import Specimen

WIDTH = 64
LONGEST = 4096  # numbers of an item taken in; more are pooled
TOKENS = 5_000


class Twin:
    """Takes a specimen's inputs and gives answers of the model's shape."""

    def __init__(self, specimens: list[Specimen], answer: Tensor) -> None:
        """Sizes from the answer, means and scales of the inputs from `specimens`."""
        import torch
        from torch import nn

        first = specimens[0]
        if not len(answer) or first.size != len(answer):
            raise Unmeasurable("the answers do not begin with the items")
        self.shape = tuple(answer.shape[1:])
        self.known = {name: max(int(s.inputs[name].max()) + 1 if s.inputs[name].numel() else 1 for s in specimens if name in s.inputs) for name, t in first.inputs.items() if not t.is_floating_point() and t.dtype != torch.bool}
        rows = [_row(s, self.known) for s in specimens]
        wide = min(r.shape[1] for r in rows)
        if any(r.shape[1] != wide for r in rows):
            raise Unmeasurable("the inputs differ in length from batch to batch")
        together = torch.cat(rows)
        self.mean, self.scale = together.mean(0), together.std(0, unbiased=False).clamp(min=1e-6)
        self.scale = torch.where(self.scale > 1e-5 * (1 + self.mean.abs()), self.scale, torch.ones_like(self.scale))
        out = int(answer[0].numel())
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(wide, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, out))

    def __call__(self, specimen: Specimen) -> Any:
        """The answers, before any bound of the user's model."""
        row = (_row(specimen, self.known) - self.mean) / self.scale
        return self.net(row.clamp(-10, 10)).reshape(len(row), *self.shape)


def _row(specimen: Specimen, vocabulary: dict[str, int]) -> Tensor:
    """Every item as one row of numbers: floats as they are, tokens as one-hot by place."""
    import torch
    from torch.nn import functional as F

    parts = []
    for name, tensor in specimen.inputs.items():
        axis = specimen.axis(tensor)
        if axis is None:
            continue
        items = tensor.detach().movedim(axis, 0)
        if tensor.is_floating_point() or tensor.dtype == torch.bool:
            flat = items.reshape(len(items), -1).float()
        else:
            known = max(2, vocabulary.get(name, 2))
            if not items.numel() or int(items.min()) < 0 or known * items[0].numel() > TOKENS * 4:
                flat = items.reshape(len(items), -1).float()
            else:
                flat = F.one_hot(items.reshape(len(items), -1).clamp(max=known - 1).long(), known).reshape(len(items), -1).float()
        if flat.shape[1] > LONGEST:
            flat = F.adaptive_avg_pool1d(flat[:, None], LONGEST)[:, 0]
        parts.append(flat)
    if not parts:
        raise Unmeasurable("no input counts the items")
    return torch.cat(parts, 1)
