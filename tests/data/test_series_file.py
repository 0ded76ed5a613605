"""Aligned series: what is written comes back, and other tools read it."""

import h5py
import numpy as np
import pytest
import rasterio
import rioxarray  # noqa: F401  (gives xarray its .rio)
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from smen.data.series import AlignedField, concatenate
from smen.data.series_file import read_series, write_series
from smen.errors import DataError, OutputError
from smen.grid import LEFT, M03, M09, M36, TOP, Window

WINDOW = Window.centred_on(-97.5, 35.5, 6, 5)
START = np.datetime64("2016-01-01T12:00:00", "s")


def field(i, moisture=None, **values):
    rng = np.random.default_rng(i)
    if moisture is None:
        moisture = rng.uniform(0.02, 0.5, WINDOW.shape).astype(np.float32)
        moisture[rng.random(WINDOW.shape) < 0.3] = np.nan
    given = {
        "time": START + np.timedelta64(i, "D"),
        "descending": i % 2 == 0,
        "overpass_time": START + np.timedelta64(i * 86400 + 600, "s"),
        "soil_moisture": moisture,
        "standard_deviation": None,
        "surface_flag": rng.integers(0, 2048, WINDOW.shape).astype(np.uint16),
        "granules": f"granule_{i}.h5",
    }
    return AlignedField(**given | values)


def write(path, fields, **values):
    given = {"grid": M03, "product": "SPL2SMAP_S", "times": len(fields), "simulated": False, "title": "test"}
    write_series(path, WINDOW, fields=fields, **given | values)
    return path


def test_round_trip(tmp_path):
    fields = [
        field(0),
        field(1, overpass_time=np.datetime64("NaT", "s")),
        field(2, sentinel1_times=(START, START + np.timedelta64(25, "s")), granules="a.h5 b.h5"),
    ]
    back = read_series(write(tmp_path / "a.nc", fields, simulated=True))
    assert back.window == WINDOW
    assert back.simulated
    assert back.time.tolist() == [f.time for f in fields]
    assert back.descending.tolist() == [True, False, True]
    assert np.isnat(back.overpass_time[1])
    assert back.overpass_time[0] == fields[0].overpass_time
    np.testing.assert_array_equal(back.soil_moisture, np.stack([f.soil_moisture for f in fields]))
    np.testing.assert_array_equal(back.surface_flag, np.stack([f.surface_flag for f in fields]))
    assert back.standard_deviation is None
    assert back.sentinel1_times == ((), (), fields[2].sentinel1_times)
    assert back.granules == ("granule_0.h5", "granule_1.h5", "a.h5 b.h5")


def test_retrievals_that_are_not_recommended_come_back(tmp_path):
    other = np.full(WINDOW.shape, np.nan, np.float32)
    other[1, 2] = 0.3
    back = read_series(write(tmp_path / "a.nc", [field(0), field(1, not_recommended=other)]))
    assert np.isnan(back.not_recommended[0]).all()
    np.testing.assert_array_equal(back.not_recommended[1], other)
    assert read_series(write(tmp_path / "b.nc", [field(0)])).not_recommended is None


def test_a_file_from_before_they_were_kept_has_none(tmp_path):
    path = write(tmp_path / "a.nc", [field(0)])
    with h5py.File(path, "a") as file:
        del file["soil_moisture_not_recommended"]
    assert read_series(path).not_recommended is None


@settings(max_examples=20, deadline=None)
@given(arrays(np.float32, WINDOW.shape, elements=st.floats(0, 1, width=32) | st.just(float("nan"))))
def test_any_field_comes_back_bit_for_bit(tmp_path_factory, moisture):
    path = tmp_path_factory.mktemp("series") / "a.nc"
    back = read_series(write(path, [field(0, moisture=moisture)]))
    np.testing.assert_array_equal(back.soil_moisture[0], moisture)


def test_xarray_and_rioxarray_read_it(tmp_path):
    moisture = field(0).soil_moisture
    path = write(tmp_path / "a.nc", [field(0)])
    with xr.open_dataset(path, engine="h5netcdf", decode_coords="all") as dataset:
        np.testing.assert_array_equal(dataset.soil_moisture.values[0], moisture)
        assert dataset.rio.crs.to_epsg() == 6933
        assert dataset.rio.transform() == WINDOW.transform
        assert dataset.time.values[0] == START
        assert dataset.soil_moisture.attrs["units"] == "m3 m-3"
        assert dataset.soil_moisture.attrs["standard_name"] == "volume_fraction_of_condensed_water_in_soil"


@pytest.mark.parametrize(("grid", "product"), [(M36, "SPL2SMP"), (M09, "SPL2SMP_E")])
@pytest.mark.parametrize("window", [Window(1021, 2650, 40, 53), Window(600, 11550, 30, 40)])
def test_coarse_fields_lie_on_coarse_cells(tmp_path, grid, product, window):
    shape = window.coarse_shape(grid)
    moisture = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    one = field(0, moisture=moisture, surface_flag=np.zeros(shape, np.uint16))
    write_series(tmp_path / "a.nc", window, grid, product, 1, [one], simulated=False, title="test")
    back = read_series(tmp_path / "a.nc")
    assert (back.grid, back.window, back.product) == (grid, window, product)
    np.testing.assert_array_equal(back.soil_moisture[0], moisture)
    # GDAL places the file by the coarse grid's own corners: the cell that a pixel of its raster holds is the grid's.
    with rasterio.open(f"netcdf:{tmp_path / 'a.nc'}:soil_moisture") as raster:
        assert raster.crs.to_epsg() == 6933 and raster.shape == shape
        assert raster.res == pytest.approx((grid.cell, grid.cell))
        left, top = raster.transform @ (0, 0)
        assert (left - LEFT) / grid.cell == pytest.approx(window.column // grid.coarse_factor, abs=1e-6)
        assert (TOP - top) / grid.cell == pytest.approx(window.row // grid.coarse_factor, abs=1e-6)
        values = next(raster.sample([(float(window.coarse_axes(grid)[0][-1]), float(window.coarse_axes(grid)[1][0]))]))
        assert values[0] == moisture[0, -1]
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf", decode_coords="all") as dataset:
        assert tuple(dataset.rio.transform()) == pytest.approx(tuple(window.coarse_transform(grid)), abs=1e-6)
        np.testing.assert_array_equal(dataset.x, window.coarse_axes(grid)[0])


def test_zero_is_a_value(tmp_path):
    back = read_series(write(tmp_path / "a.nc", [field(0, moisture=np.zeros(WINDOW.shape, np.float32))]))
    assert (back.soil_moisture == 0).all()


def test_same_fields_same_bytes(tmp_path):
    one, other = (write(tmp_path / name, [field(0), field(1)]) for name in ("a.nc", "b.nc"))
    assert one.read_bytes() == other.read_bytes()


def test_a_series_may_be_empty(tmp_path):
    back = read_series(write(tmp_path / "a.nc", []))
    assert back.time.size == 0
    joined = concatenate([back, read_series(write(tmp_path / "b.nc", [field(0)]))])
    assert joined.time.size == 1


@pytest.mark.parametrize(
    ("fields", "times", "said"),
    [([field(1), field(0)], 2, "does not follow"), ([field(0)], 2, "2 overpasses were announced, 1 came")],
)
def test_what_does_not_fit_leaves_nothing(tmp_path, fields, times, said):
    with pytest.raises(DataError, match=said):
        write(tmp_path / "a.nc", fields, times=times)
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_refused_by_name(tmp_path):
    (tmp_path / "a.nc").write_text("no NetCDF")
    with pytest.raises(DataError, match=r"a\.nc is no aligned series"):
        read_series(tmp_path / "a.nc")
    with pytest.raises(DataError, match=r"b\.nc is missing: run the stage align"):
        read_series(tmp_path / "b.nc")


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "a" / "b.nc", [field(0)])
