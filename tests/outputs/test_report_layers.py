from types import SimpleNamespace

import numpy as np
import pytest

from smen.grid import M09, M36, Window
from smen.outputs.report.report_layers import coarse_layer, product_layer

WINDOW = Window(1021, 2650, 24, 30)
DAYS = np.datetime64("2018-01-01T06:00:00", "s") + np.arange(4) * np.timedelta64(1, "D")
MAPS = [SimpleNamespace(time=time) for time in DAYS]


@pytest.mark.parametrize(("grid", "product"), [(M36, "SPL2SMP"), (M09, "SPL2SMP_E")])
def test_each_map_has_the_coarse_field_of_its_half_orbit(grid, product):
    fields = np.random.default_rng(1).uniform(0.1, 0.4, (3, *WINDOW.coarse_shape(grid))).astype(np.float32)
    series = SimpleNamespace(window=WINDOW, grid=grid, product=product, time=DAYS[[0, 1, 3]], soil_moisture=fields)
    layer = coarse_layer(series, MAPS)
    np.testing.assert_array_equal(layer.fields[[0, 1, 3]], fields)
    assert np.isnan(layer.fields[2]).all() and layer.fields.dtype == np.float32
    side = {"SPL2SMP": 12, "SPL2SMP_E": 3}[product]
    rows = (WINDOW.row + np.arange(24)) // side
    columns = (WINDOW.column + np.arange(30)) // side
    np.testing.assert_array_equal(layer.rows, rows - rows[0])
    np.testing.assert_array_equal(layer.columns, columns - columns[0])
    assert layer.fields.shape[1:] == (layer.rows[-1] + 1, layer.columns[-1] + 1)


def test_a_map_without_any_value_of_the_product_has_none():
    fields = np.full((3, 24, 30), np.nan, np.float32)
    fields[0, 3, 4] = 0.2
    fields[2, 5:] = 0.3
    series = SimpleNamespace(time=np.array([DAYS[0], DAYS[1], DAYS[3]]), soil_moisture=fields)
    product = product_layer(series, MAPS)
    assert list(product) == [0, 3]
    np.testing.assert_array_equal(product[3], fields[2])
