"""The antenna: weights against scipy's Gaussian filter, the width between half-power points, conservation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from smen.simulation.antenna import FOOTPRINT_KM, HALF_POWER_SIGMAS, footprint_means


def test_the_half_power_width_of_a_gaussian():
    assert pytest.approx(2 * np.sqrt(2 * np.log(2)), abs=1e-4) == HALF_POWER_SIGMAS


def test_footprints_are_about_forty_kilometres():
    """SMAP's -3 dB footprint is 38 x 47 km (Entekhabi et al. 2010)."""
    assert 38 <= FOOTPRINT_KM["SPL2SMP"] <= 47
    assert FOOTPRINT_KM["SPL2SMP_E"] <= FOOTPRINT_KM["SPL2SMP"]


@settings(max_examples=30)
@given(st.integers(1, 9), st.sampled_from([3, 12]), st.floats(2, 4), st.floats(10, 80))
def test_weights_are_positive_and_add_up_to_one(cells, coarse_factor, cell_km, footprint_km):
    weights = footprint_means(cells * coarse_factor, coarse_factor, cell_km, footprint_km)
    assert weights.shape == (cells, cells * coarse_factor)
    assert weights.dtype == np.float32
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-5)


def test_inside_it_is_a_gaussian_filter_followed_by_block_means():
    """Away from the ends, against scipy."""
    size, coarse_factor, cell_km, km = 240, 12, 3.0, 42.0
    series = np.random.default_rng(1).standard_normal(size)
    expected = ndimage.gaussian_filter1d(series, km / 2.3548 / cell_km, truncate=8).reshape(-1, coarse_factor).mean(1)
    result = footprint_means(size, coarse_factor, cell_km, km) @ series
    np.testing.assert_allclose(result[4:-4], expected[4:-4], atol=2e-3)


def test_the_footprint_is_half_as_sensitive_at_half_its_width():
    """One fine cell to a coarse one: the weight at 21 km is half of that at the centre."""
    weights = footprint_means(401, 1, 1.0, 42.0)[200]
    assert weights[200 + 21] / weights[200] == pytest.approx(0.5, abs=1e-3)
    assert weights[200 - 21] == pytest.approx(weights[200 + 21])


def test_a_constant_stays_and_a_slope_stays_inside():
    weights = footprint_means(240, 12, 3.0, 42.0)
    np.testing.assert_allclose(weights @ np.full(240, 0.3, np.float32), 0.3, rtol=1e-5)
    slope = np.arange(240, dtype=np.float32)
    np.testing.assert_allclose((weights @ slope)[4:-4], slope.reshape(-1, 12).mean(1)[4:-4], rtol=1e-3)


def test_contrast_is_lost_as_the_footprints_transfer_function_says():
    """A wave of 100 km keeps exp(-(2 pi sigma / 100)^2 / 2) of its amplitude, times the mean over 36 km."""
    sigma, wave = 42 / HALF_POWER_SIGMAS, 100.0
    x = (np.arange(400) + 0.5) * 3.0
    seen = footprint_means(396, 12, 3.0, 42.0) @ np.cos(2 * np.pi * x[:396] / wave)
    kept = np.exp(-((2 * np.pi * sigma / wave) ** 2) / 2) * np.sinc(36 / wave)
    centres = (np.arange(33) + 0.5) * 36
    np.testing.assert_allclose(seen[4:-4], kept * np.cos(2 * np.pi * centres / wave)[4:-4], atol=0.01)
