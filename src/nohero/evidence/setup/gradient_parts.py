"""Which backward passes a gradient is made of: the passes that, each times a number, add up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SAMPLE = 2048  # numbers looked at of one parameter
EXACT = 1e-3  # relative; sums in another order differ by about 1e-6, in half precision by 1e-3
FITS = 0.02  # relative residual of a gradient explained by scaled passes
COUNTS = 0.3  # of the largest coefficient: below it a pass is no part of the gradient


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Which passes make up a gradient."""

    coefficients: dict[int, float]
    scale: float
    known: bool


def taken_apart(grads: dict[int, Any], passes: list[dict[int, Any]], places: list[int], fresh: list[int]) -> Apart:
    """The passes whose scaled sum is the gradient; the plainest explanation that fits is taken."""
    import torch

    nothing = Apart(coefficients={}, scale=0.0, known=True)
    lengths = {i: len(v) for held in (*passes, grads) for i, v in held.items() if i in places}
    if not passes or not lengths or not grads:
        return nothing
    order = sorted(lengths)

    def flat(held: dict[int, Any]) -> Any:
        return torch.cat([held.get(i, torch.zeros(lengths[i], dtype=torch.float64)) for i in order])

    g, matrix = flat(grads), torch.stack([flat(held) for held in passes], 1)
    size = float(g.norm())
    if size == 0:
        return nothing
    if not (torch.isfinite(g).all() and torch.isfinite(matrix).all()):
        return Apart(coefficients={}, scale=0.0, known=False)
    everything = list(range(len(passes)))
    for chosen in (fresh[-1:], fresh, everything):
        if chosen and float((matrix[:, chosen].sum(1) - g).norm()) <= EXACT * size:
            return Apart(coefficients=dict.fromkeys(chosen, 1.0), scale=1.0, known=True)
    for chosen in (fresh, everything):
        solved = _solved(matrix[:, chosen], g) if chosen else None
        if solved is not None and float((matrix[:, chosen] @ solved - g).norm()) <= FITS * size:
            top = float(solved.abs().max())
            kept = {k: float(a) for k, a in zip(chosen, solved, strict=True) if float(a) > COUNTS * top}
            return Apart(coefficients=kept, scale=sum(kept.values()) / max(1, len(kept)), known=True)
    return Apart(coefficients={}, scale=0.0, known=False)


def _solved(matrix: Any, g: Any) -> Any:
    import torch

    sizes = matrix.norm(dim=0).clamp(min=1e-30)
    return torch.linalg.lstsq(matrix / sizes, g[:, None], driver="gelsd").solution[:, 0] / sizes


def sample(tensor: Any) -> Any:
    """Evenly spaced numbers of a tensor, in double precision, on the CPU."""
    import torch

    if tensor is None:
        return torch.zeros(0, dtype=torch.float64)
    flat = (tensor.to_dense() if tensor.layout != torch.strided else tensor).detach().flatten()
    return flat[:: max(1, len(flat) // SAMPLE)].to("cpu", torch.float64, copy=True)
