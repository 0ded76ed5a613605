"""A STAC item: one map with its rasters, style and thumbnail, and what it was made from."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pystac
import rasterio
from numpy.typing import NDArray
from pystac.extensions.file import FileExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import DataType, RasterBand, RasterExtension, Sampling, Statistics
from pystac.extensions.sat import OrbitState, SatExtension
from shapely.geometry import mapping

from smen import __version__
from smen.grid import CRS_CODE, M03, Window
from smen.outputs.geotiff import BANDS, NODATA
from smen.outputs.map_files import SCENES, MapFile
from smen.outputs.map_names import DIRECTIONS, members_path
from smen.outputs.map_reader import MapReader
from smen.outputs.qgis_styles import style_path
from smen.outputs.quality_raster import QUALITY_NODATA
from smen.outputs.thumbnail import write_thumbnail

PROCESSING = "https://stac-extensions.github.io/processing/v1.0.0/schema.json"
"""Schema of the processing extension, for which pystac has no class."""

_QML = "application/xml"


@dataclass(frozen=True)
class Provenance:
    """What a region's maps were made from.

    Attributes:
        model: name of the method.
        model_digest: digest of its weights.
        settings_digest: digest of the region's settings.
        source: where the granules come from.
        simulated: whether they are simulated.
        granules: for each map, by its time, the names of the granules that it was made from.
        model_choice: among which methods it was chosen, and by which scores; empty where the settings name it.
        products: the data products that are cited; none where all granules are simulated.
    """

    model: str
    model_digest: str
    settings_digest: str
    source: str
    simulated: bool
    granules: Mapping[np.datetime64, Sequence[str]]
    model_choice: str = ""
    products: Sequence[str] = ()


def make_item(
    folder: Path, window: Window, file: MapFile, provenance: Provenance, region: str, reader: MapReader
) -> pystac.Item:
    """Return the item of a map; its thumbnail is written.

    Args:
        folder: folder of the item.
        window: the region.
        file: the map.
        provenance: what it was made from.
        region: name of the region.
        reader: reads the map.

    Raises:
        OutputError: the thumbnail cannot be written.
    """
    item = pystac.Item(
        id=file.path.stem,
        geometry=mapping(window.polygon()),
        bbox=bounding_box(window),
        datetime=utc(file.time),
        properties={
            "title": f"{region}, {str(file.time).replace('T', ' ')} UTC, {DIRECTIONS[file.direction]}",
            "gsd": M03.cell,
            "processing:software": {"smen": __version__},
            "smen:model": provenance.model,
            "smen:model_digest": provenance.model_digest,
            **({"smen:model_choice": provenance.model_choice} if provenance.model_choice else {}),
            "smen:settings_digest": provenance.settings_digest,
            "smen:source": provenance.source,
            "smen:simulated": provenance.simulated,
            "smen:mode": file.mode,
            "smen:provisional": file.provisional,
            **{f"smen:{name}": len(times) for name, times in zip(SCENES, file.scenes, strict=True)},
            "smen:granules": list(provenance.granules.get(file.time, ())),
        },
        stac_extensions=[PROCESSING],
    )
    SatExtension.ext(item, add_if_missing=True).apply(OrbitState(DIRECTIONS[file.direction]))
    ProjectionExtension.ext(item, add_if_missing=True).apply(
        code=CRS_CODE, shape=list(window.shape), transform=list(window.transform)[:6], bbox=list(window.bounds)
    )
    _add_assets(item, file, folder, reader.moisture(file))
    return item


def _add_assets(item: pystac.Item, file: MapFile, folder: Path, moisture: NDArray[np.float32]) -> None:
    """Add the rasters, the style and the thumbnail, each with its size and checksum."""
    with rasterio.open(file.path) as raster:
        tags = [raster.tags(number) for number in raster.indexes]
    thumbnail = folder / f"{file.path.stem}.png"
    write_thumbnail(thumbnail, moisture)
    rows = {
        "soil_moisture": (file.path, pystac.MediaType.COG, ["data"], "soil moisture, standard deviation, age"),
        "quality": (file.quality, pystac.MediaType.COG, ["data", "quality"], "quality codes"),
        "style": (style_path(file.path), _QML, ["style", "metadata"], "style for QGIS"),
        "thumbnail": (thumbnail, pystac.MediaType.PNG, ["thumbnail"], "soil moisture"),
    }
    if (members := members_path(file.path)).is_file():
        rows["members"] = (members, pystac.MediaType.COG, ["data"], "members: soil moisture as it might as well be")
    for key, (path, media, roles, title) in rows.items():
        asset = pystac.Asset(relative(path, folder), title=title, media_type=media, roles=roles)
        item.add_asset(key, asset)
        content = path.read_bytes()
        checksum = f"1220{hashlib.sha256(content).hexdigest()}"  # multihash: sha2-256, 32 bytes
        FileExtension.ext(asset, add_if_missing=True).apply(size=len(content), checksum=checksum)
    bands = [_band(band.name, band.units, tag) for band, tag in zip(BANDS, tags, strict=True)]
    RasterExtension.ext(item.assets["soil_moisture"], add_if_missing=True).apply(bands)
    quality = RasterBand.create(nodata=QUALITY_NODATA, sampling=Sampling.AREA, data_type=DataType.UINT8)
    quality.properties["name"] = "quality"
    RasterExtension.ext(item.assets["quality"], add_if_missing=True).apply([quality])
    if "members" in item.assets:
        RasterExtension.ext(item.assets["members"], add_if_missing=True).apply(_member_bands(members))


def _member_bands(path: Path) -> list[RasterBand]:
    """The bands of a raster of members."""
    with rasterio.open(path) as raster:
        return [_band(str(raster.descriptions[n - 1]), "m3 m-3", raster.tags(n)) for n in raster.indexes]


def _band(name: str, units: str, tags: Mapping[str, str]) -> RasterBand:
    """A band with the statistics of its tags."""
    names = {"minimum": "MINIMUM", "maximum": "MAXIMUM", "mean": "MEAN", "stddev": "STDDEV"}
    names["valid_percent"] = "VALID_PERCENT"
    values: dict[str, Any] = {
        key: float(tags[f"STATISTICS_{name}"]) for key, name in names.items() if f"STATISTICS_{name}" in tags
    }
    band = RasterBand.create(
        nodata=NODATA,
        sampling=Sampling.AREA,
        data_type=DataType.FLOAT32,
        unit=units,
        scale=1,
        offset=0,
        statistics=Statistics.create(**values),
    )
    band.properties["name"] = name
    return band


def bounding_box(window: Window) -> list[float]:
    """Return west, south, east, north in degrees; west is greater than east over 180 degrees (RFC 7946)."""
    outline = window.polygon()
    west, south, east, north = outline.bounds
    if window.crosses_antimeridian:
        parts: Any = getattr(outline, "geoms")  # noqa: B009  (BaseGeometry has no .geoms)
        west, east = parts[0].bounds[0], parts[1].bounds[2]
    return [west, south, east, north]


def utc(time: np.datetime64) -> dt.datetime:
    """Return a time as Python's datetime in UTC, fractions of a second cut off."""
    naive: dt.datetime = time.astype("datetime64[s]").item()
    return naive.replace(tzinfo=dt.UTC)


def relative(path: Path, folder: Path) -> str:
    """Return a path as a link in a file of a folder.

    Args:
        path: what to link to.
        folder: the folder of the file that holds the link.
    """
    return Path(os.path.relpath(path, folder)).as_posix()
