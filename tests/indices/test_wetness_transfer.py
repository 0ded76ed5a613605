"""How cells follow the coarse field: learnt from made maps with a known relation."""

import numpy as np
import pytest
from made_normals import WINDOW, made_record, record_times, straight_transfer

from smen.errors import DataError
from smen.grid import M36
from smen.grid.bilinear import bilinear
from smen.indices.wetness_transfer import LEVELS, WetnessTransfer, passing_variance

TIMES = record_times(2)
COARSE = made_record(TIMES, seed=8)
AROUND = bilinear(COARSE, WINDOW, M36).astype(np.float64)
NONE = np.zeros(WINDOW.shape)


def fitted(maps, deviation=None, staying=NONE, coarse=COARSE):
    return WetnessTransfer.fit(maps, deviation, coarse, staying, WINDOW, M36)


def test_a_straight_relation_is_found_and_turned_around():
    transfer = fitted(0.05 + 0.5 * AROUND)
    value = np.full(WINDOW.shape, 0.25)
    np.testing.assert_allclose(transfer.to_fine(value), 0.05 + 0.5 * 0.25, atol=1e-6)
    np.testing.assert_allclose(transfer.to_coarse(0.05 + 0.5 * value), value, atol=1e-6)
    np.testing.assert_allclose(transfer.gain, 2, atol=1e-6)
    assert (transfer.agreement == 0.99).all()


def test_a_relation_that_depends_on_wetness_is_followed_half_way_at_least():
    bent = 0.1 + 2 * (AROUND - 0.1) ** 2
    transfer = fitted(bent)
    line = np.polyfit(AROUND[:, 5, 5], bent[:, 5, 5], 1)
    for quantile in (0.05, 0.95):
        at = np.quantile(AROUND[:, 5, 5], quantile)
        true = 0.1 + 2 * (at - 0.1) ** 2
        ours = transfer.to_fine(np.full(WINDOW.shape, at))[5, 5]
        assert abs(ours - true) < 0.8 * abs(np.polyval(line, at) - true)


def test_the_error_of_the_maps_widens_the_cells_distribution_once():
    """Maps lack the variance of their error, but not of that part of it that stays."""
    maps, deviation = 0.1 + 0.5 * AROUND, np.full(AROUND.shape, 0.05)
    without = fitted(maps)
    passing, all_stays = fitted(maps, deviation), fitted(maps, deviation, staying=NONE + 0.05**2)
    ratio = (passing.fine[-1] - passing.fine[0]) / (without.fine[-1] - without.fine[0])
    expected = np.sqrt(1 + 0.05**2 / maps.var(axis=0))
    np.testing.assert_allclose(ratio, expected, rtol=1e-3)
    assert (passing.agreement < without.agreement).all()
    kept = (all_stays.fine[-1] - all_stays.fine[0]) / (without.fine[-1] - without.fine[0])
    assert (kept < 1 + 0.3 * (expected - 1)).all()


def test_agreement_is_the_correlation_with_the_truth():
    """The truth is the map and an error of known variance: its correlation with the coarse field is known."""
    rng = np.random.default_rng(1)
    error = 0.03
    truth = 0.1 + 0.6 * AROUND + error * rng.standard_normal(AROUND.shape)
    transfer = fitted(0.1 + 0.6 * AROUND, np.full(AROUND.shape, error))
    measured = [np.corrcoef(truth[:, r, c], AROUND[:, r, c])[0, 1] for r in (2, 12) for c in (3, 20)]
    assert np.mean(transfer.agreement) == pytest.approx(np.mean(measured), abs=0.04)


def test_a_cell_with_few_maps_has_no_transfer():
    maps = 0.1 + 0.5 * AROUND
    maps[10:, 4, 4] = np.nan
    transfer = fitted(maps)
    assert np.isnan(transfer.fine[:, 4, 4]).all() and np.isnan(transfer.to_coarse(NONE + 0.2)[4, 4])
    assert np.isfinite(transfer.fine[:, 5, 5]).all() and len(transfer.fine) == len(LEVELS)


def test_too_few_maps_are_refused():
    with pytest.raises(DataError, match="training period"):
        fitted(AROUND[:10], coarse=COARSE[:10])


def test_passing_variance_is_what_does_not_stay_and_never_nothing():
    found = passing_variance(np.array([[0.05, 0.02]]), np.array([[0.0009, 0.0009]]))
    np.testing.assert_allclose(found, [[0.0016, 0.05 * 0.0004]])


def test_a_made_straight_transfer_is_what_it_says():
    transfer = straight_transfer(gain=0.5, offset=0.1)
    np.testing.assert_allclose(transfer.to_fine(NONE + 0.2), 0.2)
