"""What the page needs to know of one region, as scripts beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from smen.atomic import write_text
from smen.grid import CRS_CODE, LEFT, Window
from smen.outputs import drawing
from smen.outputs.maps import MapFile, read_bands
from smen.outputs.naming import iso
from smen.outputs.report import basemap
from smen.outputs.report.packing import pack, pack_codes, script

AT_ONCE = 32
"""Maps in a script: what the page loads before it can show the first."""

CELLS = 10_000_000
"""Cells of all maps of a region that the page holds at most; larger regions are shown more coarsely."""

STEPS = {"soil_moisture": 0.001, "standard_deviation": 0.001, "age": 0.1}
"""What values are rounded to."""


@dataclass(frozen=True)
class Coarse:
    """The radiometer's fields at the maps' times.

    Attributes:
        name: what to call it, e.g. ``SMAP 36 km``.
        rows: which coarse row each row of the window is in, (height,), counted from 0.
        columns: which coarse column each column of the window is in, (width,).
        fields: (N, coarse rows, coarse columns) m3/m3, one for each map, NaN where missing.
    """

    name: str
    rows: NDArray[np.integer]
    columns: NDArray[np.integer]
    fields: NDArray[np.floating]


@dataclass(frozen=True)
class RegionReport:
    """All that the page shows of a region.

    Attributes:
        region: its name.
        window: where it lies.
        maps: its maps by rising time; at least one.
        coarse: what the radiometer saw.
        product: the 3 km product (height, width) of those maps that have one, by their number.
        codes: what each quality code means.
        colours: its colour.
        simulated: whether the data are.
        scores: rows with method, split, against, dates, ubRMSE, ubRMSE_low, ubRMSE_high, bias, R, and, where
            the method states a standard deviation, coverage_90 and crps.
        training: losses by epoch, ``train`` and ``validation``, and the epoch that was kept, ``best``.
        files: links to show, by title, relative to the page.
        about: facts to show, by title.
    """

    region: str
    window: Window
    maps: Sequence[MapFile]
    coarse: Coarse
    product: Mapping[int, NDArray[np.floating]]
    codes: Mapping[int, str]
    colours: Mapping[int, str]
    simulated: bool
    scores: Sequence[Mapping[str, Any]]
    training: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


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
    every = block_size(report.window, len(report.maps))
    means: list[float | None] = []
    shares: list[float] = []
    chunks: list[tuple[int, int, str]] = []
    for first in range(0, len(report.maps), AT_ONCE):
        part = report.maps[first : first + AT_ONCE]
        read = [read_bands(one, every=every) for one in part]
        bands = np.stack([b for b, _ in read])
        layers: dict[str, Any] = {}
        for number, (name, step) in enumerate(STEPS.items()):
            layers[name] = None if np.isnan(bands[:, number]).all() else pack(bands[:, number], step)
        layers["quality"] = pack_codes(np.stack([codes for _, codes in read]))
        known = np.isfinite(bands[:, 0])
        shares += known.mean(axis=(1, 2)).round(4).tolist()
        means += [float(b[k].mean().round(4)) if k.any() else None for b, k in zip(bands[:, 0], known, strict=True)]
        name = f"maps_{len(chunks):03d}.js"
        write_text(folder / name, script("smen.maps", report.region, len(chunks), layers))
        chunks.append((first, len(part), name))
    shape = bands.shape[2:]
    dates = sorted(report.product)
    product = np.stack([_blocks(report.product[i], every) for i in dates]) if dates else np.empty((0, *shape))
    write_text(folder / "product.js", script("smen.product", report.region, pack(product, STEPS["soil_moisture"])))
    overpasses = [
        {
            "time": iso(one.time),
            "direction": one.direction,
            "file": f"{maps_at}/{one.path.parent.name}/{one.path.name}",
            "share": share,
            "mean": mean,
        }
        for one, share, mean in zip(report.maps, shares, means, strict=True)
    ]
    content = {
        "name": report.region,
        "simulated": report.simulated,
        "shape": list(shape),
        "every": every,
        "aspect": drawing.ground_shape(report.window),
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
        "training": dict(report.training),
        "files": dict(report.files),
        "about": dict(report.about),
        **_places(report.window, every),
    }
    write_text(folder / "region.js", script("smen.region", report.region, content))


def block_size(window: Window, maps: int) -> int:
    """Side of the blocks of cells that are shown as one: 1, unless a region has more cells than a page can hold."""
    every = 1
    while maps * -(-window.height // every) * -(-window.width // every) > CELLS:
        every += 1
    return every


def _blocks(values: NDArray[np.floating], every: int) -> NDArray[np.floating]:
    """Means of blocks of cells, those at the far edges cut."""
    if every == 1:
        return values
    height, width = values.shape
    rows, columns = -(-height // every), -(-width // every)
    padded = np.full((rows * every, columns * every), np.nan)
    padded[:height, :width] = values
    blocks = padded.reshape(rows, every, columns, every)
    known = np.isfinite(blocks)
    counts = known.sum(axis=(1, 3))
    sums = np.where(known, blocks, 0).sum(axis=(1, 3))
    means = np.full(counts.shape, np.nan)
    means[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return means


def _places(window: Window, every: int) -> dict[str, Any]:
    """Degrees of the cells, the graticule and the lines of the base map, as shares of the window."""
    left, bottom, right, top = window.bounds
    per_metre = 180 / -LEFT
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    _, (south, north) = to_grid.transform([0, 0], [bottom, top], direction="INVERSE")
    meridians = drawing.round_degrees(left * per_metre, right * per_metre, 4)
    parallels = drawing.round_degrees(south, north, 4)
    y = to_grid.transform(np.zeros(parallels.size), parallels)[1]
    middle = (every - 1) // 2
    return {
        "longitudes": window.longitudes[middle::every].round(4).tolist(),
        "latitudes": window.latitudes[middle::every].round(4).tolist(),
        "meridians": [
            [drawing.degrees((lon + 180) % 360 - 180, "E", "W"), float(x)]
            for lon, x in zip(meridians, (meridians / per_metre - left) / (right - left), strict=True)
        ],
        "parallels": [
            [drawing.degrees(lat, "N", "S"), float(v)]
            for lat, v in zip(parallels, (top - np.asarray(y)) / (top - bottom), strict=True)
        ],
        "lines": {
            kind: [part.round(4).ravel().tolist() for part in parts] for kind, parts in basemap.lines(window).items()
        },
    }
