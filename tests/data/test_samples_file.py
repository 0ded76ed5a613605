from dataclasses import fields as names
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from smen.data.samples_file import from_tables, read_table, sample_table, write_samples
from smen.errors import DataError


def same(a, b):
    for field in names(a):
        x, y = getattr(a, field.name), getattr(b, field.name)
        assert x.dtype == y.dtype, field.name
        np.testing.assert_array_equal(x, y, err_msg=field.name)


def table(fields, samples):
    return sample_table(samples, fields.fine_time)


def test_there_and_back_over_a_file(fields, samples, tmp_path):
    path = tmp_path / "samples.nc"
    write_samples(path, table(fields, samples))
    same(from_tables([read_table(path)], fields, coarse_history=6), samples)


def test_xarray_reads_times_and_blocks(fields, samples, tmp_path):
    path = tmp_path / "samples.nc"
    write_samples(path, table(fields, samples))
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        np.testing.assert_array_equal(stored.time.values.astype("datetime64[s]"), samples.time)
        wanted = [fields.fine_time[i] if i >= 0 else np.datetime64("NaT") for i in samples.fine_history.ravel()]
        found = stored.fine_history.values.astype("datetime64[s]").ravel()
        np.testing.assert_array_equal(found, np.array(wanted, "datetime64[s]"))
        np.testing.assert_array_equal(stored.age, samples.age)
        assert stored.split.attrs["flag_meanings"].split() == ["none", "train", "validation", "test"]
        assert stored.age.attrs["units"] == "days" and stored.sizes["k"] == samples.fine_history.shape[1]


def test_years_are_files_of_their_own(fields, samples, tmp_path):
    parts = []
    for name, rows in (("b", slice(13, None)), ("a", slice(None, 13))):  # given in the wrong order
        write_samples(tmp_path / name, table(fields, samples.select(rows)))
        parts.append(read_table(tmp_path / name))
    same(from_tables(parts, fields, coarse_history=6), samples)


def test_fields_of_more_years_move_the_indices(fields, samples):
    stored = table(fields, samples.select(slice(10, None)))
    later = replace(
        fields,
        **{n: getattr(fields, n)[4:] for n in ("coarse", "coarse_time", "coarse_descending", "coarse_flag")},
    )
    with pytest.raises(DataError, match=r"coarse field of 2016-01-0.*aligned series"):
        from_tables([stored], later)  # their earlier fields lie in what was cut off
    recent = samples.select(slice(20, None))
    moved = from_tables([table(fields, recent)], later, coarse_history=6)
    np.testing.assert_array_equal(moved.coarse, recent.coarse - 4)
    np.testing.assert_array_equal(moved.coarse_history, recent.coarse_history - 4)
    np.testing.assert_array_equal(moved.fine_history, recent.fine_history)


def test_a_lost_fine_field_is_named(fields, samples):
    fewer = replace(
        fields,
        **{n: getattr(fields, n)[:-1] for n in ("fine", "fine_time", "fine_ready", "fine_sentinel1")},
    )
    with pytest.raises(DataError, match=f"fine field of {fields.fine_time[-1]}"):
        from_tables([table(fields, samples)], fewer)


def test_other_files_are_refused(fields, samples, tmp_path):
    xr.Dataset({"time": ("time", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(DataError, match=r"other.nc: .* lacks age, fine, fine_history, split"):
        read_table(tmp_path / "other.nc")
    (tmp_path / "text.nc").write_text("no NetCDF")
    with pytest.raises(DataError, match=r"text.nc is no file of samples"):
        read_table(tmp_path / "text.nc")
    with pytest.raises(DataError, match="no samples"):
        from_tables([], fields)
    good = table(fields, samples)
    short = good._replace(fine_history=good.fine_history[:, :2], age=good.age[:, :2])
    with pytest.raises(DataError, match="length of their history"):
        from_tables([good, short], fields)


def test_rows_without_history_stay_without(fields, samples):
    first = table(fields, samples.select(slice(0, 1)))
    assert np.isnat(first.fine_history).all()
    assert (from_tables([first], fields).fine_history == -1).all()


def test_the_earlier_coarse_fields_are_those_asked_for(fields, samples):
    stored = table(fields, samples.select(slice(2, 5)))
    assert from_tables([stored], fields).coarse_history.shape == (3, 0)
    assert from_tables([stored], fields, coarse_history=3).coarse_history.tolist() == [[1, 0, -1], [2, 1, 0], [3, 2, 1]]
