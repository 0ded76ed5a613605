"""Values of maps at points and over polygons, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smen.outputs.feature_cells import Cells
from smen.outputs.labels import yes_or_no
from smen.outputs.map_files import MapFile, read_bands
from smen.outputs.map_names import DIRECTIONS, iso

COLUMNS = (
    "feature", "region", "time", "direction", "soil_moisture", "standard_deviation", "age", "quality",
    "quality_meaning", "valid_share", "cells", "simulated",
)  # fmt: skip
"""Columns of a table of values; moisture and its standard deviation in m3/m3, age in days."""


def extract(
    maps: Sequence[MapFile],
    cells: Mapping[Any, Cells],
    codes: Mapping[int, str],
    *,
    region: str,
    simulated: bool,
) -> pd.DataFrame:
    """Read the values of a region's maps at features.

    Over several cells soil moisture is the mean weighted by area over valid cells. So are the standard deviation and
    the age; the former is thus an upper bound of the mean's own, reached where the cells err together. The quality is
    the code that covers most of the feature.

    Args:
        maps: the maps.
        cells: the cells of each feature, by its name; features without any are left out.
        codes: meaning of each quality code.
        region: name of the region.
        simulated: whether the maps are simulated.

    Returns:
        A row for each map and feature, with the columns `COLUMNS`, by feature and time.

    Raises:
        DataError: a map cannot be read.
    """
    inside = {name: touched for name, touched in cells.items() if touched.rows.size}
    rows: list[dict[str, Any]] = []
    if inside:
        part = _bounding_slices(list(inside.values()))
        for file in maps:
            bands, quality = read_bands(file, part=part)
            about = {"region": region, "time": iso(file.time), "direction": DIRECTIONS[file.direction]}
            rows += [
                {"feature": name, **about, **_values(bands, quality, touched, part)} for name, touched in inside.items()
            ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["quality_meaning"] = [codes.get(code, "none") for code in table["quality"]]
    table["simulated"] = yes_or_no(simulated)
    return table.sort_values(["feature", "time"], kind="stable", ignore_index=True)


def _values(
    bands: NDArray[np.float32], quality: NDArray[np.uint8], cells: Cells, part: tuple[slice, slice]
) -> dict[str, float | int]:
    """Values of one map over the cells of one feature, from the part of the map that was read."""
    rows, columns = cells.rows - part[0].start, cells.columns - part[1].start
    moisture, deviation, age = (_weighted_mean(band[rows, columns], cells.weights) for band in bands)
    return {
        "soil_moisture": moisture,
        "standard_deviation": deviation,
        "age": age,
        "quality": int(np.argmax(np.bincount(quality[rows, columns], cells.weights))),
        "valid_share": cells.weights[np.isfinite(bands[0][rows, columns])].sum() / cells.weights.sum(),
        "cells": cells.rows.size,
    }


def _bounding_slices(features: Sequence[Cells]) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds all cells."""
    rows, columns = (np.concatenate([getattr(cells, name) for cells in features]) for name in ("rows", "columns"))
    return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)


def _weighted_mean(values: NDArray[np.floating], weights: NDArray[np.float64]) -> float:
    """Mean over the valid cells, NaN where there is none."""
    valid = np.isfinite(values)
    total = weights[valid].sum()
    return float((values[valid] * weights[valid]).sum() / total) if total else float("nan")
