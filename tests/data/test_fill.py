from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields

from smen.data.fill import FILLED, OBSERVED, REACH, UNKNOWN, fill_coarse, fill_residuals, residuals_of

NAN = np.nan
RESIDUALS = np.array([[[0.1, 0.2, NAN]], [[0.3, NAN, NAN]]])


def test_residuals_are_fine_minus_coarse_of_the_same_half_orbit():
    fields = make_fields(n=9, every=3)
    np.testing.assert_array_equal(residuals_of(fields)[1], fields.fine[1] - fields.coarse_at(3))
    keep = np.arange(9) != 3
    less = replace(
        fields,
        **{n: getattr(fields, n)[keep] for n in ("coarse", "coarse_time", "coarse_descending", "coarse_flag")},
    )
    assert np.isnan(residuals_of(less)[1]).all()


def test_what_stands_for_a_missing_residual():
    frames = np.stack([RESIDUALS[0], np.full((1, 3), NAN)]).astype(np.float32)
    climatology = np.array([[0.01, 0.02, 0.03]], np.float32)
    values, valid = fill_residuals(frames, climatology, "climatology")
    np.testing.assert_allclose(values, [[[0.1, 0.2, 0.03]], [[0.01, 0.02, 0.03]]])
    assert valid.tolist() == [[[True, True, False]], [[False, False, False]]]
    values, _ = fill_residuals(frames, climatology, "zero")
    np.testing.assert_allclose(values, [[[0.1, 0.2, 0]], [[0, 0, 0]]])


def test_small_holes_are_filled_large_ones_only_near_their_edge():
    coarse = np.full((60, 120), 0.2, np.float32)
    coarse[:, 40:52] = NAN  # one coarse cell wide
    coarse[:, 80:] = NAN  # the swath ends
    values, state = fill_coarse(coarse, 0.5)
    assert (state[:, :40] == OBSERVED).all() and (state[:, 40:52] == FILLED).all()
    assert (state[:, 80 : 80 + REACH] == FILLED).all() and (state[:, 80 + REACH :] == UNKNOWN).all()
    np.testing.assert_allclose(values, 0.2, atol=1e-6)


def test_a_hole_gets_the_mean_of_its_surroundings():
    coarse = np.full((49, 49), 0.1, np.float32)
    coarse[:, 25:] = 0.3
    coarse[24, 24] = NAN
    values, _ = fill_coarse(coarse, 0.5)
    around = np.delete(coarse[12:37, 12:37].ravel(), 12 * 25 + 12)
    assert values[24, 24] == pytest.approx(around.mean(), abs=1e-5)


def test_whole_fields_and_empty_ones():
    whole = np.full((4, 5), 0.3, np.float32)
    values, state = fill_coarse(whole, 0.5)
    np.testing.assert_array_equal(values, whole)
    assert (state == OBSERVED).all()
    values, state = fill_coarse(np.full((4, 5), NAN, np.float32), 0.5)
    assert (values == 0.5).all() and (state == UNKNOWN).all()


def test_residuals_in_small_holes_are_against_the_surroundings():
    fields = make_fields(n=9, every=3, shape=(24, 72))
    coarse = fields.coarse.copy()
    coarse[3] = 0.25
    coarse[3, 1, 1] = NAN
    coarse[3, :, 4:] = NAN  # from column 38
    residual = residuals_of(replace(fields, coarse=coarse), np.array([1]))[0]
    np.testing.assert_allclose(residual[:, : 38 + REACH], fields.fine[1][:, : 38 + REACH] - 0.25, atol=1e-6)
    assert np.isnan(residual[:, 38 + REACH :]).all()
