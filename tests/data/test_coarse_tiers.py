"""Causes by flag, and what counts as a retrieval of the second tier."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields

from smen.data.coarse_tiers import Cause, CoarseTiers, causes_of, second_tier

FIELDS = make_fields(n=12, shape=(60, 60))


def test_causes_by_the_bits_of_the_surface_flag():
    # 16 rain, 32 snow, 256 frozen by the model, 512 mountains; 65534 is fill.
    flag = np.array([0, 16, 32, 256, 512, 16 | 512, 16 | 32, 65534], np.uint16).reshape(8, 1, 1)
    found = causes_of(flag, np.ones(flag.shape, bool)).ravel()
    expected = [Cause.SURFACE, Cause.RAIN, Cause.FROST, Cause.FROST, Cause.SURFACE, Cause.RAIN, Cause.FROST]
    assert found.tolist() == [*expected, Cause.SURFACE]


def test_frost_is_deep_where_the_frozen_cells_around_were_skipped():
    flag = np.full((2, 5, 5), 256, np.uint16)
    retrieved = np.ones(flag.shape, bool)
    retrieved[0, :, :2] = False  # 10 of 25 on the first overpass
    retrieved[1, 0, 0] = False
    found = causes_of(flag, retrieved)
    assert found[0, 2, 2] == Cause.DEEP_FROST and found[1, 2, 2] == Cause.FROST


def test_impossible_values_and_recommended_cells_are_left_out():
    coarse = FIELDS.coarse.copy()
    coarse[:, 0, :3] = np.nan
    values = np.full(coarse.shape, np.nan, np.float32)
    values[0, 0, :3] = [0.3, 0.62, -0.01]
    values[0, 1, 1] = 0.3
    found = second_tier(replace(FIELDS, coarse=coarse, coarse_not_recommended=values))
    assert np.argwhere(np.isfinite(found)).tolist() == [[0, 0, 0]]
    assert np.isnan(second_tier(FIELDS)).all()


def test_tiers_are_of_the_mean_direction_and_end_in_time():
    bias = np.full(FIELDS.coarse.shape[1:], 0.04)
    tiers = CoarseTiers.of(FIELDS, bias, FIELDS.coarse_time[4])
    assert tiers.recommended.shape == (5, *bias.shape) and tiers.days.shape == (5,)
    sign = np.where(FIELDS.coarse_descending[:5], 0.02, -0.02)[:, None, None]
    np.testing.assert_allclose(tiers.recommended, FIELDS.coarse[:5] - sign, rtol=1e-6)
    assert not tiers.missing.any()
    part = tiers.part(slice(0, 2), slice(1, 3))
    np.testing.assert_array_equal(part.recommended, tiers.recommended[:, :2, 1:3])
