"""Which share of an area is in each drought class, and its interval, from the percentiles of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from smen.data.drought_classes import PERCENTILE_BELOW, DroughtClass
from smen.errors import DataError
from smen.outputs.feature_cells import Cells
from smen.outputs.index_files import IndexFile, read_index
from smen.outputs.labels import yes_or_no
from smen.outputs.map_names import iso

EVERYWHERE, LENGTH = 0.15, 10.0
"""The errors of two cells' scores, d cells of 3 km apart, correlate by EVERYWHERE + (1 - EVERYWHERE) exp(-d / LENGTH).
Measured in simulated worlds: means over 8, 25 and 100 cells keep .5-.7, .3-.45 and .16-.2 of the variance."""

MOST_CELLS = 400
"""Cells of an area of which the correlation is averaged; more change nothing."""

INTERVAL = (0.05, 0.95)
"""Quantiles of the stated interval, and of that of a percentile raster."""

DECIMALS = 4
"""Of a share: a hundredth of a percent."""

WORSE = tuple(code for code in DroughtClass if code)
"""The classes of drought, each with all that are worse."""

ABOUT = ("feature", "region", "start", "end", "valid_share", "cells", "record_years", "simulated")
"""Columns of the table beside those of the shares."""

SHARE_COLUMNS = tuple(f"{name.name.lower()}_or_worse{end}" for name in WORSE for end in ("", "_low", "_high"))
"""Share of the area in a class or a worse one: expected, and its 90 % interval."""


def drought_shares(
    indices: Sequence[IndexFile], cells: Mapping[Any, Cells], *, region: str, simulated: bool
) -> pd.DataFrame:
    """Return which share of each feature is in each drought class, period by period.

    Args:
        indices: of the region.
        cells: the cells of each feature, by its name; features without any are left out.
        region: its name.
        simulated: whether its data are simulated.

    Returns:
        A row for each feature and period, with the columns `ABOUT` and `SHARE_COLUMNS`.

    Raises:
        DataError: there are no percentiles, or a raster cannot be read.
    """
    if not indices or any("percentile" not in one.paths for one in indices):
        raise DataError(
            f"{region} has no percentiles, which shares of drought classes are made of: name percentile in "
            "indices.which and run `snakemake indices`"
        )
    inside = {name: touched for name, touched in cells.items() if touched.rows.size}
    common = {name: common_share(touched) for name, touched in inside.items()}
    rows = []
    for one in indices:
        bands = read_index(one.paths["percentile"])
        for name, touched in inside.items():
            _, low, high = (band[touched.rows, touched.columns] for band in bands)
            valid = np.isfinite(low)
            rows.append(
                {
                    "feature": name, "region": region, "start": iso(one.start), "end": iso(one.end),
                    "valid_share": touched.weights[valid].sum() / touched.weights.sum(), "cells": touched.rows.size,
                    "record_years": one.record_years, "simulated": yes_or_no(simulated),
                    **_shares(low[valid], high[valid], touched.weights[valid], common[name]),
                }
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=[*ABOUT, *SHARE_COLUMNS])
    return table.sort_values(["feature", "start"], kind="stable", ignore_index=True)


def common_share(cells: Cells) -> float:
    """Return the mean correlation of the errors of an area's cells: 1 for a single cell."""
    chosen = np.unique(np.linspace(0, cells.rows.size - 1, min(MOST_CELLS, cells.rows.size)).astype(int))
    rows, columns = cells.rows[chosen].astype(float), cells.columns[chosen].astype(float)
    distance = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
    correlation = EVERYWHERE + (1 - EVERYWHERE) * np.exp(-distance / LENGTH)
    weights = cells.weights[chosen] / cells.weights[chosen].sum()
    return float(weights @ correlation @ weights)


def _shares(
    low: NDArray[np.floating],
    high: NDArray[np.floating],
    weights: NDArray[np.float64],
    common: float,
) -> dict[str, float]:
    """Shares of one area in each class or worse, with their intervals; NaN where it has no percentile."""
    if not low.size:
        return dict.fromkeys(SHARE_COLUMNS, float("nan"))
    below, above = (ndtri(np.clip(part / 100, 1e-6, 1 - 1e-6)) for part in (low, high))
    # The interval, not the percentile of the record, says what is to be expected in the long run.
    score = (below + above) / 2
    deviation = np.maximum((above - below) / (ndtri(INTERVAL[1]) - ndtri(INTERVAL[0])), 1e-3)
    weights = weights / weights.sum()
    # What all cells err alike moves the whole area; what is left is averaged over it.
    shared, own = np.sqrt(common) * deviation, np.sqrt(max(1 - common, 1e-6)) * deviation
    result: dict[str, float] = {}
    for code in WORSE:
        bound = ndtri(PERCENTILE_BELOW[code] / 100)
        share = float(weights @ ndtr((bound - score) / deviation))
        low_end, high_end = (float(weights @ ndtr((bound - score - ndtri(1 - q) * shared) / own)) for q in INTERVAL)
        # The mean of a rare class may lie beyond the 95 % quantile of its share.
        values = [round(value, DECIMALS) for value in (share, min(low_end, share), max(high_end, share))]
        name = f"{code.name.lower()}_or_worse"
        result |= dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
    return result
