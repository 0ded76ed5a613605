"""A static STAC catalogue: a collection per region, an item per map, relative links, so that it can be moved.

Extensions of items: projection 2.0 and raster 1.1 (what odc-stac, stackstac and titiler read), file 2.1, processing
1.0, sat 1.0; of collections: those of `stac_extensions`. What a map was made from stands in fields of our own,
``smen:...``, in each item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pystac
from numpy.typing import NDArray
from pystac.extensions.projection import ProjectionExtension

from smen.atomic import atomic, write_bytes
from smen.data.kept import Kept, as_array
from smen.grid import CRS_CODE, M03, Window
from smen.outputs.index_files import IndexFile
from smen.outputs.labels import SIMULATED_NOTE, TITLE, map_title
from smen.outputs.map_files import MapFile
from smen.outputs.map_reader import MapReader
from smen.outputs.stac_extensions import describe_collection
from smen.outputs.stac_indices import make_index_item
from smen.outputs.stac_item import Provenance, bounding_box, make_item, relative, utc

ROOT = "smen-soil-moisture"
"""Identity of the whole catalogue."""


def write_collection(
    folder: Path,
    root: Path,
    window: Window,
    maps: Sequence[MapFile],
    provenance: Provenance,
    *,
    region: str,
    extras: Mapping[str, Path],
    indices: Sequence[IndexFile] = (),
    reader: MapReader | None = None,
) -> None:
    """Write a region's collection, its items and their thumbnails.

    Args:
        folder: where ``collection.json`` and a folder for each year of items go.
        root: the ``catalog.json`` that leads to the collection.
        window: the region.
        maps: its maps by rising time; at least one.
        provenance: what they were made from.
        region: its name.
        extras: further files of the collection by role, e.g. the QGIS project.
        indices: of the region, each period an item of its own.
        reader: reads the maps, and keeps the items and thumbnails of those that do not change.

    Raises:
        OutputError: a file cannot be written.
        ValueError: no maps.
    """
    reader = reader or MapReader(window)
    if not maps:
        raise ValueError("a collection needs at least one map")
    catalogue = _root(root)
    collection = _collection(window, maps, region, simulated=provenance.simulated)
    collection.set_self_href(str(folder / "collection.json"))
    for role, path in extras.items():
        collection.add_asset(role, pystac.Asset(relative(path, folder), roles=["metadata"], title=role))
    describe_collection(collection, window, maps, provenance.products)
    catalogue.add_child(collection, set_parent=True)
    collection.set_self_href(str(folder / "collection.json"))
    for file in maps:
        year = folder / str(file.time)[:4]
        granules = provenance.granules.get(file.time, ())
        made_of = [file, replace(provenance, granules={}), granules, window, region, relative(root, folder)]
        make = partial(make_item, year, window, file, provenance, region, reader)
        _write_item(year / f"{file.path.stem}.json", collection, reader.kept, made_of, make)
    for index in indices:
        year = folder / str(index.start)[:4]
        item = make_index_item(year, window, index, provenance, region)
        path = year / f"{item.id}.json"
        _save_item(path, collection, item)
        _link(collection, path)
    _save(collection)


def _write_item(
    path: Path, collection: pystac.Collection, kept: Kept, made_of: Sequence[object], make: Callable[[], pystac.Item]
) -> None:
    """Write the item of a map and its thumbnail, as they are kept or made, and link it to its collection."""
    thumbnail = path.with_suffix(".png")

    def made() -> dict[str, NDArray[np.uint8]]:
        _save_item(path, collection, make())
        return {"item": as_array(path.read_bytes()), "thumbnail": as_array(thumbnail.read_bytes())}

    parts = kept.take("item", made_of, made)
    write_bytes(path, parts["item"].tobytes())
    write_bytes(thumbnail, parts["thumbnail"].tobytes())
    _link(collection, path)


def _save_item(path: Path, collection: pystac.Collection, item: pystac.Item) -> None:
    """Write an item with links to its collection, which has none to it yet."""
    item.set_root(collection.get_root())
    item.set_parent(collection)
    item.set_collection(collection)
    item.set_self_href(str(path))
    _save(item)


def _link(collection: pystac.Collection, item: Path) -> None:
    """Add a link to an item by its file: to have all items of a year in memory would be slow."""
    # pystac takes a path that is not absolute, as `results` is not, for one from the collection's folder.
    collection.add_link(pystac.Link(pystac.RelType.ITEM, f"./{item.parent.name}/{item.name}", pystac.MediaType.GEOJSON))


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
        catalogue.description += f" {SIMULATED_NOTE}"
    for region, path in collections.items():
        link = pystac.Link("child", f"./{relative(path, root.parent)}", pystac.MediaType.JSON, title=region)
        catalogue.add_link(link)
    _save(catalogue)


def _root(root: Path) -> pystac.Catalog:
    catalogue = pystac.Catalog(
        id=ROOT,
        title=TITLE,
        description="Maps of soil moisture at 3 km for every SMAP overpass, one collection for each region.",
        catalog_type=pystac.CatalogType.SELF_CONTAINED,
    )
    catalogue.set_self_href(str(root))
    return catalogue


def _collection(window: Window, maps: Sequence[MapFile], region: str, *, simulated: bool) -> pystac.Collection:
    description = (
        f"Volumetric soil moisture of the top 5 cm at 3 km for every SMAP overpass over {region}, estimated from "
        "SMAP's 36 km retrieval and earlier SMAP/Sentinel-1 fields."
    )
    period = [utc(maps[0].time), utc(maps[-1].time)]
    return pystac.Collection(
        id=region,
        title=map_title(region, simulated=simulated),
        description=f"{description} {SIMULATED_NOTE}" if simulated else description,
        extent=pystac.Extent(pystac.SpatialExtent([bounding_box(window)]), pystac.TemporalExtent([[*period]])),
        license="other",
        keywords=["soil moisture", "SMAP", "Sentinel-1", "downscaling"] + ["simulated"] * simulated,
        summaries=pystac.Summaries({"smen:simulated": [simulated], "proj:code": [CRS_CODE], "gsd": [M03.cell]}),
        stac_extensions=[ProjectionExtension.get_schema_uri()],
        catalog_type=pystac.CatalogType.SELF_CONTAINED,
    )


def _save(thing: pystac.STACObject) -> None:
    """Write a STAC object whole or not at all, with relative links and none to itself."""
    with atomic(Path(thing.get_self_href() or "")) as part:
        thing.save_object(include_self_link=False, dest_href=str(part))
