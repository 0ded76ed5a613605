"""The fitted completion of coarse cells as tensors and header entries of a checkpoint, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.data.coarse_tiers import Cause
from smen.methods.fusion.coarse_completion import CoarseCompletion, SecondTierErrors
from smen.methods.fusion.coarse_filter import SpaceTimeModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN, BIAS = "completion.mean", "completion.bias"
"""Names of the tensors."""

BY_CAUSE = ("noise", "shared", "shift", "shift_variance")
"""What has one number for each cause."""


def tensors_of(completion: CoarseCompletion) -> dict[str, NDArray[Any]]:
    """Return the arrays of a completion by name."""
    return {MEAN: completion.mean, BIAS: completion.errors.bias}


def header_of(completion: CoarseCompletion) -> dict[str, Any]:
    """Return all else of a completion, of JSON's types."""
    by_cause = (completion.errors.noise, completion.errors.shared, completion.shift, completion.shift_variance)
    return {
        "model": asdict(completion.model),
        "causes": [cause.name for cause in Cause],
        "used": [bool(used) for used in completion.errors.used],
        **{name: [float(v) for v in values] for name, values in zip(BY_CAUSE, by_cause, strict=True)},
    }


def restore(
    tensors: Mapping[str, NDArray[Any]], header: Mapping[str, Any] | None, shape: tuple[int, int]
) -> CoarseCompletion | None:
    """Make a completion from what `tensors_of` and `header_of` returned; None where the header has none.

    Args:
        tensors: arrays by name.
        header: the other entries, or None.
        shape: R x C of the region's coarse cells.

    Raises:
        KeyError: something is missing.
        ValueError: the causes are those of another version, or the arrays do not fit the region.
    """
    if header is None:
        return None
    if header["causes"] != [cause.name for cause in Cause]:
        raise ValueError("the causes of its second tier are others than this version's")
    if tensors[MEAN].shape != shape or tensors[BIAS].shape != (len(Cause), *shape):
        raise ValueError("its completed coarse cells do not fit its window")
    noise, shared, shift, shift_variance = (np.array(header[name], np.float64) for name in BY_CAUSE)
    errors = SecondTierErrors(tensors[BIAS], noise, shared, np.array(header["used"], bool))
    return CoarseCompletion(tensors[MEAN], SpaceTimeModel(**header["model"]), errors, shift, shift_variance)
