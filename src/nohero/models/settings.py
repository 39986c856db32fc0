"""What may be turned in one training: plain values, so that a training has a name and can be found again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One training's choices. The defaults are the recipe's: Adam 3e-4, constant rate, nothing that regularises."""

    width: int = 32
    depth: int = 2  # hidden layers, or convolution blocks
    dropout: float = 0.0
    learning_rate: float = 3e-4
    weight_decay: float = 0.0  # decoupled (AdamW); never on biases and norms
    batch_size: int = 64
    steps: int = 1000  # optimizer steps
    schedule: str = "constant"  # or "cosine": a short warm-up, then down to zero
    augment: str = "none"  # or "light": shifts by a tenth for images, noise of a tenth of a standard deviation for tables
    flip: bool = False  # mirror images left to right as part of the augmentation
    label_smoothing: float = 0.0
    keep_best: bool = False  # early stopping: keep the weights of the lowest validation loss
    fewer_inputs: float = 0.0  # share of the inputs set to zero for good, weakest first (tables); images are shrunk
    binned: bool = False  # numbers of a table are handed over with how full each of their quantile bins is
    prior_bias: bool = True  # start the output layer at the best constant


def settings_text(settings: Settings) -> str:
    """The settings that differ from the defaults, for people."""
    plain = Settings()
    changed = {k: v for k, v in vars(settings).items() if v != getattr(plain, k)}
    return ", ".join(f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in changed.items()) or "the defaults"
