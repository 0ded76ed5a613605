"""Estimates at single cells are those of the whole fields."""

import numpy as np
import pytest

from smen.data.records import Prediction
from smen.methods import cell_estimates
from smen.methods.cell_estimates import estimates_at


@pytest.mark.parametrize("stated", [True, False])
def test_they_are_those_of_the_whole_fields_in_batches(stated, monkeypatch):
    monkeypatch.setattr(cell_estimates, "AT_ONCE", 7)
    rng = np.random.default_rng(0)
    fields = rng.random((20, 5, 6)).astype(np.float32)
    sizes = []

    class Rows:
        """Samples as far as they are used here: rows that can be chosen."""

        def __init__(self, rows):
            self.rows = rows

        def __len__(self):
            return len(self.rows)

        def select(self, rows):
            return Rows(self.rows[rows])

    def predict(part):
        sizes.append(len(part))
        return Prediction(fields[part.rows], fields[part.rows] / 10 if stated else None)

    mean, deviation = estimates_at(predict, Rows(np.arange(20)), np.array([0, 4]), np.array([5, 2]))
    assert sizes == [7, 7, 6]
    np.testing.assert_array_equal(mean, fields[:, [0, 4], [5, 2]])
    if stated:
        np.testing.assert_array_equal(deviation, fields[:, [0, 4], [5, 2]] / 10)
    else:
        assert deviation is None


def test_no_overpass_gives_no_row():
    mean, deviation = estimates_at(lambda part: None, [], np.array([0]), np.array([0]))
    assert mean.shape == (0, 1) and deviation is None
