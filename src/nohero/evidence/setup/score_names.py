"""What the name of a score says: which way is better, and which measure it is."""

from __future__ import annotations

import re

GREATER = ("acc", "accuracy", "f1", "fbeta", "auc", "auroc", "roc", "ap", "precision", "recall", "r2", "iou", "miou", "map", "dice", "bleu", "rouge", "top1", "top5", "kappa", "mcc", "psnr", "ssim", "correct")
SMALLER = ("loss", "error", "err", "mae", "mse", "rmse", "mape", "perplexity", "ppl", "nll", "wer", "cer", "fid", "cost", "bce")

TURNED = ("neg", "negative")  # an error with its sign turned, as scikit-learn scores


def words_of(name: str) -> frozenset[str]:
    """The name's words, in small letters: `Val/top-1 ACC` has val, top, 1, top1 and acc; `valLoss` has val and loss."""
    parts = re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())
    return frozenset([*parts, *(a + b for a, b in zip(parts, parts[1:], strict=False) if b.isdigit())])


def better(name: str) -> str:
    """`greater`, `smaller`, or nothing where the name does not say; a loss named beside another measure (`f1_loss`) is a loss."""
    words = words_of(name)
    if words & set(SMALLER):
        return "greater" if words & set(TURNED) else "smaller"
    return "greater" if words & set(GREATER) else ""
