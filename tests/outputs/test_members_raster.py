"""Members of a map as a raster, read back by rasterio."""

import numpy as np
import pytest
import rasterio
from made_maps import PROVENANCE, WINDOW, two_maps

from smen.outputs.map_names import errors_path, members_path
from smen.outputs.map_reader import MapReader
from smen.outputs.members_raster import STEP, write_members
from smen.outputs.qgis_styles import style_path
from smen.outputs.stac_item import make_item

OVERPASS = {"time": np.datetime64("2018-07-04T13:00:00", "s"), "direction": "D", "tags": {"SIMULATED": "yes"}}


def members(number=3):
    values = np.random.default_rng(0).uniform(0.05, 0.4, (number, *WINDOW.shape)).astype(np.float32)
    values[:, 0, 0] = np.nan
    return values


def test_there_is_a_band_for_each_member(tmp_path):
    path = tmp_path / "m.tif"
    write_members(path, WINDOW, members(), **OVERPASS)
    with rasterio.open(path) as raster:
        assert raster.descriptions == ("member_1", "member_2", "member_3")
        assert set(raster.units) == {"m3 m-3"}
        assert (raster.crs.to_epsg(), raster.transform, raster.nodata) == (6933, WINDOW.transform, -9999)
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.tags()["ACQUISITION_TIME"] == "2018-07-04T13:00:00Z"
        assert raster.tags()["SIMULATED"] == "yes"
        read = raster.read(masked=True).filled(np.nan)
    np.testing.assert_allclose(read, members(), atol=STEP / 2)
    assert style_path(path).is_file()


def test_the_same_members_give_the_same_bytes(tmp_path):
    for name in ("a.tif", "b.tif"):
        write_members(tmp_path / name, WINDOW, members(), **OVERPASS)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_members_of_another_shape_are_refused(tmp_path):
    with pytest.raises(ValueError, match="a member has shape"):
        write_members(tmp_path / "m.tif", WINDOW, np.zeros((2, 3, 4)), **OVERPASS)


def test_names_lie_beside_the_map(tmp_path):
    assert members_path(tmp_path / "x_A.tif") == tmp_path / "x_A_members.tif"
    assert errors_path(tmp_path, "x") == tmp_path / "x_errors.nc"


def test_a_stac_item_lists_them(tmp_path):
    maps = two_maps(tmp_path)
    write_members(members_path(maps[1].path), WINDOW, members(), **OVERPASS)
    asset = make_item(tmp_path, WINDOW, maps[1], PROVENANCE, "tucson", MapReader(WINDOW)).assets["members"]
    assert asset.href == "1_members.tif"
    bands = asset.extra_fields["raster:bands"]
    assert [band["name"] for band in bands] == ["member_1", "member_2", "member_3"]
    assert bands[0]["statistics"]["maximum"] == pytest.approx(np.nanmax(members()[0]), abs=1e-3)
