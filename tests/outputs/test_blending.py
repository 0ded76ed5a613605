"""Blending of overlapping maps: weights, means, deviations, and which map a code is taken from."""

import numpy as np
import pytest

from smen.grid import Window
from smen.outputs.blending import RowBlend, edge_weights
from smen.outputs.quality_raster import QUALITY_NODATA

WEST, EAST = Window(100, 200, 8, 12), Window(100, 208, 8, 12)
"""Neighbours that share four columns."""

BOTH = Window(100, 200, 8, 20)


def bands(window, moisture, deviation=0.05, age=1.0):
    return np.stack([np.broadcast_to(np.float32(v), window.shape) for v in (moisture, deviation, age)])


def blend(*maps, area=BOTH, overlap=4):
    rows = RowBlend(area)
    for window, values, code in maps:
        codes = np.broadcast_to(np.uint8(code), window.shape)
        rows.add(window, edge_weights(window.shape, overlap), values, codes)
    return rows.result()


def test_weights_of_neighbours_add_up_to_one_and_fall_to_zero_at_the_edges():
    weights = edge_weights((30, 12), 4)
    row = weights[15]
    assert row[:4].tolist() == [0.125, 0.375, 0.625, 0.875] and row[4:8].tolist() == [1.0] * 4
    np.testing.assert_allclose(row[-4:] + row[:4], 1)
    assert weights[0, 0] == 0.125**2
    assert (edge_weights((5, 6), 0) == 1).all()


def test_one_map_fades_into_the_other_and_alone_it_keeps_its_values():
    found = blend((WEST, bands(WEST, 0.1, 0.02), 1), (EAST, bands(EAST, 0.3, 0.06), 2))
    moisture, deviation, _ = found.bands[:, 4]
    np.testing.assert_allclose(moisture[:8], 0.1, rtol=1e-6)
    np.testing.assert_allclose(moisture[12:], 0.3, rtol=1e-6)
    np.testing.assert_allclose(moisture[8:12], [0.125, 0.175, 0.225, 0.275], rtol=1e-6)
    np.testing.assert_allclose(deviation[8:12], [0.025, 0.035, 0.045, 0.055], rtol=1e-6)  # fully correlated
    np.testing.assert_allclose(found.bands[0, 0, :8], 0.1, rtol=1e-6)  # at the outer edge, too


def test_codes_and_ages_are_those_of_the_greatest_weight():
    found = blend((WEST, bands(WEST, 0.1, age=1), 1), (EAST, bands(EAST, 0.3, age=2), 2))
    assert found.codes[4].tolist() == [1] * 10 + [2] * 10
    assert found.bands[2, 4].tolist() == [1] * 10 + [2] * 10


def test_where_one_map_has_no_value_the_other_counts_alone_with_its_code():
    values = bands(WEST, 0.1).copy()
    values[:, :, 6:] = np.nan
    found = blend((WEST, values, 10), (EAST, bands(EAST, 0.3, np.nan), 2))
    np.testing.assert_allclose(found.bands[0, 4, 8:], 0.3, rtol=1e-6)
    assert np.isnan(found.bands[0, 4, 6:8]).all() and found.codes[4, 7] == 10
    assert (found.codes[:, 8:] == 2).all()  # even where the map without a value has the greater weight
    assert np.isnan(found.bands[1, 4, 8:]).all()  # no deviation is known there


def test_a_deviation_that_one_map_lacks_is_that_of_the_other():
    found = blend((WEST, bands(WEST, 0.1, np.nan), 1), (EAST, bands(EAST, 0.3, 0.06), 2))
    np.testing.assert_allclose(found.bands[1, 4, 8:12], 0.06, rtol=1e-6)


def test_rows_of_a_mosaic_hold_what_of_a_map_lies_on_them():
    rows = Window(104, 195, 2, 30)
    found = blend((WEST, bands(WEST, np.arange(8)[:, None] / 100), 1), area=rows)
    np.testing.assert_allclose(found.bands[0, :, 10], [0.04, 0.05], rtol=1e-6)
    assert np.isnan(found.bands[0, :, :5]).all() and (found.codes[:, 25:] == QUALITY_NODATA).all()
    assert np.isnan(blend((WEST, bands(WEST, 0.1), 1), area=Window(300, 200, 2, 20)).bands).all()


@pytest.mark.parametrize("overlap", [0, 4])
def test_equal_maps_give_the_same_map_again(overlap):
    field = np.random.default_rng(1).uniform(0.05, 0.4, BOTH.shape).astype(np.float32)
    parts = [(w, bands(w, field[:, w.column - 200 : w.column - 200 + w.width]), 1) for w in (WEST, EAST)]
    np.testing.assert_allclose(blend(*parts, overlap=overlap).bands[0], field, rtol=1e-6)
