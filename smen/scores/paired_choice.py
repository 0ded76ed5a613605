"""Which of several estimates is best on the same dates, where a tie goes to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.scores.intervals import Interval, mean_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LEAST_DATES = 5
"""Dates from which a difference can speak against an earlier one: the bootstrap of fewer says too little of how errors
vary from date to date."""


def best_of(errors: Mapping[str, NDArray[np.floating]]) -> tuple[str, dict[str, Interval]]:
    """Find the estimate with the smallest errors.

    They are compared in their order: a later one takes the place of the best so far where the 95 % interval of the
    mean paired difference (block bootstrap over dates) excludes zero in its favour.

    Args:
        errors: of each, one value a date in the order of time, (N,), N the same for all.

    Returns:
        The name of the best, and of each other one the difference of its errors to those of the best.
    """
    names = list(errors)
    best = names[0]
    for name in names[1:]:
        if len(errors[name]) >= LEAST_DATES and mean_interval(errors[name] - errors[best]).high < 0:
            best = name
    return best, {name: mean_interval(errors[name] - errors[best]) for name in names if name != best}
