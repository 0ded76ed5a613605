"""What a collection says beside its items: their assets, the cube's axes and variables, colours, citations, version.

Extensions: item-assets (since STAC 1.1 a field of the collection itself), datacube 2.2, render 2.0, scientific 1.0 and
version 1.2. Their fields are written as their specifications name them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pystac
from pystac.extensions.datacube import DatacubeExtension
from pystac.extensions.render import RenderExtension
from pystac.extensions.scientific import ScientificExtension
from pystac.extensions.version import VersionExtension

from smen import __version__
from smen.grid import CRS_CODE, M03, Window
from smen.outputs.colours import AGE, SOIL_MOISTURE, STANDARD_DEVIATION, Ramp
from smen.outputs.credits import METHOD
from smen.outputs.geotiff import BANDS, NODATA
from smen.outputs.map_files import MapFile
from smen.outputs.map_names import iso
from smen.products.product_tables import product

RAMPS: tuple[Ramp, ...] = (SOIL_MOISTURE, STANDARD_DEVIATION, AGE)
"""Colours of the bands of a map, in their order."""


def describe_collection(
    collection: pystac.Collection, window: Window, maps: Sequence[MapFile], products: Sequence[str]
) -> None:
    """Add the fields of the extensions to a collection.

    Args:
        collection: of a region; an asset ``cube`` of it holds all maps.
        window: the region.
        maps: its maps by rising time; at least one.
        products: names of the data products that are cited; none where all granules are simulated.
    """
    bands = enumerate(zip(BANDS, RAMPS, strict=True), 1)
    collection.stac_extensions += [
        extension.get_schema_uri()
        for extension in (DatacubeExtension, RenderExtension, ScientificExtension, VersionExtension)
    ]
    collection.extra_fields |= {
        "item_assets": _item_assets(),
        "cube:dimensions": _dimensions(window, maps),
        "cube:variables": _variables(),
        "renders": {band.name: _render(number, ramp) for number, (band, ramp) in bands},
        "sci:citation": METHOD,
        "version": __version__,
        "deprecated": False,
    }
    if products:
        cited = [{"doi": product(name).doi, "citation": product(name).citation()} for name in products]
        collection.extra_fields["sci:publications"] = cited
        for one in cited:
            collection.add_link(pystac.Link("cite-as", f"https://doi.org/{one['doi']}"))


def _item_assets() -> dict[str, Any]:
    """The assets that every item of a map has."""
    return {
        "soil_moisture": {
            "title": "soil moisture, standard deviation, age",
            "type": pystac.MediaType.COG,
            "roles": ["data"],
            "raster:bands": [{"name": band.name, "unit": band.units, "nodata": NODATA} for band in BANDS],
        },
        "quality": {"title": "quality codes", "type": pystac.MediaType.COG, "roles": ["data", "quality"]},
        "style": {"title": "style for QGIS", "type": "application/xml", "roles": ["style", "metadata"]},
        "thumbnail": {"title": "soil moisture", "type": pystac.MediaType.PNG, "roles": ["thumbnail"]},
    }


def _dimensions(window: Window, maps: Sequence[MapFile]) -> dict[str, Any]:
    """Axes of the cube: centres of cells in metres, and the maps' times."""
    left, bottom, right, top = window.bounds
    half = M03.cell / 2
    code = int(CRS_CODE.partition(":")[2])
    axis = {"type": "spatial", "reference_system": code}
    return {
        "x": {**axis, "axis": "x", "extent": [left + half, right - half], "step": M03.cell, "unit": "m"},
        "y": {**axis, "axis": "y", "extent": [bottom + half, top - half], "step": -M03.cell, "unit": "m"},
        "time": {"type": "temporal", "extent": [iso(maps[0].time), iso(maps[-1].time)], "step": None},
    }


def _variables() -> dict[str, Any]:
    """Fields of the cube over all its axes."""
    names = [*((band.name, band.units) for band in BANDS), ("coarse_soil_moisture", BANDS[0].units), ("quality", "1")]
    return {name: {"dimensions": ["time", "y", "x"], "type": "data", "unit": units} for name, units in names}


def _render(number: int, ramp: Ramp) -> dict[str, Any]:
    """How a band is drawn: its range stretched over 256 colours, the same as in the report and in QGIS."""
    colours = ramp.colormap()
    return {
        "title": ramp.name.replace("_", " "),
        "assets": ["soil_moisture"],
        "bidx": [number],
        "rescale": [[ramp.low, ramp.high]],
        "nodata": NODATA,
        "resampling": "nearest",
        "colormap": {str(i): [round(255 * part) for part in colours(i / 255)] for i in range(256)},
    }
