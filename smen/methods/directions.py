"""The bias between descending and ascending overpasses of the coarse product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from smen.data.records import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Samples

    Pairs = Iterable[tuple[int, int]]

BIAS_PAIRS = 5.0
"""How many pairs of overpasses the absence of a bias between the two directions is worth."""


def direction_bias(
    cells: NDArray[np.floating], descending: NDArray[np.bool_], pairs: Pairs, prior_pairs: float = BIAS_PAIRS
) -> NDArray[np.float64]:
    """Average the difference of descending minus ascending overpasses at each coarse cell, drawn to 0 by few pairs.

    Comparing pairs that lie near each other in time leaves out what a season or a rainy month changes that one
    direction saw more often.

    Args:
        cells: coarse fields, (T, R, C), m3/m3, NaN where missing. Differences are taken in their own precision.
        descending: which of them are descending, (T,).
        pairs: indices of an overpass and an earlier one of the other direction.
        prior_pairs: how many pairs the absence of a bias is worth.

    Returns:
        The bias, (R, C), m3/m3.
    """
    total, count = np.zeros(cells.shape[1:]), np.zeros(cells.shape[1:])
    for now, earlier in pairs:
        difference = (cells[now] - cells[earlier]) * (1 if descending[now] else -1)
        valid = np.isfinite(difference)
        total += np.where(valid, difference, 0)
        count += valid
    return np.asarray(total / (count + prior_pairs), np.float64)


def pairs_within(
    time: NDArray[np.datetime64], descending: NDArray[np.bool_], apart: np.timedelta64, until: np.datetime64
) -> list[tuple[int, int]]:
    """Pair each overpass with the latest earlier one of the other direction, if it is near in time.

    Args:
        time: of the overpasses, rising, (T,).
        descending: which of them are descending, (T,).
        apart: the two are less than this apart.
        until: later overpasses take no part.
    """
    pairs = []
    last: dict[bool, int] = {}
    for now in np.flatnonzero(time <= until):
        own = bool(descending[now])
        earlier = last.get(not own)
        if earlier is not None and time[now] - time[earlier] < apart:
            pairs.append((int(now), earlier))
        last[own] = int(now)
    return pairs


def pairs_in_history(samples: Samples, descending: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Pair each overpass with the latest of the other direction among the earlier ones of its sample.

    Args:
        samples: the overpasses.
        descending: which coarse fields are descending, (T,).
    """
    pairs = []
    for now, history in zip(samples.coarse, samples.coarse_history, strict=True):
        earlier = (i for i in history if i != MISSING and descending[i] != descending[now])
        if (index := next(earlier, None)) is not None:
            pairs.append((int(now), int(index)))
    return pairs
