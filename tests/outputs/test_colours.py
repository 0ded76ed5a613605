"""Colours of maps: order and distance for all eyes, and the same in every program."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.outputs.colours import AGE, BAND_RAMPS, ERROR, MISSING, SOIL_MOISTURE, STANDARD_DEVIATION
from smen.outputs.geotiff import BANDS

# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(stops, eye="none"):
    """CIELAB (D65) of colours as an eye sees them."""
    rgb = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = (linear @ BLINDNESS[eye].T).clip(0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = linear @ to_xyz.T / [0.95047, 1.0, 1.08883]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize("eye", BLINDNESS)
def test_the_wetter_the_darker_for_every_eye(eye):
    steps = -np.diff(lab(SOIL_MOISTURE.stops, eye)[:, 0])
    assert steps.min() > 4
    assert steps.max() < 2.2 * steps.min()


@pytest.mark.parametrize("eye", BLINDNESS)
@pytest.mark.parametrize("ramp", [SOIL_MOISTURE, ERROR, STANDARD_DEVIATION, AGE], ids=lambda ramp: ramp.name)
def test_neighbouring_stops_can_be_told_apart(ramp, eye):
    assert np.linalg.norm(np.diff(lab(ramp.stops, eye), axis=0), axis=1).min() > 4


def test_dry_is_brown_and_wet_is_blue():
    _, a, b = lab(SOIL_MOISTURE.stops).T
    assert (b[:3] > 15).all()  # yellow to red: sand and brown
    assert (a[1:3] > 0).all()
    assert (b[-4:] < -20).all()  # blue


def test_errors_are_symmetrical_about_a_neutral_zero():
    colours = lab(ERROR.stops)
    assert ERROR.low == -ERROR.high
    assert ERROR.values()[5] == pytest.approx(0, abs=1e-12)
    assert np.abs(colours[5, 1:]).max() < 2
    np.testing.assert_allclose(colours[:5, 0], colours[:5:-1, 0], atol=8)


def test_matplotlib_shows_each_stop_at_its_value():
    for ramp in (SOIL_MOISTURE, ERROR, STANDARD_DEVIATION):
        seen = ramp.colormap()(ramp.norm()(np.array(ramp.values())))[:, :3] * 255
        expected = [[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in ramp.stops]
        np.testing.assert_allclose(seen, expected, atol=1)


def test_nothing_is_drawn_where_nothing_is_known():
    assert SOIL_MOISTURE.colormap()(np.nan) == (0, 0, 0, 0)


RAMPS = (SOIL_MOISTURE, ERROR, STANDARD_DEVIATION, AGE)


@given(ramp=st.sampled_from(RAMPS), share=st.floats(0, 1))
def test_colours_between_stops_are_mixed_linearly(ramp, share):
    value = ramp.low + share * (ramp.high - ramp.low)
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in ramp.stops])
    expected = [np.interp(value, ramp.values(), stops[:, channel]) for channel in range(3)]
    seen = np.array(ramp.colormap()(ramp.norm()(value)))[:3] * 255
    np.testing.assert_allclose(seen, expected, atol=1.5)


@pytest.mark.parametrize("ramp", RAMPS, ids=lambda ramp: ramp.name)
def test_beyond_the_range_the_colour_of_its_end_goes_on(ramp):
    colormap, norm = ramp.colormap(), ramp.norm()
    width = ramp.high - ramp.low
    assert colormap(norm(ramp.low - width)) == colormap(norm(ramp.low))
    assert colormap(norm(ramp.high + width)) == colormap(norm(ramp.high))


@pytest.mark.parametrize("ramp", RAMPS, ids=lambda ramp: ramp.name)
def test_stops_are_evenly_spaced_over_the_range(ramp):
    values = ramp.values()
    assert (values[0], values[-1], len(values)) == (ramp.low, ramp.high, len(ramp.stops))
    np.testing.assert_allclose(np.diff(values), (ramp.high - ramp.low) / (len(values) - 1))


def test_each_band_of_a_map_has_its_ramp():
    assert [ramp.name for ramp in BAND_RAMPS] == [band.name for band in BANDS]


def test_the_background_is_no_colour_of_soil_moisture():
    background = lab([MISSING])
    assert np.linalg.norm(lab(SOIL_MOISTURE.stops) - background, axis=1).min() > 15
