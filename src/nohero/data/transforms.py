"""All that stands between data as read and what a model sees, fitted on train only and kept with the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.image_transform import ImageTransform, fit_images
from nohero.data.table_transform import TableTransform, fit_table
from nohero.data.target_code import TargetCode, fit_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from nohero.data.raw import Raw


@dataclass(frozen=True, kw_only=True)
class Transforms:
    """The inputs' transform and the target's code."""

    inputs: TableTransform | ImageTransform
    target: TargetCode

    def x(self, raw: Raw) -> np.ndarray[Any, Any]:
        """float32 [N, D] of a table, float32 [N, C, H, W] of pictures."""
        if isinstance(self.inputs, TableTransform):
            return self.inputs.apply(raw.frame, raw.items)
        return self.inputs.apply(raw.images)

    def y(self, raw: Raw) -> np.ndarray[Any, Any]:
        """int64 [N] class numbers, or float32 [N] standardised."""
        return self.target.encode(raw.target)


def fit_transforms(raw: Raw, train: np.ndarray[Any, Any], task_kind: str, roles: Mapping[str, str] | None = None) -> Transforms:
    """What train alone says of its columns or channels."""
    inputs = fit_images(raw.images[train]) if raw.modality == "image" else fit_table(raw.frame[train], roles)
    return Transforms(inputs=inputs, target=fit_target(raw.target, raw.target_name, task_kind, train=train))
