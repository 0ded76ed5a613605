from dataclasses import fields as names
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from smen.data.samples_file import from_dataset, to_dataset
from smen.errors import DataError


def same(a, b):
    for field in names(a):
        x, y = getattr(a, field.name), getattr(b, field.name)
        assert x.dtype == y.dtype, field.name
        np.testing.assert_array_equal(x, y, err_msg=field.name)


def test_there_and_back_over_a_file(fields, samples, tmp_path):
    to_dataset(samples, fields).to_netcdf(tmp_path / "samples.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "samples.nc", engine="h5netcdf") as stored:
        assert stored.time.values[0] == samples.time[0]
        same(from_dataset(stored, fields, coarse_history=6), samples)


def test_years_are_files_of_their_own(fields, samples, tmp_path):
    parts = []
    for name, rows in (("b", slice(13, None)), ("a", slice(None, 13))):  # given in the wrong order
        to_dataset(samples.select(rows), fields).to_netcdf(tmp_path / name, engine="h5netcdf")
        parts.append(xr.load_dataset(tmp_path / name, engine="h5netcdf"))
    same(from_dataset(parts, fields, coarse_history=6), samples)


def test_fields_of_more_years_move_the_indices(fields, samples):
    stored = to_dataset(samples.select(slice(10, None)), fields)
    later = replace(
        fields,
        **{n: getattr(fields, n)[4:] for n in ("coarse", "coarse_time", "coarse_descending", "coarse_flag")},
    )
    with pytest.raises(DataError, match=r"coarse field of 2016-01-0.*aligned series"):
        from_dataset(stored, later)  # their earlier fields lie in what was cut off
    recent = samples.select(slice(20, None))
    moved = from_dataset(to_dataset(recent, fields), later, coarse_history=6)
    np.testing.assert_array_equal(moved.coarse, recent.coarse - 4)
    np.testing.assert_array_equal(moved.coarse_history, recent.coarse_history - 4)
    np.testing.assert_array_equal(moved.fine_history, recent.fine_history)


def test_a_lost_fine_field_is_named(fields, samples):
    fewer = replace(
        fields,
        **{n: getattr(fields, n)[:-1] for n in ("fine", "fine_time", "fine_ready", "fine_sentinel1")},
    )
    with pytest.raises(DataError, match=f"fine field of {fields.fine_time[-1]}"):
        from_dataset(to_dataset(samples, fields), fewer)


def test_other_files_are_refused(fields, samples):
    with pytest.raises(DataError, match="lacks"):
        from_dataset(xr.Dataset({"soil_moisture": ("x", [1.0])}), fields)
    with pytest.raises(DataError, match="no samples"):
        from_dataset([], fields)
    good = to_dataset(samples, fields)
    with pytest.raises(DataError, match="length of their history"):
        from_dataset([good, good.isel(k=slice(0, 2))], fields)


def test_rows_without_history_stay_without(fields, samples):
    first = to_dataset(samples.select(slice(0, 1)), fields)
    assert np.isnat(first.fine_history.values).all()
    assert (from_dataset(first, fields).fine_history == -1).all()


def test_the_earlier_coarse_fields_are_those_asked_for(fields, samples):
    stored = to_dataset(samples.select(slice(2, 5)), fields)
    assert "coarse_history" not in stored
    assert from_dataset(stored, fields).coarse_history.shape == (3, 0)
    assert from_dataset(stored, fields, coarse_history=3).coarse_history.tolist() == [[1, 0, -1], [2, 1, 0], [3, 2, 1]]
