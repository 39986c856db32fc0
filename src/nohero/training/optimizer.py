"""The recipe's optimizer: Adam, with decoupled decay on matrices only when decay is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from nohero.models.settings import Settings


def adam(model: torch.nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """AdamW over two groups: matrices decay, biases and norms do not."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, weight_decay=0.0, fused=True)


def rate_at(settings: Settings, step: int) -> float:
    """The learning rate of step `step`, from 0: constant, or a warm-up of a twentieth and a half cosine to zero."""
    if settings.schedule == "constant":
        return settings.learning_rate
    warm = max(1, settings.steps // 20)
    if step < warm:
        return settings.learning_rate * (step + 1) / warm
    share = (step - warm) / max(1, settings.steps - warm)
    return settings.learning_rate * 0.5 * float(1 + torch.cos(torch.tensor(torch.pi * share, dtype=torch.float64)))


def rate_shares(optimizer: torch.optim.Optimizer) -> list[float]:
    """Each group's learning rate as a share of the first one's: what a user sets apart stays apart when the rate is turned."""
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    return [rate / rates[0] if rates[0] else 1.0 for rate in rates]
