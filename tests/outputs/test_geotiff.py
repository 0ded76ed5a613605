"""Maps as GeoTIFFs, as rasterio, rioxarray and gdalinfo read them."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import rasterio
import rioxarray
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import Transformer
from rasters import assert_strictly_valid, gdalinfo

from smen.errors import OutputError
from smen.grid import Window
from smen.outputs.geotiff import statistics, write_map
from smen.outputs.quality_raster import write_quality

NAMES = {0: "observed history", 1: "climatology only", 2: "water & ice"}
COLOURS = {0: "#1b7837", 1: "#fdb863", 2: "#2166ac"}


@pytest.fixture
def written(tmp_path, tucson, overpass):
    path = tmp_path / "2018" / "tucson.tif"
    write_map(path, tucson.window, *tucson.bands, **overpass)
    return path


def test_map_is_a_valid_cog_and_reads_back_exactly(written, tucson):
    assert_strictly_valid(written)
    with rasterio.open(written) as raster:
        assert raster.crs.to_epsg() == 6933
        assert raster.dtypes == ("float32",) * 3
        assert raster.nodatavals == (-9999.0,) * 3
        assert raster.descriptions == ("soil_moisture", "standard_deviation", "age")
        assert raster.units == ("m3 m-3", "m3 m-3", "days")
        assert (raster.scales, raster.offsets) == ((1.0,) * 3, (0.0,) * 3)
        assert raster.block_shapes == [(256, 256)] * 3
        stored = raster.read()
    for layer, values in zip(stored, tucson.bands, strict=True):
        np.testing.assert_array_equal(layer, np.where(np.isnan(values), np.float32(-9999), values))


def test_rioxarray_sees_nan_and_the_cells_own_places(written, tucson):
    with rioxarray.open_rasterio(written, masked=True) as cube:
        for layer, values in zip(cube.values, tucson.bands, strict=True):
            np.testing.assert_array_equal(layer, values)
        x, y = cube.x.values, cube.y.values
    # Tucson's centre cell is M03 (1136, 2218) (the project's notes on formats), so the window begins 20 and 30 before.
    # M03's corner and cell are NSIDC's; the corner of the grid is pyproj's.
    edge, _ = Transformer.from_crs(4326, 6933, always_xy=True).transform(-180, 0)
    cell = -2 * edge / 11568
    np.testing.assert_allclose(x, edge + (2218 - 30 + np.arange(60) + 0.5) * cell, atol=0.01)
    np.testing.assert_allclose(y, 7314540.8306386 - (1136 - 20 + np.arange(40) + 0.5) * cell, atol=0.01)
    lon, lat = Transformer.from_crs(6933, 4326, always_xy=True).transform(x[30], y[20])
    assert abs(lon + 110.97) < 0.02
    assert abs(lat - 32.22) < 0.02


def test_gdal_of_the_system_agrees(written, tucson):
    info = gdalinfo(written)
    assert info["metadata"][""] == {
        "ACQUISITION_TIME": "2018-07-04T11:59:59Z",
        "AREA_OR_POINT": "Area",
        "MODEL_DIGEST": "0123abcd",
        "ORBIT_DIRECTION": "descending",
        "SIMULATED": "yes",
        "SOURCE": "simulated archive",
        "TIFFTAG_DATETIME": "2018:07:04 11:59:59",
        "TIFFTAG_SOFTWARE": "smen 0.1.0",
    }
    structure = info["metadata"]["IMAGE_STRUCTURE"]
    assert (structure["COMPRESSION"], structure["LAYOUT"]) == ("DEFLATE", "COG")
    assert 'ID["EPSG",6933]' in info["coordinateSystem"]["wkt"]
    assert info["geoTransform"] == pytest.approx(tucson.window.transform.to_gdal(), rel=1e-15)
    assert info["geoTransform"][1] == pytest.approx(3002.6850700487, abs=1e-10)
    for band, values, units in zip(info["bands"], tucson.bands, ("m3 m-3", "m3 m-3", "days"), strict=True):
        assert (band["noDataValue"], band["unit"]) == (-9999.0, units)
        statistics = {k.removeprefix("STATISTICS_"): float(v) for k, v in band["metadata"][""].items()}
        assert statistics["MINIMUM"] == pytest.approx(np.nanmin(values), rel=1e-7)
        assert statistics["MAXIMUM"] == pytest.approx(np.nanmax(values), rel=1e-7)
        assert statistics["MEAN"] == pytest.approx(np.nanmean(values, dtype="f8"), rel=1e-12)
        assert statistics["STDDEV"] == pytest.approx(np.nanstd(values.astype("f8")), rel=1e-12)
        assert statistics["VALID_PERCENT"] == pytest.approx(100 * np.isfinite(values).mean(), rel=1e-3)


def test_statistics_in_the_file_are_those_that_gdal_computes(written, tmp_path):
    copy = tmp_path / "plain.tif"
    with rasterio.open(written) as raster:
        profile = {k: raster.profile[k] for k in ("width", "height", "count", "dtype", "nodata", "crs", "transform")}
        with rasterio.open(copy, "w", driver="GTiff", **profile) as plain:
            plain.write(raster.read())
    for written_band, computed_band in zip(gdalinfo(written)["bands"], gdalinfo(copy, "-stats")["bands"], strict=True):
        for name in ("MINIMUM", "MAXIMUM", "MEAN", "STDDEV", "VALID_PERCENT"):
            key = f"STATISTICS_{name}"
            computed = float(computed_band["metadata"][""][key])
            assert float(written_band["metadata"][""][key]) == pytest.approx(computed, rel=1e-4)


def test_a_map_without_values_is_valid(tmp_path, overpass):
    window = Window.centred_on(0, 0, 10, 12)
    path = tmp_path / "empty.tif"
    write_map(path, window, np.full(window.shape, np.nan), None, None, **overpass)
    assert_strictly_valid(path)
    with rasterio.open(path) as raster:
        assert (raster.read() == -9999).all()
        assert raster.tags(1) == {"STATISTICS_VALID_PERCENT": "0"}


def test_overviews_leave_nodata_out(tmp_path, overpass):
    window = Window.centred_on(20, 10, 600, 520)
    values = np.full(window.shape, np.nan, "f4")
    values[::2, ::2] = 0.25  # one valid cell in each 2 x 2 block: a mean with -9999 would show
    values[:100] = np.nan
    path = tmp_path / "large.tif"
    write_map(path, window, values, None, values * 4, **overpass)
    assert_strictly_valid(path)
    with rasterio.open(path) as raster:
        assert raster.overviews(1) == [2, 4, 8, 16]
    with rasterio.open(path, OVERVIEW_LEVEL=0) as halved:
        seen = halved.read()
    assert seen.shape == (3, 300, 260)
    assert (seen[0, :50] == -9999).all()
    assert (seen[0, 50:] == 0.25).all()
    assert (seen[1] == -9999).all()
    assert (seen[2, 50:] == 1).all()


@pytest.mark.parametrize(("side", "overviews"), [(100, [2]), (40, [2]), (2, [2]), (1, [])])
def test_small_rasters_have_overviews_too(tmp_path, overpass, side, overviews):
    window = Window.centred_on(20, 10, side, side)
    values = np.full(window.shape, np.nan, "f4")
    values[::2, ::2] = 0.25
    path = tmp_path / "small.tif"
    write_map(path, window, values, None, None, **overpass)
    assert_strictly_valid(path)
    with rasterio.open(path) as raster:
        assert raster.overviews(1) == overviews
    if overviews:
        with rasterio.open(path, OVERVIEW_LEVEL=0) as halved:
            assert (halved.read(1) == 0.25).all()


def test_same_arguments_same_bytes(tmp_path, new_map, overpass):
    fields = new_map(Window.centred_on(6.14, 46.2, 300, 300))
    for name in ("a", "b"):
        write_map(tmp_path / f"{name}.tif", fields.window, *fields.bands, **overpass)
        write_quality(tmp_path / f"{name}q.tif", fields.window, fields.codes, names=NAMES, colours=COLOURS, **overpass)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert (tmp_path / "aq.tif").read_bytes() == (tmp_path / "bq.tif").read_bytes()
    assert (tmp_path / "aq.tif.aux.xml").read_bytes() == (tmp_path / "bq.tif.aux.xml").read_bytes()


def test_a_window_over_180_degrees_runs_on_eastwards(tmp_path, new_map, overpass):
    fields = new_map(Window.centred_on(179.9, -17, 30, 40))
    assert fields.window.crosses_antimeridian
    path = tmp_path / "fiji.tif"
    write_map(path, fields.window, *fields.bands, **overpass)
    assert_strictly_valid(path)
    with rioxarray.open_rasterio(path, masked=True) as cube:
        np.testing.assert_array_equal(cube.values[0], fields.soil_moisture)
        lon, _ = Transformer.from_crs(6933, 4326, always_xy=True).transform(cube.x.values, np.zeros(40))
    np.testing.assert_allclose(np.diff(cube.x.values), 3002.6850700487, atol=1e-6)
    np.testing.assert_allclose((lon - fields.window.longitudes + 180) % 360 - 180, 0, atol=1e-9)


def test_rewriting_removes_stale_sidecars(written, tucson, overpass):
    for suffix in (".aux.xml", ".ovr", ".msk"):
        written.with_name(written.name + suffix).write_text("stale")
    write_map(written, tucson.window, *tucson.bands, **overpass)
    pam = written.with_name(written.name + ".aux.xml")
    assert {p.name for p in written.parent.iterdir()} == {written.name, "tucson.qml", pam.name}
    assert "stale" not in pam.read_text()


def test_the_maps_own_tags_win(tmp_path, tucson, overpass):
    overpass["tags"]["ACQUISITION_TIME"] = "yesterday"
    write_map(tmp_path / "a.tif", tucson.window, *tucson.bands, **overpass)
    with rasterio.open(tmp_path / "a.tif") as raster:
        assert raster.tags()["ACQUISITION_TIME"] == "2018-07-04T11:59:59Z"


def test_wrong_arrays_are_refused(tmp_path, tucson, overpass):
    with pytest.raises(ValueError, match="age has shape"):
        write_map(tmp_path / "a.tif", tucson.window, tucson.soil_moisture, None, tucson.age[1:], **overpass)
    tucson.soil_moisture[5, 5] = np.inf
    with pytest.raises(ValueError, match="infinite"):
        write_map(tmp_path / "a.tif", tucson.window, *tucson.bands, **overpass)
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from smen.errors import OutputError
from smen.grid import Window
from smen.outputs.geotiff import statistics, write_map
from smen.outputs.quality_raster import write_quality
path, limit = Path(sys.argv[1]), int(sys.argv[2])
window = Window.centred_on(0, 0, 100, 100)
noise = np.random.default_rng(0).random(window.shape)
overpass = {"time": np.datetime64("2018-01-01T00:00:00"), "direction": "A", "tags": {}}
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    if sys.argv[3] == "map":
        write_map(path, window, noise, noise, noise, **overpass)
    else:
        names = {code: "a long name of a code" * 20 for code in range(200)}
        colours = dict.fromkeys(names, "#000000")
        write_quality(path, window, np.zeros(window.shape, "u1"), names=names, colours=colours, **overpass)
except OutputError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize(("limit", "kind"), [(0, "map"), (4096, "map"), (60000, "map"), (1000, "quality")])
def test_a_full_disk_leaves_nothing_behind(tmp_path, limit, kind):
    path = tmp_path / "maps" / "a.tif"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), str(limit), kind], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"{path}" in done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(path.parent.iterdir()) == []


def test_a_failed_write_keeps_the_earlier_map(written, tucson, overpass, monkeypatch):
    before = written.read_bytes()

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    moisture, *others = tucson.bands
    with pytest.raises(OutputError, match="No space left"):
        write_map(written, tucson.window, moisture + 0.01, *others, **overpass)
    assert written.read_bytes() == before


@given(arrays(np.float32, st.integers(1, 20), elements=st.floats(-1, 60, width=32)), st.integers(0, 5))
def test_statistics_are_those_of_the_valid_values(values, missing):
    tags = statistics(values, values.size + missing)
    assert float(tags["STATISTICS_VALID_PERCENT"]) == pytest.approx(
        100 * values.size / (values.size + missing), rel=1e-3
    )
    exact = [Fraction(float(value)) for value in values]
    mean = sum(exact) / len(exact)
    assert float(tags["STATISTICS_MINIMUM"]) == pytest.approx(float(min(exact)))
    assert float(tags["STATISTICS_MEAN"]) == pytest.approx(float(mean), rel=1e-9, abs=1e-12)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    assert float(tags["STATISTICS_STDDEV"]) == pytest.approx(float(variance) ** 0.5, rel=1e-6, abs=1e-7)


def test_a_band_without_valid_values_has_no_statistics():
    assert statistics(np.empty(0, "f4"), 9) == {"STATISTICS_VALID_PERCENT": "0"}
