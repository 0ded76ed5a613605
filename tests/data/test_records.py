"""Fields that fit together and those that do not, and the coarse field at a window's cells."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.records import MISSING, TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.grid import M09, M36

FIELDS = make_fields(n=12)


@pytest.mark.parametrize("grid", [M36, M09])
def test_the_coarse_field_at_each_cell(grid):
    fields = make_fields(n=4, grid=grid)
    n = grid.coarse_factor
    field = fields.coarse_at(2)
    assert field.shape == fields.window.shape and field.dtype == np.float32
    for i, j in ((0, 0), (13, 5), (23, 35)):
        row = (fields.window.row + i) // n - fields.window.row // n
        column = (fields.window.column + j) // n - fields.window.column // n
        assert field[i, j] == fields.coarse[2, row, column]


@pytest.mark.parametrize("index", [3, np.int64(3), np.array([0, 3]), slice(2, 5), np.arange(12) > 8])
def test_one_or_several_at_once(index):
    flagged = replace(FIELDS, coarse_flag=np.arange(FIELDS.coarse.size, dtype=np.uint16).reshape(FIELDS.coarse.shape))
    for cells, expanded in ((flagged.coarse, flagged.coarse_at), (flagged.coarse_flag, flagged.coarse_flag_at)):
        expected = flagged.window.expand(cells[index], M36)
        assert expanded(index).dtype == cells.dtype
        np.testing.assert_array_equal(expanded(index), expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"coarse": FIELDS.coarse_at(slice(None))}, r"coarse fields have shape \(12, 24, 36\), expected \(12, 3, 4\)"),
        ({"coarse_grid": M09}, "coarse fields have shape"),
        ({"fine": FIELDS.fine[:, 1:]}, "fine fields have shape"),
        ({"fine_flag": np.zeros((1, 24, 36), np.uint16)}, "fine fields have shape"),
        ({"coarse_time": FIELDS.coarse_time[::-1]}, "do not rise strictly"),
        ({"coarse_descending": FIELDS.coarse_descending[1:]}, "needs a direction"),
        ({"fine_sentinel1": ()}, "times of its Sentinel-1 scenes"),
        ({"fine_ready": FIELDS.fine_time - np.timedelta64(1, "h")}, "ready before"),
    ],
)
def test_arrays_that_do_not_fit_together(changes, message):
    with pytest.raises(DataError, match=message):
        replace(FIELDS, **changes)


def test_rows_of_samples():
    samples = make_samples(FIELDS)
    assert len(samples.select(slice(2, 5))) == 3
    targets = samples.with_target(TRAIN, VALIDATION)
    assert (targets.fine != MISSING).all() and not (targets.split == TEST).any()
    assert samples.with_split(np.full(12, TEST, np.uint8)).with_target(TRAIN).time.size == 0
