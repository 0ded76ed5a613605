"""One STAC item, read back by pystac."""

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio
from made_maps import PROVENANCE, WINDOW, two_maps
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import RasterExtension
from pystac.extensions.sat import OrbitState, SatExtension
from shapely.geometry import shape

from smen.grid import Window
from smen.outputs.map_reader import MapReader
from smen.outputs.stac_item import bounding_box, make_item, relative, utc


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The two maps, and the item of the second."""
    folder = tmp_path_factory.mktemp("stac")
    maps = two_maps(folder)
    return maps, make_item(folder, WINDOW, maps[1], PROVENANCE, "tucson", MapReader(WINDOW))


def test_time_place_and_direction(made):
    _, item = made
    assert item.id == "1"
    assert item.datetime == dt.datetime(2018, 7, 4, 13, tzinfo=dt.UTC)
    assert item.properties["title"] == "tucson, 2018-07-04 13:00:00 UTC, descending"
    assert SatExtension.ext(item).orbit_state == OrbitState.DESCENDING
    projection = ProjectionExtension.ext(item)
    assert (projection.code, projection.shape) == ("EPSG:6933", [20, 30])
    assert projection.transform == pytest.approx(list(WINDOW.transform)[:6])
    assert projection.bbox == pytest.approx(WINDOW.bounds)
    assert shape(item.geometry).bounds == pytest.approx(item.bbox)


def test_provenance(made):
    maps, item = made
    properties = {key.removeprefix("smen:"): value for key, value in item.properties.items() if "smen:" in key}
    assert properties == {
        "model": "fusion", "model_digest": "0123", "settings_digest": "4567", "source": "a folder", "simulated": True,
        "mode": "causal", "provisional": False, "scenes_before": 0, "scenes_at": 0, "scenes_after": 0,
        "granules": ["coarse.h5", "fine.h5"],
    }  # fmt: skip
    other = make_item(maps[0].path.parent, WINDOW, maps[0], PROVENANCE, "tucson", MapReader(WINDOW))
    assert other.properties["smen:granules"] == []


def test_assets_are_files_with_size_and_checksum(made):
    maps, item = made
    folder = maps[0].path.parent
    assert set(item.assets) == {"soil_moisture", "quality", "style", "thumbnail"}
    for asset in item.assets.values():
        content = (folder / asset.href).read_bytes()
        assert asset.extra_fields["file:size"] == len(content)
        assert asset.extra_fields["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()
    assert item.assets["quality"].media_type == pystac.MediaType.COG
    assert item.assets["style"].href == "1.qml"


def test_bands_have_the_statistics_of_the_map(made):
    maps, item = made
    bands = RasterExtension.ext(item.assets["soil_moisture"]).bands
    assert [(band.properties["name"], band.unit) for band in bands] == [
        ("soil_moisture", "m3 m-3"), ("standard_deviation", "m3 m-3"), ("age", "days"),
    ]  # fmt: skip
    with rasterio.open(maps[1].path) as raster:
        values = raster.read(masked=True).astype("f8")
    for band, layer in zip(bands[:2], values, strict=False):
        seen = band.statistics
        assert (seen.minimum, seen.maximum) == pytest.approx((layer.min(), layer.max()))
        assert (seen.mean, seen.stddev, seen.valid_percent) == pytest.approx((layer.mean(), layer.std(), 50))
        assert (band.nodata, band.data_type) == (-9999, "float32")
    assert bands[2].statistics.properties == {"valid_percent": 0}
    (quality,) = RasterExtension.ext(item.assets["quality"]).bands
    assert (quality.nodata, quality.data_type) == (255, "uint8")


def test_the_item_reads_back_from_json(made, tmp_path):
    _, item = made
    path = tmp_path / "i.json"
    copy = item.clone()
    copy.set_self_href(None)
    copy.save_object(include_self_link=False, dest_href=str(path))
    back = pystac.Item.from_file(str(path))
    assert {uri.split("/")[3] for uri in back.stac_extensions} == {"projection", "raster", "file", "sat", "processing"}
    assert back.properties["processing:software"].keys() == {"smen"}


@pytest.mark.parametrize(("longitude", "crosses"), [(-110.97, False), (179.9, True)])
def test_boxes_run_from_west_to_east(longitude, crosses):
    window = Window.centred_on(longitude, -17, 30, 40)
    west, south, east, north = bounding_box(window)
    assert (west > east) == crosses
    width = 40 * 360 / 11568
    assert (east - west) % 360 == pytest.approx(width, abs=1e-6)
    assert south < window.latitudes.min() < window.latitudes.max() < north


def test_times_are_in_utc_and_whole_seconds():
    assert utc(np.datetime64("2018-07-04T11:59:59.900", "ms")) == dt.datetime(2018, 7, 4, 11, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("path", "link"), [("a/b/c.tif", "c.tif"), ("a/d/c.tif", "../d/c.tif"), ("a/b/e/c.tif", "e/c.tif")]
)
def test_links_are_relative(path, link):
    assert relative(Path(path), Path("a/b")) == link
