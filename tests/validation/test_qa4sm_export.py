import numpy as np
import pytest
import xarray as xr
from made_ismn import hours

from smen.errors import DataError
from smen.grid import Window
from smen.validation.qa4sm_export import write_qa4sm_cube

WINDOW = Window.centred_on(10.0, 50.0, 6, 9)
ACROSS = Window.centred_on(180.0, 10.0, 6, 9)


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
