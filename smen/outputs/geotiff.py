"""Maps as cloud-optimised GeoTIFFs that every GIS tool reads alike.

Files are made in memory by GDAL's COG driver and then written by Python: GDAL may report a full disk only when it
closes a file, or not at all, while Python's own writing always raises. The same arguments give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.io import MemoryFile

from smen.atomic import atomic, write_text
from smen.errors import OutputError
from smen.grid import CRS_CODE, Window
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.naming import DIRECTIONS, Direction, check_direction, iso, remove_sidecars
from smen.outputs.styles import code_style, ramp_style, style_path

NODATA = -9999.0
"""What is written where a map says nothing; exact in float32, and SMAP's own fill value."""

QUALITY_NODATA = 255
"""What is written in a quality raster where no code applies."""

TILE = 256
"""Side of the internal tiles."""

SMALLEST = 64
"""Overviews are halved until they are no larger than this, small rasters too: each has at least one."""


@dataclass(frozen=True)
class Band:
    """What a band of a map is called and measured in."""

    name: str
    units: str


BANDS = (Band("soil_moisture", "m3 m-3"), Band("standard_deviation", "m3 m-3"), Band("age", "days"))
"""The bands of a map, in order."""


def write_map(
    path: Path,
    window: Window,
    soil_moisture: NDArray[np.floating],
    standard_deviation: NDArray[np.floating] | None,
    age: NDArray[np.floating] | None,
    *,
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
) -> None:
    """Write the map of one overpass, and beside it its style; statistics and overviews leave nodata out.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where the map lies.
        soil_moisture: m3/m3, (height, width), NaN where nothing is said.
        standard_deviation: of soil_moisture, m3/m3, (height, width), NaN where unknown; None where not computed.
        age: days since the cell's last fine observation, (height, width), NaN where there is none; None where
            not computed.
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        tags: dataset tags, e.g. SOURCE, MODEL_DIGEST, SIMULATED, TIFFTAG_SOFTWARE. The time, direction and
            AREA_OR_POINT are set here and win.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
        ValueError: an array has another shape than the window, or holds infinite values.
    """
    stack = np.full((len(BANDS), *window.shape), NODATA, np.float32)
    for layer, band, values in zip(stack, BANDS, (soil_moisture, standard_deviation, age), strict=True):
        if values is None:
            continue
        _check_shape(band.name, values, window)
        if np.isinf(values).any():
            raise ValueError(f"{band.name} of {path} holds infinite values")
        known = ~np.isnan(values)
        layer[known] = values[known]
    with MemoryFile() as memory:
        options = {"dtype": "float32", "nodata": NODATA, "predictor": "FLOATING_POINT"}
        with memory.open(**_profile(window, len(BANDS)), **options, overview_resampling="AVERAGE") as raster:
            raster.write(stack)
            raster.descriptions = tuple(band.name for band in BANDS)
            raster.units = tuple(band.units for band in BANDS)
            raster.scales, raster.offsets = (1.0,) * len(BANDS), (0.0,) * len(BANDS)
            raster.update_tags(**{**tags, **_overpass_tags(time, direction)})
            for number, layer in enumerate(stack, start=1):
                raster.update_tags(number, **statistics(layer[layer != np.float32(NODATA)], layer.size))
        content = memory.read()
    _write(path, content, ramp_style(SOIL_MOISTURE, 1, time))


def write_quality(
    path: Path,
    window: Window,
    codes: NDArray[np.uint8],
    *,
    names: Mapping[int, str],
    colours: Mapping[int, str],
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
    nodata: int = QUALITY_NODATA,
) -> None:
    """Write the quality codes of a map, and their style; overviews take the most frequent code, never a mean.

    A TIFF can hold the colours of its codes, but not their names in a way that GDAL and QGIS understand. These
    stand beside it in GDAL's own sidecar (``<name>.tif.aux.xml``), and once more in the band's tags
    (``CODE_<code>``), which stay with a file that travels alone.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where the map lies.
        codes: (height, width), `nodata` where no code applies.
        names: what each code means; every code in `codes` needs one.
        colours: colour of each code of `names`, as ``#rrggbb``.
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        tags: as for `write_map`.
        nodata: the code that means none.

    Raises:
        OutputError: the files cannot be written; no part of them is left.
        ValueError: the shape is not the window's, a code has no name or a name no colour.
    """
    _check_shape("codes", codes, window)
    unnamed = set(np.unique(codes).tolist()) - set(names) - {nodata}
    if unnamed or set(names) != set(colours) or nodata in names:
        raise ValueError(
            f"codes {sorted(unnamed)} have no name; each code needs a name and a colour, and {nodata} (nodata) has none"
        )
    with MemoryFile() as memory:
        options = {"dtype": "uint8", "nodata": nodata, "photometric": "palette"}
        with memory.open(**_profile(window, 1), **options, overview_resampling="MODE") as raster:
            raster.write(codes, 1)
            raster.descriptions = ("quality",)
            raster.write_colormap(1, {code: (*_rgb(colour), 255) for code, colour in sorted(colours.items())})
            raster.update_tags(**{**tags, **_overpass_tags(time, direction)})
            raster.update_tags(1, **{f"CODE_{code}": name for code, name in sorted(names.items())})
        content = memory.read()
    _write(path, content, code_style(names, colours, time), category_sidecar(names))


def statistics(values: NDArray[np.floating], cells: int) -> dict[str, str]:
    """GDAL's statistics tags of a band.

    Args:
        values: the band's valid values, any shape.
        cells: how many cells the band has, valid or not.

    Returns:
        The tags; where no value is valid, the percentage alone.
    """
    tags = {"STATISTICS_VALID_PERCENT": f"{100 * values.size / cells:.4g}"}
    if values.size:
        exact = values.astype(np.float64)
        numbers = {"MINIMUM": exact.min(), "MAXIMUM": exact.max(), "MEAN": exact.mean(), "STDDEV": exact.std()}
        tags |= {f"STATISTICS_{name}": f"{number:.14g}" for name, number in numbers.items()}
    return tags


def category_sidecar(names: Mapping[int, str]) -> str:
    """GDAL's sidecar (PAM) with the names of codes; a code between the lowest and the highest without one is empty."""
    lines = [f"      <Category>{escape(names.get(code, ''))}</Category>" for code in range(max(names, default=-1) + 1)]
    head = ["<PAMDataset>", '  <PAMRasterBand band="1">', "    <CategoryNames>"]
    return "\n".join([*head, *lines, "    </CategoryNames>", "  </PAMRasterBand>", "</PAMDataset>", ""])


def _profile(window: Window, bands: int) -> dict[str, Any]:
    """What the two kinds of raster have in common, as rasterio's creation options."""
    return {
        "driver": "COG",
        "count": bands,
        "height": window.height,
        "width": window.width,
        "crs": _crs(),
        "transform": window.transform,
        "compress": "DEFLATE",  # ZSTD is smaller, but not every ArcGIS and not every GDAL reads it
        "blocksize": TILE,
        "overview_count": overview_count(window.shape),
    }


def overview_count(shape: tuple[int, int]) -> int:
    """How many times a raster is halved for its overviews: until it is no larger than `SMALLEST`, at least once."""
    return max(math.ceil(math.log2(max(shape) / SMALLEST)), 1 if max(shape) > 1 else 0)


@lru_cache(maxsize=1)
def _crs() -> CRS:
    return CRS.from_string(CRS_CODE)


def _overpass_tags(time: np.datetime64, direction: Direction) -> dict[str, str]:
    """The tags that say which overpass this is; TIFF's own date has no zone and is UTC here."""
    check_direction(direction)
    acquired = iso(time)
    return {
        "ACQUISITION_TIME": acquired,
        "TIFFTAG_DATETIME": acquired.removesuffix("Z").replace("-", ":").replace("T", " "),
        "ORBIT_DIRECTION": DIRECTIONS[direction],
        "AREA_OR_POINT": "Area",
    }


def _check_shape(name: str, values: NDArray[Any], window: Window) -> None:
    if values.shape != window.shape:
        raise ValueError(f"{name} has shape {values.shape}, the window {window.shape}")


def _rgb(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as three numbers 0..255."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"colour {colour!r} is not of the form #rrggbb")
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _write(path: Path, content: bytes, style: str, sidecar: str | None = None) -> None:
    """Put a raster and its style in place, whole or not at all; an earlier one's sidecars give way to `sidecar`."""
    with atomic(path) as part:
        part.write_bytes(content)
    try:
        remove_sidecars(path)
        if sidecar is not None:
            write_text(path.with_name(path.name + ".aux.xml"), sidecar)
        write_text(style_path(path), style)
    except OutputError:
        for left in (path, style_path(path), path.with_name(path.name + ".aux.xml")):
            with suppress(OSError):  # beside a wrong sidecar, or without its own, it would pass for a whole result
                left.unlink()
        raise
