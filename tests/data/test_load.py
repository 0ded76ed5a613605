"""Fields of several years from aligned files, without knowing the project's folders."""

import numpy as np
import pytest
from made_fields import make_fields

from smen.data.load import read_fields
from smen.data.series import AlignedField
from smen.data.series_file import write_series
from smen.errors import DataError
from smen.grid import M03, M09

FIELDS = make_fields(n=8, every=2, shape=(12, 15), grid=M09)


class Folder:
    """The files of one region in one folder: all that reading needs of a layout."""

    def __init__(self, path):
        self.path = path

    def aligned(self, region, role, year):
        return f"{self.path}/{region}_{role}_{year}.nc"


def write(layout, role, year, rows, product="SPL2SMP_E"):
    """A year's series: fields `rows` of the made ones."""
    coarse = role == "coarse"
    stack, times = (FIELDS.coarse, FIELDS.coarse_time) if coarse else (FIELDS.fine, FIELDS.fine_time)
    made = [
        AlignedField(
            time=times[i],
            descending=bool(FIELDS.coarse_descending[i]),
            overpass_time=times[i],
            soil_moisture=stack[i],
            standard_deviation=None,
            surface_flag=np.full(stack[i].shape, i, np.uint16),
            granules=f"{role}_{i}.h5",
            sentinel1_times=() if coarse else tuple(FIELDS.fine_sentinel1[i]),
        )
        for i in rows
    ]
    path = layout.path / f"here_{role}_{year}.nc"
    grid, name = (M09, product) if coarse else (M03, "SPL2SMAP_S")
    write_series(path, FIELDS.window, grid, name, len(made), made, simulated=role == "fine", title="made up")


def test_years_come_back_as_one(tmp_path):
    layout = Folder(tmp_path)
    for year, coarse, fine in ((2016, range(5), range(2)), (2017, range(5, 8), range(2, 4))):
        write(layout, "coarse", year, coarse)
        write(layout, "fine", year, fine)
    fields = read_fields(layout, "here", (2016, 2017))
    assert (fields.window, fields.coarse_grid) == (FIELDS.window, M09)
    for name in ("coarse", "coarse_time", "coarse_descending", "fine", "fine_time", "fine_ready"):
        np.testing.assert_array_equal(getattr(fields, name), getattr(FIELDS, name))
    assert fields.fine_sentinel1 == FIELDS.fine_sentinel1 and fields.fine_noise is None
    assert fields.simulated  # it is enough that one of the products is
    assert fields.coarse_flag.shape == fields.coarse.shape and fields.coarse_flag[6].min() == 6
    assert fields.coarse_at(3).shape == FIELDS.window.shape


def test_a_region_without_any_fine_field(tmp_path):
    layout = Folder(tmp_path)
    write(layout, "coarse", 2016, range(3))
    write(layout, "fine", 2016, [])
    fields = read_fields(layout, "here", [2016])
    assert fields.fine.shape == fields.fine_flag.shape == (0, *FIELDS.window.shape) and len(fields.coarse) == 3


def test_a_missing_year_is_named(tmp_path):
    layout = Folder(tmp_path)
    write(layout, "coarse", 2016, range(3))
    with pytest.raises(DataError, match=r"here_coarse_2017\.nc is missing: run the stage align"):
        read_fields(layout, "here", [2016, 2017])


def test_a_region_without_any_granule_has_empty_fields_of_its_shape(tmp_path):
    layout = Folder(tmp_path)
    for role in ("coarse", "fine"):
        write(layout, role, 2016, ())
    fields = read_fields(layout, "here", (2016,))
    assert fields.coarse.shape == fields.coarse_flag.shape == (0, *FIELDS.coarse.shape[1:])
    assert fields.fine.shape == (0, *FIELDS.window.shape) and fields.coarse_not_recommended is None
