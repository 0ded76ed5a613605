"""The correlation of errors as a file."""

import numpy as np
import pytest
import xarray as xr
from made_errors import made_correlation

from smen.data.error_correlation_file import read_error_correlation, write_error_correlation
from smen.errors import DataError
from smen.grid import Window

WINDOW = Window.centred_on(-110.97, 32.22, 12, 14)


@pytest.fixture
def path(tmp_path):
    write_error_correlation(tmp_path / "e.nc", WINDOW, made_correlation(), title="errors", simulated=True)
    return tmp_path / "e.nc"


def test_it_comes_back(path):
    model, again = made_correlation(), read_error_correlation(path, WINDOW)
    assert again.structure == model.structure
    assert again.bounds == model.bounds
    np.testing.assert_allclose(again.pattern_variance, model.pattern_variance, rtol=1e-6)


def test_it_is_cf_and_lies_where_the_region_does(path):
    with xr.open_dataset(path, engine="h5netcdf", decode_coords="all") as data:
        assert data.attrs["Conventions"].startswith("CF-")
        assert data.attrs["simulated"] == "true"
        layer = data["pattern_standard_deviation"]
        assert (layer.dims, layer.attrs["units"]) == (("y", "x"), "m3 m-3")
        assert layer.rio.crs.to_epsg() == 6933
        np.testing.assert_allclose(data["x"], WINDOW.x)
        np.testing.assert_allclose(data["y"], WINDOW.y)


def test_the_same_correlation_gives_the_same_bytes(path, tmp_path):
    write_error_correlation(tmp_path / "f.nc", WINDOW, made_correlation(), title="errors", simulated=True)
    assert (tmp_path / "f.nc").read_bytes() == path.read_bytes()


def test_other_files_are_refused(path, tmp_path):
    with pytest.raises(DataError, match="no correlation of errors"):
        read_error_correlation(tmp_path / "none.nc", WINDOW)
    (tmp_path / "junk.nc").write_bytes(b"junk")
    with pytest.raises(DataError, match="no correlation of errors"):
        read_error_correlation(tmp_path / "junk.nc", WINDOW)
    with pytest.raises(DataError, match="cells"):
        read_error_correlation(path, Window.centred_on(-110.97, 32.22, 10, 14))
    with xr.load_dataset(path, engine="h5netcdf") as data:
        data.attrs["lengths"] = [1.0]
        data.to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="another version"):
        read_error_correlation(tmp_path / "other.nc", WINDOW)
