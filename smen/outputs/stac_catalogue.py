"""A static STAC catalogue: a collection per region, an item per map, relative links, so that it can be moved.

Extensions of items: projection 2.0 and raster 1.1 (what odc-stac, stackstac and titiler read), file 2.1, processing
1.0, sat 1.0; of collections: those of `stac_extensions`. What a map was made from stands in fields of our own,
``smen:...``, in each item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pystac
from pystac.extensions.projection import ProjectionExtension
from pystac.layout import CustomLayoutStrategy

from smen.atomic import atomic
from smen.grid import CRS_CODE, M03, Window
from smen.outputs.index_files import IndexFile
from smen.outputs.labels import SIMULATED_NOTE, TITLE, map_title
from smen.outputs.map_files import MapFile
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

    Raises:
        OutputError: a file cannot be written.
        ValueError: no maps.
    """
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
    # pystac's own strategies would put each item into a folder of its own
    by_year = CustomLayoutStrategy(item_func=lambda item, _: str(folder / f"{item.datetime:%Y}" / f"{item.id}.json"))
    for file in maps:
        year = folder / str(file.time)[:4]
        collection.add_item(make_item(year, window, file, provenance, region), strategy=by_year)
    for index in indices:
        year = folder / str(index.start)[:4]
        collection.add_item(make_index_item(year, window, index, provenance, region), strategy=by_year)
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
