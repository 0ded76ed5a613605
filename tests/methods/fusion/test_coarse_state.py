"""The coarse field at an overpass, by hand at one cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.methods.fusion.coarse_history import BASE, TIME_CONSTANTS_DAYS
from smen.methods.fusion.coarse_state import LIMIT, CoarseState
from smen.methods.fusion.pattern import Pattern

FLAT = np.zeros((1, 2), np.float32)
PATTERN = Pattern(
    FLAT.astype(np.int32), FLAT, FLAT, FLAT, FLAT, prior=0.0, wetness_variance=0.04**2, within=0.02**2, sill=1e-3
)
"""Standard deviations of wetness and of a cell's residual: .04 and .02."""


def state_of(now, base, mean=0.2):
    layers = np.full((len(TIME_CONSTANTS_DAYS), 1, 2), 0.25, np.float32)
    layers[0], layers[BASE] = now, base
    return CoarseState.of(3, layers[:, :, :1], layers, np.full((1, 2), mean, np.float32), PATTERN)


def test_by_hand():
    state = state_of(now=0.27, base=0.26)
    np.testing.assert_allclose(state.wetness, 0.06, rtol=1e-5)
    np.testing.assert_allclose(state.innovation, 0.01, rtol=1e-5)
    np.testing.assert_allclose(state.relative, 1.5, rtol=1e-5)
    np.testing.assert_allclose(state.surprise, 0.5, rtol=1e-5)
    assert state.deviation == np.float32(0.04) and state.index == 3


@given(st.floats(0, 0.6), st.floats(0, 0.6))
def test_relative_values_are_limited(now, base):
    state = state_of(now, base)
    for limited, plain in ((state.relative, (base - 0.2) / 0.04), (state.surprise, (now - base) / 0.02)):
        np.testing.assert_allclose(limited, np.clip(plain, -LIMIT, LIMIT), atol=1e-4)


@pytest.mark.parametrize(("base", "expected"), [(0.2, 0.0), (0.25, 0.0), (0.34, 2.0), (0.12, 1.0)])
def test_extrapolation_in_standard_deviations(base, expected):
    found = state_of(0.2, base).extrapolation((-0.04, 0.06))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float32


def test_all_fields_are_single_precision():
    state = state_of(0.2, 0.3)
    for name in ("layers", "base", "wetness", "innovation", "relative", "surprise"):
        assert getattr(state, name).dtype == np.float32, name
