"""STAC items of indices: one for each period, with how each raster is to be drawn (render extension 2.0)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pystac
import rasterio
from pystac.extensions.file import FileExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import DataType, RasterBand, RasterExtension, Sampling
from shapely.geometry import mapping

from smen import __version__
from smen.data.drought_classes import DROUGHT_NODATA
from smen.grid import CRS_CODE, M03, Window
from smen.outputs.geotiff import NODATA
from smen.outputs.index_files import IndexFile
from smen.outputs.index_rasters import COLOURS, DROUGHT, KINDS, NAMES
from smen.outputs.quality_raster import rgb
from smen.outputs.stac_item import PROCESSING, Provenance, bounding_box, relative, utc

RENDER = "https://stac-extensions.github.io/render/v2.0.0/schema.json"
"""Schema of the render extension, which tilers such as titiler read."""

CLASSIFICATION = "https://stac-extensions.github.io/classification/v2.0.0/schema.json"
"""Schema of the classification extension: names and colours of codes."""

TITLES = {DROUGHT: "drought class"} | {kind: about.title for kind, about in KINDS.items()}


def make_index_item(folder: Path, window: Window, file: IndexFile, provenance: Provenance, region: str) -> pystac.Item:
    """Return the item of the indices of one period.

    Args:
        folder: folder of the item.
        window: the region.
        file: the rasters.
        provenance: what the maps were made from.
        region: its name.
    """
    properties: dict[str, Any] = {
        "title": f"{region}, indices of the {_when(file)}",
        "gsd": M03.cell,
        "processing:software": {"smen": __version__},
        "smen:model": provenance.model,
        "smen:settings_digest": provenance.settings_digest,
        "smen:simulated": provenance.simulated,
        "smen:record_years": file.record_years,
        "renders": {kind: _render(kind) for kind in file.paths},
    }
    item = pystac.Item(
        id=f"{file.stem}_indices",
        geometry=mapping(window.polygon()),
        bbox=bounding_box(window),
        datetime=utc(file.start),
        start_datetime=utc(file.start),
        end_datetime=utc(file.end),
        properties=properties,
        stac_extensions=[PROCESSING, RENDER, *([CLASSIFICATION] if DROUGHT in file.paths else [])],
    )
    ProjectionExtension.ext(item, add_if_missing=True).apply(
        code=CRS_CODE, shape=list(window.shape), transform=list(window.transform)[:6], bbox=list(window.bounds)
    )
    for kind, path in file.paths.items():
        _add_asset(item, kind, path, folder)
    return item


def _when(file: IndexFile) -> str:
    """The period for a person."""
    day, _, hour = str(file.start).partition("T")
    return {"week": f"week from {day}", "day": f"day {day}"}.get(file.every, f"overpass of {day} {hour} UTC")


def _render(kind: str) -> dict[str, Any]:
    """How a raster is drawn: codes by their colours, numbers by the stops of their ramp."""
    if kind == DROUGHT:
        table = {str(code): [*rgb(colour), 255] for code, colour in COLOURS.items()}
        return {"title": TITLES[kind], "assets": [kind], "nodata": DROUGHT_NODATA, "colormap": table}
    ramp = KINDS[kind].ramp
    return {
        "title": TITLES[kind], "assets": [kind], "nodata": NODATA, "rescale": [[ramp.low, ramp.high]],
        "bidx": [1], "colormap": _table(ramp.stops), "resampling": "nearest",
    }  # fmt: skip


def _table(stops: tuple[str, ...]) -> dict[str, list[int]]:
    """A table of 256 colours between evenly spaced stops, as titiler takes it."""
    colours = [rgb(stop) for stop in stops]
    table = {}
    for level in range(256):
        place = level / 255 * (len(colours) - 1)
        low = min(int(place), len(colours) - 2)
        between = zip(colours[low], colours[low + 1], strict=True)
        table[str(level)] = [*(round(a + (place - low) * (b - a)) for a, b in between), 255]
    return table


def _add_asset(item: pystac.Item, kind: str, path: Path, folder: Path) -> None:
    """Add a raster with its size, checksum and bands."""
    asset = pystac.Asset(relative(path, folder), title=TITLES[kind], media_type=pystac.MediaType.COG, roles=["data"])
    item.add_asset(kind, asset)
    content = path.read_bytes()
    checksum = f"1220{hashlib.sha256(content).hexdigest()}"  # multihash: sha2-256, 32 bytes
    FileExtension.ext(asset, add_if_missing=True).apply(size=len(content), checksum=checksum)
    with rasterio.open(path) as raster:
        bands = [_band(kind, str(name)) for name in raster.descriptions]
    RasterExtension.ext(asset, add_if_missing=True).apply(bands)
    if kind == DROUGHT:
        asset.extra_fields["classification:classes"] = [_class(code, name) for code, name in NAMES.items()]


def _band(kind: str, name: str) -> RasterBand:
    """A band with its name."""
    codes = kind == DROUGHT
    band = RasterBand.create(
        nodata=DROUGHT_NODATA if codes else NODATA,
        sampling=Sampling.AREA,
        data_type=DataType.UINT8 if codes else DataType.FLOAT32,
    )
    band.properties["name"] = name
    return band


def _class(code: int, name: str) -> Mapping[str, Any]:
    """A class as the classification extension has it."""
    return {"value": code, "name": name.split(":")[0], "description": name, "color_hint": COLOURS[code][1:].upper()}
