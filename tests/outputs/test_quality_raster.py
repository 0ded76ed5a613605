"""Quality codes as a raster, as rasterio and gdalinfo read it."""

from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasters import assert_strictly_valid, gdalinfo

from smen.errors import OutputError
from smen.grid import Window
from smen.outputs.quality_raster import category_sidecar, write_quality

NAMES = {0: "observed history", 1: "climatology only", 2: "water & ice"}
COLOURS = {0: "#1b7837", 1: "#fdb863", 2: "#2166ac"}


def test_codes_are_never_averaged(tmp_path, overpass):
    window = Window.centred_on(20, 10, 600, 520)
    codes = np.random.default_rng(0).choice(np.array([0, 2, 255], "u1"), window.shape)
    codes[:300, :260] = 2
    codes[0:300:2, 0:260:2] = 0  # three of four cells say 2: so does the overview
    path = tmp_path / "large.tif"
    write_quality(path, window, codes, names=NAMES, colours=COLOURS, **overpass)
    assert_strictly_valid(path)
    with rasterio.open(path, OVERVIEW_LEVEL=0) as halved:
        seen = halved.read(1)
    assert set(np.unique(seen)) == {0, 2, 255}
    assert (seen[:150, :130] == 2).all()


def test_quality_has_names_and_colours(tmp_path, tucson, overpass):
    path = tmp_path / "q.tif"
    write_quality(path, tucson.window, tucson.codes, names=NAMES, colours=COLOURS, **overpass)
    assert_strictly_valid(path)
    with rasterio.open(path) as raster:
        np.testing.assert_array_equal(raster.read(1), tucson.codes)
        assert raster.nodata == 255
        assert raster.descriptions == ("quality",)
        assert raster.tags(1)["CODE_2"] == "water & ice"
        assert raster.tags()["ACQUISITION_TIME"] == "2018-07-04T11:59:59Z"
    (band,) = gdalinfo(path)["bands"]
    assert band["categories"] == ["observed history", "climatology only", "water & ice"]
    assert band["colorTable"]["entries"][:3] == [[27, 120, 55, 255], [253, 184, 99, 255], [33, 102, 172, 255]]
    assert (band["type"], band["noDataValue"], band["colorInterpretation"]) == ("Byte", 255, "Palette")


def test_a_gap_between_codes_does_not_shift_the_names(tmp_path, overpass):
    window = Window(0, 0, 2, 2)
    path = tmp_path / "q.tif"
    codes = np.array([[0, 3], [3, 255]], "u1")
    write_quality(path, window, codes, names={0: "a", 3: "d"}, colours={0: "#000000", 3: "#ffffff"}, **overpass)
    assert gdalinfo(path)["bands"][0]["categories"] == ["a", "", "", "d"]


@pytest.mark.parametrize(
    ("names", "colours"),
    [({0: "a"}, {0: "#000000"}), (NAMES, {0: "#000000"}), (NAMES | {255: "none"}, COLOURS | {255: "#000000"})],
)
def test_codes_without_name_or_colour_are_refused(tmp_path, tucson, overpass, names, colours):
    with pytest.raises(ValueError, match="name"):
        write_quality(tmp_path / "q.tif", tucson.window, tucson.codes, names=names, colours=colours, **overpass)
    assert list(tmp_path.iterdir()) == []


def test_a_sidecar_that_fails_takes_its_raster_along(tmp_path, tucson, overpass):
    path = tmp_path / "q.tif"
    (tmp_path / "q.tif.aux.xml").mkdir()  # a folder in its place: the raster can be written, its names cannot
    with pytest.raises(OutputError, match=r"aux\.xml"):
        write_quality(path, tucson.window, tucson.codes, names=NAMES, colours=COLOURS, **overpass)
    assert [p.name for p in tmp_path.iterdir()] == ["q.tif.aux.xml"]


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "112233", "#gg0000"])
def test_colours_of_another_form_are_refused(tmp_path, tucson, overpass, colour):
    with pytest.raises(ValueError, match=r"#rrggbb|hexadecimal"):
        write_quality(
            tmp_path / "q.tif", tucson.window, tucson.codes, names=NAMES, colours=COLOURS | {2: colour}, **overpass
        )
    assert list(tmp_path.iterdir()) == []


def test_codes_of_another_shape_are_refused(tmp_path, tucson, overpass):
    with pytest.raises(ValueError, match="codes has shape"):
        write_quality(tmp_path / "q.tif", tucson.window, tucson.codes[1:], names=NAMES, colours=COLOURS, **overpass)


def test_another_code_may_stand_for_none(tmp_path, overpass):
    window, codes = Window(0, 0, 2, 2), np.array([[0, 7], [7, 1]], "u1")
    write_quality(
        tmp_path / "q.tif", window, codes, names={0: "a", 1: "b"}, colours={0: "#000000", 1: "#ffffff"}, nodata=7,
        **overpass,
    )  # fmt: skip
    with rasterio.open(tmp_path / "q.tif") as raster:
        assert raster.nodata == 7
        np.testing.assert_array_equal(raster.read(1, masked=True).mask, codes == 7)


@given(st.dictionaries(st.integers(0, 254), st.text(st.characters(categories=["L", "P", "S"]), min_size=1), max_size=4))
def test_the_sidecar_lists_names_by_code(names):
    root = ElementTree.fromstring(category_sidecar(names))
    categories = [category.text or "" for category in root.findall("PAMRasterBand[@band='1']/CategoryNames/Category")]
    assert {code: name for code, name in enumerate(categories) if name} == names
    assert len(categories) == max(names, default=-1) + 1
