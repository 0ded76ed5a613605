"""Values of maps at points and over polygons, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smen.data.error_correlation import ErrorCorrelation
from smen.data.kept import NOTHING_KEPT, Parts
from smen.outputs.feature_cells import Cells
from smen.outputs.feature_errors import FeatureErrors, Wanted, weighted_mean
from smen.outputs.labels import yes_or_no
from smen.outputs.map_files import MapFile, read_bands
from smen.outputs.map_names import DIRECTIONS, iso
from smen.outputs.map_reader import MapReader

COLUMNS = (
    "feature", "region", "time", "direction", "soil_moisture", "standard_deviation", "age", "quality",
    "quality_meaning", "valid_share", "cells", "simulated",
)  # fmt: skip
"""Columns of a table of values; moisture and its standard deviation in m3/m3, age in days."""

_WHOLE = ("quality", "cells")
_NUMBERS = ("soil_moisture", "standard_deviation", "age", "valid_share", *_WHOLE)
"""Columns that a map gives, and those of them that are whole numbers."""

NOTHING_MORE = Wanted()
"""No columns beside these."""


def extract(
    maps: Sequence[MapFile],
    cells: Mapping[Any, Cells],
    codes: Mapping[int, str],
    *,
    region: str,
    simulated: bool,
    errors: ErrorCorrelation | None = None,
    wanted: Wanted = NOTHING_MORE,
    reader: MapReader | None = None,
) -> pd.DataFrame:
    """Read the values of a region's maps at features.

    Over several cells soil moisture is the mean weighted by area over valid cells, and so is the age. The standard
    deviation is that of this mean, from the correlation of the cells' errors; where that is not known, the mean of
    theirs, an upper bound reached where they err together. The quality is the code that covers most of the feature.

    Args:
        maps: the maps.
        cells: the cells of each feature, by its name; features without any are left out.
        codes: meaning of each quality code.
        region: name of the region.
        simulated: whether the maps are simulated.
        errors: how the errors of the region's maps go together; None: not known.
        wanted: which columns to add; those of an unknown correlation are NaN.
        reader: reads the maps whole, and keeps the values of those that do not change, but not changes since a date,
            which rest on more than one map; None: only the part that the features lie in is read.

    Returns:
        A row for each map and feature, with the columns `COLUMNS` and those wanted, by feature and time.

    Raises:
        DataError: a map cannot be read.
    """
    inside = {name: touched for name, touched in cells.items() if touched.rows.size}
    kept = NOTHING_KEPT if reader is None or wanted.since is not None else reader.kept
    rows: list[dict[str, Any]] = []
    if inside:
        part = _bounding_slices(list(inside.values()))
        areas = {name: FeatureErrors(touched, errors, wanted) for name, touched in inside.items()}
        made_of = [wanted, *(array for touched in inside.values() for array in vars(touched).values())]
        made_of += [] if errors is None else [errors.structure, errors.bounds, errors.pattern_variance]
        for file in sorted(maps, key=lambda file: file.time):
            make = partial(_all_values, file, list(areas.values()), part, wanted, reader)
            values = kept.take("values", [file.digest, *made_of], make)["values"]
            about = {"region": region, "time": iso(file.time), "direction": DIRECTIONS[file.direction]}
            rows += [
                {"feature": name, **about, **_row(numbers, wanted)}
                for name, numbers in zip(areas, values.tolist(), strict=True)
            ]
    table = pd.DataFrame(rows, columns=[*COLUMNS, *wanted.columns])
    table["quality_meaning"] = [codes.get(code, "none") for code in table["quality"]]
    table["simulated"] = yes_or_no(simulated)
    return table.sort_values(["feature", "time"], kind="stable", ignore_index=True)


def _all_values(
    file: MapFile,
    areas: Sequence[FeatureErrors],
    part: tuple[slice, slice],
    wanted: Wanted,
    reader: MapReader | None,
) -> Parts:
    """Values of one map at all features, (features, columns)."""
    if reader is None:
        bands, quality = read_bands(file, part=part)
    else:
        whole, codes = reader.bands(file)
        bands, quality = whole[:, *part], codes[part]
    rows = (_values(file.time, bands, quality, area, part) for area in areas)
    return {"values": np.array([[float(row[name]) for name in (*_NUMBERS, *wanted.columns)] for row in rows])}


def _row(numbers: Sequence[float], wanted: Wanted) -> dict[str, float | int]:
    """The values of one map at one feature by their columns."""
    named = dict(zip((*_NUMBERS, *wanted.columns), numbers, strict=True))
    return {name: int(number) if name in _WHOLE else number for name, number in named.items()}


def _values(
    time: np.datetime64,
    bands: NDArray[np.float32],
    quality: NDArray[np.uint8],
    area: FeatureErrors,
    part: tuple[slice, slice],
) -> dict[str, float | int]:
    """Values of one map over the cells of one feature, from the part of the map that was read."""
    cells = area.cells
    index = cells.rows - part[0].start, cells.columns - part[1].start
    moisture, deviation, age = (band[index] for band in bands)
    return {
        "soil_moisture": weighted_mean(moisture, cells.weights),
        "age": weighted_mean(age, cells.weights),
        "quality": int(np.argmax(np.bincount(quality[index], cells.weights))),
        "valid_share": cells.weights[np.isfinite(moisture)].sum() / cells.weights.sum(),
        "cells": cells.rows.size,
        **area.columns(time, moisture, deviation),
    }


def _bounding_slices(features: Sequence[Cells]) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds all cells."""
    rows, columns = (np.concatenate([getattr(cells, name) for cells in features]) for name in ("rows", "columns"))
    return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)
