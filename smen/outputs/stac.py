"""A static STAC catalogue: a collection per region, an item per map, relative links, so that it can travel.

Extensions: projection 2.0 and raster 1.1 (what odc-stac, stackstac and titiler read), file 2.1, processing 1.0,
sat 1.0. What
made a map stands in fields of our own, ``smen:...``, in each item.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pystac
import rasterio
from numpy.typing import NDArray
from pystac.extensions.file import FileExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import DataType, RasterBand, RasterExtension, Sampling, Statistics
from pystac.layout import CustomLayoutStrategy
from shapely.geometry import mapping

from smen import __version__
from smen.atomic import atomic
from smen.grid import CRS_CODE, M03, Window
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.geotiff import BANDS, NODATA, QUALITY_NODATA
from smen.outputs.maps import MapFile
from smen.outputs.naming import DIRECTIONS
from smen.outputs.styles import style_path

SAT = "https://stac-extensions.github.io/sat/v1.0.0/schema.json"
PROCESSING = "https://stac-extensions.github.io/processing/v1.0.0/schema.json"

ROOT = "smen-soil-moisture"
"""Identity of the whole catalogue."""

_QML = "application/xml"
_LEVELS = 48
"""Colours of a thumbnail: few, so that it is small."""


@dataclass(frozen=True)
class Provenance:
    """What made a region's maps.

    Attributes:
        model: name of the network.
        model_digest: of its weights.
        settings_digest: of the region's settings.
        source: where the granules come from.
        simulated: whether they are simulated.
        granules: for each map, by its time, the names of the granules that it was made from.
    """

    model: str
    model_digest: str
    settings_digest: str
    source: str
    simulated: bool
    granules: Mapping[np.datetime64, Sequence[str]]


def write_collection(
    folder: Path,
    root: Path,
    window: Window,
    maps: Sequence[MapFile],
    provenance: Provenance,
    *,
    region: str,
    extras: Mapping[str, Path],
) -> None:
    """Write a region's collection, its items and their thumbnails.

    Args:
        folder: where ``collection.json`` and a folder for each year of items go.
        root: the ``catalog.json`` that will lead here.
        window: the region.
        maps: its maps; at least one.
        provenance: what made them.
        region: its name.
        extras: further files of the collection by role, e.g. the QGIS project.

    Raises:
        OutputError: a file cannot be written.
        ValueError: no maps.
    """
    if not maps:
        raise ValueError("a collection needs at least one map")
    catalogue = _root(root)
    times = [_utc(maps[0].time), _utc(maps[-1].time)]
    simulated = ", simulated" if provenance.simulated else ""
    collection = pystac.Collection(
        id=region,
        title=f"Soil moisture at 3 km, {region}{simulated}",
        description=(
            f"Volumetric soil moisture of the top 5 cm at 3 km for every SMAP overpass over {region}, estimated from "
            "SMAP's 36 km retrieval and earlier SMAP/Sentinel-1 fields."
            + (" Simulated data: no satellite has measured these values." if provenance.simulated else "")
        ),
        extent=pystac.Extent(pystac.SpatialExtent([_bbox(window)]), pystac.TemporalExtent([[times[0], times[1]]])),
        license="other",
        keywords=["soil moisture", "SMAP", "Sentinel-1", "downscaling"] + ["simulated"] * provenance.simulated,
        summaries=pystac.Summaries(
            {"smen:simulated": [provenance.simulated], "proj:code": [CRS_CODE], "gsd": [M03.cell]}
        ),
        stac_extensions=[ProjectionExtension.get_schema_uri()],
        catalog_type=pystac.CatalogType.SELF_CONTAINED,
    )
    collection.set_self_href(str(folder / "collection.json"))
    for role, path in extras.items():
        collection.add_asset(role, pystac.Asset(_relative(path, folder), roles=["metadata"], title=role))
    catalogue.add_child(collection, set_parent=True)
    collection.set_self_href(str(folder / "collection.json"))
    # pystac's own strategies would put each item into a folder of its own
    by_year = CustomLayoutStrategy(item_func=lambda item, _: str(folder / f"{item.datetime:%Y}" / f"{item.id}.json"))
    for one in maps:
        item = _item(folder, window, one, provenance, region)
        collection.add_item(item, strategy=by_year)
    for item in collection.get_items():
        _save(item)
    _save(collection)


def write_root(root: Path, collections: Mapping[str, Path], *, simulated: bool) -> None:
    """Write the catalogue that leads to the regions' collections.

    Args:
        root: the ``catalog.json`` to write.
        collections: each region's ``collection.json``.
        simulated: whether any of them is of simulated data.

    Raises:
        OutputError: the file cannot be written.
    """
    catalogue = _root(root)
    if simulated:
        catalogue.description += " Simulated data: no satellite has measured these values."
    for region, path in collections.items():
        link = pystac.Link("child", f"./{_relative(path, root.parent)}", pystac.MediaType.JSON, title=region)
        catalogue.add_link(link)
    _save(catalogue)


def _root(root: Path) -> pystac.Catalog:
    catalogue = pystac.Catalog(
        id=ROOT,
        title="Soil moisture at 3 km",
        description="Maps of soil moisture at 3 km for every SMAP overpass, one collection for each region.",
        catalog_type=pystac.CatalogType.SELF_CONTAINED,
    )
    catalogue.set_self_href(str(root))
    return catalogue


def _save(thing: pystac.STACObject) -> None:
    """Write a STAC object whole or not at all, with relative links and none to itself."""
    with atomic(Path(thing.get_self_href() or "")) as part:
        thing.save_object(include_self_link=False, dest_href=str(part))


def _item_path(folder: Path, one: MapFile) -> Path:
    return folder / str(one.time)[:4] / f"{one.path.stem}.json"


def _item(folder: Path, window: Window, one: MapFile, provenance: Provenance, region: str) -> pystac.Item:
    here = _item_path(folder, one).parent
    item = pystac.Item(
        id=one.path.stem,
        geometry=mapping(window.polygon()),
        bbox=_bbox(window),
        datetime=_utc(one.time),
        properties={
            "title": f"{region}, {str(one.time).replace('T', ' ')} UTC, {DIRECTIONS[one.direction]}",
            "gsd": M03.cell,
            "sat:orbit_state": DIRECTIONS[one.direction],
            "processing:software": {"smen": __version__},
            "smen:model": provenance.model,
            "smen:model_digest": provenance.model_digest,
            "smen:settings_digest": provenance.settings_digest,
            "smen:source": provenance.source,
            "smen:simulated": provenance.simulated,
            "smen:granules": list(provenance.granules.get(one.time, ())),
        },
        stac_extensions=[PROCESSING, SAT],
    )
    projection = ProjectionExtension.ext(item, add_if_missing=True)
    projection.apply(
        code=CRS_CODE, shape=list(window.shape), transform=list(window.transform)[:6], bbox=list(window.bounds)
    )
    with rasterio.open(one.path) as raster:
        moisture: NDArray[np.float32] = raster.read(1, masked=True).filled(np.nan)
        tags = [raster.tags(number) for number in (1, 2, 3)]
    thumbnail = here / f"{one.path.stem}.png"
    write_thumbnail(thumbnail, moisture)
    data = _asset(
        item, "soil_moisture", one.path, here, ["data"], pystac.MediaType.COG, "soil moisture, standard deviation, age"
    )
    RasterExtension.ext(data, add_if_missing=True).apply(
        [_band(band.name, band.units, tag) for band, tag in zip(BANDS, tags, strict=True)]
    )
    codes = _asset(item, "quality", one.quality, here, ["data", "quality"], pystac.MediaType.COG, "quality codes")
    quality = RasterBand.create(nodata=QUALITY_NODATA, sampling=Sampling.AREA, data_type=DataType.UINT8)
    quality.properties["name"] = "quality"
    RasterExtension.ext(codes, add_if_missing=True).apply([quality])
    _asset(item, "style", style_path(one.path), here, ["style", "metadata"], _QML, "style for QGIS")
    _asset(item, "thumbnail", thumbnail, here, ["thumbnail"], pystac.MediaType.PNG, "soil moisture")
    return item


def _band(name: str, units: str, tags: Mapping[str, str]) -> RasterBand:
    known = {key.removeprefix("STATISTICS_"): float(v) for key, v in tags.items() if key.startswith("STATISTICS_")}
    statistics = Statistics.create(
        minimum=known.get("MINIMUM"),
        maximum=known.get("MAXIMUM"),
        mean=known.get("MEAN"),
        stddev=known.get("STDDEV"),
        valid_percent=known.get("VALID_PERCENT"),
    )
    band = RasterBand.create(
        nodata=NODATA,
        sampling=Sampling.AREA,
        data_type=DataType.FLOAT32,
        unit=units,
        scale=1,
        offset=0,
        statistics=statistics,
    )
    band.properties["name"] = name
    return band


def _asset(
    item: pystac.Item, key: str, path: Path, here: Path, roles: list[str], media: str, title: str
) -> pystac.Asset:
    asset = pystac.Asset(_relative(path, here), title=title, media_type=media, roles=roles)
    item.add_asset(key, asset)
    content = path.read_bytes()
    checksum = f"1220{hashlib.sha256(content).hexdigest()}"  # multihash: sha2-256, 32 bytes
    FileExtension.ext(asset, add_if_missing=True).apply(size=len(content), checksum=checksum)
    return asset


def write_thumbnail(path: Path, moisture: NDArray[np.float32]) -> None:
    """A small picture of soil moisture, (height, width) m3/m3, in the ramp of all maps; nothing is transparent."""
    colours = SOIL_MOISTURE.colormap().resampled(_LEVELS)
    times = max(1, 200 // max(moisture.shape))
    pixels = np.kron(moisture, np.ones((times, times), np.float32))
    every = -(-max(pixels.shape) // 400)
    with atomic(path) as part:
        matplotlib.image.imsave(part, colours(SOIL_MOISTURE.norm()(pixels[::every, ::every]), bytes=True))


def _bbox(window: Window) -> list[float]:
    """West, south, east, north; west is greater than east where the window crosses 180 degrees (RFC 7946)."""
    outline = window.polygon()
    west, south, east, north = outline.bounds
    if window.crosses_antimeridian:
        parts: Any = getattr(outline, "geoms")  # noqa: B009  (BaseGeometry has no .geoms)
        west, east = parts[0].bounds[0], parts[1].bounds[2]
    return [west, south, east, north]


def _utc(time: np.datetime64) -> dt.datetime:
    naive: dt.datetime = time.astype("datetime64[s]").item()
    return naive.replace(tzinfo=dt.UTC)


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
