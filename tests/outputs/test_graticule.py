"""Meridians and parallels at round degrees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from smen.grid import Window
from smen.outputs.graticule import degree_label, graticule, round_degrees

GENEVA = Window.centred_on(6.14, 46.2, 100, 100)
FIJI = Window.centred_on(178.9, -18.1, 60, 90)


def degrees(label):
    """A label read back."""
    number, letter = label.split("°")
    return float(number) * (-1 if letter in ("W", "S") else 1)


@pytest.mark.parametrize("window", [GENEVA, FIJI], ids=["Geneva", "Fiji"])
@pytest.mark.parametrize("lines", [2, 4, 7])
def test_lines_lie_at_the_degrees_of_their_labels(window, lines):
    seen = graticule(window, lines)
    to_lonlat = Transformer.from_crs(6933, 4326, always_xy=True)
    longitude = to_lonlat.transform(seen.x, np.zeros(seen.x.size))[0]
    wanted = np.array([degrees(label) for label in seen.longitudes])
    np.testing.assert_allclose((longitude - wanted + 180) % 360 - 180, 0, atol=1e-7)
    latitude = to_lonlat.transform(np.zeros(seen.y.size), seen.y)[1]
    np.testing.assert_allclose(latitude, [degrees(label) for label in seen.latitudes], atol=1e-7)
    left, bottom, right, top = window.bounds
    assert ((seen.x >= left) & (seen.x <= right)).all()
    assert ((seen.y >= bottom) & (seen.y <= top)).all()


def test_over_180_degrees_labels_change_their_letter():
    labels = graticule(Window.centred_on(180, -17, 60, 90), 4).longitudes
    assert any(label.endswith("E") for label in labels)
    assert any(label.endswith("W") for label in labels)
    assert "180°" in labels


@given(low=st.floats(-180, 179), width=st.floats(0.5, 360), lines=st.integers(1, 8))
def test_degrees_are_round_evenly_spaced_and_few(low, width, lines):
    high = min(low + width, 540)
    values = round_degrees(low, high, lines)
    step = min(
        (s for s in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 45) if (high - low) / s <= lines + 0.5), default=45
    )
    assert len(values) <= max(lines + 1, (high - low) / 45 + 1)
    assert (values >= low - 1e-9).all()
    assert (values <= high + 1e-9).all()
    np.testing.assert_allclose(values / step, np.round(values / step), atol=1e-9)
    np.testing.assert_allclose(np.diff(values), step)


@pytest.mark.parametrize(
    ("value", "label"), [(-97.5, "97.5°W"), (97, "97°E"), (0, "0°"), (180, "180°"), (-180, "180°"), (0.25, "0.25°E")]
)
def test_labels(value, label):
    assert degree_label(value, "E", "W") == label
