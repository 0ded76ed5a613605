"""The data of one region for the page, as scripts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smen.atomic import write_text
from smen.grid import Window
from smen.outputs.feature_cells import Cells
from smen.outputs.graticule import graticule
from smen.outputs.map_files import MapFile, read_bands
from smen.outputs.map_names import iso
from smen.outputs.map_panel import ground_shape
from smen.outputs.region_outline import region_cells
from smen.outputs.report import basemap
from smen.outputs.report.coarsening import display_step, square_means
from smen.outputs.report.field_codec import pack, pack_codes, script
from smen.outputs.report.index_layers import index_layers
from smen.outputs.report.places import towns_in
from smen.outputs.report.region_report import RegionReport
from smen.outputs.report.station_scores import station_content

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

AT_ONCE = 32
"""Maps in a script: what the page loads before it can show the first."""

STEPS = {"soil_moisture": 0.001, "standard_deviation": 0.001, "age": 0.1}
"""Steps to which the values of each band are rounded, m3/m3 and days."""


def write_region(folder: Path, report: RegionReport, maps_at: str) -> None:
    """Write a region's scripts.

    Args:
        folder: where they go: ``region.js``, ``product.js`` and ``maps_000.js`` and so on.
        report: what to show.
        maps_at: the folder of the region's maps, relative to the page.

    Raises:
        DataError: a map cannot be read.
        OutputError: a script cannot be written.
    """
    every = display_step(report.window, len(report.maps))
    shape = tuple(-(-side // every) for side in report.window.shape)
    chunks: list[tuple[int, int, str]] = []
    overpasses: list[dict[str, Any]] = []
    for first in range(0, len(report.maps), AT_ONCE):
        files = report.maps[first : first + AT_ONCE]
        layers, coverage = _read_layers(files, every)
        name = f"maps_{len(chunks):03d}.js"
        write_text(folder / name, script("smen.maps", report.region, len(chunks), layers))
        chunks.append((first, len(files), name))
        overpasses += [_overpass(file, maps_at) | numbers for file, numbers in zip(files, coverage, strict=True)]
    dates = sorted(report.product)
    product = np.stack([square_means(report.product[i], every) for i in dates]) if dates else np.empty((0, *shape))
    write_text(folder / "product.js", script("smen.product", report.region, pack(product, STEPS["soil_moisture"])))
    content = {
        "name": report.region,
        "simulated": report.simulated,
        "shape": list(shape),
        "every": every,
        "aspect": ground_shape(report.window),
        "maps": overpasses,
        "chunks": chunks,
        "productDates": dates,
        "coarse": {
            "name": report.coarse.name,
            "rows": report.coarse.rows[::every].tolist(),
            "columns": report.coarse.columns[::every].tolist(),
            "fields": pack(report.coarse.fields, STEPS["soil_moisture"]),
        },
        "quality": {code: [name, report.colours[code]] for code, name in sorted(report.codes.items())},
        "scores": [dict(row) for row in report.scores],
        "classes": [dict(row) for row in report.classes],
        "training": dict(report.training),
        "files": dict(report.files),
        "about": dict(report.about),
        "indices": index_layers(report.indices, report.maps, every, _outline(report)),
        "stations": report.stations and station_content(report.stations, report.maps, report.window, every),
        **_places(report.window, report.polygon, every),
    }
    write_text(folder / "region.js", script("smen.region", report.region, content))


def _outline(report: RegionReport) -> Cells | None:
    """The cells of the region's polygon; None where it is given by none."""
    return None if report.polygon is None else region_cells(report.window, report.polygon)


def _read_layers(files: Sequence[MapFile], every: int) -> tuple[dict[str, Any], list[dict[str, float | None]]]:
    """The packed layers of some maps, and of each map its mapped share and its mean in m3/m3."""
    read = [read_bands(file, every=every) for file in files]
    bands = np.stack([values for values, _ in read])
    layers: dict[str, Any] = {}
    for number, (name, step) in enumerate(STEPS.items()):
        layers[name] = None if np.isnan(bands[:, number]).all() else pack(bands[:, number], step)
    layers["quality"] = pack_codes(np.stack([codes for _, codes in read]))
    return layers, [_coverage(moisture) for moisture in bands[:, 0]]


def _coverage(moisture: NDArray[np.float32]) -> dict[str, float | None]:
    valid = np.isfinite(moisture)
    mean = float(moisture[valid].mean().round(4)) if valid.any() else None
    return {"share": float(valid.mean().round(4)), "mean": mean}


def _overpass(file: MapFile, maps_at: str) -> dict[str, Any]:
    path = f"{maps_at}/{file.path.parent.name}/{file.path.name}"
    scenes = [len(times) for times in file.scenes]
    return {
        "time": iso(file.time),
        "direction": file.direction,
        "file": path,
        "mode": file.mode,
        "scenes": scenes,
        "provisional": file.provisional,
    }


def _places(window: Window, polygon: BaseGeometry | None, every: int) -> dict[str, Any]:
    """Degrees of the cells; the graticule, the base map's lines and the outline as shares of the window."""
    left, bottom, right, top = window.bounds
    lines = graticule(window, 4)
    middle = (every - 1) // 2
    drawn = {**basemap.lines(window), "region": [] if polygon is None else basemap.outline(window, polygon)}
    x, y = (lines.x - left) / (right - left), (top - lines.y) / (top - bottom)
    return {
        "longitudes": window.longitudes[middle::every].round(4).tolist(),
        "latitudes": window.latitudes[middle::every].round(4).tolist(),
        "meridians": [[label, float(share)] for label, share in zip(lines.longitudes, x, strict=True)],
        "towns": [list(town) for town in towns_in(window)],
        "parallels": [[label, float(share)] for label, share in zip(lines.latitudes, y, strict=True)],
        "lines": {kind: [part.round(4).ravel().tolist() for part in parts] for kind, parts in drawn.items()},
    }
