"""Nested covariances fitted to drawn fields whose covariance is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_random_field import draw

from smen.grid.torus import torus_distance
from smen.methods.fusion.covariance import LENGTHS, NestedCovariance

SHAPE = (40, 44)
ALL = np.ones(SHAPE, bool)
NOTHING = np.zeros(SHAPE)


def at(model, *distances):
    return model(np.array(distances, float))


def test_a_sum_of_exponentials():
    model = NestedCovariance((1.0, 2.0, 0.0, 4.0))
    assert model.sill == 7
    expected = np.exp(-3 / LENGTHS[0]) + 2 * np.exp(-3 / LENGTHS[1]) + 4 * np.exp(-3 / LENGTHS[3])
    assert at(model, 3.0)[0] == pytest.approx(expected)
    assert at(model, 0.0)[0] == 7


@pytest.mark.parametrize(("variance", "length"), [(4e-4, 3.0), (9e-4, 8.0)])
def test_the_covariance_of_drawn_fields_is_found(variance, length):
    """Mean over twelve fields: the single ones scatter by a third, for a field has few independent parts."""
    fields = draw([(variance, length)], SHAPE, np.random.default_rng(5), 12)
    found = np.mean([at(NestedCovariance.fit(f, NOTHING, ALL), 0, 2, 5) for f in fields], axis=0)
    expected = variance * np.exp(-np.array([0, 2, 5]) / length)
    np.testing.assert_allclose(found, expected, rtol=0.25)


def test_noise_is_no_part_of_the_field():
    rng = np.random.default_rng(2)
    fields = draw([(4e-4, 3.0)], SHAPE, rng, 12)
    noise = np.where(np.arange(SHAPE[1]) % 2, 2e-4, 9e-4) * np.ones(SHAPE)
    noisy = fields + rng.normal(0, np.sqrt(noise), fields.shape)
    found = np.mean([NestedCovariance.fit(f, noise, ALL).sill for f in noisy])
    assert found == pytest.approx(4e-4, rel=0.2)


def test_noise_is_told_apart_where_several_dates_are_at_hand():
    rng = np.random.default_rng(7)
    fields = draw([(4e-4, 8.0)], SHAPE, rng, 30) + rng.normal(0, 0.015, (30, *SHAPE))
    fields[rng.random(fields.shape) < 0.3] = np.nan
    found, noise = NestedCovariance.fit_dates(fields)
    assert noise == pytest.approx(0.015**2, rel=0.2)
    np.testing.assert_allclose(at(found, 1, 4, 8), 4e-4 * np.exp(-np.array([1, 4, 8]) / 8), rtol=0.3)


def test_dates_without_any_value_give_the_least_variance():
    found, noise = NestedCovariance.fit_dates(np.full((2, *SHAPE), np.nan))
    assert 0 < found.sill < 1e-6 and 0 < noise < 1e-6


def test_cells_that_are_not_observed_take_no_part():
    rng = np.random.default_rng(3)
    field = draw([(4e-4, 3.0)], SHAPE, rng)[0]
    observed = rng.random(SHAPE) < 0.7
    spoilt = np.where(observed, field, 1e3)
    with_nan = np.where(observed, field, np.nan)
    first, second = (NestedCovariance.fit(f, NOTHING, observed) for f in (spoilt, with_nan))
    assert first == second and 1e-4 < first.sill < 1e-3


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.floats(0, 1), st.integers(0, 2**31))
def test_any_field_has_a_positive_variance(height, width, share, seed):
    rng = np.random.default_rng(seed)
    observed = rng.random((height, width)) < share
    values = rng.normal(0, 0.03, observed.shape)
    model = NestedCovariance.fit(values, np.full(observed.shape, 1e-4), observed)
    assert len(model.variances) == len(LENGTHS) and min(model.variances) >= 0 and model.sill > 0


def test_distances_without_edges():
    found = torus_distance((4, 5))
    assert found[0, 0] == 0 and found[3, 4] == pytest.approx(np.sqrt(2)) and found[2, 2] == pytest.approx(np.sqrt(8))
