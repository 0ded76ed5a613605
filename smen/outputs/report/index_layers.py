"""Indices as the report shows them: percentile, drought class and its probability, packed, and areas by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smen.data.drought_classes import DROUGHT_COLOURS, DROUGHT_NAMES, DROUGHT_NODATA, area_shares
from smen.outputs.feature_cells import Cells
from smen.outputs.index_cube import time_constants
from smen.outputs.index_files import SHARES, IndexFile, read_index
from smen.outputs.index_rasters import DROUGHT
from smen.outputs.map_files import MapFile
from smen.outputs.map_names import iso
from smen.outputs.report.field_codec import pack, pack_codes

STEPS = {"percentile": 0.5, "percentile_low": 0.5, "percentile_high": 0.5, "drought_probability": 0.01,
         "water_index": 1.0}  # fmt: skip
"""Steps to which the values are rounded."""

BANDS = {
    "percentile": ("percentile", 0), "percentile_low": ("percentile", 1), "percentile_high": ("percentile", 2),
    "drought_probability": ("drought_probability", 0), "water_index": ("water_index", 0),
}  # fmt: skip
"""Layers of numbers: kind of raster and its band; of the water index the first time constant."""

FEW_YEARS = 5
"""With a record of fewer years than this the page says so, as `smen.indices.season_moments` has it."""

FEW_YEARS_NOTE = "fewer than five years: classes are uncertain"


def index_layers(
    indices: Sequence[IndexFile], maps: Sequence[MapFile], every: int, outline: Cells | None = None
) -> dict[str, Any]:
    """Return what the page shows of a region's indices; empty without any.

    Args:
        indices: by rising time.
        maps: by rising time.
        every: side of the squares of cells that are shown as one.
        outline: cells of the region's polygon; None where it is given by none.

    Raises:
        DataError: a raster cannot be read.
    """
    if not indices:
        return {}
    rasters = [{kind: read_index(path, every=every) for kind, path in _shown(one)} for one in indices]
    layers = {
        name: pack(np.stack([raster[kind][band] for raster in rasters]), STEPS[name])
        for name, (kind, band) in BANDS.items()
        if all(kind in raster for raster in rasters)
    }
    if all(DROUGHT in raster for raster in rasters):
        layers[DROUGHT] = pack_codes(np.stack([_codes(raster[DROUGHT][0]) for raster in rasters]))
    years = indices[0].record_years
    return {
        "layers": layers,
        "every": indices[0].every,
        "periods": [[iso(one.start), iso(one.end)] for one in indices],
        "ofMap": _of_maps(indices, maps),
        "shares": [[one.shares.get(name, float("nan")) for name in SHARES] for one in indices],
        "outlineShares": [] if outline is None else outline_shares(indices, outline),
        "classes": [[DROUGHT_NAMES[code], DROUGHT_COLOURS[code]] for code in DROUGHT_NAMES],
        "years": years,
        "waterDays": next(iter(time_constants(indices[0])), None),
        "note": f"a record of {years} years" + (f", {FEW_YEARS_NOTE}" if years < FEW_YEARS else ""),
    }


def outline_shares(indices: Sequence[IndexFile], outline: Cells) -> list[list[float]]:
    """Return which share of an outline's mapped area is in each class, period by period; empty without classes.

    Args:
        indices: by rising time.
        outline: its cells, weighted by the area that they have in common.

    Raises:
        DataError: a raster cannot be read.
    """
    if any(DROUGHT not in one.paths for one in indices):
        return []
    fields = (_codes(read_index(one.paths[DROUGHT])[0]) for one in indices)
    return [area_shares(codes[outline.rows, outline.columns], outline.weights) for codes in fields]


def _shown(one: IndexFile) -> list[tuple[str, Any]]:
    """Rasters that the page shows."""
    kinds = {kind for kind, _ in BANDS.values()} | {DROUGHT}
    return [(kind, path) for kind, path in one.paths.items() if kind in kinds]


def _codes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.where(np.isnan(values), DROUGHT_NODATA, values).astype(np.uint8)


def _of_maps(indices: Sequence[IndexFile], maps: Sequence[MapFile]) -> list[int]:
    """Number of the period that each map belongs to, -1 where there is none."""
    starts = np.array([one.start for one in indices])
    numbers = []
    for file in maps:
        number = int(np.searchsorted(starts, file.time, side="right")) - 1
        one = indices[number]
        inside = number >= 0 and (file.time < one.end or file.time == one.start)
        numbers.append(number if inside else -1)
    return numbers
