"""Layout, overviews and tags of cloud-optimised GeoTIFFs, and how they reach the disk."""

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.io import MemoryFile
from rio_cogeo.cogeo import cog_validate

from smen.errors import OutputError
from smen.grid import Window
from smen.outputs.cog import SMALLEST, check_shape, creation_options, overpass_tags, overview_count, write_raster

TIME = np.datetime64("2018-07-04T11:59:59.7", "ms")


def raster_bytes(window):
    """A raster without values."""
    with MemoryFile() as memory:
        with memory.open(**creation_options(window, 1, dtype="uint8", nodata=0)) as raster:
            raster.write(np.zeros(window.shape, "u1"), 1)
        return memory.read()


@given(height=st.integers(1, 5000), width=st.integers(1, 5000))
def test_the_last_overview_is_small_and_the_one_before_is_not(height, width):
    count, side = overview_count((height, width)), max(height, width)
    if side == 1:
        assert count == 0
    else:
        assert side / 2**count <= SMALLEST
        assert count == 1 or side / 2 ** (count - 1) > SMALLEST


@pytest.mark.parametrize(("side", "count"), [(1, 0), (2, 1), (64, 1), (65, 1), (128, 1), (129, 2), (600, 4)])
def test_overview_counts(side, count):
    assert overview_count((side, 1)) == count


def test_the_layout_is_that_of_the_window(tmp_path):
    window = Window.centred_on(6, 46, 30, 40)
    path = tmp_path / "a.tif"
    path.write_bytes(raster_bytes(window))
    assert cog_validate(path, strict=True, quiet=True)[0]
    with rasterio.open(path) as raster:
        assert (raster.shape, raster.crs.to_epsg(), raster.compression.name) == ((30, 40), 6933, "deflate")
        assert raster.transform == window.transform
        assert raster.bounds == pytest.approx(window.bounds, abs=1e-6)
        assert raster.block_shapes == [(256, 256)]


def test_tags_of_the_overpass_replace_others():
    tags = overpass_tags({"SOURCE": "x", "AREA_OR_POINT": "Point", "ACQUISITION_TIME": "yesterday"}, TIME, "A")
    assert tags == {
        "SOURCE": "x",
        "ACQUISITION_TIME": "2018-07-04T11:59:59Z",
        "TIFFTAG_DATETIME": "2018:07:04 11:59:59",
        "ORBIT_DIRECTION": "ascending",
        "AREA_OR_POINT": "Area",
    }
    with pytest.raises(ValueError, match="neither 'A'"):
        overpass_tags({}, TIME, "north")


def test_another_shape_is_refused():
    check_shape("age", np.zeros((2, 3)), Window(0, 0, 2, 3))
    with pytest.raises(ValueError, match=r"age has shape \(3, 2\), the window \(2, 3\)"):
        check_shape("age", np.zeros((3, 2)), Window(0, 0, 2, 3))


def test_a_raster_comes_with_its_style_and_sidecar(tmp_path):
    path = tmp_path / "a.tif"
    (tmp_path / "a.tif.ovr").write_text("of an earlier raster")
    write_raster(path, b"raster", "style", "sidecar")
    files = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert files == {"a.tif": "raster", "a.qml": "style", "a.tif.aux.xml": "sidecar"}
    (tmp_path / "a.tif.ovr").write_text("of an earlier raster")
    write_raster(path, b"again", "style", "sidecar")
    assert {file.name for file in tmp_path.iterdir()} == {"a.tif", "a.qml", "a.tif.aux.xml"}


@pytest.mark.parametrize("georeference", ["PAM", "INTERNAL"])
def test_the_sidecar_says_the_reference_system_as_the_raster_does(tmp_path, georeference):
    window, path = Window(1020, 2640, 5, 4), tmp_path / "a.tif"
    with rasterio.MemoryFile() as memory:
        with memory.open(**creation_options(window, 1, dtype="float32")) as raster:
            raster.write(np.ones((1, *window.shape), np.float32))
        write_raster(path, memory.read(), "style")
    with rasterio.open(path, GEOREF_SOURCES=georeference) as raster:
        assert raster.crs.to_epsg() == 6933
    with rasterio.open(path) as raster:
        assert list(raster.bounds) == pytest.approx(window.bounds)


@pytest.mark.parametrize("blocked", ["a.qml", "a.tif.aux.xml", "a.tif.msk"])
def test_what_fails_beside_a_raster_takes_it_along(tmp_path, blocked):
    (tmp_path / blocked).mkdir()
    with pytest.raises(OutputError, match=blocked.replace(".", r"\.")):
        write_raster(tmp_path / "a.tif", b"raster", "style", "sidecar")
    assert [file.name for file in tmp_path.iterdir()] == [blocked]
