"""Indices as cloud-optimised GeoTIFFs beside the maps: numbers in bands, drought classes as coloured, named codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from smen.data.drought_classes import DROUGHT_COLOURS, DROUGHT_NAMES, DROUGHT_NODATA
from smen.grid import Window
from smen.outputs.cog import check_shape, creation_options, write_raster
from smen.outputs.colours import ANOMALY, PERCENTILE, PROBABILITY, WATER_INDEX, Ramp
from smen.outputs.geotiff import NODATA, Band, statistics
from smen.outputs.map_names import iso
from smen.outputs.qgis_styles import HALF_ORBIT, code_style, ramp_style
from smen.outputs.quality_raster import category_sidecar, rgb

NAMES = {int(code): name for code, name in DROUGHT_NAMES.items()}
COLOURS = {int(code): colour for code, colour in DROUGHT_COLOURS.items()}

DROUGHT = "drought"
"""Kind of the raster of drought classes, the only one of codes."""


@dataclass(frozen=True)
class IndexKind:
    """A raster of an index.

    Attributes:
        title: as people read it.
        ramp: in which its first band is drawn.
        bands: names and units; None where they depend on the settings.
    """

    title: str
    ramp: Ramp
    bands: tuple[Band, ...] | None


KINDS: Mapping[str, IndexKind] = {
    "anomaly": IndexKind(
        "departure from what is usual", ANOMALY, (Band("anomaly", "m3 m-3"), Band("standardised_anomaly", "1"))
    ),
    "percentile": IndexKind(
        "percentile for place and season",
        PERCENTILE,
        (Band("percentile", "percent"), Band("percentile_low", "percent"), Band("percentile_high", "percent")),
    ),
    "drought_probability": IndexKind(
        "probability of drought, D1 or worse", PROBABILITY, (Band("drought_probability", "1"),)
    ),
    "water_index": IndexKind("soil water index of the root zone", WATER_INDEX, None),
}
"""Rasters of numbers by kind, the name of which ends their files' names."""


@dataclass(frozen=True)
class Period:
    """The period that a raster is of.

    Attributes:
        start: its beginning, UTC.
        end: its end, not included; of an overpass the same as its start.
    """

    start: np.datetime64
    end: np.datetime64

    @property
    def until(self) -> np.datetime64:
        """When a map of it is no longer shown."""
        return self.end if self.end > self.start else self.start + HALF_ORBIT


def water_index_bands(time_constants: Sequence[int]) -> tuple[Band, ...]:
    """Return the bands of a water index, one for each time constant in days, and then those of their quality.

    The names are those of the layers of the Copernicus Soil Water Index.
    """
    return tuple(Band(f"{name}_{days:03d}", "percent") for name in ("swi", "qflag") for days in time_constants)


def write_index(
    path: Path,
    window: Window,
    kind: str,
    bands: Sequence[Band],
    values: NDArray[np.number],
    *,
    period: Period,
    tags: Mapping[str, str],
) -> None:
    """Write an index of numbers, and its style.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where it lies.
        kind: of the index, a key of `KINDS`.
        bands: names and units of its bands.
        values: (bands, H, W), NaN where missing.
        period: that it is of.
        tags: dataset tags.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
        ValueError: a band has another shape than the window.
    """
    for layer in values:
        check_shape(kind, layer, window)
    stack = np.where(np.isfinite(values), values, NODATA).astype(np.float32)
    options = {"dtype": "float32", "nodata": NODATA, "predictor": "FLOATING_POINT", "overview_resampling": "AVERAGE"}
    with MemoryFile() as memory:
        with memory.open(**creation_options(window, len(bands), **options)) as raster:
            raster.write(stack)
            raster.descriptions = tuple(band.name for band in bands)
            raster.units = tuple(band.units for band in bands)
            raster.update_tags(**period_tags(tags, period))
            for number, layer in enumerate(stack, start=1):
                raster.update_tags(number, **statistics(layer[layer != np.float32(NODATA)], layer.size))
        content = memory.read()
    write_raster(path, content, ramp_style(KINDS[kind].ramp, 1, period.start, period.until))


def write_drought(
    path: Path, window: Window, codes: NDArray[np.uint8], *, period: Period, tags: Mapping[str, str]
) -> None:
    """Write drought classes with the colours and names of the United States Drought Monitor, and their style.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where it lies.
        codes: of `smen.data.drought_classes.DroughtClass`, (H, W), `DROUGHT_NODATA` where there is none.
        period: that it is of.
        tags: dataset tags.

    Raises:
        OutputError: the files cannot be written; no part of them is left.
        ValueError: the shape is not the window's.
    """
    check_shape(DROUGHT, codes, window)
    options = {
        "dtype": "uint8", "nodata": DROUGHT_NODATA, "photometric": "palette", "overview_resampling": "MODE",
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**creation_options(window, 1, **options)) as raster:
            raster.write(codes, 1)
            raster.descriptions = (DROUGHT,)
            raster.write_colormap(1, {code: (*rgb(colour), 255) for code, colour in COLOURS.items()})
            raster.update_tags(**period_tags(tags, period))
            raster.update_tags(1, **{f"CODE_{code}": name for code, name in NAMES.items()})
        content = memory.read()
    style = code_style(NAMES, COLOURS, period.start, period.until)
    write_raster(path, content, style, category_sidecar(NAMES))


def period_tags(tags: Mapping[str, str], period: Period) -> dict[str, str]:
    """Add the tags of a period to those of a file.

    Args:
        tags: of the file.
        period: that it is of.
    """
    start = iso(period.start)
    return {
        **tags,
        "START_TIME": start,
        "END_TIME": iso(period.end),
        "TIFFTAG_DATETIME": start.removesuffix("Z").replace("-", ":").replace("T", " "),
        "AREA_OR_POINT": "Area",
    }
