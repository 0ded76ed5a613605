"""The real half-orbit goes through acquire and align like any other."""

import h5py
import numpy as np
import pytest
import xarray as xr

from smen.grid import M36, Window

pytestmark = pytest.mark.workflow


def test_real_half_orbit_cell_by_cell(tmp_path, project, real_data):
    (source,) = real_data.glob("SMAP_L2_SM_P_NRT_*.h5")
    p = project(tmp_path / "p").settings(
        source={"kind": "directory", "directory": str(real_data)},
        regions={"mississippi": {"longitude": -90.0, "latitude": 35.0, "size": 200}},
        periods={"training": ["2018-01-01", "2018-12-31"], "test": ["2019-08-01", "2019-08-31"]},
    )
    p.smen("acquire", "mississippi", "2019")
    p.smen("align", "mississippi", "2019")
    with xr.open_dataset(p.folder / "results/mississippi/aligned/coarse_2019.nc", engine="h5netcdf") as aligned:
        assert str(aligned.time.values[0])[:19] == "2019-08-22T22:48:58"
        cells = aligned.soil_moisture.values[0]
        overpass = aligned.overpass_time.values[0]
    # Placed again by hand, cell after cell, from the granule alone.
    window = Window.centred_on(-90.0, 35.0, 200, 200)
    expected = np.full((200, 200), np.nan, np.float32)
    seconds = []
    with h5py.File(source) as file:
        data = {name: values[:] for name, values in file["Soil_Moisture_Retrieval_Data"].items()}
    for row, column, value, flag, second in zip(
        data["EASE_row_index"], data["EASE_column_index"], data["soil_moisture"], data["retrieval_qual_flag"],
        data["tb_time_seconds"], strict=True,
    ):  # fmt: skip
        top, left = int(row) * 12 - window.row, int(column) * 12 - window.column
        if -12 < top < 200 and -12 < left < 200:
            seconds.append(second)
            if value != -9999 and flag % 2 == 0:
                expected[max(top, 0) : top + 12, max(left, 0) : left + 12] = value
    assert cells.shape == (17, 18)  # the cells of 36 km under 200 x 200 cells of 3 km
    ours = window.expand(cells, M36)
    np.testing.assert_array_equal(ours, expected)
    assert np.isfinite(ours).mean() > 0.1
    known = np.array(seconds)[np.array(seconds) != -9999]
    epoch = np.datetime64("2000-01-01T12:00:00", "ms")
    assert abs(overpass.astype("datetime64[s]") - (epoch + int(known.mean() * 1000))) <= np.timedelta64(1, "s")

    # The cropland of the Mississippi's plain is retrieved and wet; the hills to the south-east are drier.
    longitude, latitude = np.meshgrid(window.longitudes, window.latitudes)
    plain = (longitude > -91.9) & (longitude < -89.9) & (latitude > 34.0) & (latitude < 36.6)
    hills = (longitude > -88.0) & (latitude < 35.6)
    assert np.isfinite(ours[plain]).mean() > 2 * np.isfinite(ours[hills]).mean()
    assert np.nanmean(ours[plain]) > np.nanmean(ours[hills]) + 0.05
