"""The data of one region for the page, as scripts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smen.atomic import write_bytes, write_text
from smen.data.kept import Parts, as_array
from smen.grid import Window
from smen.outputs.feature_cells import Cells
from smen.outputs.graticule import graticule
from smen.outputs.map_files import MapFile, read_bands
from smen.outputs.map_names import iso
from smen.outputs.map_panel import ground_shape
from smen.outputs.map_reader import MapReader
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


def write_region(folder: Path, report: RegionReport, maps_at: str, reader: MapReader | None = None) -> None:
    """Write a region's scripts.

    Args:
        folder: where they go: ``region.js``, ``product.js`` and ``maps_000.js`` and so on.
        report: what to show.
        maps_at: the folder of the region's maps, relative to the page.
        reader: reads the maps, and keeps the scripts of those that do not change.

    Raises:
        DataError: a map cannot be read.
        OutputError: a script cannot be written.
    """
    every = display_step(report.window, len(report.maps))
    shape = tuple(-(-side // every) for side in report.window.shape)
    reader = reader or MapReader(report.window)
    chunks, overpasses = _write_maps(folder, report, every, maps_at, reader)
    dates = sorted(report.product)
    product = np.stack([square_means(report.product[i], every) for i in dates]) if dates else np.empty((0, *shape))
    parts = reader.kept.take("product", [product, report.region], partial(_script_of_product, report.region, product))
    write_bytes(folder / "product.js", parts["script"].tobytes())
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


def _write_maps(
    folder: Path, report: RegionReport, every: int, maps_at: str, reader: MapReader
) -> tuple[list[tuple[int, int, str]], list[dict[str, Any]]]:
    """Write the scripts of the maps; return first map, maps and name of each script, and what is said of each map."""
    chunks: list[tuple[int, int, str]] = []
    overpasses: list[dict[str, Any]] = []
    for first in range(0, len(report.maps), AT_ONCE):
        files = report.maps[first : first + AT_ONCE]
        number, name = len(chunks), f"maps_{len(chunks):03d}.js"
        made_of = [[file.digest for file in files], every, report.region, number]
        parts = reader.kept.take(
            "report", made_of, partial(_script_of_maps, report.region, number, files, every, reader)
        )
        write_bytes(folder / name, parts["script"].tobytes())
        chunks.append((first, len(files), name))
        overpasses += [
            _overpass(file, maps_at) | _coverage(*numbers)
            for file, numbers in zip(files, parts["coverage"].tolist(), strict=True)
        ]
    return chunks, overpasses


def _outline(report: RegionReport) -> Cells | None:
    """The cells of the region's polygon; None where it is given by none."""
    return None if report.polygon is None else region_cells(report.window, report.polygon)


def _script_of_maps(region: str, number: int, files: Sequence[MapFile], every: int, reader: MapReader) -> Parts:
    """The script of some maps, and of each map its mapped share and its mean in m3/m3, NaN without any."""
    read = [reader.bands(file) if every == 1 else read_bands(file, every=every) for file in files]
    bands = np.stack([values for values, _ in read])
    layers: dict[str, Any] = {}
    for band, (name, step) in enumerate(STEPS.items()):
        layers[name] = None if np.isnan(bands[:, band]).all() else pack(bands[:, band], step)
    layers["quality"] = pack_codes(np.stack([codes for _, codes in read]))
    text = script("smen.maps", region, number, layers)
    return {"script": as_array(text.encode()), "coverage": np.array([_share_and_mean(one) for one in bands[:, 0]])}


def _script_of_product(region: str, product: NDArray[np.floating]) -> Parts:
    """The script of the 3 km product."""
    text = script("smen.product", region, pack(product, STEPS["soil_moisture"]))
    return {"script": as_array(text.encode())}


def _share_and_mean(moisture: NDArray[np.float32]) -> tuple[float, float]:
    valid = np.isfinite(moisture)
    return float(valid.mean()), float(moisture[valid].mean()) if valid.any() else float("nan")


def _coverage(share: float, mean: float) -> dict[str, float | None]:
    return {"share": round(share, 4), "mean": None if np.isnan(mean) else round(mean, 4)}


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
