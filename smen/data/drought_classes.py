"""Drought classes: names, bounds and colours, as the United States Drought Monitor has them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class DroughtClass(IntEnum):
    """How dry a cell is for the place and the season."""

    NONE = 0
    D0 = 1
    D1 = 2
    D2 = 3
    D3 = 4
    D4 = 5


DROUGHT_NODATA = 255
"""Code of a cell without a percentile."""

PERCENTILE_BELOW: Mapping[DroughtClass, float] = {
    DroughtClass.D0: 30.0,
    DroughtClass.D1: 20.0,
    DroughtClass.D2: 10.0,
    DroughtClass.D3: 5.0,
    DroughtClass.D4: 2.0,
}
"""Percentile of soil moisture below which a class begins (Svoboda et al. 2002, Bull. Am. Meteorol. Soc. 83, 1181)."""

DROUGHT_NAMES: Mapping[DroughtClass, str] = {
    DroughtClass.NONE: "none: not unusually dry",
    DroughtClass.D0: "D0: abnormally dry",
    DroughtClass.D1: "D1: moderate drought",
    DroughtClass.D2: "D2: severe drought",
    DroughtClass.D3: "D3: extreme drought",
    DroughtClass.D4: "D4: exceptional drought",
}

DROUGHT_COLOURS: Mapping[DroughtClass, str] = {
    DroughtClass.NONE: "#f0f0ea",
    DroughtClass.D0: "#ffff00",
    DroughtClass.D1: "#fcd37f",
    DroughtClass.D2: "#ffaa00",
    DroughtClass.D3: "#e60000",
    DroughtClass.D4: "#730000",
}
"""The monitor's own colours, and a light grey where there is none."""


def drought_class(percentile: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the class of each percentile.

    Args:
        percentile: 0..100, of any shape, NaN where there is none.

    Returns:
        Codes of `DroughtClass`, `DROUGHT_NODATA` where there is no percentile.
    """
    below = [percentile < bound for bound in PERCENTILE_BELOW.values()]
    codes = np.sum(below, axis=0).astype(np.uint8)
    return np.where(np.isnan(percentile), np.uint8(DROUGHT_NODATA), codes)


def area_shares(codes: NDArray[np.integer], weights: NDArray[np.floating] | None = None) -> list[float]:
    """Return the share of the mapped area in each class, in their order; NaN where nothing is mapped.

    Args:
        codes: of `DroughtClass`, of any shape, `DROUGHT_NODATA` where there is none.
        weights: area of each cell that counts, of the shape of the codes; None: all count alike.
    """
    area = np.ones(codes.shape) if weights is None else weights
    mapped = area[codes != DROUGHT_NODATA].sum()
    return [float(area[codes == code].sum() / mapped) if mapped > 0 else float("nan") for code in DroughtClass]
