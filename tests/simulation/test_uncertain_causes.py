"""Errors by cause: against the differences measured in the real half-orbit, and what each depends on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.products.flags import SurfaceFlag
from smen.simulation.uncertain_causes import terms_by_cause

NAMES = ("water", "urban", "mountains", "frozen", "snow", "rain", "vegetation")
CAUSES = {
    "water": SurfaceFlag.STATIC_WATER,
    "vegetation": SurfaceFlag.DENSE_VEGETATION,
    "mountains": SurfaceFlag.MOUNTAINS,
    "urban": SurfaceFlag.URBAN,
    "rain": SurfaceFlag.PRECIPITATION,
    "frozen": SurfaceFlag.FROZEN_MODEL,
    "snow": SurfaceFlag.SNOW,
}


def terms(cause, amount, moisture=0.25, flag=None):
    """Bias, spread and noise of one retrieval by a cause."""
    shares = {name: np.array([amount if name == cause else 0], np.float32) for name in NAMES}
    surface = np.array([CAUSES[cause] if flag is None else flag], np.uint16)
    found = terms_by_cause(shares, surface, np.array([moisture], np.float32))
    return tuple(float(x[0]) for x in found[CAUSES[cause]])


@pytest.mark.parametrize(
    ("cause", "amount", "bias", "sd", "recommended_sd"),
    [
        ("water", 0.060, 0.027, 0.033, 0.024),
        ("water", 0.120, 0.057, 0.044, 0.020),
        ("water", 0.179, 0.101, 0.066, 0.018),
        ("water", 0.242, 0.166, 0.093, 0.016),
        ("vegetation", 5.47, 0.017, 0.040, 0.025),
        ("vegetation", 7.44, 0.046, 0.049, 0.025),
        ("vegetation", 8.99, 0.050, 0.056, 0.024),
        ("vegetation", 11.56, 0.074, 0.069, 0.024),
    ],
)
def test_water_and_vegetation_err_as_in_the_real_half_orbit(cause, amount, bias, sd, recommended_sd):
    """Measured: mean and sd of the difference from recommended neighbours, and that sd of recommended ones as wet."""
    mean, spread, noise = terms(cause, amount)
    assert mean == pytest.approx(bias, abs=0.02)
    assert np.hypot(spread, noise) == pytest.approx(np.sqrt(sd**2 - recommended_sd**2), rel=0.25)
    assert noise == pytest.approx(spread / np.sqrt(3))


def test_mountains_err_in_proportion_to_the_soil_moisture():
    """Measured at .124: -.007, with an excess sd of sqrt(.021^2 - .018^2) = .011."""
    mean, spread, noise = terms("mountains", 0.5, moisture=0.124)
    assert mean == pytest.approx(-0.007, abs=0.004)
    assert np.hypot(spread, noise) == pytest.approx(0.011, abs=0.002)
    np.testing.assert_allclose(terms("mountains", 0.5, moisture=0.248), (2 * mean, 2 * spread, 2 * noise), rtol=1e-5)


def test_cities_look_dry():
    mean, spread, noise = terms("urban", 0.3)
    assert -0.02 < mean < 0
    assert np.hypot(spread, noise) == pytest.approx(0.014, abs=0.002)
    assert terms("urban", 0.6)[0] == pytest.approx(2 * mean)


def test_rain_leaves_a_wet_skin_that_grows_with_the_rain_and_saturates():
    biases = [terms("rain", mm)[0] for mm in (3, 10, 30, 100)]
    assert biases == sorted(biases)
    assert biases[1] == pytest.approx(0.04 * (1 - np.exp(-1)), rel=1e-4)
    assert biases[3] == pytest.approx(0.04, rel=1e-3)
    assert [terms("rain", mm)[2] for mm in (3, 100)] == pytest.approx([b / 2 for b in (biases[0], biases[3])])


def test_frozen_soil_looks_dry_and_never_drier_than_nothing():
    assert terms("frozen", 0.4, moisture=0.3)[0] == pytest.approx(-0.6 * 0.4 * 0.3)
    assert terms("frozen", 1.0, moisture=0.3)[0] > -0.3


def test_snow_is_noise():
    assert terms("snow", 0.3) == pytest.approx((0, 0, 0.3 * 0.04))


@pytest.mark.parametrize("cause", ["rain", "frozen", "snow"])
def test_what_passes_has_no_static_part(cause):
    _, spread, noise = terms(cause, 0.4)
    assert spread == 0
    assert noise > 0


@settings(max_examples=40)
@given(st.sampled_from(list(CAUSES)), st.floats(0, 1))
def test_without_its_flag_a_cause_adds_nothing(cause, amount):
    other = sum(int(flag) for flag in CAUSES.values()) & ~int(CAUSES[cause])
    assert terms(cause, amount, flag=other) == (0, 0, 0)
