"""Coarse fields and 3 km products at the times of the maps, as the report shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smen.outputs.report.region_report import Coarse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.series import Series
    from smen.outputs.map_files import MapFile

COARSE_NAMES = {"SPL2SMP": "SMAP 36 km", "SPL2SMP_E": "SMAP 36 km, posted at 9 km"}
"""Names of the coarse products in the report."""


def coarse_layer(coarse: Series, maps: Sequence[MapFile]) -> Coarse:
    """Gather the coarse fields of the maps, one value for each coarse cell.

    Args:
        coarse: the coarse series.
        maps: N maps.
    """
    rows, columns = coarse.window.coarse_index(coarse.grid)
    index = {time: i for i, time in enumerate(coarse.time)}
    fields = np.full((len(maps), *coarse.window.coarse_shape(coarse.grid)), np.nan, np.float32)
    for i, file in enumerate(maps):
        if file.time in index:
            fields[i] = coarse.soil_moisture[index[file.time]]
    return Coarse(COARSE_NAMES[coarse.product], rows, columns, fields)


def product_layer(fine: Series, maps: Sequence[MapFile]) -> dict[int, NDArray[np.floating]]:
    """Gather the 3 km product of those maps that have one with any value.

    Args:
        fine: the fine series.
        maps: N maps.

    Returns:
        (H, W) m3/m3, NaN where missing, by the number of the map.
    """
    index = {time: i for i, time in enumerate(fine.time)}
    product = {i: fine.soil_moisture[index[file.time]] for i, file in enumerate(maps) if file.time in index}
    return {i: field for i, field in product.items() if np.isfinite(field).any()}
