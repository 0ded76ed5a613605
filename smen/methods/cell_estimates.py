"""Estimates at single cells, made for a few overpasses at a time: whole fields of years need not fit into memory.

A method that can estimate these cells alone does so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.methods.map_mode import predict_in_mode
from smen.methods.protocol import CellMethod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.map_mode import MapMode
    from smen.methods.protocol import Predictor

AT_ONCE = 32
"""Overpasses in memory at a time."""


def estimates_at(
    method: Predictor,
    mode: MapMode,
    fields: Fields,
    samples: Samples,
    targets: NDArray[np.integer],
    cells: tuple[NDArray[np.integer], NDArray[np.integer]],
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Estimate the fine field of each overpass at some cells.

    Args:
        method: fitted.
        mode: one that it has, see `smen.methods.map_mode.mode_of`.
        fields: the region's arrays.
        samples: N overpasses.
        targets: fine fields that may count as later ones in retrospective estimates, -1 for none.
        cells: rows and columns in the window, (P,) each.

    Returns:
        Soil moisture and its standard deviation in m3/m3, (N, P) each, NaN where there is no estimate; None in the
        place of the deviation where it is not known.
    """
    wanted = np.zeros(fields.window.shape, np.bool_)
    wanted[cells] = True
    local = method.at_cells(wanted) if isinstance(method, CellMethod) else method
    means = [np.empty((0, len(cells[0])), np.float32)]
    deviations = []
    for start in range(0, len(samples), AT_ONCE):
        made = predict_in_mode(local, mode, fields, samples.select(slice(start, start + AT_ONCE)), targets)
        means.append(made.mean[:, *cells])
        if made.standard_deviation is not None:
            deviations.append(made.standard_deviation[:, *cells])
    return np.concatenate(means), np.concatenate(deviations) if deviations else None
