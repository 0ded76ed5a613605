"""The climatology as a file: whole round trip, and files of another kind."""

import dataclasses

import h5netcdf
import numpy as np
import pytest
import xarray as xr
from made_normals import made_normals

from smen.errors import DataError
from smen.indices.normals_file import read_normals, write_normals


def test_what_is_read_is_what_was_written(tmp_path):
    normals, _, _ = made_normals(4, gain=0.7, offset=0.05)
    path = tmp_path / "normals.nc"
    write_normals(path, normals, "a title")
    back = read_normals(path)
    assert (back.window, back.grid, back.first, back.last, back.simulated) == (
        normals.window, normals.grid, normals.first, normals.last, True,
    )  # fmt: skip
    for part in ("moments", "transfer"):
        for field in dataclasses.fields(getattr(normals, part)):
            ours, theirs = (getattr(getattr(n, part), field.name) for n in (back, normals))
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, err_msg=field.name)
    np.testing.assert_allclose(back.dry, normals.dry, rtol=1e-6)


def test_other_programs_read_it_and_it_says_what_it_rests_on(tmp_path):
    normals, _, _ = made_normals(4)
    write_normals(tmp_path / "normals.nc", normals, "a title")
    with xr.open_dataset(tmp_path / "normals.nc") as dataset:
        assert dataset.attrs["title"] == "a title"
        assert "fewer than 5 years" in dataset.attrs["comment"]
        assert dataset["season_mean"].sizes["season"] == 73
        assert dataset["season_mean"].attrs["units"] == "m3 m-3"


def test_a_missing_file_and_one_of_another_version_are_refused(tmp_path):
    with pytest.raises(DataError, match="run the stage normals for its region first"):
        read_normals(tmp_path / "none.nc")
    normals, _, _ = made_normals(3)
    write_normals(tmp_path / "old.nc", normals, "")
    with h5netcdf.File(tmp_path / "old.nc", "a") as file:
        file.attrs["version"] = 0
    with pytest.raises(DataError, match="another version"):
        read_normals(tmp_path / "old.nc")
