"""Straight lines between pairs of values that belong together, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Field = NDArray[np.float64]


def piecewise(value: NDArray[np.floating], start: Field, end: Field) -> Field:
    """Map values by the straight lines between pairs; beyond the outermost ones by the slope of them all.

    Args:
        value: (...), NaN where missing.
        start: values that rise strictly along the first axis, (K, ...).
        end: what belongs to them, (K, ...).
    """
    slope = (end[-1] - end[0]) / (start[-1] - start[0])
    result = np.where(value < start[0], end[0] + slope * (value - start[0]), end[-1] + slope * (value - start[-1]))
    for low in range(len(start) - 1):
        inside = (value >= start[low]) & (value <= start[low + 1])
        between = (end[low + 1] - end[low]) / (start[low + 1] - start[low])
        result = np.where(inside, end[low] + between * (value - start[low]), result)
    return np.asarray(result, np.float64)


def rising(values: Field, step: float) -> Field:
    """Let values rise along the first axis by a step at least.

    Args:
        values: (K, ...).
        step: in their units.
    """
    steps = step * np.arange(len(values)).reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(np.maximum.accumulate(values - steps, axis=0) + steps, np.float64)
