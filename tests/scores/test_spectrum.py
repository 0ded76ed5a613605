import numpy as np
import pytest
from made_textures import SHAPE, gaps, inner, masked, noise, red
from scipy.ndimage import gaussian_filter
from scipy.stats import gmean

from smen.scores.spectrum import LONGEST, spectrum_bins, spectrum_ratio

CELL = 3.0026850700487  # km


@pytest.mark.parametrize("target", [noise(1), masked(noise(1)), inner(red(2)), masked(inner(red(2)))])
def test_half_the_amplitude_is_a_quarter_of_the_power(target):
    assert spectrum_ratio(target, target) == pytest.approx(1, abs=1e-9)
    assert spectrum_ratio(0.5 * target + 0.3, target) == pytest.approx(0.25, abs=1e-9)


def test_it_compares_strength_not_places():
    ratios = [spectrum_ratio(0.5 * noise(seed), noise(seed + 100)) for seed in range(10)]
    assert np.exp(np.mean(np.log(ratios))) == pytest.approx(0.25, rel=0.06)


def test_each_wavelength_has_its_own_ratio():
    row, column = np.indices((96, 96))
    long, short = np.sin(2 * np.pi * column / 8), np.sin(2 * np.pi * row / 3.2)
    background = 0.02 * noise(3, (96, 96))
    wavelength, ratio = spectrum_bins(long + 0.5 * short + background, long + short + background)
    found = dict(zip(np.round(wavelength / CELL, 6), ratio, strict=True))
    assert found[8.0] == pytest.approx(1, abs=1e-3)
    assert found[3.2] == pytest.approx(0.25, abs=1e-3)
    assert found[4.8] == pytest.approx(1, abs=0.05)
    assert wavelength.max() == pytest.approx(12 * CELL)
    assert wavelength.min() == pytest.approx(2 * CELL)
    assert (np.diff(wavelength) < 0).all()


def test_gaps_do_not_lend_an_estimate_the_detail_that_it_lacks():
    fields = [red(seed) for seed in range(6)]
    large = [gaussian_filter(field, 4) for field in fields]
    smooth = [spectrum_ratio(masked(inner(s)), masked(inner(f))) for f, s in zip(fields, large, strict=True)]
    assert max(smooth) < 0.03
    halved = [
        spectrum_ratio(masked(inner(s + 0.5 * (f - s))), masked(inner(f))) for f, s in zip(fields, large, strict=True)
    ]
    assert np.mean(halved) == pytest.approx(0.25, abs=0.02)


def test_both_are_seen_through_the_same_gaps():
    target = inner(red(5))
    one, other = np.where(gaps(7), target, np.nan), np.where(gaps(8), 0.5 * target, np.nan)
    assert spectrum_ratio(other, one) == pytest.approx(0.25, abs=1e-9)


def test_a_constant_has_no_texture():
    assert spectrum_ratio(np.full(SHAPE, 0.2), noise(1)) == 0
    assert np.isnan(spectrum_ratio(noise(1), np.full(SHAPE, 0.2)))


def test_too_little_is_no_number():
    few = np.full(SHAPE, np.nan)
    few[:11, :13] = noise(1)[:11, :13]
    assert np.isnan(spectrum_ratio(few, noise(1)))
    few[11, :1] = 1
    assert np.isfinite(spectrum_ratio(few, noise(1)))
    narrow = noise(1, (LONGEST - 1, 200))
    assert np.isnan(spectrum_ratio(narrow, narrow))
    assert [part.size for part in spectrum_bins(narrow, narrow)] == [0, 0]


@pytest.mark.parametrize("factor", [0.1, 3.0])
def test_units_level_and_orientation_do_not_matter(factor):
    estimate, target = masked(0.7 * inner(red(3)) + 0.2 * noise(4)), masked(inner(red(3)))
    ratio = spectrum_ratio(estimate, target)
    assert spectrum_ratio(factor * estimate + 1, factor * target - 2) == pytest.approx(ratio, rel=1e-6)
    assert spectrum_ratio(estimate.T, target.T) == pytest.approx(ratio, rel=1e-9)
    assert spectrum_ratio(estimate[::-1], target[::-1]) == pytest.approx(ratio, rel=1e-9)
    assert spectrum_ratio(target, estimate) == pytest.approx(1 / ratio, rel=1e-9)


def test_the_ratio_is_the_geometric_mean_over_wavelengths():
    estimate, target = inner(red(6)) + 0.3 * noise(6), inner(red(6))
    wavelength, ratio = spectrum_bins(estimate, target)
    assert wavelength.shape == ratio.shape
    assert spectrum_ratio(estimate, target) == pytest.approx(gmean(ratio))
    assert ratio[-1] > ratio[0]  # noise adds to the short waves, where the field has little power
