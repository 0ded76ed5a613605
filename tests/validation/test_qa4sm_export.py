import zipfile

import numpy as np
import pytest
import xarray as xr
from made_ismn import hours

from smen.errors import DataError
from smen.grid import M03, Window
from smen.validation.point_products import PointProduct
from smen.validation.qa4sm_export import write_qa4sm_cube, write_qa4sm_series
from smen.validation.station_points import locate_points
from smen.validation.station_records import Station, StationSeries

WINDOW = Window.centred_on(10.0, 50.0, 6, 9)
ACROSS = Window.centred_on(180.0, 10.0, 6, 9)
TIME, VALUE = hours("2020-01-01", 3), np.full(3, 0.2)


def fields(window, number=3):
    return np.random.default_rng(0).uniform(0.05, 0.5, (number, *window.shape)).astype(np.float32)


def validated(path):
    """Ask QA4SM's validator (its own front door hands netCDF4 an empty name, which newer versions refuse)."""
    import netCDF4
    from qa4sm_preprocessing.format_validator import NetCDFValidator

    with netCDF4.Dataset(path) as content:
        return NetCDFValidator(content).validate()


@pytest.mark.parametrize("window", [WINDOW, ACROSS])
def test_qa4sms_own_validator_accepts_it(tmp_path, window):
    path = tmp_path / "cube.nc"
    write_qa4sm_cube(path, window, hours("2020-02-28T06:00", 3, 24), iter(fields(window)), {"title": "maps"})
    valid, said, status = validated(path)
    assert (valid, status) == (True, 200), said
    assert said["validation_results"]["variables"]["variables"] == ["soil_moisture"]


def test_the_validator_refuses_what_it_should(tmp_path):
    """The check above can fail."""
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    assert not validated(tmp_path / "other.nc")[0]


@pytest.mark.parametrize("window", [WINDOW, ACROSS])
def test_values_lie_where_they_should(tmp_path, window):
    made = fields(window)
    made[1, 2, 3] = np.nan
    time = hours("2020-02-28T06:00", 3, 24)
    write_qa4sm_cube(tmp_path / "cube.nc", window, time, made)
    with xr.open_dataset(tmp_path / "cube.nc") as cube:
        assert cube["soil_moisture"].dims == ("time", "lat", "lon")
        assert (np.diff(cube["lon"]) > 0).all()
        assert float(abs(cube["lon"]).max()) <= 180
        assert np.array_equal(cube["time"].values.astype("datetime64[s]"), time)
        column = {float(x): i for i, x in enumerate(window.longitudes)}
        for place, longitude in enumerate(cube["lon"].values):
            got = cube["soil_moisture"].values[:, :, place]
            assert np.array_equal(got, made[:, :, column[float(longitude)]], equal_nan=True)


def test_what_does_not_fit_is_refused(tmp_path):
    time = hours("2020-01-01", 3)
    with pytest.raises(DataError, match="each time once"):
        write_qa4sm_cube(tmp_path / "a.nc", WINDOW, time[[0, 0, 1]], fields(WINDOW))
    for number in (2, 4):
        with pytest.raises(DataError, match="another number"):
            write_qa4sm_cube(tmp_path / "a.nc", WINDOW, time, fields(WINDOW, number))
    assert list(tmp_path.iterdir()) == []


def at_stations(*cells, window=ACROSS):
    """Make points at cells, and a product there."""
    places = [(float(window.longitudes[c]), float(window.latitudes[r])) for r, c in cells]
    stations = [Station("N", f"s{i}", *place) for i, place in enumerate(places)]
    points, _ = locate_points([StationSeries(s, "x", 0, 0.05, TIME, VALUE, "f") for s in stations], window)
    value = np.arange(3.0 * len(cells)).reshape(3, -1) / 20
    value[1, 0] = np.nan
    return points, PointProduct("p", TIME, value)


def test_the_zip_of_series_is_accepted_and_holds_the_values(tmp_path):
    from qa4sm_preprocessing.format_validator import ZipValidator

    points, product = at_stations((1, 2), (4, 8))
    write_qa4sm_series(tmp_path / "s.zip", ACROSS, points, product)
    valid, said, status = ZipValidator(tmp_path / "s.zip").validate()
    assert (valid, status) == (True, 200), said
    assert said["validation_results"]["unique_gpi_count"] == 2
    assert said["validation_results"]["dataset_name"] == "SMEN"
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    (first,) = (t for n, t in texts.items() if f"_lon={ACROSS.longitudes[2]:.5f}.csv" in n)
    assert first.splitlines() == ["time,soil_moisture", "2020-01-01 00:00:00,0.0000", "2020-01-01 02:00:00,0.2000"]
    row, column = M03.cell_at(float(ACROSS.longitudes[8]), float(ACROSS.latitudes[4]))
    assert any(n.startswith(f"SMEN_gpi={row * 11568 + column}_") for n in texts)
    again = (tmp_path / "s.zip").read_bytes()
    write_qa4sm_series(tmp_path / "s.zip", ACROSS, points, product)
    assert (tmp_path / "s.zip").read_bytes() == again


def test_series_that_qa4sm_would_refuse_are_refused_here(tmp_path):
    points, product = at_stations((1, 2))
    with pytest.raises(DataError, match="letters, digits"):
        write_qa4sm_series(tmp_path / "s.zip", ACROSS, points, product, "a_b")
    empty = PointProduct("p", TIME, np.full((3, 1), np.nan))
    with pytest.raises(DataError, match="no value at any station"):
        write_qa4sm_series(tmp_path / "s.zip", ACROSS, points, empty)
