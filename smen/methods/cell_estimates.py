"""Estimates at single cells, made for a few overpasses at a time: whole fields of years need not fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from smen.data.records import Prediction, Samples

AT_ONCE = 32
"""Overpasses in memory at a time."""


def estimates_at(
    predict: Callable[[Samples], Prediction],
    samples: Samples,
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Estimate fields and keep some cells of them.

    Args:
        predict: gives the estimates of some overpasses.
        samples: N overpasses.
        rows: of the cells in the window, (P,).
        columns: likewise.

    Returns:
        Soil moisture and its standard deviation in m3/m3, (N, P) each, NaN where there is no estimate; None in the
        place of the deviation where it is not known.
    """
    means = [np.empty((0, len(rows)), np.float32)]
    deviations = []
    for start in range(0, len(samples), AT_ONCE):
        made = predict(samples.select(slice(start, start + AT_ONCE)))
        means.append(made.mean[:, rows, columns])
        if made.standard_deviation is not None:
            deviations.append(made.standard_deviation[:, rows, columns])
    return np.concatenate(means), np.concatenate(deviations) if deviations else None
