"""The update by an overpass's own scene against dense linear algebra and drawn fields."""

import numpy as np
import pytest
from made_random_field import draw

from smen.methods.fusion.covariance import NestedCovariance
from smen.methods.fusion.scene_update import SceneUpdate

SHAPE = (20, 24)
UPDATE = SceneUpdate(NestedCovariance((0.0, 4e-4, 0.0, 1e-4)), NestedCovariance((3e-4, 0.0, 0.0, 0.0)), 1e-4, 4e-4)


def scene(rng, columns=12):
    values = np.full(SHAPE, np.nan)
    values[:, :columns] = rng.normal(0, 0.02, (SHAPE[0], columns))
    return values


def dense(update, observed):
    """Covariances between all cells and the observed ones, and among these."""
    places = np.argwhere(np.ones(SHAPE, bool))
    seen = np.argwhere(observed)
    apart = np.linalg.norm(seen[:, None] - seen, axis=-1)
    matrix = update.error(apart) + update.product(apart) + update.noise * np.eye(len(seen))
    return update.error(np.linalg.norm(places[:, None] - seen, axis=-1)), matrix


def test_the_correction_is_the_conditional_mean():
    values = scene(np.random.default_rng(1))
    observed = np.isfinite(values)
    cross, matrix = dense(UPDATE, observed)
    expected = (cross @ np.linalg.solve(matrix, values[observed])).reshape(SHAPE)
    np.testing.assert_allclose(UPDATE.correction(values), expected, atol=2e-4)
    assert np.abs(expected).max() > 5e-3


def test_the_variance_left_inside_at_the_edge_and_far_away():
    observed = np.zeros((60, 80), bool)
    observed[:, :40] = True
    share = UPDATE.variance_share(observed)
    hidden = UPDATE.product.sill + UPDATE.noise
    small = np.zeros(SHAPE, bool)
    small[:, :12] = True
    cross, matrix = dense(UPDATE, small)
    left = UPDATE.error.sill - (cross * np.linalg.solve(matrix, cross.T).T).sum(axis=1).reshape(SHAPE)
    expected = (left + hidden) / (UPDATE.error.sill + hidden)
    for column in (5, 11, 12, 14, 18):  # in the scene, at its edge, beyond it
        assert share[30, column + 28] == pytest.approx(expected[10, column], abs=0.02), column
    assert (np.diff(share[30, 40:]) >= 0).all() and share[30, 0] < share[30, 39] < share[30, 79] <= 1


def test_without_any_scene_nothing_changes():
    nothing = np.full(SHAPE, np.nan)
    assert (UPDATE.correction(nothing) == 0).all()
    assert (UPDATE.variance_share(np.zeros(SHAPE, bool)) == 1).all()
    whole = UPDATE.variance_share(np.ones(SHAPE, bool))
    assert (whole == whole[0, 0]).all() and whole[0, 0] < 1


def test_what_the_product_states_is_taken_from_the_shortest_scales():
    rng = np.random.default_rng(3)
    errors = draw([(4e-4, 8.0)], (60, 60), rng, 20)
    product = draw([(2e-4, 1.0)], (60, 60), rng, 20)
    noise = rng.normal(0, 0.01, errors.shape)
    innovations = errors + product + noise
    stated = np.full(errors.shape, np.sqrt(3e-4), np.float32)
    found = SceneUpdate.fit(innovations, stated)
    assert found.product.sill + found.noise == pytest.approx(3e-4, rel=0.05)
    assert found.error.sill == pytest.approx(4e-4, rel=0.35)
    at = np.array([4.0])
    assert found.error(at)[0] == pytest.approx(4e-4 * np.exp(-4 / 8), rel=0.35)
    corrected = np.mean([(found.correction(i) - e) ** 2 for i, e in zip(innovations, errors, strict=True)])
    assert corrected < 0.5 * np.mean(errors**2) and corrected < 0.5 * 3e-4


def test_a_scene_has_variances_of_its_own():
    rng = np.random.default_rng(5)
    stated = np.full(SHAPE, 0.01)  # a quarter of the mean variance
    quiet = UPDATE.adapted(rng.normal(0, 1e-3, SHAPE), stated)
    assert quiet.noise == pytest.approx(0.25e-4) and quiet.product.sill == pytest.approx(0.75e-4)
    assert quiet.error.sill == pytest.approx(0.05 * 5e-4)
    differences = rng.normal(0, 1, SHAPE)
    differences *= np.sqrt(3.5e-4 / np.mean(differences**2))
    assert UPDATE.adapted(differences, stated).error.sill == pytest.approx(2.5e-4, rel=1e-6)
    loud = UPDATE.adapted(100 * differences, None)
    assert loud.error == UPDATE.error and loud.noise == UPDATE.noise
    assert UPDATE.adapted(np.full(SHAPE, np.nan), stated) == UPDATE


def test_a_product_that_states_nothing_is_believed_at_the_longer_scales_alone():
    rng = np.random.default_rng(3)
    innovations = draw([(4e-4, 8.0)], (40, 40), rng, 6) + rng.normal(0, 0.01, (6, 40, 40))
    found = SceneUpdate.fit(innovations, None)
    assert found.error.variances[0] == 0 and found.error.sill > 1e-4
    no_number = np.full(innovations.shape, np.nan)
    assert SceneUpdate.fit(innovations, no_number) == found
