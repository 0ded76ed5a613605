"""Random features against a loop in plain Python, and what they are for."""

import math

import numpy as np
import pytest

from smen.methods.fusion.overpass_features import OverpassFeatures
from smen.methods.fusion.random_features import DRAWS, GAIN, INPUT_LIMIT, UNITS, RandomFeatures, ridge_correction

F, M, H, W = 5, 2, 4, 6


def overpass(seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    field = np.zeros((H, W), np.float32)
    features = (scale * rng.normal(0.01, 0.03, (F, H, W))).astype(np.float32)
    masks = rng.uniform(0, 1, (M, H, W)).astype(np.float32)
    return OverpassFeatures(field, features, masks, field, np.ones((1, H, W), np.float32), field)


DATES = [overpass(seed) for seed in range(6)]
RANDOM = RandomFeatures.of(DATES, 0.02, seed=1)


def test_inputs_are_standardised_over_all_dates():
    inputs = np.array([[*d.features, *d.masks] for d in DATES], np.float64)
    np.testing.assert_allclose(RANDOM.centre, inputs.mean(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(RANDOM.scale, inputs.std(axis=(0, 2, 3)), rtol=1e-4)


def test_the_draw_has_the_stated_size():
    assert RANDOM.weights.shape == (DRAWS * UNITS, F + M) and RANDOM.bias.shape == (DRAWS * UNITS,)
    # The standard deviation of w . x for standardised inputs is the gain.
    assert np.sqrt((RANDOM.weights**2).sum(axis=1).mean()) == pytest.approx(GAIN, rel=0.1)
    assert RANDOM.bias.std() == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize("unit", [0, 77, DRAWS * UNITS - 1])
def test_units_by_a_loop(unit):
    one = overpass(9, scale=5.0)  # far enough for the limit to act
    found = RANDOM.units(one)
    clipped = 0
    for i, j in np.ndindex(H, W):
        total = float(RANDOM.bias[unit])
        for k, value in enumerate([*one.features[:, i, j], *one.masks[:, i, j]]):
            standard = (float(value) - RANDOM.centre[k]) / RANDOM.scale[k]
            clipped += abs(standard) > INPUT_LIMIT
            total += float(RANDOM.weights[unit, k]) * min(max(standard, -INPUT_LIMIT), INPUT_LIMIT)
        assert found[unit, i, j] == pytest.approx(0.02 * math.tanh(total), abs=1e-7)
    assert clipped > 0


def test_a_draw_is_a_part_of_all():
    whole = RANDOM.units(DATES[0])
    for draw in range(DRAWS):
        # The matrix product of a part may round otherwise than that of the whole.
        np.testing.assert_allclose(
            RANDOM.units(DATES[0], draw), whole[draw * UNITS : (draw + 1) * UNITS], rtol=1e-4, atol=1e-8
        )


def test_units_never_exceed_their_amplitude():
    assert np.abs(RANDOM.units(overpass(3, scale=1e6))).max() <= np.float32(0.02)


def test_the_same_seed_gives_the_same_units_and_another_gives_others():
    again, other = RandomFeatures.of(DATES, 0.02, seed=1), RandomFeatures.of(DATES, 0.02, seed=2)
    np.testing.assert_array_equal(again.weights, RANDOM.weights)
    assert (other.weights != RANDOM.weights).any() and (other.bias != RANDOM.bias).any()


def test_an_input_that_never_varies_does_not_divide_by_zero():
    constant = [
        OverpassFeatures(d.base, d.features * 0, d.masks, d.unknown, d.variance_predictors, d.base) for d in DATES
    ]
    assert np.isfinite(RandomFeatures.of(constant, 0.02, 1).units(constant[0])).all()


def test_the_correction_is_the_weighted_sum_at_each_cell():
    rng = np.random.default_rng(4)
    coefficients = rng.normal(0, 1, F + DRAWS * UNITS)
    units = RANDOM.units(DATES[1])
    found = ridge_correction(DATES[1], coefficients, RANDOM)
    assert found.shape == (H, W) and found.dtype == np.float32
    for i, j in np.ndindex(H, W):
        expected = coefficients[:F] @ DATES[1].features[:, i, j] + coefficients[F:] @ units[:, i, j]
        assert found[i, j] == pytest.approx(expected, abs=1e-5)


def test_the_correction_without_random_features_is_linear():
    coefficients = np.arange(1.0, F + 1)
    expected = np.einsum("f,fhw->hw", coefficients, DATES[2].features)
    np.testing.assert_allclose(ridge_correction(DATES[2], coefficients), expected, rtol=1e-4, atol=1e-7)


def test_each_cell_is_computed_by_itself():
    """Cells in another order give the units in that order."""
    one, order = overpass(5), np.random.default_rng(0).permutation(H * W)

    def shuffled(stack):
        return stack.reshape(len(stack), -1)[:, order].reshape(stack.shape)

    other = OverpassFeatures(
        one.base, shuffled(one.features), shuffled(one.masks), one.unknown, one.variance_predictors, one.base
    )
    np.testing.assert_allclose(RANDOM.units(other), shuffled(RANDOM.units(one)), rtol=1e-4, atol=1e-8)


def test_at_some_cells_alone_units_and_corrections_are_the_same():
    whole = overpass()
    cells = np.random.default_rng(0).random((H, W)) < 0.5
    random_features = RandomFeatures.of([whole], 0.03, 1)
    part = whole.at(cells)
    np.testing.assert_allclose(random_features.units(part), random_features.units(whole)[:, cells], atol=1e-7)
    coefficients = np.random.default_rng(1).normal(size=F + len(random_features.weights))
    at_cells = ridge_correction(part, coefficients, random_features)
    np.testing.assert_allclose(at_cells, ridge_correction(whole, coefficients, random_features)[cells], atol=1e-5)
