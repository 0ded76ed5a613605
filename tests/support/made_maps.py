"""Small maps on disk with values that a test can compute by hand, and shapes given in their cells."""

import geopandas as gpd
import numpy as np
from shapely import box

from smen.grid import Window
from smen.outputs.geotiff import write_map
from smen.outputs.map_files import MapFile
from smen.outputs.quality_raster import write_quality
from smen.outputs.stac_item import Provenance

WINDOW = Window.centred_on(-110.97, 32.22, 20, 30)
CELL = 3002.6850700487
CODES = {0: "none", 1: "observed: recently", 2: "filled"}
PROVENANCE = Provenance(
    model="fusion",
    model_digest="0123",
    settings_digest="4567",
    source="a folder",
    simulated=True,
    granules={np.datetime64("2018-07-04T13:00:00", "s"): ["coarse.h5", "fine.h5"]},
)
COLOURS = {0: "#000000", 1: "#1b7837", 2: "#fdb863"}


def two_maps(folder):
    """Two overpasses of a day: 0.01 a row and 0.001 a column, the second 0.1 wetter and without its western half."""
    maps = []
    for number, (clock, direction) in enumerate([("01:00:00", "A"), ("13:00:00", "D")]):
        time = np.datetime64(f"2018-07-04T{clock}", "s")
        moisture = np.add.outer(np.arange(20) / 100, np.arange(30) / 1000).astype("f4") + number / 10
        codes = np.ones(WINDOW.shape, "u1")
        if number:
            moisture[:, :15] = np.nan
            codes[:, :15] = 2
        path, quality = folder / f"{number}.tif", folder / f"{number}_quality.tif"
        overpass = {"time": time, "direction": direction, "tags": {}}
        write_map(path, WINDOW, moisture, moisture / 10, None, **overpass)
        write_quality(quality, WINDOW, codes, names=CODES, colours=COLOURS, **overpass)
        maps.append(MapFile(time, direction, path, quality))
    return maps


def rectangle(row, column, height=1.0, width=1.0):
    """A rectangle given in rows and columns of the window, in metres."""
    left, _, _, top = WINDOW.bounds
    return box(left + column * CELL, top - (row + height) * CELL, left + (column + width) * CELL, top - row * CELL)


def features(*shapes, crs="EPSG:6933"):
    """Shapes as a table with the names f0, f1 and so on."""
    return gpd.GeoDataFrame({"name": [f"f{i}" for i in range(len(shapes))]}, geometry=list(shapes), crs=crs)
