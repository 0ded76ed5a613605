import numpy as np
import pytest
from made_ismn import hours
from made_stations import WINDOW, series

from smen.errors import DataError
from smen.validation.point_products import PointProduct, sample_product
from smen.validation.station_points import locate_points


def test_samples_the_cells_of_the_stations():
    points, _ = locate_points([series("a", 3, 7), series("b", 11, 2)], WINDOW)
    fields = np.random.default_rng(0).uniform(0.1, 0.4, (5, *WINDOW.shape))
    product = sample_product("p", hours("2021-01-01", 5), fields, points, fields / 10, frozenset({"smap"}))
    assert np.array_equal(product.value, fields[:, [3, 11], [7, 2]])
    assert np.array_equal(product.standard_deviation, fields[:, [3, 11], [7, 2]] / 10)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "station"}, "rename"),
        ({"value": np.zeros((2, 1))}, "do not fit 3 times"),
        ({"standard_deviation": np.zeros((3, 2))}, "different shapes"),
        ({"time": hours("2021-01-01", 3)[::-1]}, "rise strictly"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    with pytest.raises(DataError, match=words):
        PointProduct(**({"name": "p", "time": hours("2021-01-01", 3), "value": np.zeros((3, 1))} | change))
